package dev.bursar.ledger;

/// One customer of the installation; budgets, holds and keys belong to exactly one.
///
/// @param value 1 to 128 characters
public record TenantId(String value) {

    public TenantId {
        if (value.isEmpty() || value.length() > 128) {
            throw new IllegalArgumentException("TenantId must have 1 to 128 characters: " + value);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
