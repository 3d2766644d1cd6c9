package dev.bursar.usage;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Totals of one bucket of time and one value of the dimension grouped by. Buckets without any call
/// have no row.
///
/// @param start when the bucket starts: the start of the calendar unit in the zone, also where the range
///     starts later; for `ALL`, the start of the range
/// @param key the value, `""` for calls without one; null when not grouped or for `other`
/// @param other whether this is the sum over the values beyond the limit
/// @param calls model calls that were let through, also those released without cost and the cached ones
/// @param toolCalls tool calls that were counted
/// @param denials calls that were refused; in no other figure but `deniedAskedMicrocents`
/// @param tokens of all classes
/// @param microcents spent, in 10^-8 USD
/// @param lines by token class, those that are not zero; their sum is below the totals where a call
///     came without classes
/// @param deniedAskedMicrocents what denied calls had asked to hold: an upper bound of their cost
/// @param cached calls that were answered from the cache, at no cost
/// @param cacheAvoidedMicrocents what the answers had cost that those got
public record TotalsRow(
        Instant start,
        @Nullable String key,
        boolean other,
        long calls,
        long toolCalls,
        long denials,
        long tokens,
        long microcents,
        List<TokenLine> lines,
        long deniedAskedMicrocents,
        long cached,
        long cacheAvoidedMicrocents) {

    public TotalsRow {
        lines = List.copyOf(lines);
    }
}
