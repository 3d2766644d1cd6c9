package dev.bursar.usage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Which incidents of a tenant, the latest first.
///
/// @param kind null for any
/// @param scope only at or below this path; null for any
/// @param reservation only of this one; null for any, and for those of none
/// @param from null for no bound, like `to`; both included
/// @param before only earlier ones than the one at this position; null for the latest
public record IncidentsQuery(
        String tenant,
        Incident.@Nullable Kind kind,
        @Nullable String scope,
        @Nullable String reservation,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable Long before,
        int limit) {

    /// The same incidents, from another place on.
    public IncidentsQuery page(@Nullable Long before, int limit) {
        return new IncidentsQuery(tenant, kind, scope, reservation, from, to, before, limit);
    }
}
