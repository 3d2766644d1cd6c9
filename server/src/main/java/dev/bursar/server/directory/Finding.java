package dev.bursar.server.directory;

/// What the directory knows of a secret.
public sealed interface Finding {

    /// A key that may be used now, for what it permits.
    record Good(ApiKey key) implements Finding {}

    /// A secret that opens nothing.
    ///
    /// @param message told to who sent it
    record Bad(Why why, String message) implements Finding {}

    /// Why a secret opens nothing, the first that applies.
    enum Why {
        KEY_NOT_FOUND,
        /// Its tenant is closed for ever.
        TENANT_CLOSED,
        KEY_REVOKED,
        KEY_EXPIRED,
        /// Its tenant is suspended, or no longer in the configuration.
        TENANT_SUSPENDED
    }
}
