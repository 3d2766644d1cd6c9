package dev.bursar.gateway.routing;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Which model a rule sends its calls to.
public sealed interface Choice {

    int MAX_MODELS = 16;
    int MAX_WEIGHT = 1_000_000;

    /// The one that the client asked for.
    record Asked() implements Choice {}

    /// One of several, each with its share of the calls.
    ///
    /// @param weights by model, at least one, each 1 to [#MAX_WEIGHT]
    record Weighted(SortedMap<String, Integer> weights) implements Choice {

        public Weighted {
            if (weights.isEmpty() || weights.size() > MAX_MODELS) {
                throw new IllegalArgumentException("must name 1 to " + MAX_MODELS + " models");
            }
            for (Map.Entry<String, Integer> weight : weights.entrySet()) {
                if (weight.getValue() < 1 || weight.getValue() > MAX_WEIGHT) {
                    throw new IllegalArgumentException(
                            "the weight of " + weight.getKey() + " must be 1 to " + MAX_WEIGHT);
                }
            }
            weights = Collections.unmodifiableSortedMap(new TreeMap<>(weights));
        }

        public static Weighted only(String model) {
            return new Weighted(new TreeMap<>(Map.of(model, 1)));
        }

        int total() {
            return weights.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    /// One of two, by how hard the question is.
    ///
    /// @param judge the model that is asked how hard it is; empty for the classifier in the jar
    record ByComplexity(String simple, String hard, String judge) implements Choice {}

    /// Every model that may come of it.
    default Stream<String> models() {
        return switch (this) {
            case Asked _ -> Stream.empty();
            case Weighted weighted -> weighted.weights().keySet().stream();
            case ByComplexity by -> Stream.of(by.simple(), by.hard());
        };
    }
}
