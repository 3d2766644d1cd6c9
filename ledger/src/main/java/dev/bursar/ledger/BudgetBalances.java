package dev.bursar.ledger;

import java.util.List;

/// A budget with its fullest balances; see [Ledger#balances(BudgetId, int, java.time.Instant)].
public record BudgetBalances(Budget budget, Budget.Status status, List<Balance> balances) {

    public BudgetBalances {
        balances = List.copyOf(balances);
    }
}
