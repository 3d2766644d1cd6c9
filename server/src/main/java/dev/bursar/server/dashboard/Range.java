package dev.bursar.server.dashboard;

import dev.bursar.usage.TimeBucket;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/// How far back a page looks.
enum Range {
    HOUR("1h", "Last hour", Duration.ofHours(1), TimeBucket.MINUTE),
    DAY("24h", "Last 24 hours", Duration.ofHours(24), TimeBucket.HOUR),
    WEEK("7d", "Last 7 days", Duration.ofDays(7), TimeBucket.HOUR),
    MONTH("30d", "Last 30 days", Duration.ofDays(30), TimeBucket.DAY);

    private final String wire;
    private final String words;
    private final Duration length;
    private final TimeBucket bucket;

    Range(String wire, String words, Duration length, TimeBucket bucket) {
        this.wire = wire;
        this.words = words;
        this.length = length;
        this.bucket = bucket;
    }

    /// The range of this [#wire] name, the last 24 hours where there is none.
    static Range of(String wire) {
        for (Range range : values()) {
            if (range.wire.equals(wire)) {
                return range;
            }
        }
        return DAY;
    }

    String wire() {
        return wire;
    }

    String words() {
        return words;
    }

    TimeBucket bucket() {
        return bucket;
    }

    /// What one bar of a chart stands for.
    String step() {
        return unit() == ChronoUnit.MINUTES
                ? "minute"
                : unit() == ChronoUnit.HOURS ? "hour" : "day";
    }

    /// The start of the bucket that the range begins in, so that its first bar is a whole one.
    Instant from(Clock clock) {
        return first(clock).toInstant();
    }

    private ZonedDateTime first(Clock clock) {
        return clock.here(clock.now().minus(length)).truncatedTo(unit());
    }

    /// The starts of all buckets up to now, oldest first, in the reader's calendar.
    List<Instant> starts(Clock clock) {
        List<Instant> starts = new ArrayList<>();
        ZonedDateTime at = first(clock);
        while (!at.toInstant().isAfter(clock.now())) {
            starts.add(at.toInstant());
            at = at.plus(1, unit());
        }
        return starts;
    }

    /// How a bucket is labelled.
    String label(Instant start, Clock clock) {
        return switch (this) {
            case HOUR, DAY -> clock.minutes(start);
            case WEEK -> clock.hour(start);
            case MONTH -> clock.day(start);
        };
    }

    private ChronoUnit unit() {
        return switch (bucket) {
            case MINUTE -> ChronoUnit.MINUTES;
            case HOUR -> ChronoUnit.HOURS;
            case DAY, MONTH, ALL -> ChronoUnit.DAYS;
        };
    }
}
