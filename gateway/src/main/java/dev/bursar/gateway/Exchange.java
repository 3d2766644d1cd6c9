package dev.bursar.gateway;

import dev.bursar.gateway.GatewaySettings.ClientGone;
import dev.bursar.gateway.translate.TranslationException;
import io.vertx.core.AsyncResult;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.RequestOptions;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// One request to a provider and its answer. Everything here runs on the event loop of the client's
/// connection, and only moves bytes; the call waits for the [Ending].
///
/// Streams are sent on as they come. Other answers are kept, as their cost goes into the headers, until
/// they pass [#MAX_KEPT_BYTES]; then they are sent on like a stream.
final class Exchange {

    static final int MAX_KEPT_BYTES = 16 * 1024 * 1024;

    private static final int MAX_UNSENT_BYTES = 16 * 1024;

    private static final String TOO_LARGE =
            "answered with more than " + MAX_KEPT_BYTES + " bytes, too many to translate";

    /// Vert.x reads them when an answer has ended.
    private static final List<String> OF_THE_CONNECTION = List.of("connection", "keep-alive");

    /// The label of an exchange that ended because the gateway closes.
    static final String SHUT_DOWN = "shut_down";

    private final Upstream upstream;
    private final Client client;
    private final ProviderSettings provider;
    private final ClientGone policy;
    private final Relay relay;
    private final @Nullable Allowance allowance;
    private final Patience patience;
    private final CompletableFuture<Ending> ending = new CompletableFuture<>();

    private @Nullable HttpClientRequest request;
    private @Nullable HttpClientResponse response;

    /// Until the head of the answer is sent.
    private Map<String, String> answerHeaders;

    /// Made when there is something to keep.
    private @Nullable Buffer kept;

    /// What the event loop has read and not sent yet, see [#send].
    private @Nullable Buffer unsent;

    private boolean headSent;
    private boolean paused;
    private boolean draining;

    /// Whether somebody asks for more room, or there is none and the stream is about to be stopped.
    private boolean asking;

    private boolean stopping;
    private long drained;
    private long sentNanos;
    private long firstByteNanos;

    Exchange(
            Vertx vertx,
            Upstream upstream,
            Client client,
            ProviderSettings provider,
            ClientGone policy,
            Map<String, String> answerHeaders,
            Relay relay,
            @Nullable Allowance allowance) {
        this.upstream = upstream;
        this.client = client;
        this.provider = provider;
        this.policy = policy;
        this.answerHeaders = answerHeaders;
        this.relay = relay;
        this.allowance = allowance;
        this.patience =
                new Patience(
                        vertx,
                        provider,
                        this::waitsFor,
                        () -> fail(Refusal.PROVIDER_TIMEOUT, "timeout", "did not answer in time"),
                        () -> guarded(this::watch));
    }

    /// When the request was handed to the network (`System.nanoTime`), 0 when it never was. Valid once
    /// the exchange has ended.
    long sentNanos() {
        return sentNanos;
    }

    /// When the head of the answer came, 0 when it never did.
    long firstByteNanos() {
        return firstByteNanos;
    }

    /// When the last of the answer came.
    long lastNanos() {
        return patience.lastNanos();
    }

    /// Bytes of an answer that was kept and broke off.
    long keptBytes() {
        return kept == null ? 0 : kept.length();
    }

    /// Completed on the event loop.
    CompletableFuture<Ending> ending() {
        return ending;
    }

    /// @param options whose headers are taken out, to be in the request alone: Vert.x keeps the options until the
    ///     answer ends
    void start(RequestOptions options, Buffer body) {
        guarded(() -> open(options, body));
    }

    private void open(RequestOptions options, Buffer body) {
        patience.begin();
        client.onGone(() -> guarded(this::clientGone));
        if (!ending.isDone()) {
            patience.watch();
            MultiMap headers = options.getHeaders();
            options.setHeaders(null);
            upstream.pool()
                    .request(options)
                    .onComplete(opened -> guarded(() -> connected(opened, headers, body)));
        }
    }

    /// Ends the exchange from outside, when the gateway closes.
    void abort() {
        guarded(() ->
                fail(Refusal.PROVIDER_UNREACHABLE, SHUT_DOWN, "the gateway is shutting down"));
    }

