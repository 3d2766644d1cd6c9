package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.NetServer;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is still there of a call while its answer streams, which may take minutes.
class OpenStreamTest {

    private static final String CHAT = "/v1/chat/completions";

    private static final int BODY_BYTES = 100_000;

    /// Of a body that is found in the heap.
    private static final int LARGE_BYTES = 16 * 1024 * 1024;

    @TempDir private Path data;

    @Test
    void stream_open_hasLetGoOfTheHeadersOfBothSides() throws Exception {
        House house = new House(data);
        try {
            house.provider.script(answer -> answer.stream().write(Samples.CHAT_DELTA_1));
            RequestOptions options = to(house.provider.uri("/"));
            Upstream upstream = new Upstream(house.vertx);
            CompletableFuture<HttpServerRequest> begun = new CompletableFuture<>();
            HttpServer server =
                    serve(
                            house,
                            request -> {
                                begun.complete(request);
                                Client client = new Client(house.vertx, request);
                                exchange(house, upstream, house.provider.uri("/"), client)
                                        .start(options, Buffer.buffer(Samples.CHAT_STREAM));
                            });
            try (RawClient client =
                    new RawClient(URI.create("http://127.0.0.1:" + server.actualPort()))) {
                client.send(RawClient.request(CHAT, Samples.CHAT_STREAM));
                assertThat(client.readUntil(Samples.CHAT_DELTA_1))
                        .contains("text/event-stream", "x-told: yes");
                assertThat(house.provider.received.getFirst().headers().get("x-sent"))
                        .isEqualTo("yes");
                assertThat(begun.join().headers()).isEmpty();
                assertThat(options.getHeaders()).isNull();
                House.await(() -> begun.join().response().headers().isEmpty());
            }
            server.close().await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } finally {
            house.close();
        }
    }

    @Test
    void stream_open_hasLetGoOfTheBodyThatWasSent() throws Exception {
        House house = new House(data);
        try {
            house.provider.script(answer -> answer.stream().write(Samples.CHAT_DELTA_1));
            Exchanges exchanges = new Exchanges();
            Upstream upstream = new Upstream(house.vertx);
            CompletableFuture<WeakReference<Buffer>> sent = new CompletableFuture<>();
            HttpServer server =
                    serve(
                            house,
                            request -> {
                                URI at = house.provider.uri("/");
                                Client client = new Client(house.vertx, request);
                                Exchange exchange = exchange(house, upstream, at, client);
                                Thread.startVirtualThread(() -> {
                                    exchanges.begin(client, exchange, to(at), remembered(sent));
                                    exchanges.end(exchange);
                                });
                            });
            try (RawClient client =
                    new RawClient(URI.create("http://127.0.0.1:" + server.actualPort()))) {
                client.send(RawClient.request(CHAT, Samples.CHAT_STREAM));
                client.readUntil(Samples.CHAT_DELTA_1);
                House.await(() -> {
                    System.gc();
                    return sent.join().refersTo(null);
                });
                assertThat(house.provider.received.getFirst().body()).hasSize(BODY_BYTES);
            }
            server.close().await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } finally {
            house.close();
        }
    }

    /// A call keeps the body as it came, for what it may fall back to, and nothing else as large.
    @Test
    void call_whoseStreamIsOpen_hasTheBodyOnce() throws Exception {
        House house = new House(data);
        try {
            NetServer provider = answersAfter(house, LARGE_BYTES);
            URI at = URI.create("http://127.0.0.1:" + provider.actualPort() + "/v1");
            Map<String, ProviderSettings> providers = new TreeMap<>(house.settings().providers());
            providers.put(
                    "openai", ProviderSettings.of("openai", Dialect.OPENAI, at, "sk-provider"));
            house.gateway.reconfigure(House.BOOK, GatewaySettings.of(providers));
            long before = heap();
            try (RawClient client = new RawClient(house.uri("/"))) {
                client.send(RawClient.request(CHAT, large()));
                client.readUntil(Samples.CHAT_DELTA_1);
                House.await(() -> heap() - before < LARGE_BYTES * 3L / 2);
                assertThat(house.bodies.taken()).isGreaterThan(LARGE_BYTES);
            }
            provider.close().await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } finally {
            house.close();
        }
    }

