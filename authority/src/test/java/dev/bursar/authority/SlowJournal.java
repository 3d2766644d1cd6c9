package dev.bursar.authority;

import java.util.List;
import java.util.concurrent.Semaphore;

/// A journal whose appends wait until a test lets them pass.
final class SlowJournal implements Journal {

    private final Journal journal = new MemoryJournal();
    private final Semaphore permits = new Semaphore(0);
    private final Semaphore arrivals = new Semaphore(0);

    /// Waits until an append has begun.
    void awaitAppend() {
        arrivals.acquireUninterruptibly();
    }

    void letPass(int appends) {
        permits.release(appends);
    }

    @Override
    public long append(EntryBlock entries) {
        arrivals.release();
        permits.acquireUninterruptibly();
        return journal.append(entries);
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
        return journal.read(after, atMost);
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
    public void close() {}
}
