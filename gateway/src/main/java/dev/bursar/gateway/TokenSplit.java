package dev.bursar.gateway;

import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.TokenUsage;
import java.util.EnumMap;
import java.util.Map;

/// Divides a provider's total into disjoint classes: what was taken for one class is missing in the
/// rest, and nothing is counted that the total does not have. Not thread-safe.
final class TokenSplit {

    private final Map<TokenClass, Long> counts = new EnumMap<>(TokenClass.class);

    /// Takes `count` tokens for a class, or as many as there are.
    ///
    /// @return what is left of `available`
    long take(TokenClass type, long count, long available) {
        long taken = Math.min(Math.min(Math.max(0, count), available), TokenUsage.MAX_COUNT);
        counts.merge(type, taken, (one, other) -> Math.min(one + other, TokenUsage.MAX_COUNT));
        return available - taken;
    }

    TokenUsage usage() {
        return TokenUsage.of(counts);
    }
}
