package dev.bursar.authority;

import dev.bursar.authority.AuthorityException.Kind;
import dev.bursar.authority.Checkpoints.Restored;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Approval;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.BalancesMark;
import dev.bursar.ledger.BalancesPage;
import dev.bursar.ledger.BalancesQuery;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetBalances;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Ledger;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Standing;
import dev.bursar.ledger.StateRecord;
import dev.bursar.ledger.StoppedRun;
import dev.bursar.ledger.TenantId;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The one door to the money: commands go in, and come back decided and durable.
///
/// Callers put commands into a bounded queue; a writer thread decides and applies them; a second thread
/// writes all that was decided meanwhile as one record, syncs once, and answers. While one record syncs,
/// the next collects.
///
/// All methods may be called by any thread.
public final class Authority implements AutoCloseable {

    /// How many questions that take some milliseconds wait for the writer at a time.
    private static final int MUCH_ASKED = 2;

    private final Semaphore muchAsked = new Semaphore(MUCH_ASKED, true);
    private final DataDirectory directory;
    private final Journal journal;
    private final Checkpoints checkpoints;
    private final AuthorityMeter meter;
    private final Ledger ledger;
    private final CommandQueue queue;
    private final Thread writer;
    private final Thread syncer;
    private final Ticker ticker;
    private final Checkpointer checkpointer;
    private final LedgerLimits limits;
    private final List<Projection> projections = new CopyOnWriteArrayList<>();

    /// Held while the files of the directory are moved about or copied.
    private final ReentrantLock upkeep = new ReentrantLock();

    private volatile boolean closing;
    private boolean closed;

    /// Opens the journal in a directory, which is created when missing, recovers the ledger from it, and
    /// starts. The directory is locked until [#close].
    ///
    /// @param clock the only source of time; where it steps back, the authority's time stands still
    /// @throws AuthorityException `EXTERNAL` when the directory cannot be written or another process has
    ///     it, `INTERNAL` when the journal is damaged: the message says where
    public static Authority open(
            Path dataDirectory, AuthoritySettings settings, InstantSource clock) {
        DataDirectory directory = DataDirectory.lock(dataDirectory);
        Journal journal = null;
        Authority opened = null;
        try {
            journal = SqliteJournal.open(directory.path());
            opened = open(directory, journal, settings, clock);
            return opened;
        } finally {
            if (opened == null) {
                if (journal != null) {
                    journal.close();
                }
                directory.close();
            }
        }
    }

    /// Recovers and starts upon a journal and a directory that are closed with the authority.
    static Authority open(
            DataDirectory directory,
            Journal journal,
            AuthoritySettings settings,
            InstantSource clock) {
        Checkpoints checkpoints = new Checkpoints(directory.path(), settings.limits());
        checkpoints.deleteUnfinished();
        Backup.deleteUnfinished(directory.path());
        Restored recovered =
                Recovery.recover(directory.path(), journal, checkpoints, settings.limits());
        return new Authority(directory, journal, checkpoints, recovered, settings, clock);
    }

    private Authority(
            DataDirectory directory,
            Journal journal,
            Checkpoints checkpoints,
            Restored recovered,
            AuthoritySettings settings,
            InstantSource clock) {
        this.directory = directory;
        this.limits = settings.limits();
        this.journal = journal;
        this.checkpoints = checkpoints;
        this.meter = settings.meter();
        this.ledger = recovered.ledger();
        this.queue = new CommandQueue(settings.queueCapacity());
        HandOver handOver = new HandOver(settings.batchLimit());
        this.writer =
                Threads.start("bursar-writer", new Writer(ledger, clock, queue, handOver, meter));
        this.syncer = Threads.start("bursar-syncer", new Syncer(journal, queue, handOver, meter));
        this.ticker = new Ticker(this, settings.expireEvery(), settings.expirePortion());
        this.checkpointer =
                new Checkpointer(
                        journal, checkpoints, settings.limits(), settings.checkpointEvery());
    }

    /// Submits a command and waits for its outcome. Meant for virtual threads.
    ///
    /// @throws AuthorityException `CAPACITY` when the queue is full, `INTERNAL` or `EXTERNAL` when the
    ///     authority has stopped; whether the command took effect is then unknown, and repeating it with
    ///     the same key is safe
    public Outcome submit(Command command) {
        Pending<Outcome> pending = Pending.waiting(command);
        put(pending);
        return pending.await();
    }

    /// Like [#submit], and tells what is left once the hold has ended.
    public Settled settle(Command.Commit commit) {
        Pending<Settled> pending = Pending.settling(commit, commit.hold(), commit.actual());
        put(pending);
        return pending.await();
    }

    /// Like [#submit], and tells what is left once the hold has ended.
    public Settled settle(Command.Release release) {
        Pending<Settled> pending = Pending.settling(release, release.hold(), Amounts.NONE);
        put(pending);
        return pending.await();
    }

