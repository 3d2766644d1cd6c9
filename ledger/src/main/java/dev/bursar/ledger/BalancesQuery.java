package dev.bursar.ledger;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Which current balances of one budget somebody wants, and from where on.
///
/// @param per only those with these values, by dimension of the budget's `per`; `""` stands for a missing
///     one. With a value for each dimension, the one balance is found without a search
/// @param from what a page gave as [BalancesPage#next], null for the first page
/// @param atMost how many on a page, above 0
public record BalancesQuery(
        BudgetId budget, SortedMap<String, String> per, @Nullable BalancesMark from, int atMost) {

    public BalancesQuery {
        per = Collections.unmodifiableSortedMap(new TreeMap<>(per));
        if (atMost < 1) {
            throw new IllegalArgumentException("a page has at least one balance: " + atMost);
        }
    }

    /// The same balances from another place on, null for the first.
    public BalancesQuery from(@Nullable BalancesMark mark, int most) {
        return new BalancesQuery(budget, per, mark, most);
    }
}
