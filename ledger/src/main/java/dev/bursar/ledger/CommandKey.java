package dev.bursar.ledger;

/// Makes a command idempotent: within a tenant and an operation, the same key takes effect once.
///
/// @param value 1 to 256 characters, chosen by the caller
/// @param fingerprint a hash of the payload: the same key with another fingerprint is a mistake of the
///     caller and is refused as [Reason#IDEMPOTENCY_MISMATCH]
public record CommandKey(String value, long fingerprint) {

    public CommandKey {
        if (value.isEmpty() || value.length() > 256) {
            throw new IllegalArgumentException("a command key must have 1 to 256 characters");
        }
    }
}