    private void connected(
            AsyncResult<HttpClientRequest> connected, @Nullable MultiMap headers, Buffer body) {
        if (connected.failed()) {
            String reason = String.valueOf(connected.cause().getMessage());
            fail(Refusal.PROVIDER_UNREACHABLE, "connect_failed", "cannot be reached: " + reason);
            return;
        }
        HttpClientRequest opened = connected.result();
        // What goes wrong is told by the answer's future; without handlers it would be logged, too.
        opened.exceptionHandler(_ -> {});
        opened.connection().exceptionHandler(_ -> {});
        if (ending.isDone()) {
            opened.reset();
            return;
        }
        if (!Reach.allows(provider, opened.connection().remoteAddress().hostAddress())) {
            opened.reset();
            String what = "has a private address, which its configuration does not allow";
            fail(Refusal.PROVIDER_UNREACHABLE, "address_refused", what);
            return;
        }
        request = opened;
        if (headers != null) {
            opened.headers().addAll(headers);
        }
        patience.moved();
        sentNanos = patience.lastNanos();
        opened.send(body).onComplete(answer -> guarded(() -> answered(answer)));
    }

    private void answered(AsyncResult<HttpClientResponse> answered) {
        if (ending.isDone()) {
            return;
        }
        if (answered.failed()) {
            broken();
            return;
        }
        HttpClientResponse head = answered.result();
        head.exceptionHandler(_ -> guarded(this::broken));
        if (head.statusCode() < HttpURLConnection.HTTP_OK) {
            // 100 and 103 never come here. Of others the answer that follows would be lost.
            String what = "sent status " + head.statusCode() + " in place of an answer";
            fail(Refusal.PROVIDER_UNREACHABLE, "broken_off", what);
            return;
        }
        if (head.getHeader(HttpHeaders.LOCATION) != null && head.statusCode() / 100 == 3) {
            // A client that followed it would go past the gateway, and take its key of ours there.
            String what = "sent a redirect (" + head.statusCode() + "), which is never followed";
            fail(Refusal.PROVIDER_UNREACHABLE, "redirected", what);
            return;
        }
        response = head;
        patience.moved();
        firstByteNanos = patience.lastNanos();
        head.handler(chunk -> guarded(() -> chunk(chunk)));
        head.endHandler(_ -> guarded(this::complete));
        patience.watch();
        if (isGood() && streams(head) && !draining) {
            sendHead();
        }
    }

    private void chunk(Buffer chunk) {
        if (ending.isDone()) {
            return;
        }
        patience.moved();
        if (draining) {
            drained += chunk.length();
            if (policy instanceof ClientGone.Drain drain && drained > drain.bytes()) {
                cut(gone(false));
                return;
            }
        }
        if (!headSent && !draining && isGood() && kept == null && relay.isBegunBy(chunk)) {
            sendHead();
        }
        if (headSent) {
            send(relay.pass(chunk));
            holdToAllowance();
        } else if (draining && response != null && streams(response)) {
            relay.pass(chunk);
        } else {
            keep(chunk);
        }
    }

    /// A stream that has passed what is held for it waits until more is held, or is stopped.
    private void holdToAllowance() {
        Allowance may = allowance;
        if (stopping) {
            stop();
        } else if (may != null && !asking && relay.isStream() && may.isUsedUp()) {
            asking = true;
            Objects.requireNonNull(response).pause();
            Thread.startVirtualThread(() -> {
                boolean more = may.more();
                client.onLoop(() -> guarded(() -> asked(more)));
            });
        }
    }

    private void asked(boolean more) {
        asking = false;
        patience.moved();
        if (ending.isDone()) {
            return;
        }
        patience.watch();
        if (more) {
            holdToAllowance();
        } else {
            stopping = true;
            stop();
        }
        if (!ending.isDone() && !asking && !paused) {
            Objects.requireNonNull(response).resume();
        }
    }

    /// Between two events only: a client cannot use half of one.
    private void stop() {
        if (relay.betweenEvents()) {
            cut(new Ending.Stopped());
        }
    }

    private void keep(Buffer chunk) {
        Buffer all = kept().appendBuffer(chunk);
        if (all.length() > MAX_KEPT_BYTES) {
            if (relay.translates()) {
                fail(Refusal.PROVIDER_UNREACHABLE, "too_large", TOO_LARGE);
                return;
            }
            kept = null;
            relay.unscanned();
            sendHead();
            send(relay.pass(all));
        }
    }

    private Buffer kept() {
        Buffer begun = kept;
        if (begun == null) {
            begun = Buffer.buffer();
            kept = begun;
        }
        return begun;
    }

    private void complete() {
        patience.moved();
        HttpClientResponse answer = response;
        if (ending.isDone() || answer == null) {
            return;
        }
        if (draining) {
            end(gone(true));
        } else if (headSent) {
            send(relay.rest());
            end(new Ending.Relayed(answer.statusCode()));
        } else {
            end(new Ending.Answered(answer.statusCode(), answer.headers(), kept()));
        }
    }

