package dev.bursar.server.demo;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A model provider that speaks OpenAI's chat completions, Responses and embeddings, Anthropic's
/// messages and Gemini's generateContent and embedContent, streamed and not, on a port of 127.0.0.1,
/// without a model: the text is noise, the protocol and the token counts are real.
///
/// It counts a token for four characters of prompt, keeps to the caller's output bound, calls the tools
/// that it is offered, and remembers long prompts like the providers' caches do. A prompt may carry
/// directions: see [Script].
public final class SimulatedProvider implements AutoCloseable {

    /// The largest request it reads, in bytes.
    private static final int MAX_BODY_BYTES = 16 << 20;

    private final Vertx vertx;
    private final Simulation simulation;
    private final HttpServer server;
    private final PromptCache cache = new PromptCache();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong abandoned = new AtomicLong();
    private volatile Runnable whenArrived = () -> {};
    private volatile Runnable whenAbandoned = () -> {};

    private SimulatedProvider(Vertx vertx, Simulation simulation) {
        this.vertx = vertx;
        this.simulation = simulation;
        this.server = vertx.createHttpServer().requestHandler(this::receive);
    }

    /// Starts one and waits until it listens. Must not be called on an event loop.
    ///
    /// @param port 0 for a free one
    public static SimulatedProvider start(Vertx vertx, int port, Simulation simulation) {
        SimulatedProvider provider = new SimulatedProvider(vertx, simulation);
        provider.server.listen(port, "127.0.0.1").await();
        return provider;
    }

    public int port() {
        return server.actualPort();
    }

    /// What an OpenAI client takes as its base URL.
    public String openAiUrl() {
        return "http://127.0.0.1:" + port() + "/v1";
    }

    /// What an Anthropic client takes as its base URL.
    public String anthropicUrl() {
        return "http://127.0.0.1:" + port();
    }

    /// What a Gemini client takes as its base URL.
    public String geminiUrl() {
        return "http://127.0.0.1:" + port();
    }

    /// What a client of Bedrock takes as its endpoint, and one of Azure.
    public String bedrockUrl() {
        return "http://127.0.0.1:" + port();
    }

    /// Model calls that have arrived.
    public long requests() {
        return requests.get();
    }

    /// Calls answered to the end, with success or an error.
    public long answered() {
        return answered.get();
    }

    /// Calls whose connection was closed by the caller before the answer was complete.
    public long abandoned() {
        return abandoned.get();
    }

    /// Runs `action` on an event loop each time a call has arrived whole.
    public void whenArrived(Runnable action) {
        whenArrived = action;
    }

    /// Runs `action` on an event loop, at once, each time a caller closes its connection too early.
    public void whenAbandoned(Runnable action) {
        whenAbandoned = action;
    }

    /// Stops listening and closes all connections.
    @Override
    public void close() {
        server.close().await();
    }

    /// What is spoken at a path.
    ///
    /// @param shape null for embeddings
    private record Service(Dialect dialect, @Nullable RequestShape shape) {

        /// @return null where nothing is served
        static @Nullable Service at(String path) {
            if (path.endsWith("/chat/completions")) {
                return new Service(new OpenAiDialect(), RequestShape.CHAT);
            }
            if (path.endsWith("/responses")) {
                return new Service(new ResponsesDialect(), RequestShape.RESPONSES);
            }
            if (path.endsWith("/embeddings")) {
                return new Service(new OpenAiDialect(), null);
            }
            if (path.endsWith(":embedContent") || path.endsWith(":batchEmbedContents")) {
                return new Service(new GeminiDialect(), null);
            }
            if (path.endsWith("/messages")) {
                return new Service(new AnthropicDialect(), RequestShape.MESSAGES);
            }
            if (path.endsWith("/converse") || path.endsWith("/converse-stream")) {
                return new Service(new ConverseDialect(), RequestShape.CONVERSE);
            }
            boolean gemini =
                    path.endsWith(":generateContent") || path.endsWith(":streamGenerateContent");
            return gemini ? new Service(new GeminiDialect(), RequestShape.GEMINI) : null;
        }
    }

