package dev.bursar.ledger;

/// Identifies a budget across all tenants, by convention `tenant/name`.
///
/// @param value 1 to 256 characters
public record BudgetId(String value) {

    public BudgetId {
        if (value.isEmpty() || value.length() > 256) {
            throw new IllegalArgumentException("BudgetId must have 1 to 256 characters: " + value);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
