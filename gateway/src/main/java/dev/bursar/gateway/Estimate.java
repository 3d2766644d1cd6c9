package dev.bursar.gateway;

import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Unit;
import dev.bursar.pricing.Price;
import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.TokenUsage;
import java.util.Map;
import java.util.TreeMap;

/// What a call may use at most, before it is made.
///
/// @param exact whether input tokens were counted, rather than bounded by the bytes of the body
/// @param asked in every unit that a call is reserved in
record Estimate(long inputTokens, long outputTokens, boolean exact, Amounts asked) {

    /// A call that declares tools may end in a tool call, so one is reserved: a budget of ten tool
    /// calls lets nothing pass that could lead to the eleventh.
    static Estimate of(
            CallRequest request, Price price, long inputTokens, long outputTokens, boolean exact) {
        Map<Unit, Long> asked = new TreeMap<>();
        asked.put(Unit.USD_MICROCENTS, cost(request, price, inputTokens, outputTokens));
        asked.put(Unit.TOKENS, Math.min(inputTokens + outputTokens, Amounts.MAX_VALUE));
        asked.put(Unit.CALLS, 1L);
        asked.put(Unit.SLOTS, 1L);
        if (request.tools()) {
            asked.put(Unit.TOOL_CALLS, 1L);
        }
        return new Estimate(inputTokens, outputTokens, exact, Amounts.of(asked));
    }

    /// The least that the call may use, if its input is nothing: while that fits, counting may help.
    Amounts atLeast(CallRequest request, Price price) {
        return exact
                ? Amounts.NONE
                : Amounts.of(
                        Map.of(
                                Unit.USD_MICROCENTS,
                                cost(request, price, 0, outputTokens),
                                Unit.TOKENS,
                                outputTokens));
    }

    private static long cost(CallRequest request, Price price, long input, long output) {
        TokenClass kind =
                switch (request.cacheWrite()) {
                    case NONE -> TokenClass.INPUT;
                    case FIVE_MINUTES -> TokenClass.CACHE_WRITE_5M;
                    case ONE_HOUR -> TokenClass.CACHE_WRITE_1H;
                };
        TokenUsage usage = TokenUsage.of(0, output).with(kind, input);
        try {
            return Math.min(price.cost(usage).microcents(), Amounts.MAX_VALUE);
        } catch (ArithmeticException e) {
            return Amounts.MAX_VALUE;
        }
    }
}
