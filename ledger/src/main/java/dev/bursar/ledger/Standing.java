package dev.bursar.ledger;

import org.jspecify.annotations.Nullable;

/// Where an account stands after a command, in the unit of its budget.
///
/// @param scope the path of the budget, null when it has none
/// @param limit what may be spent, with all credits and grants
/// @param overLimit whether a charge was capped here, or more is owed than the overdraft allows
public record Standing(
        AccountKey account,
        @Nullable ScopePath scope,
        Unit unit,
        long limit,
        long spent,
        long held,
        long debt,
        long overdraftLimit,
        boolean overLimit) {

    /// The most that may be spent for `more` to fit; below zero when it never will.
    long mostSpent(long more) {
        return more > limit ? -1 : limit - held - debt - more;
    }

    /// What is left; below zero when more is spent, held or owed than the limit.
    public long remaining() {
        return limit - spent - held - debt;
    }
}
