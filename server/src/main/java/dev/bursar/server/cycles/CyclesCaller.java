package dev.bursar.server.cycles;

import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.config.Permission;
import dev.bursar.server.directory.ApiKey;
import java.util.SortedMap;

/// Who asks, and what the key may do.
record CyclesCaller(ApiKey key) {

    TenantId tenant() {
        return key.tenant();
    }

    String name() {
        return key.name();
    }

    /// Dimensions of its calls that they do not name themselves.
    SortedMap<String, String> defaults() {
        return key.defaults();
    }

    /// @throws CyclesException `FORBIDDEN` when the key does not have it
    void require(Permission permission) {
        if (!may(permission)) {
            throw new CyclesException(
                    ErrorCode.FORBIDDEN,
                    "the key does not have the permission " + permission.written());
        }
    }

    /// The protocol has no permission of its own for events: who may commit may post them.
    private boolean may(Permission permission) {
        return key.may(permission)
                || (permission == Permission.EVENTS_CREATE
                        && key.may(Permission.RESERVATIONS_COMMIT));
    }

    /// @throws CyclesException `FORBIDDEN` when the key is not for this place
    void requireScope(ScopePath path) {
        if (!covers(path)) {
            throw outOfScope(path);
        }
    }

    static CyclesException outOfScope(ScopePath path) {
        return new CyclesException(ErrorCode.FORBIDDEN, "the key is not for the scope " + path);
    }

    boolean covers(ScopePath path) {
        return key.scope() == null || key.scope().contains(path);
    }
}
