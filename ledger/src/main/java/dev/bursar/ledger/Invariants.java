package dev.bursar.ledger;

import java.util.IdentityHashMap;

/// What must be true of a ledger between any two entries.
final class Invariants {

    private Invariants() {}

    static void check(LedgerState state) {
        IdentityHashMap<Account, Long> held = new IdentityHashMap<>();
        for (Hold hold : state.holds()) {
            require(
                    state.expiry().contains(hold),
                    hold.id() + " is not where its end would be looked for");
            for (Hold.Part part : hold.parts()) {
                held.merge(part.account(), part.amount(), Math::addExact);
            }
        }
        int accounts = 0;
        for (BudgetState budget : state.budgets()) {
            for (Account account : budget.accounts().toList()) {
                accounts++;
                check(account, held.getOrDefault(account, 0L));
            }
        }
        require(accounts == state.accounts(), "accounts are counted wrong: " + state.accounts());
        require(
                state.expiry().size() == state.holds().size(),
                "holds have ended that wait to expire: " + state.expiry().size());
        for (Approval approval : state.approvals().all()) {
            BudgetState budget = state.budget(approval.account().budget());
            require(
                    budget != null && budget.account(approval.account()) != null,
                    approval.id() + " is about an account that is not open");
            require(
                    approval.equals(state.approvals().of(approval.account())),
                    approval.id() + " is not the one approval of its account");
        }
    }

    private static void check(Account account, long heldByHolds) {
        require(
                account.held() == heldByHolds,
                "%s holds %d, its open holds %d"
                        .formatted(account.key(), account.held(), heldByHolds));
        require(account.held() >= 0, account.key() + " holds less than nothing");
        require(account.spentEver() >= 0, account.key() + " has spent less than nothing");
        Funding funding = account.funding();
        require(account.overrun() >= 0, account.key() + " has an overrun below nothing");
        require(
                !funding.equals(Funding.NONE) || account.overrun() <= account.spentEver(),
                account.key() + " has an overrun above what it spent: " + account.overrun());
        require(
                funding.debt() >= 0 && funding.uncovered() >= 0,
                account.key() + " owes less than nothing");
        require(
                funding.grants().size() <= Funding.MAX_GRANTS,
                account.key() + " has too many grants");
        require(
                funding.grants().stream().allMatch(grant -> grant.amount() > 0),
                account.key() + " has a grant of nothing");
        if (account.unit().equals(Unit.SLOTS)) {
            require(account.spentEver() == 0, account.key() + " has spent slots");
        }
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalStateException(message);
        }
    }
}
