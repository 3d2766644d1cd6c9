package dev.bursar.server.directory;

import dev.bursar.ledger.TenantId;
import java.time.Instant;
import java.time.ZoneId;

/// What is known of a tenant.
///
/// @param zone whose calendar days, weeks and months its budgets follow
/// @param origin who may change it
public record Tenant(TenantId id, ZoneId zone, Origin origin, Status status, Instant created) {

    /// Whether its keys are good.
    public enum Status {
        ACTIVE,
        /// Its keys are not good until it is active again.
        SUSPENDED,
        /// Ended for ever: its keys are revoked, and its name is not used again.
        CLOSED
    }

    Tenant become(Status changed) {
        return new Tenant(id, zone, origin, changed, created);
    }

    Tenant movedTo(ZoneId changed) {
        return new Tenant(id, changed, origin, status, created);
    }
}
