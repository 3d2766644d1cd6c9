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

    /// How many times the tokens that were held a provider may report and be believed.
    private static final long BEYOND_BOUND = 16;

    /// What a call may read that its request does not show, such as files and pages that are searched.
    private static final long UNSEEN_TOKENS = 2_000_000;

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
        TokenUsage told = believed(reader);
        boolean exact = reader.usageFinal && told != null;
        if (!exact) {
            wiring.meter().estimated(route.provider().name(), route.model());
        }
        Settlement settlement =
                Settlement.of(
                        route,
                        reader,
                        told != null && exact ? told : estimate.apply(told),
                        exact,
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

    /// What the provider said it used, or null. Nothing used says nothing, and a count far beyond what could
    /// be asked for is a mistake: believed, one answer would spend a month's budget.
    @Nullable TokenUsage believed(AnswerReader reader) {
        TokenUsage told = reader.usage;
        if (told == null || told.total() == 0) {
            return null;
        }
        Estimate bound = hold.estimate();
        long most = BEYOND_BOUND * (bound.inputTokens() + bound.outputTokens()) + UNSEEN_TOKENS;
        if (told.total() <= most) {
            return told;
        }
        LOG.warn(
                "event=implausible_usage call={} provider={} model={} tokens={} most={}",
                hold.call(),
                route.provider().name(),
                route.model(),
                told.total(),
                most);
        return null;
    }

    private CallRecord describe(String status, AnswerReader reader) {
        return record.label("status", status)
                .label("decision", decision)
                .label("response_model", reader.model)
                .label("stop_reason", reader.stopReason)
                .label("service_tier", reader.serviceTier);
    }
}
