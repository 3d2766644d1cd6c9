package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Everything a ledger knows, and the effect of each entry on it.
final class LedgerState {

    private final Memory memory;
    private final TreeMap<String, BudgetState> budgets = new TreeMap<>();

    /// The open budgets of each tenant, by id: the order of notices.
    private final Map<TenantId, Map<String, BudgetState>> byTenant = new HashMap<>();

    private final Map<HoldId, Hold> holds = new HashMap<>();
    private final ExpiryIndex expiry = new ExpiryIndex();
    private int accounts;
    private Instant lastAt = Instant.EPOCH;

    LedgerState(LedgerLimits limits) {
        this.memory = new Memory(limits);
    }

    Memory memory() {
        return memory;
    }

    ExpiryIndex expiry() {
        return expiry;
    }

    /// The time of the last entry.
    Instant lastAt() {
        return lastAt;
    }

    Collection<BudgetState> budgets() {
        return budgets.values();
    }

    Collection<BudgetState> budgets(TenantId tenant) {
        Map<String, BudgetState> own = byTenant.get(tenant);
        return own == null ? List.of() : own.values();
    }

    @Nullable BudgetState budget(BudgetId id) {
        return budgets.get(id.value());
    }

    @Nullable Hold hold(HoldId id) {
        return holds.get(id);
    }

    Collection<Hold> holds() {
        return holds.values();
    }

    int accounts() {
        return accounts;
    }

    void apply(Entry entry) {
        switch (entry) {
            case Entry.BudgetDefined defined -> define(defined.budget());
            case Entry.BudgetClosed closed -> close(closed.budget());
            case Entry.Reserved reserved -> reserve(reserved);
            case Entry.Refused refused -> {}
            case Entry.Committed committed -> commit(committed);
            case Entry.Released released -> release(released);
            case Entry.Expired expired -> expire(expired);
            case Entry.Charged charged -> charge(charged);
            case Entry.AccountsDropped dropped -> drop(dropped);
        }
        lastAt = entry.at();
    }

    private void define(Budget budget) {
        BudgetState known = budgets.get(budget.id().value());
        if (known != null && known.hasShapeOf(budget)) {
            known.redefine(budget);
            return;
        }
        if (known != null) {
            close(budget.id());
        }
        open(budget);
    }

    BudgetState open(Budget budget) {
        BudgetState opened = new BudgetState(budget);
        budgets.put(budget.id().value(), opened);
        ofTenant(budget.tenant()).put(budget.id().value(), opened);
        return opened;
    }

    private void close(BudgetId id) {
        BudgetState closed = budgets.remove(id.value());
        if (closed == null) {
            return;
        }
        accounts -= closed.size();
        ofTenant(closed.budget().tenant()).remove(id.value());
        holds.values().forEach(hold -> hold.leave(id));
    }

    private Map<String, BudgetState> ofTenant(TenantId tenant) {
        return byTenant.computeIfAbsent(tenant, key -> new TreeMap<>());
    }

    private void reserve(Entry.Reserved entry) {
        List<Hold.Part> parts = new ArrayList<>(entry.postings().size());
        for (Entry.Posting posting : entry.postings()) {
            parts.add(new Hold.Part(account(posting.account(), entry.at()), posting.amount()));
        }
        add(
                new Hold(
                        entry.tenant(),
                        entry.subject(),
                        entry.onExpiry(),
                        entry.overage(),
                        entry.attribution(),
                        entry.key(),
                        entry.granted(),
                        parts));
        remember(
                entry.tenant(),
                StateRecord.Operation.RESERVE,
                entry.key(),
                entry.granted().hold(),
                entry.at(),
                entry.granted());
    }

    void add(Hold hold) {
        holds.put(hold.id(), hold);
        expiry.add(hold);
        for (Hold.Part part : hold.parts()) {
            part.account().hold(part.amount());
        }
    }

    private void commit(Entry.Committed entry) {
        Hold hold = end(entry.hold());
        long at = entry.at().toEpochMilli();
        for (Hold.Part part : hold.parts()) {
            Account account = part.account();
            account.settle(part.amount(), spendable(account, entry.actual()), at);
        }
        spend(entry.unheld(), entry.at());
        Outcome outcome =
                new Outcome.Committed(entry.hold(), entry.held(), entry.actual(), entry.overrun());
        ended(hold, entry.at(), StateRecord.Ending.COMMITTED, outcome);
        remember(
                entry.tenant(),
                StateRecord.Operation.COMMIT,
                entry.key(),
                entry.hold(),
                entry.at(),
                outcome);
    }

