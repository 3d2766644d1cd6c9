package dev.bursar.ledger;

/// Makes a command idempotent: within a tenant and an operation, the same key takes effect once.
///
/// @param value 1 to 256 characters of Unicode, chosen by the caller
/// @param fingerprint a hash of the payload: the same key with another fingerprint is a mistake of the
///     caller and is refused as [Reason#IDEMPOTENCY_MISMATCH]
public record CommandKey(String value, long fingerprint) {

    public CommandKey {
        boolean isLong = value.length() > 256 && value.codePointCount(0, value.length()) > 256;
        if (value.isEmpty() || isLong) {
            throw new IllegalArgumentException("a command key must have 1 to 256 characters");
        }
    }
}