    /// Like [#submit], without waiting. The future completes on a thread of the authority: do no work
    /// there. What [#submit] throws at once is thrown here, too; what it throws later fails the future.
    public CompletableFuture<Outcome> submitAsync(Command command) {
        CompletableFuture<Outcome> future = new CompletableFuture<>();
        put(Pending.completing(command, future));
        return future;
    }

    private void put(Pending<?> pending) {
        try {
            queue.put(pending);
        } catch (AuthorityException e) {
            if (e.kind() == Kind.CAPACITY) {
                meter.overloaded();
            }
            throw e;
        }
    }

    /// The open budgets, by id.
    public List<Budget> budgets() {
        return ask((ledger, now) -> List.copyOf(ledger.budgets()));
    }

    /// An open budget.
    public Optional<Budget> budget(BudgetId budget) {
        return ask((ledger, now) -> Optional.ofNullable(ledger.budget(budget)));
    }

    /// Those of some budgets that are open, with their fullest balances, at most `atMost` of each. One
    /// question, or several where many accounts are to be looked at: others are answered in between.
    public List<BudgetBalances> balances(List<BudgetId> budgets, int atMost) {
        List<BudgetBalances> all = new ArrayList<>();
        int done = 0;
        while (done < budgets.size()) {
            List<BudgetId> rest = budgets.subList(done, budgets.size());
            Portion portion = askMuch((ledger, now) -> portion(ledger, rest, atMost, now));
            all.addAll(portion.found());
            done += portion.looked();
        }
        return all;
    }

    /// @param looked how many budgets were looked for
    private record Portion(List<BudgetBalances> found, int looked) {}

    private static Portion portion(Ledger ledger, List<BudgetId> of, int atMost, Instant now) {
        List<BudgetBalances> found = new ArrayList<>();
        int accounts = 0;
        int looked = 0;
        while (looked < of.size()) {
            BudgetId id = of.get(looked);
            accounts += atMost == 0 ? 0 : ledger.looked(id);
            if (looked > 0 && accounts > Ledger.MAX_LOOKED) {
                break;
            }
            BudgetBalances one = ledger.fullest(id, atMost, now);
            if (one != null) {
                found.add(one);
            }
            looked++;
        }
        return new Portion(found, looked);
    }

    /// The budgets of a tenant that are not closed, by id.
    public List<Budget> notClosed(TenantId tenant) {
        return ask((ledger, now) ->
                ledger.budgets().stream()
                        .filter(budget -> budget.tenant().equals(tenant))
                        .filter(budget -> ledger.status(budget.id()) != Budget.Status.CLOSED)
                        .toList());
    }

    /// Current balances of a budget, at most `atMost`, the fullest first; see [Ledger#balances(BudgetId, int, Instant)].
    public List<Balance> balances(BudgetId budget, int atMost) {
        return askMuch((ledger, now) -> ledger.balances(budget, atMost, now));
    }

    /// Current balances of a budget page by page, see [Ledger#balances(BalancesQuery, Instant)]; empty when
    /// there is no such budget, or the window is over that the query goes on with. Looks at no more than
    /// [Ledger#MAX_LOOKED] accounts, in several questions: others are answered in between.
    public Optional<BalancesPage> balances(BalancesQuery query) {
        List<Balance> items = new ArrayList<>();
        BalancesMark mark = query.from();
        int looked = 0;
        do {
            BalancesQuery rest = query.from(mark, query.atMost() - items.size());
            BalancesPage page =
                    askMuch((ledger, now) -> Optional.ofNullable(ledger.balances(rest, now)))
                            .orElse(null);
            if (page == null) {
                // No such budget, or a window has ended between two questions of one that had no
                // mark.
                return query.from() == null && mark != null ? balances(query) : Optional.empty();
            }
            items.addAll(page.items());
            mark = page.next();
            looked += Ledger.MAX_WALKED;
        } while (mark != null && items.size() < query.atMost() && looked < Ledger.MAX_LOOKED);
        return Optional.of(new BalancesPage(items, mark));
    }

    /// Whether a budget lets anything through; empty when there is no such budget.
    public Optional<Budget.Status> status(BudgetId budget) {
        return ask((ledger, now) -> Optional.ofNullable(ledger.status(budget)));
    }

    /// Where the budgets of a tenant stand that have a scope path and no `per`, by path and unit.
    public List<Standing> standings(TenantId tenant) {
        return ask((ledger, now) -> ledger.standings(tenant, now));
    }

    /// An open hold.
    public Optional<StateRecord.HoldState> hold(HoldId hold) {
        return ask((ledger, now) -> Optional.ofNullable(ledger.hold(hold)));
    }

