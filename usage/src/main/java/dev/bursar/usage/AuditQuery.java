package dev.bursar.usage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Which acts, the latest in the journal first.
///
/// @param tenant null for any, like all that may be null here
/// @param action one like `budget.credit`, or all of a kind: `budget`
/// @param target what it was done to; a budget finds what was done to it among others, too, such as a
///     freeze of all below a scope path
/// @param from when it was done at the earliest
/// @param to before when it was done
/// @param before only those before this position in the journal
/// @param limit 1 to [#MAX_LIMIT]
public record AuditQuery(
        @Nullable String tenant,
        @Nullable String actor,
        @Nullable String action,
        @Nullable String target,
        @Nullable String requestId,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable Long before,
        int limit) {

    public static final int MAX_LIMIT = 1_000;

    public AuditQuery {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit must be 1 to " + MAX_LIMIT + ": " + limit);
        }
    }

    /// The latest acts of all tenants.
    public static AuditQuery latest(int limit) {
        return new AuditQuery(null, null, null, null, null, null, null, null, limit);
    }

    public AuditQuery ofTenant(@Nullable String wanted) {
        return new AuditQuery(wanted, actor, action, target, requestId, from, to, before, limit);
    }

    public AuditQuery ofAction(@Nullable String wanted) {
        return new AuditQuery(tenant, actor, wanted, target, requestId, from, to, before, limit);
    }

    public AuditQuery ofTarget(@Nullable String wanted) {
        return new AuditQuery(tenant, actor, action, wanted, requestId, from, to, before, limit);
    }

    /// Those that end a page, and are followed by what is before a position.
    public AuditQuery before(@Nullable Long position) {
        return new AuditQuery(tenant, actor, action, target, requestId, from, to, position, limit);
    }
}
