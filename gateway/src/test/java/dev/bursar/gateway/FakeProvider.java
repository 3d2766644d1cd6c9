package dev.bursar.gateway;

import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// A provider on a real port that does what its script says and remembers what it was asked.
final class FakeProvider {

    /// A request as it arrived.
    record Received(String method, String uri, MultiMap headers, String body) {}

    /// What to do with a request whose body has arrived.
    @FunctionalInterface
    interface Script {
        void answer(Answer answer);
    }

    private final HttpServer server;
    private final Vertx vertx;
    private volatile Script script = answer -> answer.json(500, "{}");

    final List<Received> received = new CopyOnWriteArrayList<>();

    /// The moment (`System.nanoTime`) at which an answer's connection closed before its end.
    final BlockingQueue<Long> closed = new LinkedBlockingQueue<>();

    final AtomicInteger running = new AtomicInteger();

    FakeProvider(Vertx vertx) throws Exception {
        this.vertx = vertx;
        server =
                vertx.createHttpServer(new HttpServerOptions().setPort(0).setHost("127.0.0.1"))
                        .connectionHandler(connection -> connection.exceptionHandler(_ -> {}))
                        .requestHandler(this::handle)
                        .listen()
                        .await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.actualPort() + path);
    }

    void script(Script next) {
        script = next;
    }

    private void handle(HttpServerRequest request) {
        running.incrementAndGet();
        request.exceptionHandler(_ -> {});
        request.response().exceptionHandler(_ -> {});
        request.response()
                .closeHandler(_ -> {
                    if (!request.response().ended()) {
                        closed.add(System.nanoTime());
                    }
                    running.decrementAndGet();
                });
        request.bodyHandler(body -> {
            Received asked =
                    new Received(
                            request.method().name(),
                            request.uri(),
                            request.headers(),
                            body.toString());
            // Whoever has seen it come in may change the script for the next.
            Script now = script;
            received.add(asked);
            now.answer(new Answer(vertx, request, asked));
        });
    }

    /// Waits until an answer's connection has closed before its end.
    void awaitClosed() throws Exception {
        House.await(() -> !closed.isEmpty());
    }

    void close() throws Exception {
        server.close().await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /// The means of a script. Steps run on the event loop.
    record Answer(Vertx vertx, HttpServerRequest request, Received asked) {

        HttpServerResponse response() {
            return request.response();
        }

        void json(int status, String body) {
            json(status, Map.of(), body);
        }

        void json(int status, Map<String, String> headers, String body) {
            response().setStatusCode(status).putHeader("content-type", "application/json");
            headers.forEach(response()::putHeader);
            response().end(body);
        }

        /// Begins a stream of events.
        Answer stream() {
            return begin("text/event-stream");
        }

        /// Begins an answer that comes in pieces.
        Answer begin(String contentType) {
            response().setChunked(true).putHeader("content-type", contentType);
            response().writeHead();
            return this;
        }

        Answer write(String text) {
            response().write(text);
            return this;
        }

        /// Writes the pieces one after the other, each in a turn of the event loop of its own.
        void pieces(List<Buffer> pieces, Runnable then) {
            if (pieces.isEmpty()) {
                then.run();
                return;
            }
            response()
                    .write(pieces.getFirst())
                    .onComplete(_ -> pieces(pieces.subList(1, pieces.size()), then));
        }

        void end() {
            response().end();
        }

        /// Breaks the connection off.
        void reset() {
            request.connection().close();
        }

        void after(long millis, Runnable step) {
            vertx.setTimer(millis, _ -> step.run());
        }
    }
}
