package dev.bursar.usage;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Asks for totals by time and at most one dimension. Throws `IllegalArgumentException` when a bound is
/// broken.
///
/// @param from the first instant, included
/// @param to the end, not included; at most [#MAX_BUCKETS] buckets after `from`
/// @param zone whose calendar the buckets follow
/// @param groupBy null for one row per bucket
/// @param filters dimension to required value; `""` matches calls without one
/// @param limit the values of `groupBy` with a row of their own, 1 to [#MAX_LIMIT]: those with the most
///     money over the whole range; the rest is summed up as `other`
public record TotalsQuery(
        Instant from,
        Instant to,
        TimeBucket bucket,
        ZoneId zone,
        @Nullable Dimension groupBy,
        Map<Dimension, String> filters,
        int limit) {

    public static final int MAX_LIMIT = 1_000;

    public static final int MAX_BUCKETS = 10_000;

    public static final int DEFAULT_LIMIT = 20;

    /// The longest range.
    public static final Duration MAX_RANGE = Duration.ofDays(20 * 366);

    public TotalsQuery {
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException("from must be before to: " + from + ", " + to);
        }
        Duration range = Duration.between(from, to);
        if (range.compareTo(MAX_RANGE) > 0) {
            throw new IllegalArgumentException("longer than " + MAX_RANGE.toDays() + " days");
        }
        if (range.dividedBy(shortest(bucket)) > MAX_BUCKETS) {
            throw new IllegalArgumentException(
                    "more than " + MAX_BUCKETS + " buckets of one " + bucket);
        }
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit must be 1 to " + MAX_LIMIT + ": " + limit);
        }
        filters = Map.copyOf(filters);
        if (filters.containsKey(Dimension.TOKEN_CLASS)) {
            throw new IllegalArgumentException("token_class cannot be filtered by");
        }
    }

    /// Everything in a range as one row.
    public static TotalsQuery over(Instant from, Instant to) {
        return new TotalsQuery(
                from, to, TimeBucket.ALL, ZoneOffset.UTC, null, Map.of(), DEFAULT_LIMIT);
    }

    public TotalsQuery by(TimeBucket bucket, ZoneId zone) {
        return new TotalsQuery(from, to, bucket, zone, groupBy, filters, limit);
    }

    public TotalsQuery by(Dimension dimension) {
        return new TotalsQuery(from, to, bucket, zone, dimension, filters, limit);
    }

    /// Only calls where `dimension` has `value`, besides the other filters.
    public TotalsQuery where(Dimension dimension, String value) {
        Map<Dimension, String> more = new LinkedHashMap<>(filters);
        more.put(dimension, value);
        return new TotalsQuery(from, to, bucket, zone, groupBy, more, limit);
    }

    public TotalsQuery atMost(int limit) {
        return new TotalsQuery(from, to, bucket, zone, groupBy, filters, limit);
    }

    private static Duration shortest(TimeBucket bucket) {
        return switch (bucket) {
            case MINUTE -> Duration.ofMinutes(1);
            case HOUR -> Duration.ofHours(1);
            case DAY -> Duration.ofHours(23);
            case MONTH -> Duration.ofDays(28);
            case ALL -> MAX_RANGE;
        };
    }
}
