package dev.bursar.gateway;

import dev.bursar.gateway.CallRequest.Tools;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Unit;
import dev.bursar.pricing.Price;
import dev.bursar.pricing.TokenClass;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What a call may use at most, before it is made.
///
/// @param exact whether input tokens were counted, rather than bounded by the bytes of the body
/// @param asked in every unit that a call is reserved in
record Estimate(long inputTokens, long outputTokens, boolean exact, Amounts asked) {

    /// The largest quantity of one unit in one call: 10^15, which is 10 million USD in microcents. So a
    /// price that overflows is still one that budgets without a limit can count.
    static final long MAX_QUANTITY = 1_000_000_000_000_000L;

    /// How many times the tokens that were held a provider may report and be believed.
    private static final long BEYOND_BOUND = 16;

    /// What a call may read that its request does not show, such as files and pages that are searched.
    private static final long UNSEEN_TOKENS = 2_000_000;

    /// A call that offers tools may end in a tool call, so one is reserved: a budget of ten tool
    /// calls lets nothing pass that could lead to the eleventh.
    static Estimate of(
            CallRequest request, Price price, long inputTokens, long outputTokens, boolean exact) {
        Map<Unit, Long> asked = new TreeMap<>();
        asked.put(Unit.USD_MICROCENTS, cost(request, price, inputTokens, outputTokens));
        asked.put(Unit.TOKENS, Math.min(inputTokens + outputTokens, MAX_QUANTITY));
        asked.put(Unit.CALLS, 1L);
        asked.put(Unit.SLOTS, 1L);
        if (request.tools() == Tools.OFFERED) {
            asked.put(Unit.TOOL_CALLS, 1L);
        }
        return new Estimate(inputTokens, outputTokens, exact, Amounts.of(asked));
    }

    /// The most tokens that a provider may report of the call, input and output together, and be believed.
    long believableTokens() {
        return BEYOND_BOUND * (inputTokens + outputTokens) + UNSEEN_TOKENS;
    }

    /// Of a call that may not end in a tool call.
    Estimate withoutToolCalls() {
        Map<Unit, Long> rest = new TreeMap<>();
        for (Unit unit : asked.units()) {
            if (!unit.equals(Unit.TOOL_CALLS)) {
                rest.put(unit, asked.get(unit));
            }
        }
        return new Estimate(inputTokens, outputTokens, exact, Amounts.of(rest));
    }

    /// What the call takes at least, when its output may be bounded lower.
    Amounts atLeast(CallRequest request, Price price, long output) {
        long fewest = Math.min(output, outputTokens);
        return Amounts.of(
                Map.of(
                        Unit.USD_MICROCENTS,
                        cost(request, price, inputTokens, fewest),
                        Unit.TOKENS,
                        Math.min(inputTokens + fewest, MAX_QUANTITY)));
    }

    /// The most output tokens that `held` pays for beside the input.
    long affordableOutput(CallRequest request, Price price, Amounts held) {
        long most = Math.min(outputTokens, held.get(Unit.TOKENS) - inputTokens);
        long fits = 0;
        for (long above = most + 1; fits + 1 < above; ) {
            long middle = (fits + above) >>> 1;
            if (cost(request, price, inputTokens, middle) <= held.get(Unit.USD_MICROCENTS)) {
                fits = middle;
            } else {
                above = middle;
            }
        }
        return fits;
    }

    /// With less output, for what is held.
    Estimate clamped(long output, Amounts held) {
        return new Estimate(inputTokens, output, exact, held);
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
        try {
            return Math.min(price.upperBound(classes(request), input, output), MAX_QUANTITY);
        } catch (ArithmeticException e) {
            return MAX_QUANTITY;
        }
    }

    /// What the tokens of the call may be billed as. Output may be of any class that the model has a rate
    /// for; audio and pictures in the input are seen in the request, and so are cache writes.
    private static Set<TokenClass> classes(CallRequest request) {
        Set<TokenClass> classes =
                EnumSet.of(
                        TokenClass.INPUT,
                        TokenClass.OUTPUT,
                        TokenClass.REASONING,
                        TokenClass.AUDIO_OUTPUT,
                        TokenClass.IMAGE_OUTPUT);
        switch (request.cacheWrite()) {
            case NONE -> {}
            case FIVE_MINUTES -> classes.add(TokenClass.CACHE_WRITE_5M);
            case ONE_HOUR -> classes.add(TokenClass.CACHE_WRITE_1H);
        }
        if (request.images() > 0 || request.hiddenInput()) {
            classes.add(TokenClass.IMAGE_INPUT);
        }
        if (request.hiddenInput()) {
            classes.add(TokenClass.AUDIO_INPUT);
        }
        return classes;
    }
}
