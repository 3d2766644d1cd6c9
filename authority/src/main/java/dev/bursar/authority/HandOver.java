package dev.bursar.authority;

import dev.bursar.ledger.Entry;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Where the writer leaves what it has decided, and the syncer takes it: all of it at once, as soon as
/// the record before is durable.
///
/// This is the whole of group commit: the slower the disk, the more is collected here meanwhile.
final class HandOver {

    private final int limit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Batch collecting = new Batch();
    private boolean ended;
    private boolean stopped;

    /// @param limit answers in one record
    HandOver(int limit) {
        this.limit = limit;
    }

    /// Waits until another answer fits.
    ///
    /// @return how many fit, 0 when the syncer has stopped
    int room() {
        lock.lock();
        try {
            while (collecting.pending.size() >= limit && !stopped) {
                changed.awaitUninterruptibly();
            }
            return stopped ? 0 : limit - collecting.pending.size();
        } finally {
            lock.unlock();
        }
    }

    /// Leaves what was decided. Encodes the entries here, on the writer's thread: the syncer has the more
    /// to do, and if it waits for this, then for what it would have to do itself.
    ///
    /// When an entry cannot be encoded, half of it may be in the block, which must never become a record:
    /// everything that was collected is added to `decided`, for the writer to fail, and nothing follows.
    ///
    /// @return false when the syncer has stopped: nobody would answer them
    boolean give(List<Pending<?>> decided, List<Entry> entries) {
        lock.lock();
        try {
            if (stopped) {
                return false;
            }
            boolean first = collecting.isEmpty();
            collecting.entries.addAll(entries);
            collecting.pending.addAll(decided);
            if (first) {
                changed.signal();
            }
            return true;
        } catch (RuntimeException | Error e) {
            decided.addAll(collecting.pending);
            collecting.clear();
            stopped = true;
            changed.signal();
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /// Takes what there is, waiting for it, and collects into `emptied` from now on.
    ///
    /// @return an empty batch at the end
    Batch take(Batch emptied) {
        lock.lock();
        try {
            while (collecting.isEmpty() && !ended) {
                changed.awaitUninterruptibly();
            }
            Batch taken = collecting;
            collecting = emptied;
            changed.signal();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /// The writer gives nothing more.
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /// The syncer takes nothing more.
    ///
    /// @return what was given and not taken
    Batch stop() {
        lock.lock();
        try {
            stopped = true;
            changed.signal();
            Batch rest = collecting;
            collecting = new Batch();
            return rest;
        } finally {
            lock.unlock();
        }
    }
}
