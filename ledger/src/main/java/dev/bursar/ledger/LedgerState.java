package dev.bursar.ledger;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Everything a ledger knows. [Effects] are what changes it.
final class LedgerState {

    private final Memory memory;
    private final TreeMap<String, BudgetState> budgets = new TreeMap<>();

    /// The open budgets of each tenant, by id: the order of notices.
    private final Map<TenantId, Map<String, BudgetState>> byTenant = new HashMap<>();

    private final Holds holds = new Holds();
    private final ExpiryIndex expiry = new ExpiryIndex(holds::at);
    private final Set<TenantId> closedTenants =
            new TreeSet<>(Comparator.comparing(TenantId::value));
    private final Approvals approvals = new Approvals();
    private final StoppedRuns stoppedRuns = new StoppedRuns();
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

    /// The budgets from an id on, by id.
    Collection<BudgetState> budgetsFrom(String id) {
        return budgets.tailMap(id, true).values();
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

    /// Closes a tenant and its budgets for ever. What it asked people for is asked no longer.
    void close(TenantId tenant) {
        closedTenants.add(tenant);
        budgets(tenant).forEach(budget -> budget.become(Budget.Status.CLOSED));
        approvals.removeOf(tenant);
    }

    Set<TenantId> closedTenants() {
        return closedTenants;
    }

    Approvals approvals() {
        return approvals;
    }

    StoppedRuns stoppedRuns() {
        return stoppedRuns;
    }

    boolean isStopped(TenantId tenant, Subject subject, Instant now) {
        return stoppedRuns.of(tenant, subject.get(Subject.RUN), now) != null;
    }

    /// Why no budget of a wanted unit applies to a subject: there is none, or only of other units.
    Reason whyNoneApplies(TenantId tenant, Subject subject) {
        return whyNoneApplies(tenant, subject, _ -> true);
    }

    /// The same to one who can speak of some units only.
    Reason whyNoneApplies(TenantId tenant, Subject subject, Predicate<Unit> canName) {
        return budgets(tenant).stream()
                        .filter(budget -> canName.test(budget.budget().unit()))
                        .anyMatch(budget -> budget.appliesTo(subject))
                ? Reason.UNIT_MISMATCH
                : Reason.BUDGET_NOT_FOUND;
    }

    @Nullable Hold hold(HoldId id) {
        return holds.get(id);
    }

    Holds holds() {
        return holds;
    }

    int accounts() {
        return accounts;
    }

    BudgetState open(Budget budget, Budget.Status status) {
        BudgetState opened = new BudgetState(budget, status);
        budgets.put(budget.id().value(), opened);
        ofTenant(budget.tenant()).put(budget.id().value(), opened);
        return opened;
    }

    void remove(BudgetId id) {
        BudgetState removed = budgets.remove(id.value());
        if (removed == null) {
            return;
        }
        accounts -= removed.size();
        ofTenant(removed.budget().tenant()).remove(id.value());
        approvals.removeOf(id);
        holds.stream().forEach(hold -> hold.leave(id));
    }

    private Map<String, BudgetState> ofTenant(TenantId tenant) {
        return byTenant.computeIfAbsent(tenant, key -> new TreeMap<>());
    }

    void add(Hold hold) {
        resume(hold);
        hold.setAside();
    }

    /// Ends a hold's part, of which `spent` stays.
    void settle(Hold.Part part, long spent, Entry.@Nullable Shortfall shortfall, Instant at) {
        Account account = part.account();
        BudgetState budget = required(account.key().budget());
        long before = budget.leaves(account);
        account.settle(part.amount(), spent, at.toEpochMilli());
        if (shortfall != null) {
            account.fallShort(shortfall);
        }
        budget.use(account, at.toEpochMilli());
        budget.passOn(account, before, shortfall == null ? 0 : shortfall.debt());
        dropHandedOver(budget, account);
    }

    /// Puts back a hold that [#end] took, with another end.
    void resume(Hold hold) {
        holds.add(hold);
        expiry.add(hold);
    }

    Hold end(HoldId id) {
        Hold hold = holds.get(id);
        if (hold == null) {
            throw new IllegalStateException("entry ends a hold that is not open: " + id);
        }
        expiry.remove(hold);
        holds.remove(hold);
        return hold;
    }

    void drop(BudgetState budget, AccountKey key) {
        int before = budget.size();
        approvals.removeOf(key);
        budget.drop(key);
        accounts += budget.size() - before;
    }

    /// The account, in use from now on; opened if need be.
    Account account(AccountKey key, Instant at) {
        BudgetState budget = required(key.budget());
        Account account = budget.account(key);
        if (account == null) {
            account = budget.open(key, at.toEpochMilli());
            accounts++;
            Account before = budget.latestBefore(key);
            if (before != null) {
                dropHandedOver(budget, before);
            }
        } else {
            budget.use(account, at.toEpochMilli());
        }
        return account;
    }

    /// Drops an account that waited for the one of the next window, once that is open and nothing is held
    /// in it any more.
    void dropHandedOver(BudgetState budget, Account account) {
        if (!account.isInUse()
                && budget.handsOver(account)
                && budget.latestAfter(account) != null) {
            drop(budget, account.key());
        }
    }

    BudgetState required(BudgetId id) {
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

    /// Sets the time of the last entry.
    void resumeAt(Instant at) {
        lastAt = at;
    }
}
