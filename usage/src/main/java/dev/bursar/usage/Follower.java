package dev.bursar.usage;

import dev.bursar.authority.AuthorityException;
import dev.bursar.authority.JournalReader;
import dev.bursar.authority.JournalReader.Positioned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread that reads the journal, and brings the read model and the memory up to it.
///
/// Each has its position. When they stand at the same entry, both get the same batch; else each reads its
/// own, so that live figures and metrics go on while the read model catches up or is out of order. Any
/// failure is logged and tried again, with growing pauses; it never leaves this class but in [#problem].
final class Follower implements Runnable {

    /// A start that finds the read model further behind than this does not wait for it: live figures and
    /// metrics begin with what is new.
    private static final long MAX_RESUMED = 100_000;

    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofSeconds(30);

    /// News that nobody waits for collect for this many times as long as it took to write those before: under a
    /// load of small calls, writing them as they come takes a fifth of a core from the calls.
    private static final int REST = 19;

    private static final Duration LONGEST_REST = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);

    private final Path file;
    private final JournalReader journal;
    private final Memory memory;
    private final InstantSource clock;
    private final UsageSettings settings;

    /// What came of one look at the journal.
    private enum Round {
        NOTHING_NEW,
        ALL_IS_IN,
        /// A whole batch was there: the next one may be, too.
        MORE_WAITS
    }

    /// Guards `rebuildWanted`, `hurried` and `closed`, and waits for them and for progress.
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();

    private boolean rebuildWanted;
    private boolean hurried;
    private boolean closed;

    /// Readers share it; opening, closing and replacing the store excludes them.
    private final ReentrantReadWriteLock storeLock = new ReentrantReadWriteLock();

    private @Nullable Store store;
    private Instant retryAt = Instant.MIN;
    private Instant journalRetryAt = Instant.MIN;
    private Duration retry = FIRST_RETRY;
    private volatile long position;
    private final AtomicInteger openings = new AtomicInteger();
    private volatile boolean damaged;
    private volatile @Nullable String problem;

    Follower(
            Path file,
            JournalReader journal,
            Memory memory,
            InstantSource clock,
            UsageSettings settings) {
        this.file = file;
        this.journal = journal;
        this.memory = memory;
        this.clock = clock;
        this.settings = settings;
    }

    @Override
    public void run() {
        try {
            while (!isClosed()) {
                long start = System.nanoTime();
                if (step() != Round.MORE_WAITS) {
                    pause(System.nanoTime() - start);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            keepCounted();
            closeStore();
        }
    }

    /// Of the last entry in the read model.
    long position() {
        return position;
    }

    /// Why the read model does not follow, or null when it does.
    @Nullable String problem() {
        return problem == null && openings() == 0 ? "the read model is not open yet" : problem;
    }

    /// Whether opening the file was not tried yet.
    boolean isStarting() {
        return problem == null && openings() == 0;
    }

    /// How many times the store was opened.
    int openings() {
        return openings.get();
    }

    /// Answers from the store, on the calling thread.
    <T> T read(Queries.Question<T> question) throws SQLException {
        storeLock.readLock().lock();
        try {
            Store open = store;
            if (open == null) {
                throw new UsageException(
                        UsageException.Kind.EXTERNAL,
                        "the read model is not open" + (problem == null ? "" : ": " + problem));
            }
            try (Connection connection = open.reader()) {
                return question.ask(connection);
            } catch (SQLException e) {
                damaged |= Store.showsDamage(e);
                throw e;
            }
        } finally {
            storeLock.readLock().unlock();
        }
    }

    void rebuild() {
        signal(() -> {
            rebuildWanted = true;
            position = 0;
        });
    }

    void close() {
        signal(() -> closed = true);
    }

    boolean awaitPosition(long wanted, Duration atMost) throws InterruptedException {
        long nanos = atMost.toNanos();
        lock.lockInterruptibly();
        try {
            if (position < wanted) {
                hurried = true;
                changed.signalAll();
            }
            while (position < wanted) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = changed.awaitNanos(nanos);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private Round step() {
        Round round = Round.NOTHING_NEW;
        try {
            prepareStore();
            round = isJournalDue() ? advance() : round;
        } catch (AuthorityException e) {
            journalRetryAt = fail("the journal cannot be read", e);
        } catch (SQLException | IOException | RuntimeException | LinkageError e) {
            damaged |= Store.showsDamage(e);
            retryAt = fail("the read model cannot be written", e);
            closeStore();
        }
        memory.tick(clock.instant());
        if (round == Round.NOTHING_NEW) {
            keepCounted();
        }
        return round;
    }

    /// Batches take the time along; without any it is written when it makes a difference.
    private void keepCounted() {
        Store open = store;
        if (open != null && memory.takeCountedMore()) {
            try {
                open.count(memory.counted());
            } catch (SQLException e) {
                LOG.warn("event=read_model_not_counted file={}", file, e);
            }
        }
    }

    private Round advance() throws SQLException {
        Store open = store;
        if (open != null && open.position() == memory.position()) {
            List<Positioned> batch = journal.read(open.position(), settings.batch());
            memory.apply(batch);
            apply(open, batch);
            return round(batch);
        }
        List<Positioned> news = journal.read(memory.position(), settings.batch());
        memory.apply(news);
        if (open == null) {
            return round(news);
        }
        List<Positioned> batch = journal.read(open.position(), settings.batch());
        apply(open, batch);
        return batch.isEmpty() ? round(news) : Round.MORE_WAITS;
    }

    private Round round(List<Positioned> batch) {
        if (batch.isEmpty()) {
            return Round.NOTHING_NEW;
        }
        return batch.size() < settings.batch() ? Round.ALL_IS_IN : Round.MORE_WAITS;
    }

    private void apply(Store open, List<Positioned> batch) throws SQLException {
        if (!batch.isEmpty()) {
            open.apply(batch, memory.counted());
        }
        worked();
        signal(() -> position = rebuildWanted ? 0 : open.position());
    }

    /// Everything went well: whatever was wrong is over.
    private void worked() {
        if (problem != null) {
            LOG.info("event=read_model_follows file={} position={}", file, position);
            problem = null;
        }
        retry = FIRST_RETRY;
    }

    /// @return when to try again
    private Instant fail(String what, Throwable cause) {
        LOG.warn("event=read_model_behind file={} retry={}", file, retry, cause);
        problem = what + ": " + cause.getMessage();
        Instant again = clock.instant().plus(retry);
        Duration twice = retry.multipliedBy(2);
        retry = twice.compareTo(LAST_RETRY) > 0 ? LAST_RETRY : twice;
        return again;
    }

    private boolean isJournalDue() {
        return !clock.instant().isBefore(journalRetryAt);
    }

    /// Opens the store when it is time, and starts over where that is needed.
    private void prepareStore() throws SQLException, IOException {
        if (damaged) {
            closeStore();
            setAside("it has damaged blocks");
        }
        if (takeRebuild()) {
            LOG.info("event=read_model_rebuild file={}", file);
            closeStore();
            Store.delete(file);
            retryAt = Instant.MIN;
        }
        if (store == null && !clock.instant().isBefore(retryAt)) {
            open();
        }
    }

    private void open() throws SQLException, IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        Store opened = openWhole();
        storeLock.writeLock().lock();
        try {
            store = opened;
        } finally {
            storeLock.writeLock().unlock();
        }
        long at = opened.position();
        signal(() -> {
            position = rebuildWanted ? 0 : at;
            openings.incrementAndGet();
        });
        LOG.info("event=read_model_open file={} position={} lag={}", file, at, lag(at));
        resume(opened);
    }

    /// Opens the file, or a new one where it cannot be read or is about another journal.
    private Store openWhole() throws SQLException, IOException {
        try {
            Store opened = Store.open(file, settings);
            if (follows(opened)) {
                return opened;
            }
            opened.close();
            setAside("it was made from another journal");
        } catch (SQLException e) {
            if (!Store.isDamage(e) || !Files.exists(file)) {
                throw e;
            }
            LOG.warn("event=read_model_unreadable file={}", file, e);
            setAside("it cannot be read");
        }
        return Store.open(file, settings);
    }

    /// Whether the journal still has the entry that the store stands at.
    private boolean follows(Store opened) throws SQLException {
        long at = opened.position();
        if (at == 0) {
            return true;
        }
        List<Positioned> entries =
                at > journal.lastPosition() ? List.of() : journal.read(at - 1, 1);
        return !entries.isEmpty()
                && entries.getFirst().position() == at
                && entries.getFirst().entry().at().toString().equals(opened.lastAt());
    }

    private void resume(Store opened) throws SQLException {
        if (memory.isFresh() && memory.position() - opened.position() <= MAX_RESUMED) {
            try (Connection connection = opened.reader()) {
                memory.resume(
                        connection, opened.position(), opened.counted(), clock.instant(), settings);
            }
        }
    }

    private void setAside(String why) throws IOException {
        damaged = false;
        if (Files.exists(file)) {
            Path aside = Store.setAside(file, clock.instant());
            LOG.warn("event=read_model_set_aside why=\"{}\" kept={}", why, aside);
        }
    }

    private void closeStore() {
        storeLock.writeLock().lock();
        try {
            if (store != null) {
                store.close();
            }
        } catch (SQLException e) {
            LOG.warn("event=read_model_close_failed file={}", file, e);
        } finally {
            store = null;
            storeLock.writeLock().unlock();
        }
    }

    private long lag(long at) {
        return Math.max(0, journal.lastPosition() - at);
    }

    private boolean takeRebuild() {
        lock.lock();
        try {
            boolean wanted = rebuildWanted;
            rebuildWanted = false;
            return wanted;
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /// Lets news collect, unless somebody waits for them. A transaction of the read model costs a sync of
    /// the disk that the journal is on: one for each handful of entries would slow down every call.
    ///
    /// @param worked nanoseconds that were spent on the news before
    private void pause(long worked) throws InterruptedException {
        long rest = Math.min(REST * worked, LONGEST_REST.toNanos());
        lock.lockInterruptibly();
        try {
            long nanos = Math.max(settings.poll().toNanos(), rest);
            while (nanos > 0 && !closed && !rebuildWanted && !hurried) {
                nanos = changed.awaitNanos(nanos);
            }
            hurried = false;
        } finally {
            lock.unlock();
        }
    }

    private void signal(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
