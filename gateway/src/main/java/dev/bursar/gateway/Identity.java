package dev.bursar.gateway;

import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Who a key belongs to.
public sealed interface Identity {

    /// @param key the key's name, never its secret
    /// @param defaults dimensions of every call with this key, unless the call says otherwise
    /// @param scope the only part of the tenant that the key may act upon, null for all of it
    record Caller(
            TenantId tenant,
            String key,
            SortedMap<String, String> defaults,
            @Nullable ScopePath scope)
            implements Identity {

        /// A key for all of its tenant.
        public Caller(TenantId tenant, String key, SortedMap<String, String> defaults) {
            this(tenant, key, defaults, null);
        }

        public Caller {
            defaults = Collections.unmodifiableSortedMap(new TreeMap<>(defaults));
            Subject.of(defaults);
        }
    }

    /// No such key.
    record Unknown() implements Identity {}

    /// The key or its tenant may not call now.
    ///
    /// @param message told to the client
    record Suspended(String message) implements Identity {}
}
