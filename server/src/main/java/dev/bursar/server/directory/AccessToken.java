package dev.bursar.server.directory;

import dev.bursar.ledger.TenantId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What is known of a token that lets a person, or a program for one, use `/api` and the pages. The token
/// itself is not.
///
/// @param name unique among the tokens that are not revoked
/// @param tenant the only one it is good for, null for all
/// @param expires from when on it is good no more, null for never
/// @param revoked null while it was not revoked
public record AccessToken(
        String name,
        Role role,
        @Nullable TenantId tenant,
        Instant created,
        @Nullable Instant expires,
        @Nullable Instant revoked) {

    AccessToken revokedAt(Instant at) {
        return new AccessToken(name, role, tenant, created, expires, at);
    }

    boolean isGood(Instant now) {
        return revoked == null && (expires == null || now.isBefore(expires));
    }
}
