package dev.bursar.ledger;

/// Identifies a hold; chosen by the caller of reserve, unique for ever.
///
/// @param value 1 to 128 characters
public record HoldId(String value) {

    public HoldId {
        if (value.isEmpty() || value.length() > 128) {
            throw new IllegalArgumentException("HoldId must have 1 to 128 characters: " + value);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