    private static long spendable(Account account, Amounts actual) {
        return Account.isSpendable(account.unit()) ? actual.get(account.unit()) : 0;
    }

    private void release(Entry.Released entry) {
        Hold hold = end(entry.hold());
        giveBack(hold, entry.at());
        Outcome outcome = new Outcome.Released(entry.hold(), entry.held());
        ended(hold, entry.at(), StateRecord.Ending.RELEASED, outcome);
        remember(
                entry.tenant(),
                StateRecord.Operation.RELEASE,
                entry.key(),
                entry.hold(),
                entry.at(),
                outcome);
    }

    private void expire(Entry.Expired entry) {
        Hold hold = end(entry.hold());
        Outcome outcome;
        if (entry.charged()) {
            long at = entry.at().toEpochMilli();
            for (Hold.Part part : hold.parts()) {
                Account account = part.account();
                long spent = Account.isSpendable(account.unit()) ? part.amount() : 0;
                account.settle(part.amount(), spent, at);
            }
            outcome = new Outcome.Committed(entry.hold(), entry.held(), entry.held(), Amounts.NONE);
        } else {
            giveBack(hold, entry.at());
            outcome = new Outcome.Released(entry.hold(), entry.held());
        }
        ended(hold, entry.at(), StateRecord.Ending.EXPIRED, outcome);
    }

    private static void giveBack(Hold hold, Instant at) {
        for (Hold.Part part : hold.parts()) {
            part.account().settle(part.amount(), 0, at.toEpochMilli());
        }
    }

    private Hold end(HoldId id) {
        Hold hold = holds.remove(id);
        if (hold == null) {
            throw new IllegalStateException("entry ends a hold that is not open: " + id);
        }
        expiry.remove(hold);
        return hold;
    }

    private void ended(Hold hold, Instant at, StateRecord.Ending ending, Outcome outcome) {
        forgetRunOfOneCall(hold);
        memory.remember(new StateRecord.EndedHold(hold.id(), hold.tenant(), at, ending, outcome));
    }

    /// A run that has the name of its hold is that one call, and no other can ever belong to it.
    private void forgetRunOfOneCall(Hold hold) {
        if (!hold.id().value().equals(hold.subject().get(Subject.RUN))) {
            return;
        }
        for (Hold.Part part : hold.parts()) {
            AccountKey key = part.account().key();
            BudgetState budget = budgets.get(key.budget().value());
            if (budget != null && budget.budget().per().contains(Subject.RUN)) {
                drop(budget, key);
            }
        }
    }

    private void remember(
            TenantId tenant,
            StateRecord.Operation operation,
            CommandKey key,
            HoldId hold,
            Instant at,
            Outcome outcome) {
        if (!key.value().equals(hold.value())) {
            memory.remember(new StateRecord.Remembered(tenant, operation, key, at, outcome));
        }
    }

    private void charge(Entry.Charged entry) {
        spend(entry.postings(), entry.at());
        memory.remember(
                new StateRecord.Remembered(
                        entry.tenant(),
                        StateRecord.Operation.CHARGE,
                        entry.key(),
                        entry.at(),
                        new Outcome.Charged(entry.actual(), entry.passed())));
    }

    private void spend(List<Entry.Posting> postings, Instant at) {
        for (Entry.Posting posting : postings) {
            account(posting.account(), at).spend(posting.amount(), at.toEpochMilli());
        }
    }

    private void drop(Entry.AccountsDropped entry) {
        for (AccountKey key : entry.accounts()) {
            BudgetState budget = budgets.get(key.budget().value());
            if (budget != null) {
                drop(budget, key);
            }
        }
    }

    private void drop(BudgetState budget, AccountKey key) {
        int before = budget.size();
        budget.drop(key);
        accounts += budget.size() - before;
    }

    private Account account(AccountKey key, Instant at) {
        BudgetState budget = budgets.get(key.budget().value());
        if (budget == null) {
            throw new IllegalStateException("entry posts to a budget that is not open: " + key);
        }
        int before = budget.size();
        Account account = budget.open(key, at.toEpochMilli());
        accounts += budget.size() - before;
        return account;
    }

    /// Puts back an account, when a state is rebuilt.
    void add(BudgetState budget, Account account) {
        budget.add(account);
        accounts++;
    }

    /// Sets the time of the last entry, when a state is rebuilt.
    void resumeAt(Instant at) {
        lastAt = at;
    }
}