    private void receive(HttpServerRequest request) {
        String path = String.valueOf(request.path());
        Service service = Service.at(path);
        if (service == null || !request.method().name().equals("POST")) {
            fail(request.response(), new OpenAiDialect(), 404, "Not found: " + path);
            return;
        }
        long ordinal = requests.incrementAndGet();
        HttpServerResponse response = request.response();
        response.exceptionHandler(gone -> {});
        response.closeHandler(closed -> noticeClose(response));
        if (!keyFits(request)) {
            fail(response, service.dialect(), 401, "Incorrect API key provided.");
            return;
        }
        Buffer body = Buffer.buffer();
        request.handler(part -> {
            if (body.length() + part.length() <= MAX_BODY_BYTES) {
                body.appendBuffer(part);
            }
        });
        request.endHandler(end -> {
            try {
                serve(request, service, body.getBytes(), ordinal);
            } catch (IllegalArgumentException e) {
                fail(response, service.dialect(), 400, String.valueOf(e.getMessage()));
            }
        });
    }

    private void serve(HttpServerRequest request, Service service, byte[] body, long ordinal) {
        HttpServerResponse response = request.response();
        RequestShape shape = service.shape();
        if (shape == null) {
            String embeddings = service.dialect().embeddings(body);
            whenArrived.run();
            after(simulation.firstMillis(), () -> answer(response, embeddings));
            return;
        }
        var call = SimulatedCall.read(body, shape, request.uri());
        whenArrived.run();
        after(simulation.firstMillis(), () -> answer(response, service.dialect(), call, ordinal));
    }

    private void answer(HttpServerResponse response, String json) {
        response.putHeader("Content-Type", "application/json").end(json);
        answered.incrementAndGet();
    }

    private boolean keyFits(HttpServerRequest request) {
        return simulation.key().isEmpty()
                || ("Bearer " + simulation.key()).equals(request.getHeader("Authorization"))
                || simulation.key().equals(request.getHeader("x-api-key"))
                || simulation.key().equals(request.getHeader("x-goog-api-key"))
                || simulation.key().equals(request.getHeader("api-key"));
    }

    private void noticeClose(HttpServerResponse response) {
        if (!response.ended()) {
            abandoned.incrementAndGet();
            whenAbandoned.run();
        }
    }

    private void answer(
            HttpServerResponse response, Dialect dialect, SimulatedCall call, long ordinal) {
        Script script = call.script();
        if (script.silence() == Script.Silence.HEAD || response.closed()) {
            return;
        }
        if (script.status() >= 400) {
            fail(response, dialect, script.status(), "The simulated provider was told to fail.");
            return;
        }
        Reply reply = Reply.to(call, simulation.seed(), ordinal, cache);
        response.putHeader("x-request-id", "req_" + reply.serial());
        if (call.stream()) {
            response.setChunked(true).putHeader("Content-Type", dialect.streamType());
            List<Buffer> events =
                    dialect.events(reply, simulation.tokensPerChunk(), call.includeUsage());
            boolean whole = script.silence() == Script.Silence.NONE;
            send(
                    response,
                    whole ? events : events.subList(0, events.size() / 2),
                    0,
                    () -> end(response, script.silence()));
        } else if (script.silence() == Script.Silence.NONE) {
            answer(response, dialect.whole(reply));
        } else if (script.silence() == Script.Silence.CUT) {
            cut(response);
        }
    }

    /// What follows the last event of a stream that is sent.
    private void end(HttpServerResponse response, Script.Silence silence) {
        switch (silence) {
            case NONE -> {
                response.end();
                answered.incrementAndGet();
            }
            case CUT -> cut(response);
            case HEAD, MIDDLE -> {}
        }
    }

    /// Closes the connection in the next turn, when what was written is on its way.
    private void cut(HttpServerResponse response) {
        response.closeHandler(closed -> {});
        vertx.runOnContext(turn -> response.reset());
    }

    /// Sends the events from `next` on, one at a time, each after its pause.
    private void send(HttpServerResponse response, List<Buffer> events, int next, Runnable end) {
        int i = next;
        do {
            if (response.closed()) {
                return;
            }
            if (i == events.size()) {
                end.run();
                return;
            }
            response.write(events.get(i));
            i++;
        } while (simulation.chunkMillis() == 0);
        int rest = i;
        after(simulation.chunkMillis(), () -> send(response, events, rest, end));
    }

    private void fail(HttpServerResponse response, Dialect dialect, int status, String message) {
        dialect.errorHeaders(status).forEach(response::putHeader);
        response.setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(dialect.error(status, message));
        answered.incrementAndGet();
    }

    private void after(int millis, Runnable action) {
        if (millis == 0) {
            action.run();
        } else {
            vertx.setTimer(millis, timer -> action.run());
        }
    }
}
