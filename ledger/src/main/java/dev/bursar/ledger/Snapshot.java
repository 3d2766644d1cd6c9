package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// A ledger's state as records, and back.
///
/// The order is: clock, closed tenants, stopped runs, budgets, accounts, approvals, open holds, ended
/// holds, spent keys, remembered outcomes. Each refers only to what came before.
final class Snapshot {

    private static final Comparator<AccountKey> ACCOUNT_ORDER =
            Comparator.comparing((AccountKey key) -> key.budget().value())
                    .thenComparingLong(AccountKey::windowStartMillis)
                    .thenComparing(key -> String.join("\u0000", key.per()));

    private Snapshot() {}

    static Stream<StateRecord> write(LedgerState state) {
        IdentityHashMap<Account, Integer> numbers = new IdentityHashMap<>();
        Stream<StateRecord> clock = Stream.of(new StateRecord.Clock(state.lastAt()));
        Stream<StateRecord> budgets =
                state.budgets().stream()
                        .map(b -> new StateRecord.OpenBudget(b.budget(), b.status()));
        Stream<StateRecord> accounts =
                state.budgets().stream()
                        .flatMap(BudgetState::accounts)
                        .sorted(Comparator.comparing(Account::key, ACCOUNT_ORDER))
                        .map(account -> {
                            numbers.put(account, numbers.size());
                            return record(account);
                        });
        Stream<StateRecord> holds =
                state.holds().stream()
                        .sorted(Comparator.comparing(Hold::idValue))
                        .map(hold -> record(hold, numbers));
        Stream<StateRecord> memory =
                Stream.of(
                                state.memory().endedHolds(),
                                state.memory().spent(),
                                state.memory().outcomes())
                        .flatMap(part -> part);
        Stream<StateRecord> tenants =
                state.closedTenants().stream().map(StateRecord.ClosedTenant::new);
        Stream<StateRecord> approvals =
                state.approvals().all().stream().map(StateRecord.OpenApproval::new);
        Stream<? extends StateRecord> stops = state.stoppedRuns().all().stream();
        return Stream.of(clock, tenants, stops, budgets, accounts, approvals, holds, memory)
                .flatMap(part -> part);
    }

    private static StateRecord record(Account account) {
        return new StateRecord.AccountState(
                account.key(),
                Instant.ofEpochMilli(account.openedMillis()),
                Instant.ofEpochMilli(account.usedMillis()),
                account.spentEver(),
                account.overrun(),
                account.funding(),
                account.buckets());
    }

    private static StateRecord record(Hold hold, IdentityHashMap<Account, Integer> numbers) {
        List<StateRecord.Share> shares =
                hold.parts().stream()
                        .map(part ->
                                new StateRecord.Share(
                                        Objects.requireNonNull(numbers.get(part.account())),
                                        part.amount()))
                        .toList();
        return new StateRecord.OpenHold(record(hold, List.of()), shares);
    }

    static StateRecord.HoldState record(Hold hold) {
        return record(hold, hold.postings());
    }

    private static StateRecord.HoldState record(Hold hold, List<Entry.Posting> postings) {
        return new StateRecord.HoldState(
                hold.tenant(),
                hold.subject(),
                postings,
                hold.grace(),
                hold.onExpiry(),
                hold.overage(),
                hold.isScoped(),
                hold.attribution(),
                hold.key(),
                Instant.ofEpochMilli(hold.expiresMillis()),
                hold.extensions(),
                hold.granted());
    }

    static LedgerState read(LedgerLimits limits, Stream<StateRecord> records) {
        LedgerState state = new LedgerState(limits);
        List<Account> accounts = new ArrayList<>();
        records.forEachOrdered(record -> {
            // The usually most frequent first. To a compiler that has seen one kind so far, each
            // question that the next kind is asked before its own is a surprise, and a reason to
            // compile anew.
            switch (record) {
                case StateRecord.OpenHold hold -> state.add(hold(accounts, hold));
                case StateRecord.AccountState account -> accounts.add(read(state, account));
                case StateRecord.EndedHold ended -> state.memory().remember(ended);
                case StateRecord.Remembered outcome -> state.memory().remember(outcome);
                case StateRecord.SpentKey key -> state.memory().add(key);
                case StateRecord.HoldState hold -> state.add(hold(state, hold));
                case StateRecord.OpenBudget open -> state.open(open.budget(), open.status());
                case StateRecord.OpenApproval open -> state.approvals().open(open.approval());
                case StateRecord.StoppedRunState stopped -> state.stoppedRuns().put(stopped);
                case StateRecord.ClosedTenant closed -> state.closedTenants().add(closed.tenant());
                case StateRecord.Clock clock -> state.resumeAt(clock.lastAt());
            }
        });
        state.budgets().forEach(BudgetState::orderByUse);
        // A state that was written before budgets were closed with their tenant.
        List.copyOf(state.closedTenants()).forEach(state::close);
        return state;
    }

    private static Account read(LedgerState state, StateRecord.AccountState record) {
        BudgetState budget = budget(state, record.account());
        Account account = new Account(record, budget.budget());
        state.add(budget, account);
        return account;
    }

    private static Hold hold(List<Account> accounts, StateRecord.OpenHold record) {
        List<Hold.Part> parts = new ArrayList<>(record.shares().size());
        for (StateRecord.Share share : record.shares()) {
            if (share.account() < 0 || share.account() >= accounts.size()) {
                throw new IllegalStateException(
                        "a hold refers to an account that is not there: " + share.account());
            }
            parts.add(new Hold.Part(accounts.get(share.account()), share.amount()));
        }
        return new Hold(record.state(), parts);
    }

    private static Hold hold(LedgerState state, StateRecord.HoldState record) {
        List<Hold.Part> parts = new ArrayList<>(record.postings().size());
        for (Entry.Posting posting : record.postings()) {
            Account account = budget(state, posting.account()).account(posting.account());
            if (account == null) {
                throw new IllegalStateException(
                        "a hold refers to an account that is not there: " + posting.account());
            }
            parts.add(new Hold.Part(account, posting.amount()));
        }
        return new Hold(record, parts);
    }

    private static BudgetState budget(LedgerState state, AccountKey key) {
        BudgetState budget = state.budget(key.budget());
        if (budget == null) {
            throw new IllegalStateException("an account of a budget that is not there: " + key);
        }
        return budget;
    }
}
