package dev.bursar.server.dashboard;

import dev.bursar.server.dashboard.view.Moment;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Times as people read them: how far away, and the absolute time in UTC.
final class Moments {

    private static final DateTimeFormatter FULL =
            DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm:ss 'UTC'", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter HOUR =
            DateTimeFormatter.ofPattern("d MMM HH:mm", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("d MMM", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    private Moments() {}

    static Moment of(Instant at, Instant now) {
        return new Moment(relative(at, now), FULL.format(at), at.toString());
    }

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

    static String full(Instant at) {
        return FULL.format(at);
    }

    static String clock(Instant at) {
        return CLOCK.format(at);
    }

    static String hour(Instant at) {
        return HOUR.format(at);
    }

    static String day(Instant at) {
        return DAY.format(at);
    }
}