    private static String large() {
        return Samples.CHAT_STREAM.replace("Say hello", "x".repeat(LARGE_BYTES));
    }

    /// Bytes of the heap that are in use.
    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /// A provider that begins a stream once it was sent as much, and keeps nothing of that.
    private static NetServer answersAfter(House house, int bytes) throws Exception {
        String begun =
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + Samples.CHAT_DELTA_1;
        return house.vertx
                .createNetServer()
                .connectHandler(socket -> {
                    AtomicInteger missing = new AtomicInteger(bytes);
                    socket.handler(received -> {
                        int before = missing.getAndAdd(-received.length());
                        if (before > 0 && before <= received.length()) {
                            socket.write(begun);
                        }
                    });
                })
                .listen(0, "127.0.0.1")
                .await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static Buffer remembered(CompletableFuture<WeakReference<Buffer>> as) {
        Buffer body = Buffer.buffer(new byte[BODY_BYTES]);
        as.complete(new WeakReference<>(body));
        return body;
    }

    @Test
    void stream_afterWhichTheProviderCloses_isTheLastOfItsConnection() throws Exception {
        House house = new House(data);
        try {
            AtomicInteger connections = new AtomicInteger();
            NetServer closing = closing(house, connections);
            Upstream upstream = new Upstream(house.vertx);
            URI at = URI.create("http://127.0.0.1:" + closing.actualPort());
            HttpServer server =
                    serve(
                            house,
                            request -> {
                                Client client = new Client(house.vertx, request);
                                Exchange exchange = exchange(house, upstream, at, client);
                                var _ = exchange.ending().thenRun(client::end);
                                exchange.start(to(at), Buffer.buffer(Samples.CHAT_STREAM));
                            });
            try (RawClient client =
                    new RawClient(URI.create("http://127.0.0.1:" + server.actualPort()))) {
                for (int streams = 1; streams <= 2; streams++) {
                    client.send(RawClient.request(CHAT, Samples.CHAT_STREAM));
                    assertThat(client.readUntil("\r\n0\r\n\r\n")).contains(Samples.CHAT_DELTA_1);
                    assertThat(connections).hasValue(streams);
                }
            }
            server.close().await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            closing.close().await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } finally {
            house.close();
        }
    }

    /// A provider that says with each stream that the connection ends with it, and is slow to end it.
    private static NetServer closing(House house, AtomicInteger connections) throws Exception {
        String stream =
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + Integer.toHexString(Samples.CHAT_DELTA_1.length())
                        + "\r\n"
                        + Samples.CHAT_DELTA_1
                        + "\r\n0\r\n\r\n";
        return house.vertx
                .createNetServer()
                .connectHandler(socket -> {
                    connections.incrementAndGet();
                    socket.handler(received -> {
                        if (received.toString().contains("Say hello")) {
                            socket.write(stream);
                        }
                    });
                })
                .listen(0, "127.0.0.1")
                .await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static HttpServer serve(House house, Handler<HttpServerRequest> handler)
            throws Exception {
        return house.vertx
                .createHttpServer()
                .requestHandler(handler)
                .listen(0, "127.0.0.1")
                .await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static RequestOptions to(URI provider) {
        return new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(provider.resolve(CHAT).toString())
                .setHeaders(MultiMap.caseInsensitiveMultiMap().add("x-sent", "yes"));
    }

    private static Exchange exchange(House house, Upstream upstream, URI provider, Client client) {
        return new Exchange(
                house.vertx,
                upstream,
                client,
                ProviderSettings.of("openai", Dialect.OPENAI, provider.resolve("/v1"), null),
                new GatewaySettings.ClientGone.Cancel(),
                Map.of("x-told", "yes"),
                new Relay(AnswerReader.of(Operation.CHAT), false),
                null);
    }
}
