package dev.bursar.authority;

import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Outcome;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// The one door to the money: commands go in, and come back decided and durable.
///
/// All methods may be called by any thread.
public final class Authority implements AutoCloseable {

    /// Opens the journal in a directory, which is created when missing, recovers the ledger from it, and
    /// starts. The directory is locked until [#close].
    ///
    /// @param clock the only source of time; where it steps back, the authority's time stands still
    /// @throws AuthorityException `EXTERNAL` when the directory cannot be written or another process has
    ///     it, `INTERNAL` when the journal is damaged: the message says where
    public static Authority open(
            Path dataDirectory, AuthoritySettings settings, InstantSource clock) {
        throw new IllegalStateException();
    }

    /// Submits a command and waits for its outcome. Meant for virtual threads.
    ///
    /// @throws AuthorityException `CAPACITY` when the queue is full, `INTERNAL` or `EXTERNAL` when the
    ///     authority has stopped; whether the command took effect is then unknown, and repeating it with
    ///     the same key is safe
    public Outcome submit(Command command) {
        throw new IllegalStateException();
    }

    /// Like [#submit], without waiting. The future completes on the writer's thread: do no work there.
    public CompletableFuture<Outcome> submitAsync(Command command) {
        throw new IllegalStateException();
    }

    /// The open budgets, by id.
    public List<Budget> budgets() {
        throw new IllegalStateException();
    }

    /// Current balances of a budget, at most `atMost`, the fullest first.
    public List<Balance> balances(BudgetId budget, int atMost) {
        throw new IllegalStateException();
    }

    /// Reads the journal, for projections.
    public JournalReader journal() {
        throw new IllegalStateException();
    }

    /// Whether commands are accepted.
    public boolean healthy() {
        return true;
    }

    /// Finishes what was accepted, writes a checkpoint, and closes the journal.
    @Override
    public void close() {}
}
