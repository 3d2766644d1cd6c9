package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.ledger.Attribution;
import dev.bursar.pricing.Cost;
import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.TokenUsage;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Collects what is remembered of a call: labels and numbers for the entries in the journal. Never a
/// prompt, an answer or a key.
final class CallRecord {

    private static final int MAX_LABEL_CHARS = 256;

    private static final Map<TokenClass, String> TOKENS = names("tokens_", "");
    private static final Map<TokenClass, String> COSTS = names("cost_", "_microcents");

    private final SortedMap<String, String> labels = new TreeMap<>();
    private final SortedMap<String, Long> numbers = new TreeMap<>();

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
        labels.remove(name);
        return this;
    }

    CallRecord attempt(Operation operation, Attempt attempt) {
        Attempt.Why why = attempt.why();
        label("call", attempt.hold())
                .label("attempt_of", attempt.number() > 1 ? attempt.call() : "")
                .label("attempt", attempt.number() > 1 ? Integer.toString(attempt.number()) : "")
                .label("route", why.route())
                .label("route_rule", why.rule())
                .label("route_reason", why.reason())
                .label("provider_key", attempt.keyName());
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
            numbers.merge(
                    Objects.requireNonNull(COSTS.get(line.type())), line.microcents(), Long::sum);
        }
        return this;
    }

    /// The call's id, or null before it has one.
    @Nullable String call() {
        return labels.get("call");
    }

    /// Without the estimate.
    CallRecord withoutTokens() {
        numbers.keySet().removeIf(name -> name.startsWith("tokens_"));
        labels.remove("provenance");
        return this;
    }

    Attribution attribution() {
        return new Attribution(labels, numbers);
    }

    private static Map<TokenClass, String> names(String before, String after) {
        Map<TokenClass, String> names = new EnumMap<>(TokenClass.class);
        for (TokenClass type : TokenClass.values()) {
            names.put(type, before + type.wire() + after);
        }
        return names;
    }
}
