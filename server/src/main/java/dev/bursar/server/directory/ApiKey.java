package dev.bursar.server.directory;

import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.config.Permission;
import java.time.Instant;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is known of a key. Its secret is not.
///
/// @param name unique within the tenant among the keys that are not revoked
/// @param defaults dimensions of its calls
/// @param scope the only part of the tenant that it may act upon, null for all of it
/// @param expires from when on it is good no more, null for never
/// @param origin who may change it
/// @param revoked null while it was not revoked
public record ApiKey(
        TenantId tenant,
        String name,
        SortedMap<String, String> defaults,
        Set<Permission> permissions,
        @Nullable ScopePath scope,
        @Nullable Instant expires,
        Origin origin,
        Instant created,
        @Nullable Instant revoked) {

    public ApiKey {
        defaults = Collections.unmodifiableSortedMap(new TreeMap<>(defaults));
        permissions = Set.copyOf(permissions);
    }

    /// Whether it may be used for this.
    public boolean may(Permission permission) {
        return permissions.contains(permission);
    }

    ApiKey revokedAt(Instant at) {
        return new ApiKey(tenant, name, defaults, permissions, scope, expires, origin, created, at);
    }
}
