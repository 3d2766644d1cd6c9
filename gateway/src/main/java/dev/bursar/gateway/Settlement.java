package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Unit;
import dev.bursar.pricing.Cost;
import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.TokenUsage;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a call took, in every unit: the provider's own count where there is one, else an estimate that
/// is marked as such.
///
/// @param usage by class
/// @param beside tokens billed beside `usage` (compaction), or null
/// @param cost of both
record Settlement(
        TokenUsage usage,
        @Nullable TokenUsage beside,
        long costMicrocents,
        Cost cost,
        int toolCalls,
        boolean exact) {

    /// From the provider's usage.
    static Settlement exact(Route route, AnswerReader reader, TokenUsage usage) {
        return of(route, reader, usage, reader.beside(), true);
    }

    /// From what is known without the provider's last word. A stream may have told its input, and less
    /// output than what was seen of it.
    ///
    /// @param inputTokens what the input is taken for when the provider did not say
    /// @param outputTokens what the output seen so far is taken for
    static Settlement estimated(
            Route route, AnswerReader reader, long inputTokens, long outputTokens) {
        TokenUsage told = reader.usage;
        TokenUsage usage =
                told == null || told.input() == 0
                        ? TokenUsage.of(inputTokens, outputTokens)
                        : told.with(
                                TokenClass.OUTPUT,
                                Math.max(told.get(TokenClass.OUTPUT), outputTokens));
        return of(route, reader, usage, reader.beside(), false);
    }

    private static Settlement of(
            Route route,
            AnswerReader reader,
            TokenUsage usage,
            @Nullable TokenUsage beside,
            boolean exact) {
        Cost cost = route.price().cost(usage);
        long besideCost = beside == null ? 0 : route.price().cost(beside).microcents();
        return new Settlement(
                usage, beside, cost.microcents() + besideCost, cost, reader.toolCalls(), exact);
    }

    Amounts actual() {
        long tokens = usage.total() + (beside == null ? 0 : beside.total());
        Map<Unit, Long> actual = new TreeMap<>();
        actual.put(Unit.USD_MICROCENTS, Math.min(costMicrocents, Amounts.MAX_VALUE));
        actual.put(Unit.TOKENS, Math.min(tokens, Amounts.MAX_VALUE));
        actual.put(Unit.CALLS, 1L);
        if (toolCalls > 0) {
            actual.put(Unit.TOOL_CALLS, (long) toolCalls);
        }
        return Amounts.of(actual);
    }

    CallRecord describe(CallRecord record, boolean priced) {
        if (beside != null) {
            record.number("tokens_compaction_input", beside.input())
                    .number("tokens_compaction_output", beside.output())
                    .number("cost_compaction_microcents", costMicrocents - cost.microcents());
        }
        return record.usage(usage, cost)
                .label("provenance", !exact ? "estimated" : priced ? "priced" : "unpriced");
    }
}
