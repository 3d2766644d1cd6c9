package dev.bursar.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Lists the accounts of a budget page by page.
final class AccountWalk implements Predicate<Account> {

    private final List<Account> found = new ArrayList<>();
    private final List<String> dimensions;
    private final BalancesQuery query;
    private int looked;

    private AccountWalk(List<String> dimensions, BalancesQuery query) {
        this.dimensions = dimensions;
        this.query = query;
    }

    /// @return null when the window is over that the query goes on with
    static @Nullable BalancesPage page(
            BudgetState budget,
            BalancesQuery query,
            long windowStart,
            Function<Account, Balance> balance) {
        BalancesMark from = query.from();
        if (from != null && from.windowStartMillis() != windowStart) {
            return null;
        }
        Accounts current = budget.accounts(windowStart);
        List<String> dimensions = budget.budget().per();
        if (current == null || !dimensions.containsAll(query.per().keySet())) {
            return new BalancesPage(List.of(), null);
        }
        if (query.per().size() == dimensions.size()) {
            List<String> values =
                    dimensions.stream()
                            .map(dimension -> Objects.requireNonNull(query.per().get(dimension)))
                            .toList();
            Account one = current.get(new AccountKey(query.budget(), values, windowStart));
            return new BalancesPage(one == null ? List.of() : List.of(balance.apply(one)), null);
        }
        AccountWalk walk = new AccountWalk(dimensions, query);
        AccountTable.Spot start =
                from == null
                        ? AccountTable.Spot.FIRST
                        : new AccountTable.Spot(from.place(), from.per());
        AccountTable.Spot next = current.walk(start, walk);
        return new BalancesPage(
                walk.found.stream().map(balance).toList(),
                next == null ? null : new BalancesMark(windowStart, next.place(), next.per()));
    }

    /// Takes an account when there is still room, and enough was not looked at yet.
    @Override
    public boolean test(Account account) {
        if (looked == Ledger.MAX_WALKED) {
            return false;
        }
        looked++;
        if (isWanted(account)) {
            if (found.size() == query.atMost()) {
                return false;
            }
            found.add(account);
        }
        return true;
    }

    private boolean isWanted(Account account) {
        for (Map.Entry<String, String> wanted : query.per().entrySet()) {
            int at = dimensions.indexOf(wanted.getKey());
            if (!account.key().per().get(at).equals(wanted.getValue())) {
                return false;
            }
        }
        return true;
    }
}
