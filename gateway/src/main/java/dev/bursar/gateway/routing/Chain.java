package dev.bursar.gateway.routing;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What is left to try of a call. A candidate that rests is left for last instead of being left out: a
/// suspicion alone fails no call. Not thread-safe.
///
/// @param <T> a candidate
public final class Chain<T> {

    private final Deque<T> left;
    private final Deque<T> resting = new ArrayDeque<>();

    public Chain(List<T> candidates) {
        this.left = new ArrayDeque<>(candidates);
    }

    /// The next candidate, or null when all were tried.
    ///
    /// @param admits asked once for each candidate that comes up, as the answer may give it a probe
    public @Nullable T next(Predicate<T> admits) {
        while (!left.isEmpty()) {
            T candidate = left.removeFirst();
            if (admits.test(candidate)) {
                return candidate;
            }
            resting.addLast(candidate);
        }
        return resting.pollFirst();
    }

    /// Whether all came up.
    public boolean isEmpty() {
        return left.isEmpty() && resting.isEmpty();
    }
}
