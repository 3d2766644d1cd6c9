package dev.bursar.ledger;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/// The state of all budgets, and the rules that change it.
///
/// `decide` is a pure function of the state, a command and a time; `apply` is the only mutation. Not
/// safe for use by several threads: one writer owns a ledger.
public final class Ledger {

    public Ledger(LedgerLimits limits) {}

    /// Decides a command at a time that is never earlier than that of the last entry. Changes nothing.
    public Decision decide(Command command, Instant now) {
        throw new IllegalStateException();
    }

    /// Makes an entry part of the state. Cannot refuse.
    public void apply(Entry entry) {
        throw new IllegalStateException();
    }

    /// All state, in an order that depends on nothing but the state.
    public Stream<StateRecord> state() {
        throw new IllegalStateException();
    }

    /// Rebuilds a ledger from the records of [#state].
    public static Ledger restore(LedgerLimits limits, Stream<StateRecord> state) {
        throw new IllegalStateException();
    }

    /// The open budgets, by id.
    public Collection<Budget> budgets() {
        throw new IllegalStateException();
    }

    /// Balances of the accounts of one budget that are current at `now`, at most `atMost`, those with the
    /// largest share of their limit first.
    public List<Balance> balances(BudgetId budget, int atMost, Instant now) {
        throw new IllegalStateException();
    }

    /// How many holds are open.
    public int holds() {
        return 0;
    }

    /// How many accounts there are.
    public int accounts() {
        return 0;
    }
}
