package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.ledger.Attribution;
import dev.bursar.pricing.Cost;
import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.TokenUsage;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Collects what is remembered of a call: labels and numbers for the entries in the journal. Never a
/// prompt, an answer or a key.
final class CallRecord {

    private static final int MAX_LABEL_CHARS = 256;

    private static final Map<TokenClass, String> TOKENS = names("tokens_", "");
    private static final Map<TokenClass, String> COSTS = names("cost_", "_microcents");

    /// While a call is open; its end adds some.
    private static final int USUAL_LABELS = 12;

    private static final int USUAL_NUMBERS = 2;

    private final Named<String> labels = new Named<>(USUAL_LABELS);
    private final Named<Long> numbers = new Named<>(USUAL_NUMBERS);

    /// What was remembered with a hold, to be told again at its end.
    static CallRecord of(Attribution remembered) {
        CallRecord record = new CallRecord();
        record.labels.putAll(remembered.labels());
        record.numbers.putAll(remembered.numbers());
        return record;
    }

    /// A value that says nothing is left out, and a long one shortened.
    CallRecord label(String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            labels.put(
                    name,
                    value.length() > MAX_LABEL_CHARS ? value.substring(0, MAX_LABEL_CHARS) : value);
        }
        return this;
    }

    CallRecord number(String name, long value) {
        numbers.put(name, value);
        return this;
    }

    CallRecord without(String name) {
        labels.removeIf(name::equals);
        return this;
    }

    CallRecord attempt(Operation operation, Attempt attempt) {
        Attempt.Why why = attempt.why();
        label("call", attempt.hold())
                .label("attempt_of", attempt.number() > 1 ? attempt.call() : "")
                .label("attempt", attempt.number() > 1 ? Integer.toString(attempt.number()) : "")
                .label("route", why.route())
                .label("route_rule", why.rule())
                .label("route_reason", why.reason());
        return route(operation, attempt.route());
    }

    CallRecord route(Operation operation, Route route) {
        return label("dialect", operation.label())
                .label("provider", route.provider().name())
                .label("model", route.model())
                .label("price", route.priced() ? route.price().id() : "ceiling");
    }

    /// Tokens and their cost, by class.
    CallRecord usage(TokenUsage usage, Cost cost) {
        TOKENS.forEach((type, name) -> {
            if (usage.get(type) > 0) {
                numbers.put(name, usage.get(type));
            }
        });
        for (Cost.Line line : cost.lines()) {
            String name = Objects.requireNonNull(COSTS.get(line.type()));
            Long sum = numbers.get(name);
            numbers.put(name, sum == null ? line.microcents() : sum + line.microcents());
        }
        return this;
    }

    /// The call's id, or null before it has one.
    @Nullable String call() {
        return labels.get("call");
    }

    /// Without the estimate.
    CallRecord withoutTokens() {
        numbers.removeIf(name -> name.startsWith("tokens_"));
        return without("provenance");
    }

    Attribution attribution() {
        return Attribution.ofSorted(
                labels.names(), labels.values(), numbers.names(), numbers.values());
    }

    private static Map<TokenClass, String> names(String before, String after) {
        Map<TokenClass, String> names = new EnumMap<>(TokenClass.class);
        for (TokenClass type : TokenClass.values()) {
            names.put(type, before + type.wire() + after);
        }
        return names;
    }
}
