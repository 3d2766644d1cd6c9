package dev.bursar.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A running balance as it stands at one moment, in the unit of its budget.
///
/// @param limit with all credits and grants
/// @param spent in the current window
/// @param held by open holds
/// @param overrun the part of `spent` that went above its holds
/// @param resetsAt when the balance starts from zero, or null when it does not or is rolling
public record Balance(
        Budget budget,
        Budget.Status status,
        AccountKey account,
        long limit,
        long spent,
        long held,
        long overrun,
        Funding funding,
        @Nullable Instant resetsAt) {

    /// A balance of which no more is known than what was spent.
    public static Balance of(Budget budget, AccountKey account, long spent, Instant now) {
        return new Balance(
                budget,
                Budget.Status.ACTIVE,
                account,
                budget.limit(),
                spent,
                0,
                0,
                Funding.NONE,
                budget.window().resetsAt(now));
    }
}
