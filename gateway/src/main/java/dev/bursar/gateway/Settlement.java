package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Unit;
import dev.bursar.pricing.Cost;
import dev.bursar.pricing.Price;
import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.TokenUsage;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a call took, in every unit: the provider's own count where there is one, else an estimate that
/// is marked as such.
///
/// @param usage by class
/// @param cost of `usage`
/// @param beside all tokens billed beside `usage`
/// @param besideMicrocents their cost
/// @param tools names of the tools that the answer calls, with commas between, or empty
/// @param unpriced what the provider bills that is not in `cost`, in words, or empty
/// @param exact whether the provider said so
record Settlement(
        TokenUsage usage,
        Cost cost,
        TokenUsage beside,
        long besideMicrocents,
        int toolCalls,
        String tools,
        String unpriced,
        boolean exact) {

    /// @param prices of models of the same provider
    static Settlement of(
            Route route,
            AnswerReader reader,
            TokenUsage usage,
            boolean exact,
            Function<String, Optional<Price>> prices) {
        TokenUsage beside = TokenUsage.NONE;
        long besideMicrocents = 0;
        for (Beside more : reader.beside()) {
            String model = more.model();
            Price price = model == null ? route.price() : prices.apply(model).orElse(route.price());
            beside = beside.plus(more.usage());
            besideMicrocents += price.cost(more.usage()).microcents();
        }
        Cost cost = price(route, reader, prices).cost(usage);
        String unpriced =
                route.price().free()
                        ? ""
                        : reader.unpriced().entrySet().stream()
                                .map(part -> part.getKey() + "=" + part.getValue())
                                .collect(Collectors.joining(","));
        return new Settlement(
                usage,
                cost,
                beside,
                besideMicrocents,
                reader.toolCalls(),
                reader.tools(),
                unpriced,
                exact);
    }

    /// Behind a deployment of Azure is what its owner has put there, and may change, or a router that
    /// chooses for each call: the answer knows better.
    private static Price price(
            Route route, AnswerReader reader, Function<String, Optional<Price>> prices) {
        String model = reader.model;
        return route.provider().azure() == null || model == null || model.isEmpty()
                ? route.price()
                : prices.apply(model).orElse(route.price());
    }

    /// What is known without the provider's last word. A stream may have told its input, and less output
    /// than what was seen of it.
    ///
    /// @param told what the provider said so far, or null
    /// @param inputTokens what the input is taken for when the provider did not say
    /// @param outputTokens what the output seen so far is taken for
    static TokenUsage estimate(@Nullable TokenUsage told, long inputTokens, long outputTokens) {
        if (told == null) {
            return TokenUsage.of(inputTokens, outputTokens);
        }
        TokenUsage sent = told.input() == 0 ? told.with(TokenClass.INPUT, inputTokens) : told;
        return sent.with(TokenClass.OUTPUT, Math.max(told.get(TokenClass.OUTPUT), outputTokens));
    }

    long costMicrocents() {
        return Math.addExact(cost.microcents(), besideMicrocents);
    }

    Amounts actual() {
        Map<Unit, Long> actual = new TreeMap<>();
        actual.put(Unit.USD_MICROCENTS, Math.min(costMicrocents(), Estimate.MAX_QUANTITY));
        actual.put(Unit.TOKENS, Math.min(usage.total() + beside.total(), Estimate.MAX_QUANTITY));
        actual.put(Unit.CALLS, 1L);
        if (toolCalls > 0) {
            actual.put(Unit.TOOL_CALLS, (long) toolCalls);
        }
        return Amounts.of(actual);
    }

    CallRecord describe(CallRecord record, boolean priced) {
        if (!beside.isEmpty()) {
            record.number("tokens_beside_input", beside.input())
                    .number("tokens_beside_output", beside.output())
                    .number("cost_beside_microcents", besideMicrocents);
        }
        return record.usage(usage, cost)
                .label("tools", tools)
                .label("unpriced_parts", unpriced)
                .label("provenance", provenance(priced));
    }

    private String provenance(boolean priced) {
        if (!exact) {
            return "estimated";
        }
        return !priced ? "unpriced" : unpriced.isEmpty() ? "priced" : "estimated";
    }
}
