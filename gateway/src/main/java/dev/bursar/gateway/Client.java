package dev.bursar.gateway;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The client's side of a call. Methods are for its event loop unless they say otherwise.
final class Client {

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Context context;

    /// Read by the thread of the call, too.
    private volatile boolean gone;

    private boolean ended;
    private @Nullable Runnable onGone;

    /// Watches the connection from the first moment: a handler set later misses what came before.
    Client(Vertx vertx, HttpServerRequest request) {
        this.request = request;
        this.response = request.response();
        this.context = vertx.getOrCreateContext();
        // Resets are part of the day: without a handler each would be logged as an error.
        request.connection().exceptionHandler(_ -> {});
        request.exceptionHandler(_ -> hungUp());
        response.exceptionHandler(_ -> hungUp());
        response.closeHandler(_ -> hungUp());
    }

    HttpServerRequest request() {
        return request;
    }

    /// From any thread.
    boolean gone() {
        return gone;
    }

    /// Runs something on the event loop, from any thread.
    void onLoop(Runnable action) {
        context.runOnContext(_ -> action.run());
    }

    /// @param action run once, when the client hangs up before its answer has ended
    void onGone(Runnable action) {
        onGone = action;
        if (gone) {
            action.run();
        }
    }

    /// Lets the calling thread wait, but no longer than the client does. For a thread of the call, before
    /// [#onGone].
    void awaitGone(Duration atMost) {
        CountDownLatch latch = new CountDownLatch(1);
        onLoop(() -> onGone(latch::countDown));
        try {
            boolean _ = latch.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    HttpServerResponse response() {
        return response;
    }

    /// Sends a whole answer, or breaks off the one that has begun.
    void answer(int status, Map<String, String> headers, Buffer body) {
        if (gone || ended) {
            return;
        }
        ended = true;
        if (response.headWritten()) {
            response.reset();
            return;
        }
        response.setStatusCode(status);
        headers.forEach(response::putHeader);
        response.end(body);
    }

    /// Begins an answer of unknown length. HTTP/1.0 knows no chunks: the end of the connection ends it.
    void begin(int status) {
        response.setStatusCode(status);
        switch (request.version()) {
            case HTTP_1_0 -> response.putHeader("Connection", "close");
            // Once they are out, nobody asks for the headers again: the answer may be open for
            // long.
            case HTTP_1_1 ->
                    response.setChunked(true)
                            .writeHead()
                            .onSuccess(_ -> response.headers().clear());
            case HTTP_2, HTTP_3 -> response.writeHead();
        }
    }

    void end() {
        if (!gone && !ended) {
            ended = true;
            response.end();
        }
    }

    private void hungUp() {
        if (gone || ended) {
            return;
        }
        gone = true;
        if (onGone != null) {
            onGone.run();
        }
    }
}
