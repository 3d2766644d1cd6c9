package dev.bursar.usage;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Asks for runs that were active in a range. Throws `IllegalArgumentException` when a bound is broken.
///
/// @param tenant null for all
/// @param from the first instant, included
/// @param to the end, not included
/// @param filters dimension to required value, for calls of the run (`workflow`, `user`, …); a run is
///     listed when such a call is in the range, and its figures count only those calls
/// @param status null for any
/// @param limit rows of a page, 1 to [#MAX_LIMIT]
/// @param cursor null for the first page; else what the page before gave, with the same query
public record RunsQuery(
        @Nullable String tenant,
        Instant from,
        Instant to,
        Order order,
        Map<Dimension, String> filters,
        @Nullable RunStatus status,
        int limit,
        @Nullable String cursor) {

    public static final int MAX_LIMIT = 500;

    public static final int DEFAULT_LIMIT = 50;

    /// What comes first; ties are in the order of tenant and run.
    public enum Order {
        /// The most money first.
        COST,
        /// The last active first.
        LATEST,
        /// The most calls, denied ones included, first.
        CALLS
    }

    public RunsQuery {
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException("from must be before to: " + from + ", " + to);
        }
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit must be 1 to " + MAX_LIMIT + ": " + limit);
        }
        filters = Map.copyOf(filters);
        if (filters.containsKey(Dimension.TOKEN_CLASS)) {
            throw new IllegalArgumentException("token_class cannot be filtered by");
        }
    }

    /// Runs of all tenants, first page.
    public static RunsQuery over(Instant from, Instant to, Order order) {
        return new RunsQuery(null, from, to, order, Map.of(), null, DEFAULT_LIMIT, null);
    }

    public RunsQuery of(String tenant) {
        return new RunsQuery(tenant, from, to, order, filters, status, limit, cursor);
    }

    /// Only runs with calls where `dimension` has `value`, besides the other filters.
    public RunsQuery where(Dimension dimension, String value) {
        Map<Dimension, String> more = new LinkedHashMap<>(filters);
        more.put(dimension, value);
        return new RunsQuery(tenant, from, to, order, more, status, limit, cursor);
    }

    public RunsQuery where(RunStatus status) {
        return new RunsQuery(tenant, from, to, order, filters, status, limit, cursor);
    }

    public RunsQuery atMost(int limit) {
        return new RunsQuery(tenant, from, to, order, filters, status, limit, cursor);
    }

    public RunsQuery after(@Nullable String cursor) {
        return new RunsQuery(tenant, from, to, order, filters, status, limit, cursor);
    }
}
