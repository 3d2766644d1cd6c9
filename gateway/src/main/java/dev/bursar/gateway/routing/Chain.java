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
    private boolean lastResort;

    public Chain(List<T> candidates) {
        this.left = new ArrayDeque<>(candidates);
    }

    /// The next candidate, or null when all were tried.
    ///
    /// @param awake asked once for each candidate that comes up
    public @Nullable T next(Predicate<T> awake) {
        lastResort = false;
        while (!left.isEmpty()) {
            T candidate = left.removeFirst();
            if (awake.test(candidate)) {
                return candidate;
            }
            resting.addLast(candidate);
        }
        lastResort = true;
        return resting.pollFirst();
    }

    /// Whether the one that came up last did so although it rests: there is none that does not.
    public boolean lastResort() {
        return lastResort;
    }

    /// The one that came up last rests after all: it is left for last.
    public void putOff(T candidate) {
        resting.addLast(candidate);
    }

    /// Whether all came up.
    public boolean isEmpty() {
        return left.isEmpty() && resting.isEmpty();
    }
}
