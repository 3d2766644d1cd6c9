package dev.bursar.authority;

import dev.bursar.authority.AuthorityException.Kind;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// A journal that fails once, at a chosen step, and refuses everything after that.
final class FaultyJournal implements Journal {

    enum Fault {
        /// The write fails and nothing is stored.
        BEFORE_WRITE,
        /// The sync fails; the record has reached the disk all the same.
        AFTER_SYNC,
        /// Reading fails, during recovery.
        READ
    }

    private final Journal journal;
    private final Fault fault;
    private final AtomicInteger stepsLeft;
    private volatile boolean failed;

    /// @param step the step of the fault's kind that fails, from 1
    FaultyJournal(Journal journal, Fault fault, int step) {
        this.journal = journal;
        this.fault = fault;
        this.stepsLeft = new AtomicInteger(step);
    }

    boolean hasFailed() {
        return failed;
    }

    @Override
    public long append(EntryBlock entries) {
        if (failed) {
            throw new IllegalStateException("used after a failure");
        }
        boolean now = fault != Fault.READ && stepsLeft.decrementAndGet() == 0;
        if (now && fault == Fault.BEFORE_WRITE) {
            throw failure("no space left");
        }
        long bytes = journal.append(entries);
        if (now) {
            throw failure("sync failed");
        }
        return bytes;
    }

    @Override
    public Chain chain(long position) {
        return journal.chain(position);
    }

    @Override
    public long lastPosition() {
        return journal.lastPosition();
    }

    @Override
    public List<Positioned> read(long after, int atMost) {
        if (fault == Fault.READ && stepsLeft.decrementAndGet() == 0) {
            throw failure("read failed");
        }
        return journal.read(after, atMost);
    }

    private AuthorityException failure(String what) {
        failed = true;
        return new AuthorityException(Kind.EXTERNAL, what);
    }

    @Override
    public Base base() {
        return journal.base();
    }

    @Override
    public List<JournalRecord> records(long position, int atMost) {
        return journal.records(position, atMost);
    }

    @Override
    public void begin(Base base) {
        journal.begin(base);
    }

    @Override
    public boolean deleteSome() {
        return journal.deleteSome();
    }

    @Override
    public void close() {
        journal.close();
    }
}
