package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Everything a ledger knows, and the effect of each entry on it.
final class LedgerState {

    private final Memory memory;
    private final TreeMap<String, BudgetState> budgets = new TreeMap<>();

    /// The open budgets of each tenant, by id: the order of notices.
    private final Map<TenantId, Map<String, BudgetState>> byTenant = new HashMap<>();

    private final Map<HoldId, Hold> holds = new HashMap<>();
    private final ExpiryIndex expiry = new ExpiryIndex();
    private final Set<TenantId> closedTenants =
            new TreeSet<>(Comparator.comparing(TenantId::value));
    private final Approvals approvals = new Approvals();
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

    boolean isHard(BudgetId id) {
        BudgetState budget = budget(id);
        return budget != null && budget.budget().mode() == Budget.Mode.HARD;
    }

    boolean isClosed(TenantId tenant) {
        return closedTenants.contains(tenant);
    }

    Set<TenantId> closedTenants() {
        return closedTenants;
    }

    Approvals approvals() {
        return approvals;
    }

    /// Why no budget of a wanted unit applies to a subject: there is none, or only of other units.
    Reason whyNoneApplies(TenantId tenant, Subject subject) {
        return budgets(tenant).stream().anyMatch(budget -> budget.appliesTo(subject))
                ? Reason.UNIT_MISMATCH
                : Reason.BUDGET_NOT_FOUND;
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
            case Entry.BudgetRemoved removed -> remove(removed.budget());
            case Entry.BudgetStatusSet set ->
                    set.budgets().forEach(id -> required(id).become(set.status()));
            case Entry.BudgetAdjusted adjusted -> adjust(adjusted);
            case Entry.TenantClosed closed -> closedTenants.add(closed.tenant());
            case Entry.ApprovalGranted granted -> grant(granted);
            case Entry.ApprovalDeclined declined -> decline(declined);
            case Entry.Noted noted -> {}
            case Entry.Reserved reserved -> reserve(reserved);
            case Entry.Refused refused -> refuse(refused);
            case Entry.Evaluated evaluated -> evaluate(evaluated);
            case Entry.Committed committed -> commit(committed);
            case Entry.Released released -> release(released);
            case Entry.Extended extended -> extend(extended);
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
            remove(budget.id());
        }
        open(budget, known == null ? Budget.Status.ACTIVE : known.status());
    }

    BudgetState open(Budget budget, Budget.Status status) {
        BudgetState opened = new BudgetState(budget, status);
        budgets.put(budget.id().value(), opened);
        ofTenant(budget.tenant()).put(budget.id().value(), opened);
        return opened;
    }

    private void remove(BudgetId id) {
        BudgetState removed = budgets.remove(id.value());
        if (removed == null) {
            return;
        }
        accounts -= removed.size();
        ofTenant(removed.budget().tenant()).remove(id.value());
        approvals.removeOf(id);
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
        add(new Hold(entry, parts));
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
            Amounts amounts = isHard(account.key().budget()) ? entry.charged() : entry.actual();
            long debt = debt(entry.shortfalls(), account.key());
            account.settle(part.amount(), spendable(account, amounts) - debt, at);
        }
        fallShort(entry.shortfalls());
        spend(entry.unheld(), entry.at());
        Outcome outcome = entry.outcome();
        entry.unheld().forEach(posting -> forgetRunOfOneCall(hold, posting.account()));
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

    private static long debt(List<Entry.Shortfall> shortfalls, AccountKey account) {
        for (Entry.Shortfall shortfall : shortfalls) {
            if (shortfall.account().equals(account)) {
                return shortfall.debt();
            }
        }
        return 0;
    }

    private void fallShort(List<Entry.Shortfall> shortfalls) {
        for (Entry.Shortfall shortfall : shortfalls) {
            Account account = required(shortfall.account().budget()).account(shortfall.account());
            if (account != null) {
                account.fallShort(shortfall);
            }
        }
    }

    private void extend(Entry.Extended entry) {
        Hold hold = end(entry.hold());
        hold.extend(entry.expiresAt(), entry.extensions());
        holds.put(hold.id(), hold);
        expiry.add(hold);
        remember(
                entry.tenant(),
                StateRecord.Operation.EXTEND,
                entry.key(),
                entry.at(),
                entry.outcome());
    }

    private void release(Entry.Released entry) {
        Hold hold = end(entry.hold());
        giveBack(hold, entry.at());
        Outcome outcome = entry.outcome();
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
            outcome =
                    new Outcome.Committed(
                            entry.hold(),
                            entry.held(),
                            entry.held(),
                            entry.held(),
                            Amounts.NONE,
                            List.of());
        } else {
            giveBack(hold, entry.at());
            outcome = new Outcome.Released(entry.hold(), entry.held(), List.of());
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
        hold.parts().forEach(part -> forgetRunOfOneCall(hold, part.account().key()));
        memory.remember(new StateRecord.EndedHold(hold.id(), hold.tenant(), at, ending, outcome));
    }

    /// A run that has the name of its hold is that one call, and no other can ever belong to it.
    private void forgetRunOfOneCall(Hold hold, AccountKey key) {
        if (hold.id().value().equals(hold.subject().get(Subject.RUN))) {
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
            remember(tenant, operation, key, at, outcome);
        }
    }

    private void remember(
            TenantId tenant,
            StateRecord.Operation operation,
            CommandKey key,
            Instant at,
            Outcome outcome) {
        memory.remember(new StateRecord.Remembered(tenant, operation, key, at, outcome));
    }

    private void charge(Entry.Charged entry) {
        spend(entry.postings(), entry.at());
        fallShort(entry.shortfalls());
        remember(
                entry.tenant(),
                StateRecord.Operation.CHARGE,
                entry.key(),
                entry.at(),
                entry.outcome());
    }

    private void evaluate(Entry.Evaluated entry) {
        remember(
                entry.tenant(),
                entry.operation(),
                entry.key(),
                entry.at(),
                new Outcome.Evaluated(entry.answer()));
    }

    private void adjust(Entry.BudgetAdjusted entry) {
        Account account = account(entry.account(), entry.at());
        long amount = entry.amount();
        switch (entry.adjustment()) {
            case CREDIT -> account.fund(account.funding().credit(amount));
            case DEBIT -> account.fund(account.funding().credit(-amount));
            case RESET_SPENT ->
                    account.reset(
                            amount,
                            required(entry.account().budget()).budget(),
                            entry.at().toEpochMilli());
            case REPAY_DEBT -> account.fund(account.funding().repay(amount));
        }
        if (!entry.standing().overLimit()) {
            account.fund(account.funding().withinLimit());
        }
        remember(
                entry.tenant(),
                StateRecord.Operation.ADJUST,
                entry.key(),
                entry.at(),
                new Outcome.BudgetAdjusted(amount, entry.standing()));
    }

    private void refuse(Entry.Refused entry) {
        for (Block block : entry.blocks()) {
            String id = block.approval();
            if (id != null && approvals.byId(id) == null) {
                account(block.account(), entry.at());
                approvals.open(
                        new Approval(
                                id,
                                entry.tenant(),
                                block.account(),
                                block.name(),
                                block.unit(),
                                block.asked(),
                                entry.subject(),
                                entry.at()));
            }
        }
    }

    private void grant(Entry.ApprovalGranted entry) {
        approvals.close(entry.approval());
        Account account = account(entry.account(), entry.at());
        account.fund(
                account.funding()
                        .grant(
                                new Funding.Grant(entry.amount(), entry.until().toEpochMilli()),
                                entry.at().toEpochMilli()));
        remember(
                entry.tenant(),
                StateRecord.Operation.ADJUST,
                entry.key(),
                entry.at(),
                new Outcome.ApprovalGranted(entry.approval(), entry.standing()));
    }

    private void decline(Entry.ApprovalDeclined entry) {
        approvals.close(entry.approval());
        Account account = account(entry.account(), entry.at());
        account.fund(account.funding().decline(entry.until().toEpochMilli()));
        remember(
                entry.tenant(),
                StateRecord.Operation.ADJUST,
                entry.key(),
                entry.at(),
                new Outcome.ApprovalDeclined(entry.approval()));
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
        approvals.removeOf(key);
        budget.drop(key);
        accounts += budget.size() - before;
    }

    private Account account(AccountKey key, Instant at) {
        BudgetState budget = required(key.budget());
        int before = budget.size();
        Account account = budget.open(key, at.toEpochMilli());
        accounts += budget.size() - before;
        return account;
    }

    private BudgetState required(BudgetId id) {
        BudgetState budget = budget(id);
        if (budget == null) {
            throw new IllegalStateException("entry is about a budget that is not open: " + id);
        }
        return budget;
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
