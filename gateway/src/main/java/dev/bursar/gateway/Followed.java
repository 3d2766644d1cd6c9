package dev.bursar.gateway;

import dev.bursar.gateway.breaker.Watch;
import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.TokenUsage;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// A response that goes on at its provider after its call has ended, and what it takes to settle it.
/// Nothing of the client, its body or its connection.
///
/// @param id of the response
/// @param bill the hold of the call
/// @param headers of the call, as they went to the provider
/// @param untilNanos when its time is over, as `System.nanoTime`
/// @param seen what it took up to then, as far as its call could see it: the least that an estimate charges
/// @param mostOutput that an estimate may charge
/// @param pieces what a stream holds beside its hold, or null
/// @param watch of its run, or null
/// @param stop whether the gateway is to end it, as no budget has more for it
record Followed(
        String id,
        Bill bill,
        ProviderSettings provider,
        MultiMap headers,
        long untilNanos,
        TokenUsage seen,
        long mostOutput,
        @Nullable Allowance pieces,
        @Nullable Watch watch,
        boolean stop) {

    RequestOptions ask() {
        return Upstream.followUp(
                provider, HttpMethod.GET, provider.responsePath("/" + id), headers);
    }

    RequestOptions cancel() {
        return Upstream.followUp(
                provider, HttpMethod.POST, provider.responsePath("/" + id + "/cancel"), headers);
    }

    long leftNanos() {
        return untilNanos - System.nanoTime();
    }

    /// By what the provider says of the response at its end. One that failed without a word of what it took
    /// is free, unless its client has got some of it.
    void settle(String status, ResponsesReader reader, Wiring wiring) {
        tellRun(reader, wiring.clock());
        if (Bill.isError(reader) && seen.output() == 0) {
            bill.release(status, reader);
        } else {
            bill.settle(status, reader, usage -> estimate(usage, reader, wiring.estimator()));
        }
        endPieces(false);
    }

    /// With all that was held, the pieces included: what the response took is not known.
    void charge(String status, ResponsesReader reader, InstantSource clock) {
        tellRun(reader, clock);
        endPieces(bill.charge(status, reader));
    }

    /// With all that was held and was not settled before, after a mistake of ours.
    void abandon() {
        endPieces(bill.abandon());
    }

    private TokenUsage estimate(
            @Nullable TokenUsage usage, ResponsesReader reader, Estimator estimator) {
        long shown = Math.min(estimator.producedTokens(bill.route(), reader.text), mostOutput);
        return Settlement.estimate(
                usage == null ? seen : usage,
                seen.input(),
                Math.max(shown, seen.get(TokenClass.OUTPUT)));
    }

    private void tellRun(ResponsesReader reader, InstantSource clock) {
        if (watch != null) {
            boolean answered = reader.end() != null && !reader.failed;
            RunGuard.tell(watch, answered, reader, clock);
        }
    }

    /// @param charged whether the hold that they are beside was spent as held
    private void endPieces(boolean charged) {
        if (pieces == null) {
            return;
        }
        if (charged) {
            pieces.charge();
        } else {
            pieces.close();
        }
    }
}
