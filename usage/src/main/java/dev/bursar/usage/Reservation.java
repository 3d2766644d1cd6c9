package dev.bursar.usage;

import dev.bursar.ledger.Reason;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A reservation that was made over a protocol, open or ended. Model calls are not among them.
///
/// @param key that makes its reserve idempotent
/// @param levels of its subject that a scope path can have, without the tenant
/// @param dimensions the others, as JSON, null for none
/// @param tags of the action as JSON, null for none
/// @param committed what was charged, -1 unless it was committed
/// @param expiresMillis with its extensions
/// @param endedMillis -1 while it is open
public record Reservation(
        String id,
        String tenant,
        Status status,
        String key,
        SortedMap<String, String> levels,
        @Nullable String dimensions,
        String actionKind,
        String actionName,
        @Nullable String tags,
        String unit,
        long reserved,
        long committed,
        long createdMillis,
        long expiresMillis,
        long endedMillis,
        String scopePath,
        @Nullable String metadata,
        @Nullable String committedMetadata) {

    /// What became of a reservation.
    public enum Status {
        ACTIVE,
        COMMITTED,
        RELEASED,
        EXPIRED
    }

    /// Why it cannot be ended any more; empty while it can.
    public Optional<Reason> whyOver() {
        return switch (status) {
            case ACTIVE -> Optional.empty();
            case COMMITTED, RELEASED -> Optional.of(Reason.HOLD_FINALIZED);
            case EXPIRED -> Optional.of(Reason.HOLD_EXPIRED);
        };
    }

    public Reservation {
        levels = Collections.unmodifiableSortedMap(new TreeMap<>(levels));
    }
}
