package dev.bursar.ledger;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a caller wants remembered with an entry: labels and numbers that the ledger carries but never
/// reads (model served, tokens by class, latency, status). Never a prompt, a key or a secret.
///
/// @param labels short texts by name, which cannot be changed
/// @param numbers integers by name, which cannot be changed; a name says its unit (`latency_millis`, `cost_microcents`)
public record Attribution(SortedMap<String, String> labels, SortedMap<String, Long> numbers) {

    public static final Attribution NONE = new Attribution(new TreeMap<>(), new TreeMap<>());

    public Attribution {
        labels = CompactMap.copyOf(labels);
        numbers = CompactMap.copyOf(numbers);
    }

    public static Attribution of(Map<String, String> labels, Map<String, Long> numbers) {
        return new Attribution(new TreeMap<>(labels), new TreeMap<>(numbers));
    }

    /// The same without maps.
    ///
    /// @param labelNames in their order, like the names of the numbers
    /// @throws IllegalArgumentException when the order is another
    public static Attribution ofSorted(
            List<String> labelNames,
            List<String> labels,
            List<String> numberNames,
            List<Long> numbers) {
        return new Attribution(
                CompactMap.ofSorted(labelNames, labels), CompactMap.ofSorted(numberNames, numbers));
    }
}
