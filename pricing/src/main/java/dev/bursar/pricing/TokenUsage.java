package dev.bursar.pricing;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// How many tokens of each class a call used: disjoint counts, so that they may be added. Immutable.
///
/// A count is 0 to [#MAX_COUNT]; a class that is absent counts as 0.
public final class TokenUsage {

    /// The largest count of one class: 10^12 tokens.
    public static final long MAX_COUNT = 1_000_000_000_000L;

    public static final TokenUsage NONE = new TokenUsage(new EnumMap<>(TokenClass.class));

    /// Only counts above 0; never changed after construction.
    private final Map<TokenClass, Long> counts;

    private TokenUsage(EnumMap<TokenClass, Long> counts) {
        this.counts = counts;
    }

    /// @throws IllegalArgumentException when a count is negative or above [#MAX_COUNT]
    public static TokenUsage of(Map<TokenClass, Long> counts) {
        EnumMap<TokenClass, Long> values = new EnumMap<>(TokenClass.class);
        counts.forEach((type, count) -> put(values, type, count));
        return new TokenUsage(values);
    }

    /// Plain input and output tokens.
    public static TokenUsage of(long input, long output) {
        EnumMap<TokenClass, Long> values = new EnumMap<>(TokenClass.class);
        put(values, TokenClass.INPUT, input);
        put(values, TokenClass.OUTPUT, output);
        return new TokenUsage(values);
    }

    /// These counts with the one of `type` set to `count`.
    public TokenUsage with(TokenClass type, long count) {
        EnumMap<TokenClass, Long> changed = copy();
        put(changed, type, count);
        return new TokenUsage(changed);
    }

    /// The sum, class by class.
    ///
    /// @throws IllegalArgumentException when a sum is above [#MAX_COUNT]
    public TokenUsage plus(TokenUsage that) {
        EnumMap<TokenClass, Long> sums = copy();
        that.counts.forEach((type, count) -> put(sums, type, get(type) + count));
        return new TokenUsage(sums);
    }

    /// These counts, and those of `that` for a side, input or output, that has none here.
    public TokenUsage orElse(TokenUsage that) {
        EnumMap<TokenClass, Long> filled = new EnumMap<>(TokenClass.class);
        (input() == 0 ? that : this).copySide(true, filled);
        (output() == 0 ? that : this).copySide(false, filled);
        return new TokenUsage(filled);
    }

    public long get(TokenClass type) {
        return counts.getOrDefault(type, 0L);
    }

    /// All tokens that were sent to the model, cached ones included.
    public long input() {
        return side(true);
    }

    /// All tokens that the model produced, reasoning included.
    public long output() {
        return side(false);
    }

    public long total() {
        return input() + output();
    }

    public boolean isEmpty() {
        return counts.isEmpty();
    }

    /// The counts that are not 0, in the order of [TokenClass].
    public Map<TokenClass, Long> toMap() {
        return Collections.unmodifiableMap(counts);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenUsage that && counts.equals(that.counts);
    }

    @Override
    public int hashCode() {
        return counts.hashCode();
    }

    @Override
    public String toString() {
        return counts.toString();
    }

    private long side(boolean input) {
        long sum = 0;
        for (Map.Entry<TokenClass, Long> count : counts.entrySet()) {
            if (count.getKey().isInput() == input) {
                sum += count.getValue();
            }
        }
        return sum;
    }

    private void copySide(boolean input, EnumMap<TokenClass, Long> to) {
        counts.forEach((type, count) -> {
            if (type.isInput() == input) {
                to.put(type, count);
            }
        });
    }

    private EnumMap<TokenClass, Long> copy() {
        EnumMap<TokenClass, Long> copy = new EnumMap<>(TokenClass.class);
        copy.putAll(counts);
        return copy;
    }

    private static void put(EnumMap<TokenClass, Long> counts, TokenClass type, long count) {
        if (count < 0 || count > MAX_COUNT) {
            throw new IllegalArgumentException(
                    type.wire() + " tokens must be 0 to " + MAX_COUNT + ": " + count);
        }
        if (count == 0) {
            counts.remove(type);
        } else {
            counts.put(type, count);
        }
    }
}
