package dev.bursar.server.directory;

import dev.bursar.ledger.TenantId;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is known of a key. Its secret is not.
///
/// @param name unique within the tenant among the keys that are not revoked
/// @param defaults dimensions of its calls
/// @param origin who may change it
/// @param revoked null while it is good
public record ApiKey(
        TenantId tenant,
        String name,
        SortedMap<String, String> defaults,
        Origin origin,
        Instant created,
        @Nullable Instant revoked) {

    /// Where a key comes from.
    public enum Origin {
        /// Declared in `bursar.yaml`, which owns it.
        FILE,
        /// Made by the command line or the API.
        API
    }

    public ApiKey {
        defaults = Collections.unmodifiableSortedMap(new TreeMap<>(defaults));
    }
}
