package dev.bursar.usage;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a person, the command line or the configuration did, as the journal tells it.
///
/// @param position in the journal
/// @param at when it was done; the journal may have been told later
/// @param tenant whom it is about, null when it is about the whole place
/// @param actor `""` where the journal does not say, like `role`
/// @param action like `budget.credit`
/// @param target what it was done to: a budget, a key, a reservation
/// @param reason null when none was given, like all that may be null here
/// @param onBehalfOf the tenant in whose place it was done
/// @param unit of the amount, null when the act has none
/// @param amount in `unit`: what was added or taken, or the limit that a budget has from then on
/// @param details what else is known of it, by name; never a secret
public record AuditRow(
        long position,
        Instant at,
        @Nullable String tenant,
        String actor,
        String role,
        String action,
        String target,
        @Nullable String reason,
        @Nullable String requestId,
        @Nullable String traceId,
        @Nullable String onBehalfOf,
        @Nullable String unit,
        long amount,
        SortedMap<String, String> details) {

    public AuditRow {
        details = Collections.unmodifiableSortedMap(new TreeMap<>(details));
    }
}
