package dev.bursar.usage;

/// How long one row of totals lasts, in the calendar of a time zone.
public enum TimeBucket {
    /// One minute.
    MINUTE,
    /// One hour. Where clocks go back, the repeated hour is two buckets.
    HOUR,
    /// One calendar day: 23 to 25 hours where the zone's clocks change.
    DAY,
    /// One calendar month.
    MONTH,
    /// The whole range as one.
    ALL
}