    private void sendHead() {
        HttpClientResponse head = response;
        if (head == null || headSent) {
            return;
        }
        headSent = true;
        if (client.gone()) {
            return;
        }
        Headers.toClient(head.headers(), client.response().headers());
        answerHeaders.forEach(client.response()::putHeader);
        client.begin(head.statusCode());
        letGo(head);
    }

    /// A stream may be open for long, and thousands are: nobody asks again for what was said before it, but for
    /// what becomes of the connection.
    private void letGo(HttpClientResponse head) {
        answerHeaders = Map.of();
        MultiMap headers = head.headers();
        for (String name : List.copyOf(headers.names())) {
            if (!OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
                headers.remove(name);
            }
        }
        head.request().headers().clear();
        client.request().headers().clear();
    }

    /// Passes bytes on when the event loop has read what is there: under load that is several events, and one
    /// packet for all of them takes far less than one for each.
    private void send(Buffer bytes) {
        if (bytes.length() == 0) {
            return;
        }
        Buffer before = unsent;
        if (before == null) {
            unsent = bytes;
            client.onLoop(() -> guarded(this::flush));
            return;
        }
        // A new one: what Vert.x has read may be a part of a larger buffer, and cannot grow.
        int length = before.length() + bytes.length();
        unsent = Buffer.buffer(length).appendBuffer(before).appendBuffer(bytes);
        if (length > MAX_UNSENT_BYTES) {
            flush();
        }
    }

    /// Sends what waits, and stops the provider while the client is slower.
    private void flush() {
        Buffer bytes = unsent;
        HttpClientResponse from = response;
        unsent = null;
        if (bytes == null || client.gone() || from == null) {
            return;
        }
        client.response().write(bytes);
        if (!paused && client.response().writeQueueFull()) {
            paused = true;
            from.pause();
            client.response().drainHandler(_ -> guarded(this::resume));
        }
    }

    private void resume() {
        HttpClientResponse from = response;
        if (paused && from != null && !ending.isDone()) {
            paused = false;
            patience.moved();
            patience.watch();
            if (!asking) {
                from.resume();
            }
        }
    }

    private void clientGone() {
        if (ending.isDone()) {
            return;
        }
        switch (policy) {
            case ClientGone.Drain drain when request != null -> {
                draining = true;
                patience.endIn(drain.atMost());
                patience.watch();
                resume();
            }
            case ClientGone.Drain _, ClientGone.Cancel _ -> cut(gone(false));
        }
    }

    private Ending gone(boolean whole) {
        int status = response == null ? 0 : response.statusCode();
        return new Ending.ClientGone(request != null, status, whole, kept());
    }

    private void broken() {
        fail(
                Refusal.PROVIDER_UNREACHABLE,
                "broken_off",
                response == null
                        ? "broke off before it answered"
                        : "broke off in the middle of its answer");
    }

    private void fail(Refusal refusal, String label, String what) {
        if (ending.isDone()) {
            return;
        }
        if (draining) {
            cut(gone(false));
            return;
        }
        if (headSent && relay.isWhole()) {
            // An error after the last event would turn a good answer into a failed one.
            send(relay.rest());
            cut(new Ending.Relayed(Objects.requireNonNull(response).statusCode()));
            return;
        }
        boolean answering = response != null && isGood();
        String message = "the provider " + provider.name() + " " + what;
        cut(new Ending.Failed(refusal, label, message, answering, headSent));
    }

    /// Ends the exchange and the provider's work for it.
    private void cut(Ending how) {
        end(how);
        if (request != null) {
            request.reset();
        }
    }

    private void end(Ending how) {
        flush();
        patience.end();
        relay.finish();
        ending.complete(how);
    }

    /// A mistake of ours must not leave the call waiting for its end: it fails with it. What cannot be
    /// translated is the provider's mistake.
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (TranslationException e) {
            fail(Refusal.PROVIDER_UNREACHABLE, Crossing.UNREADABLE, Crossing.unreadable(e));
        } catch (RuntimeException | Error bug) {
            ending.completeExceptionally(bug);
            patience.end();
            if (request != null) {
                request.reset();
            }
        }
    }

    private void watch() {
        if (!ending.isDone()) {
            patience.watch();
        }
    }

    private Patience.For waitsFor() {
        if (response == null) {
            return Patience.For.HEAD;
        }
        return paused || asking ? Patience.For.OURSELVES : Patience.For.PIECE;
    }

    private boolean isGood() {
        return response != null && response.statusCode() < Call.ERROR;
    }

    private boolean streams(HttpClientResponse head) {
        return relay.streams(head.getHeader("content-type"));
    }
}
