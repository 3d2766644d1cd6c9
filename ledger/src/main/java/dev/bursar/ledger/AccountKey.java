package dev.bursar.ledger;

import java.util.List;

/// Identifies one running balance of a budget.
///
/// @param per the values of the budget's `per` dimensions, in its order; `""` where a subject had none
/// @param windowStartMillis when the calendar window starts, in milliseconds since the epoch; 0 for
///     windows without a start
public record AccountKey(BudgetId budget, List<String> per, long windowStartMillis) {

    public AccountKey {
        per = List.copyOf(per);
    }
}
