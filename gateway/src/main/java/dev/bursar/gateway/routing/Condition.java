package dev.bursar.gateway.routing;

import dev.bursar.gateway.routing.CallFacts.Trait;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What must be true of a call for a rule to take it. All of it must be; nothing said is always true.
///
/// @param words what a word of the call must be, one of several; a call without the word does not match
/// @param traits what the request must have (true) or must not have (false)
public record Condition(
        SortedMap<String, SortedSet<String>> words,
        Map<Trait, Boolean> traits,
        Range inputTokens,
        Range outputTokens) {

    /// True of every call.
    public static final Condition ANY =
            new Condition(new TreeMap<>(), Map.of(), Range.ANY, Range.ANY);

    /// A half-open range.
    public record Range(long atLeast, long below) {

        public static final Range ANY = new Range(0, Long.MAX_VALUE);

        public Range {
            if (atLeast < 0 || below <= atLeast) {
                throw new IllegalArgumentException(
                        "at_least must be 0 or more, and below greater: " + atLeast + ", " + below);
            }
        }

        boolean contains(long value) {
            return value >= atLeast && value < below;
        }
    }

    public Condition {
        SortedMap<String, SortedSet<String>> copy = new TreeMap<>();
        words.forEach((word, values) -> {
            if (values.isEmpty()) {
                throw new IllegalArgumentException(word + " names no value");
            }
            copy.put(word, Collections.unmodifiableSortedSet(new TreeSet<>(values)));
        });
        words = Collections.unmodifiableSortedMap(copy);
        traits = traits.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(traits));
    }

    boolean holds(CallFacts call) {
        for (Map.Entry<String, SortedSet<String>> word : words.entrySet()) {
            String value = call.words().get(word.getKey());
            if (value == null || !word.getValue().contains(value)) {
                return false;
            }
        }
        Set<Trait> has = call.traits();
        return traits.entrySet().stream()
                        .allMatch(trait -> has.contains(trait.getKey()) == trait.getValue())
                && inputTokens.contains(call.inputTokens())
                && outputTokens.contains(call.outputTokens());
    }
}
