package dev.bursar.gateway.cache;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Which answers of a tenant are kept, and how long.
///
/// @param match dimensions of the subject and the values that they must have; empty for every call
/// @param ttl how long an answer is good, 1 s to 30 d
/// @param temperature which calls are taken for ones that always get the same answer
/// @param toolCalls whether answers that call tools are kept
/// @param patience how long a call waits for the answer to an equal one, at most 10 min; zero: not at all
/// @param threshold the least cosine at which texts are taken for the same, 0.5 to 1; null: only equal ones
public record CacheRule(
        SortedMap<String, String> match,
        Duration ttl,
        Temperature temperature,
        boolean toolCalls,
        Duration patience,
        @Nullable Double threshold) {

    public static final Duration DEFAULT_TTL = Duration.ofMinutes(10);
    public static final Duration DEFAULT_WAIT = Duration.ofSeconds(30);
    public static final Duration MAX_TTL = Duration.ofDays(30);
    public static final Duration MAX_WAIT = Duration.ofMinutes(10);
    public static final double LEAST_THRESHOLD = 0.5;

    /// Which calls are repeatable enough.
    public enum Temperature {
        /// Those that ask for temperature 0.
        ZERO,
        /// Those, and such that name none.
        UNSET,
        /// All.
        ANY
    }

    public CacheRule {
        match = Collections.unmodifiableSortedMap(new TreeMap<>(match));
        if (ttl.compareTo(Duration.ofSeconds(1)) < 0 || ttl.compareTo(MAX_TTL) > 0) {
            throw new IllegalArgumentException("ttl must be 1 s to 30 d: " + ttl);
        }
        if (patience.isNegative() || patience.compareTo(MAX_WAIT) > 0) {
            throw new IllegalArgumentException("wait must be 0 to 10 m: " + patience);
        }
        if (threshold != null && !(threshold >= LEAST_THRESHOLD && threshold <= 1)) {
            throw new IllegalArgumentException("threshold must be 0.5 to 1: " + threshold);
        }
    }

    boolean matches(Map<String, String> subject) {
        return match.entrySet().stream()
                .allMatch(wanted -> wanted.getValue().equals(subject.get(wanted.getKey())));
    }
}
