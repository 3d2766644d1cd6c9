package dev.bursar.ledger;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.Stream;

/// The state of all budgets, and the rules that change it.
///
/// `decide` is a pure function of the state, a command and a time; `apply` is the only mutation. Not
/// safe for use by several threads: one writer owns a ledger.
public final class Ledger {

    private final LedgerLimits limits;
    private final LedgerState state;
    private final ReserveRule reserve;
    private final SettleRule settle;

    public Ledger(LedgerLimits limits) {
        this(limits, new LedgerState(limits));
    }

    private Ledger(LedgerLimits limits, LedgerState state) {
        this.limits = limits;
        this.state = state;
        this.reserve = new ReserveRule(state, limits);
        this.settle = new SettleRule(state);
    }

    /// Rebuilds a ledger from the records of [#state].
    public static Ledger restore(LedgerLimits limits, Stream<StateRecord> state) {
        return new Ledger(limits, Snapshot.read(limits, state));
    }

    /// Decides a command. Changes nothing.
    ///
    /// @param now never earlier than the time of the last entry
    public Decision decide(Command command, Instant now) {
        if (now.isBefore(state.lastAt())) {
            throw new IllegalArgumentException(
                    "time goes back: " + now + " is before " + state.lastAt());
        }
        return switch (command) {
            case Command.DefineBudget define -> define(define.budget(), now);
            case Command.CloseBudget close -> close(close.budget(), now);
            case Command.Reserve wanted -> reserve.decide(wanted, now);
            case Command.Commit commit -> settle.commit(commit, now);
            case Command.Release release -> settle.release(release, now);
            case Command.Charge charge -> settle.charge(charge, now);
            case Command.Expire expire -> settle.expire(expire, now);
        };
    }

    /// Makes an entry part of the state. Cannot refuse: an entry that does not fit the state means that
    /// the journal is not the one of this ledger, and throws.
    public void apply(Entry entry) {
        state.apply(entry);
    }

    private Decision define(Budget budget, Instant now) {
        BudgetState known = state.budget(budget.id());
        if (known == null && state.budgets().size() >= limits.maxBudgets()) {
            return Refusals.decision(Reason.CAPACITY);
        }
        boolean changed = known == null || !known.budget().equals(budget);
        return new Decision(
                new Outcome.BudgetDefined(budget.id(), changed),
                changed ? List.of(new Entry.BudgetDefined(now, budget)) : List.of());
    }

    private Decision close(BudgetId budget, Instant now) {
        return state.budget(budget) == null
                ? Refusals.decision(Reason.BUDGET_NOT_FOUND)
                : new Decision(
                        new Outcome.BudgetClosed(budget),
                        List.of(new Entry.BudgetClosed(now, budget)));
    }

    /// All state, in an order that depends on nothing but the state: two ledgers are equal when these
    /// are.
    public Stream<StateRecord> state() {
        return Snapshot.write(state);
    }

    /// The time of the last entry, the epoch when there is none.
    public Instant lastAt() {
        return state.lastAt();
    }

    /// The open budgets, by id.
    public Collection<Budget> budgets() {
        return state.budgets().stream().map(BudgetState::budget).toList();
    }

    /// Balances of the accounts of one budget that are current at `now`, at most `atMost`, those with the
    /// largest share of their limit first. Takes time in proportion to the number of its accounts.
    public List<Balance> balances(BudgetId id, int atMost, Instant now) {
        BudgetState budget = state.budget(id);
        if (budget == null) {
            return List.of();
        }
        long nowMillis = now.toEpochMilli();
        Comparator<Balance> byUse = Comparator.comparingLong(b -> b.spent() + b.held());
        PriorityQueue<Balance> fullest =
                new PriorityQueue<>(
                        byUse.thenComparing(
                                b -> b.account().per().toString(), Comparator.reverseOrder()));
        AccountKey current = budget.accountFor(Subject.EMPTY, now);
        budget.accounts()
                .filter(a -> a.key().windowStartMillis() == current.windowStartMillis())
                .forEach(account -> {
                    fullest.add(
                            new Balance(
                                    budget.budget(),
                                    account.key(),
                                    account.spent(nowMillis),
                                    account.held(),
                                    account.overrun(),
                                    budget.resetsAt(now)));
                    if (fullest.size() > atMost) {
                        fullest.remove();
                    }
                });
        return fullest.stream().sorted(fullest.comparator().reversed()).toList();
    }

    /// How many holds are open.
    public int holds() {
        return state.holds().size();
    }

    /// How many accounts there are.
    public int accounts() {
        return state.accounts();
    }

    /// Checks what must always be true of the state itself.
    ///
    /// @throws IllegalStateException naming the first thing that is not
    public void checkInvariants() {
        Invariants.check(state);
    }
}
