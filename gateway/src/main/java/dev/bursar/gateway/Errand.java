package dev.bursar.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// One small request of the gateway's own to a provider, bounded in time and size. Everything here runs
/// on one event loop.
final class Errand {

    /// Enough for an answer of a few words.
    static final int SMALL_BYTES = 256 * 1024;

    /// @param status 0 when there is no whole answer
    /// @param sent whether the provider may have begun to work
    record Result(int status, Buffer body, boolean sent) {}

    /// Of one that was not run.
    static final Result NOTHING = new Result(0, Buffer.buffer(), false);

    private final Vertx vertx;
    private final Upstream upstream;
    private final ProviderSettings provider;
    private final int mostBytes;
    private final CompletableFuture<Result> result = new CompletableFuture<>();
    private final Buffer body = Buffer.buffer();
    private @Nullable HttpClientRequest request;
    private long timer;

    /// @param mostBytes of the answer; one that is longer counts as none
    Errand(Vertx vertx, Upstream upstream, ProviderSettings provider, int mostBytes) {
        this.vertx = vertx;
        this.upstream = upstream;
        this.provider = provider;
        this.mostBytes = mostBytes;
    }

    /// Completed within the patience given to [#start].
    CompletableFuture<Result> result() {
        return result;
    }

    void start(RequestOptions options, Buffer question, Duration patience) {
        timer = vertx.setTimer(Math.max(1, patience.toMillis()), _ -> end(0));
        upstream.pool()
                .request(options)
                .onSuccess(opened -> opened(opened, question))
                .onFailure(_ -> end(0));
    }

    private void opened(HttpClientRequest opened, Buffer question) {
        opened.exceptionHandler(_ -> end(0));
        opened.connection().exceptionHandler(_ -> {});
        String address = opened.connection().remoteAddress().hostAddress();
        if (result.isDone() || !Reach.allows(provider, address)) {
            opened.reset();
            end(0);
            return;
        }
        request = opened;
        opened.send(question).onSuccess(this::answered).onFailure(_ -> end(0));
    }

    private void answered(HttpClientResponse head) {
        head.exceptionHandler(_ -> end(0));
        head.handler(chunk -> {
            if (body.length() + chunk.length() > mostBytes) {
                end(0);
            } else {
                body.appendBuffer(chunk);
            }
        });
        head.endHandler(_ -> end(head.statusCode()));
    }

    private void end(int status) {
        if (result.isDone()) {
            return;
        }
        vertx.cancelTimer(timer);
        result.complete(new Result(status, body, request != null));
        if (status == 0 && request != null) {
            request.reset();
        }
    }
}
