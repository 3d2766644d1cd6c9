package dev.bursar.ledger;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Part of a budget's balances. May have fewer than were asked for, or none, and others after it: one
/// question looks at a bounded number of accounts.
///
/// @param next where to go on, null at the end
public record BalancesPage(List<Balance> items, @Nullable BalancesMark next) {

    public BalancesPage {
        items = List.copyOf(items);
    }
}
