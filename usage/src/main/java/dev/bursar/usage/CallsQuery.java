package dev.bursar.usage;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which calls, in the order of the journal.
///
/// @param from when they ended, itself included
/// @param to itself not included
/// @param filters dimension to the value that calls must have
/// @param after only those after this position in the journal, null for the first
/// @param limit 1 to [#MAX_LIMIT]
public record CallsQuery(
        Instant from, Instant to, Map<Dimension, String> filters, @Nullable Long after, int limit) {

    public static final int MAX_LIMIT = 10_000;

    public CallsQuery {
        filters = Map.copyOf(filters);
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit must be 1 to " + MAX_LIMIT + ": " + limit);
        }
    }

    /// The same calls, from another place on.
    public CallsQuery after(long position) {
        return new CallsQuery(from, to, filters, position, limit);
    }
}
