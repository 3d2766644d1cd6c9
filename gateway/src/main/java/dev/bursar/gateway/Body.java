package dev.bursar.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Collects the body of a request, within its bounds of size and time, and within what all bodies
/// together may take. On the event loop.
final class Body {

    /// A client that sends nothing for this long is not waited for.
    static final long IDLE_MILLIS = 30_000;

    /// An unwanted body is read and thrown away for this long, so that the client gets to read why.
    static final long DISCARD_MILLIS = 5_000;

    private final Vertx vertx;
    private final Client client;
    private final HttpServerRequest request;
    private final long maxBytes;
    private final BodyBytes bytes;
    private final Consumer<byte[]> whole;
    private final Consumer<Refusal> refused;

    private Buffer body = Buffer.buffer();
    private boolean over;
    private boolean progress;
    private long timer = -1;

    private Body(
            Vertx vertx,
            Client client,
            int maxBytes,
            BodyBytes bytes,
            Consumer<byte[]> whole,
            Consumer<Refusal> refused) {
        this.vertx = vertx;
        this.client = client;
        this.request = client.request();
        this.maxBytes = Math.min(maxBytes, bytes.most());
        this.bytes = bytes;
        this.whole = whole;
        this.refused = refused;
    }

    /// Neither is told anything when the client hangs up before the end of its body.
    ///
    /// @param bytes from which the body is taken; whoever receives it gives it back
    /// @param whole receives the body, once; or
    /// @param refused learns what is wrong with it, once
    static void read(
            Vertx vertx,
            Client client,
            int maxBytes,
            BodyBytes bytes,
            Consumer<byte[]> whole,
            Consumer<Refusal> refused) {
        new Body(vertx, client, maxBytes, bytes, whole, refused).start();
    }

    /// Throws the body away. Closes the connection when that takes too long.
    static void discard(Vertx vertx, HttpServerRequest request) {
        if (request.isEnded()) {
            return;
        }
        long timer = vertx.setTimer(DISCARD_MILLIS, _ -> request.connection().close());
        request.handler(_ -> {});
        request.endHandler(_ -> vertx.cancelTimer(timer));
    }

    private void start() {
        if (tooLarge(request.getHeader("content-length"))) {
            over = true;
            refused.accept(Refusal.BODY_TOO_LARGE);
            return;
        }
        request.handler(this::chunk);
        request.endHandler(_ -> end());
        watch();
        client.onGone(this::drop);
    }

    private boolean tooLarge(@Nullable String contentLength) {
        try {
            return contentLength != null && Long.parseLong(contentLength) > maxBytes;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private void chunk(Buffer chunk) {
        if (over) {
            return;
        }
        progress = true;
        if (body.length() + chunk.length() > maxBytes) {
            refuse(Refusal.BODY_TOO_LARGE);
        } else if (!bytes.take(chunk.length())) {
            refuse(Refusal.OVERLOADED);
        } else {
            body.appendBuffer(chunk);
        }
    }

    private void end() {
        if (!over) {
            over = true;
            vertx.cancelTimer(timer);
            byte[] all = body.getBytes();
            body = Buffer.buffer();
            // The request is there while its answer streams, and would keep this as long.
            request.handler(null);
            request.endHandler(null);
            whole.accept(all);
        }
    }

    private void refuse(Refusal refusal) {
        drop();
        refused.accept(refusal);
    }

    private void drop() {
        if (!over) {
            over = true;
            vertx.cancelTimer(timer);
            bytes.give(body.length());
            body = Buffer.buffer();
        }
    }

    private void watch() {
        timer =
                vertx.setTimer(
                        IDLE_MILLIS,
                        _ -> {
                            if (progress) {
                                progress = false;
                                watch();
                            } else if (!over) {
                                refuse(Refusal.BODY_TIMEOUT);
                            }
                        });
    }
}
