package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.pricing.TokenUsage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends the hold of a forwarded call: by what the provider says the call used, by an estimate where it
/// does not say, or with all of it. Knows nothing of the client and keeps no body. Not thread-safe.
final class Bill {

    private static final Logger LOG = LoggerFactory.getLogger(Bill.class);

    private final Wiring wiring;
    private final Route route;
    private final CallHold hold;
    private final CallRecord record;
    private final String decision;

    Bill(Wiring wiring, Shape shape, CallHold hold, CallRecord record) {
        this.wiring = wiring;
        this.route = shape.route();
        this.hold = hold;
        this.record = record;
        this.decision = AnswerHeaders.decision(shape, hold);
    }

    Route route() {
        return route;
    }

    /// What is held for.
    Estimate held() {
        return hold.estimate();
    }

    String call() {
        return hold.call();
    }

    CallRecord record() {
        return record;
    }

    /// Whether an answer of a good status says that there was none.
    static boolean isError(AnswerReader reader) {
        return reader.failed && reader.usage == null && reader.text.chars() == 0;
    }

    /// @param estimate of the usage, from what the provider has told of it, which may be nothing
    Settlement settle(
            String status,
            AnswerReader reader,
            Function<@Nullable TokenUsage, TokenUsage> estimate) {
        TokenUsage billed = reader.billed();
        if (billed == null) {
            warnOfImplausible(reader);
            wiring.meter().estimated(route.provider().name(), route.model());
        }
        Settlement settlement =
                Settlement.of(
                        route,
                        reader,
                        billed == null ? estimate.apply(reader.usage) : billed,
                        billed != null,
                        model -> wiring.routes().price(route.provider(), model, route.at()));
        settlement.describe(describe(status, reader).withoutTokens(), route.priced());
        hold.commit(settlement.actual(), record.attribution());
        return settlement;
    }

    /// Returns what was held: another attempt follows, or nothing was produced.
    void release(String status, AnswerReader reader) {
        hold.release(describe(status, reader).withoutTokens().attribution());
    }

    /// Spends all that was held: the provider was asked, and what it did cannot be known. The record keeps
    /// the estimate.
    ///
    /// @return whether the hold had not ended before
    boolean charge(String status, AnswerReader reader) {
        wiring.meter().estimated(route.provider().name(), route.model());
        return hold.charge(describe(status, reader).attribution());
    }

    /// Like [#charge], after a mistake of ours, and without asking anybody anything.
    boolean abandon() {
        return hold.charge(record.label("status", "failed").attribution());
    }

    private void warnOfImplausible(AnswerReader reader) {
        if (reader.implausible() > 0) {
            LOG.warn(
                    "event=implausible_usage call={} provider={} model={} tokens={} most={}",
                    hold.call(),
                    route.provider().name(),
                    route.model(),
                    reader.implausible(),
                    hold.estimate().believableTokens());
        }
    }

    private CallRecord describe(String status, AnswerReader reader) {
        return record.label("status", status)
                .label("decision", decision)
                .label("response_model", reader.model)
                .label("stop_reason", reader.stopReason)
                .label("service_tier", reader.serviceTier);
    }
}
