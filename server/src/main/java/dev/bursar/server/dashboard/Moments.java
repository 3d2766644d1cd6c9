package dev.bursar.server.dashboard;

import java.time.Duration;
import java.time.Instant;

/// Lengths of time as people read them.
final class Moments {

    private Moments() {}

    /// `3 s ago`, `in 5 min`; at most two units are never needed, one says enough.
    static String relative(Instant at, Instant now) {
        Duration distance = Duration.between(at, now);
        String length = length(distance.abs());
        if (distance.abs().toSeconds() == 0) {
            return "now";
        }
        return distance.isNegative() ? "in " + length : length + " ago";
    }

    /// `850 ms`, `42 s`, `12 min`, `5 h`, `3 d`.
    static String length(Duration duration) {
        if (duration.toMillis() < 1_000) {
            return duration.toMillis() + " ms";
        }
        if (duration.toMinutes() < 2) {
            return duration.toSeconds() + " s";
        }
        if (duration.toHours() < 2) {
            return duration.toMinutes() + " min";
        }
        return duration.toDays() < 2 ? duration.toHours() + " h" : duration.toDays() + " d";
    }

    /// Milliseconds as `850 ms` or `4.2 s`; `–` when not known.
    static String latency(long millis) {
        if (millis < 0) {
            return "–";
        }
        return millis < 1_000 ? millis + " ms" : millis / 1_000 + "." + millis % 1_000 / 100 + " s";
    }
}
