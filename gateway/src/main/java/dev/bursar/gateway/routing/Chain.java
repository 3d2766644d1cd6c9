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

    private final List<T> candidates;

    /// How many of the candidates came up.
    private int next;

    /// Those among them that are left for last; made when there is one.
    private @Nullable Deque<T> resting;

    private boolean lastResort;

    public Chain(List<T> candidates) {
        this.candidates = List.copyOf(candidates);
    }

    /// The next candidate, or null when all were tried.
    ///
    /// @param awake asked once for each candidate that comes up
    public @Nullable T next(Predicate<T> awake) {
        lastResort = false;
        while (next < candidates.size()) {
            T candidate = candidates.get(next++);
            if (awake.test(candidate)) {
                return candidate;
            }
            putOff(candidate);
        }
        lastResort = true;
        return resting == null ? null : resting.pollFirst();
    }

    /// Whether the one that came up last did so although it rests: there is none that does not.
    public boolean lastResort() {
        return lastResort;
    }

    /// The one that came up last rests after all: it is left for last.
    public void putOff(T candidate) {
        Deque<T> last = resting;
        if (last == null) {
            last = new ArrayDeque<>();
            resting = last;
        }
        last.addLast(candidate);
    }

    /// Whether all came up.
    public boolean isEmpty() {
        return next == candidates.size() && (resting == null || resting.isEmpty());
    }
}
