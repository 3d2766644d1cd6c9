package dev.bursar.authority;

import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Decision;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Ledger;
import dev.bursar.ledger.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// Something that waits for the writer: a command or a read.
///
/// Its life: put into the queue by the caller, [decided][#decide] by the writer, [answered][#answer] once
/// everything it was decided upon is durable. Only the last step is visible to the caller.
abstract class Pending<T> extends CommandQueue.Node {

    private final @Nullable Thread waiter;
    private final @Nullable CompletableFuture<T> future;

    /// Written by the writer, read by the thread that answers, handed over under a lock.
    private @Nullable T decided;

    private @Nullable AuthorityException failure;
    private volatile boolean done;

    private Pending(@Nullable Thread waiter, @Nullable CompletableFuture<T> future) {
        this.waiter = waiter;
        this.future = future;
    }

    /// A command that this thread is going to wait for.
    static Pending<Outcome> waiting(Command command) {
        return new OfCommand(command, Thread.currentThread(), null);
    }

    /// A command that completes a future.
    static Pending<Outcome> completing(Command command, CompletableFuture<Outcome> future) {
        return new OfCommand(command, null, future);
    }

    /// A command that ends a hold, for this thread to wait for.
    ///
    /// @param actual what it spends
    static Pending<Settled> settling(Command command, HoldId hold, Amounts actual) {
        return new OfSettling(command, hold, actual, Thread.currentThread());
    }

    /// A read of the ledger that this thread is going to wait for.
    static <T> Pending<T> waiting(BiFunction<Ledger, Instant, T> read) {
        return new OfRead<>(read, Thread.currentThread());
    }

    /// Works on the ledger, on the writer's thread.
    ///
    /// @param entries where entries are added that were applied
    final void decide(Ledger ledger, Instant now, List<Entry> entries) {
        decided = work(ledger, now, entries);
    }

    abstract T work(Ledger ledger, Instant now, List<Entry> entries);

    /// Whether a caller asked for a decision: not a read, and not the clock's own upkeep.
    abstract boolean isCallers();

    boolean waitsVirtually() {
        return waiter != null && waiter.isVirtual();
    }

    /// Gives the caller what was decided.
    final void answer() {
        T result = decided;
        if (result == null) {
            throw new IllegalStateException("answered before it was decided");
        }
        done = true;
        if (future != null) {
            future.complete(result);
        } else {
            LockSupport.unpark(waiter);
        }
    }

    final void fail(AuthorityException why) {
        failure = why;
        done = true;
        if (future != null) {
            future.completeExceptionally(why);
        } else {
            LockSupport.unpark(waiter);
        }
    }

    /// Waits, whether interrupted or not: a command that is in cannot be taken back.
    final T await() {
        boolean interrupted = false;
        while (!done) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        AuthorityException why = failure;
        if (why != null) {
            throw new AuthorityException(why.kind(), String.valueOf(why.getMessage()), why);
        }
        T result = decided;
        if (result == null) {
            throw new IllegalStateException("done without an answer");
        }
        return result;
    }

    private static Outcome take(Command command, Ledger ledger, Instant now, List<Entry> entries) {
        Decision decision = ledger.decide(command, now);
        List<Entry> made = decision.entries();
        for (int i = 0; i < made.size(); i++) {
            ledger.apply(made.get(i));
        }
        entries.addAll(made);
        return decision.outcome();
    }

    private static final class OfCommand extends Pending<Outcome> {

        private final Command command;

        OfCommand(
                Command command,
                @Nullable Thread waiter,
                @Nullable CompletableFuture<Outcome> future) {
            super(waiter, future);
            this.command = command;
        }

        @Override
        Outcome work(Ledger ledger, Instant now, List<Entry> entries) {
            return take(command, ledger, now, entries);
        }

        @Override
        boolean isCallers() {
            return !(command instanceof Command.Expire);
        }
    }

    private static final class OfSettling extends Pending<Settled> {

        private final Command command;
        private final HoldId hold;
        private final Amounts actual;

        OfSettling(Command command, HoldId hold, Amounts actual, Thread waiter) {
            super(waiter, null);
            this.command = command;
            this.hold = hold;
            this.actual = actual;
        }

        @Override
        Settled work(Ledger ledger, Instant now, List<Entry> entries) {
            Outcome.Remaining left = ledger.leftAfter(hold, actual, now);
            Outcome outcome = take(command, ledger, now, entries);
            return new Settled(outcome, outcome instanceof Outcome.Refused ? null : left);
        }

        @Override
        boolean isCallers() {
            return true;
        }
    }

    private static final class OfRead<T> extends Pending<T> {

        private final BiFunction<Ledger, Instant, T> read;

        OfRead(BiFunction<Ledger, Instant, T> read, Thread waiter) {
            super(waiter, null);
            this.read = read;
        }

        @Override
        T work(Ledger ledger, Instant now, List<Entry> entries) {
            return read.apply(ledger, now);
        }

        @Override
        boolean isCallers() {
            return false;
        }
    }
}
