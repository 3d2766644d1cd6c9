package dev.bursar.gateway.routing;

import java.time.Duration;

/// When a model of a provider counts as failing, and for how long it is left alone.
///
/// @param failures this many, and at least half of the calls since the first of them
/// @param within the time in which they must happen
/// @param rest how long it is left alone at first; doubled each time that a probe fails
/// @param mostRest the longest rest
public record HealthSettings(int failures, Duration within, Duration rest, Duration mostRest) {

    private static final int MAX_FAILURES = 1_000;
    private static final Duration MAX_TIME = Duration.ofDays(1);

    public static final HealthSettings DEFAULT =
            new HealthSettings(
                    5, Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofMinutes(5));

    public HealthSettings {
        if (failures < 1 || failures > MAX_FAILURES) {
            throw new IllegalArgumentException("failures must be 1 to " + MAX_FAILURES);
        }
        requireTime("within", within);
        requireTime("rest", rest);
        requireTime("most_rest", mostRest);
        if (mostRest.compareTo(rest) < 0) {
            throw new IllegalArgumentException("most_rest must not be less than rest");
        }
    }

    private static void requireTime(String what, Duration time) {
        if (time.toMillis() < 1 || time.compareTo(MAX_TIME) > 0) {
            throw new IllegalArgumentException(what + " must be 1 ms to 1 day: " + time);
        }
    }
}