    /// How a hold ended, for as long as the ledger remembers it.
    public Optional<StateRecord.EndedHold> ended(HoldId hold) {
        return ask((ledger, now) -> Optional.ofNullable(ledger.ended(hold)));
    }

    /// The approvals of a tenant that wait for a person, the oldest first.
    public List<Approval> approvals(TenantId tenant) {
        return ask((ledger, now) -> ledger.approvals(tenant));
    }

    /// The approvals that wait for a person, of all tenants, the oldest first.
    public List<Approval> approvals() {
        return ask((ledger, now) -> ledger.approvals());
    }

    /// The stop that holds for a run; empty when the run may go on.
    public Optional<StoppedRun> stopped(TenantId tenant, String run) {
        return ask((ledger, now) -> Optional.ofNullable(ledger.stopped(tenant, run, now)));
    }

    /// Those of some tenants that are not closed to the end; see [Ledger#leftToClose].
    public Set<TenantId> leftToClose(Set<TenantId> tenants) {
        return ask((ledger, now) -> ledger.leftToClose(tenants));
    }

    /// Reads the state between two commands. Like any answer, it leaves when all that was decided before
    /// is durable.
    ///
    /// @throws AuthorityException as [#submit]
    private <T> T ask(BiFunction<Ledger, Instant, T> question) {
        Pending<T> pending = Pending.waiting(question);
        put(pending);
        return pending.await();
    }

    /// Asks what takes the writer some milliseconds. Only few such questions are in its queue at a time:
    /// however many ask, commands wait for few of them.
    private <T> T askMuch(BiFunction<Ledger, Instant, T> question) {
        muchAsked.acquireUninterruptibly();
        try {
            return ask(question);
        } finally {
            muchAsked.release();
        }
    }

    /// Reads the journal, for projections.
    public JournalReader journal() {
        return journal;
    }

    /// Makes a backup of the data directory while everything goes on; see [Backup#write].
    ///
    /// @param databases names of other SQLite files in the directory
    /// @return a file in the data directory, which the caller deletes; if it does not, the next start does
    public Path backup(List<String> databases, Instant now) {
        Path file = Backup.unfinished(directory.path());
        upkeep.lock();
        try {
            Backup.write(directory.path(), databases, file, now);
        } finally {
            upkeep.unlock();
        }
        return file;
    }

    /// Has the journal keep what a projection has not read.
    public void keepFor(Projection projection) {
        projections.add(projection);
    }

    /// Moves records that are older than a time, and that every projection has passed, into a file of the
    /// archive; what it says tells whether there is more to move. Commands and reads go on.
    ///
    /// @throws AuthorityException `CAPACITY` when this is being done already or a backup is being made,
    ///     `EXTERNAL` when the disk has no room for it or fails, `INTERNAL` when the journal is damaged or
    ///     the authority has stopped
    public Archived archive(Instant olderThan) {
        return archive(olderThan, Archiver.Order.DEFAULT_FILE_BYTES, step -> {});
    }

    Archived archive(Instant olderThan, long fileBytes, Consumer<Archiver.Step> done) {
        if (!upkeep.tryLock()) {
            throw new AuthorityException(
                    Kind.CAPACITY, "an archive or a backup is being made: try again later");
        }
        try {
            if (!healthy()) {
                throw new AuthorityException(Kind.INTERNAL, "the authority has stopped");
            }
            long before = Long.MAX_VALUE;
            String behind = "";
            for (Projection projection : projections) {
                long position = projection.position();
                behind = position < before ? "the " + projection.name() : behind;
                before = Math.min(before, position);
            }
            Archiver.Order order = new Archiver.Order(olderThan, before, behind, fileBytes);
            return new Archiver(directory.path(), journal, limits, order, () -> closing, done)
                    .archive();
        } finally {
            upkeep.unlock();
        }
    }

    /// Whether commands are accepted.
    public boolean healthy() {
        return queue.isOpen();
    }

    /// Commands and reads that the writer has not decided yet.
    int queued() {
        return queue.size();
    }

    /// Why the authority has stopped by itself, or null when it has not.
    public @Nullable AuthorityException failure() {
        return queue.failure();
    }

    /// Finishes what was accepted, writes a checkpoint, and closes the journal. After a failure there is
    /// no checkpoint: the state in memory may be ahead of the journal.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        closing = true;
        upkeep.lock(); // what is under way ends early
        try (directory;
                journal) {
            ticker.close();
            queue.close(new AuthorityException(Kind.INTERNAL, "the authority is closed"));
            Threads.join(writer);
            Threads.join(syncer);
            checkpointer.close();
            if (queue.failure() == null && checkpoints.newestPosition() < journal.lastPosition()) {
                long last = journal.lastPosition();
                checkpoints.write(last, journal.chain(last), ledger.state());
            }
        } finally {
            upkeep.unlock();
        }
    }
}
