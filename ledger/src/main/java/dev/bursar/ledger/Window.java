package dev.bursar.ledger;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import org.jspecify.annotations.Nullable;

/// When a budget starts again from zero.
public sealed interface Window {

    /// Never: the balance lasts as long as the budget.
    record Life() implements Window {}

    /// Each call for itself: nothing is carried from one call to the next.
    record PerCall() implements Window {}

    /// Days, weeks (from Monday) or months of the calendar of a time zone. A day lasts 23 or 25 hours
    /// where the zone's clocks change.
    record Calendar(Period period, ZoneId zone) implements Window {

        public enum Period {
            DAY,
            WEEK,
            MONTH
        }

        /// The first instant of the window that contains `now`.
        public Instant start(Instant now) {
            return firstDay(now).atStartOfDay(zone).toInstant();
        }

        /// The first instant of the window after the one that contains `now`.
        public Instant end(Instant now) {
            LocalDate first = firstDay(now);
            LocalDate next =
                    switch (period) {
                        case DAY -> first.plusDays(1);
                        case WEEK -> first.plusWeeks(1);
                        case MONTH -> first.plusMonths(1);
                    };
            return next.atStartOfDay(zone).toInstant();
        }

        private LocalDate firstDay(Instant now) {
            LocalDate today = now.atZone(zone).toLocalDate();
            return switch (period) {
                case DAY -> today;
                case WEEK -> today.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
                case MONTH -> today.withDayOfMonth(1);
            };
        }
    }

    /// The last `length` of time, moving with the clock. Kept in [#BUCKETS] buckets: an amount leaves
    /// the window at most `length / BUCKETS` later than it should, never earlier.
    ///
    /// @param length 1 second to 366 days
    record Rolling(Duration length) implements Window {

        public static final int BUCKETS = 60;

        /// The length of a bucket, rounded up to a millisecond.
        Duration bucket() {
            return Duration.ofMillis(Math.ceilDiv(length.toMillis(), BUCKETS));
        }

        public Rolling {
            if (length.compareTo(Duration.ofSeconds(1)) < 0
                    || length.compareTo(Duration.ofDays(366)) > 0) {
                throw new IllegalArgumentException(
                        "a rolling window lasts 1 s to 366 d: " + length);
            }
        }
    }

    /// When the account that is current at `now` starts from zero, or null when it never does or when
    /// each moment frees a little (rolling).
    default @Nullable Instant resetsAt(Instant now) {
        return this instanceof Calendar calendar ? calendar.end(now) : null;
    }
}
