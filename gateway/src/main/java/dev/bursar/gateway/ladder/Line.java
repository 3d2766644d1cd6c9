package dev.bursar.gateway.ladder;

import dev.bursar.gateway.ladder.WaitingRoom.Attempt;
import dev.bursar.gateway.ladder.WaitingRoom.End;
import dev.bursar.gateway.ladder.WaitingRoom.Place;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// The waiting calls of one tenant, first come first served within a run, and the runs in turn.
///
/// One call at a time has the turn and tries again. Who succeeds passes the turn on, as there may be room
/// for more; when some in a row had none, nobody has it until the line is woken. So the budgets are asked
/// a few times for each sign of room, however many wait.
final class Line {

    /// So many in a row may find no room before the line goes back to sleep.
    static final int MAX_MISSES = 4;

    private final ReentrantLock lock = new ReentrantLock();

    /// Each run with its calls; the run at the front has the next turn.
    private final SequencedMap<String, Deque<Waiter>> runs = new LinkedHashMap<>();

    private final LongConsumer left;
    private int size;
    private int misses;
    private @Nullable Waiter turn;

    /// Whether there was a sign of room while somebody had the turn.
    private boolean wokenMeanwhile;

    /// @param left told the bytes of each call that has left the line, without its lock
    Line(LongConsumer left) {
        this.left = left;
    }

    /// One call in the line.
    final class Waiter implements Place {

        private final String run;
        private final long bytes;
        private final Condition changed = lock.newCondition();
        private @Nullable End end;
        private boolean gone;

        private Waiter(String run, long bytes) {
            this.run = run;
            this.bytes = bytes;
        }

        @Override
        public End await(Duration atMost, Attempt attempt) {
            long deadline = System.nanoTime() + atMost.toNanos();
            wake();
            try {
                for (; ; ) {
                    End over = turnOrEnd(deadline);
                    if (over != null) {
                        return over;
                    }
                    boolean admitted = attempt.succeeds();
                    passOn(admitted);
                    if (admitted) {
                        return End.ADMITTED;
                    }
                }
            } finally {
                remove();
            }
        }

        @Override
        public void leave() {
            end(End.LEFT);
        }

        void close() {
            end(End.CLOSED);
        }

        private void end(End why) {
            lock.lock();
            try {
                end = end == null ? why : end;
                changed.signal();
            } finally {
                lock.unlock();
            }
        }

        /// Waits for the turn; null when it has come.
        private @Nullable End turnOrEnd(long deadline) {
            lock.lock();
            try {
                for (; ; ) {
                    if (end != null) {
                        return end;
                    }
                    if (turn == this) {
                        return null;
                    }
                    long left = deadline - System.nanoTime();
                    if (left <= 0) {
                        return End.DEADLINE;
                    }
                    changed.awaitNanos(left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return End.CLOSED;
            } finally {
                lock.unlock();
            }
        }

        private void passOn(boolean admitted) {
            lock.lock();
            try {
                turn = null;
                misses = admitted ? 0 : misses + 1;
                if (admitted) {
                    take(this);
                }
                next();
            } finally {
                lock.unlock();
            }
        }

        /// Whoever leaves with the turn has given it to nobody yet.
        private void remove() {
            lock.lock();
            try {
                take(this);
                if (turn == this) {
                    turn = null;
                    next();
                }
            } finally {
                lock.unlock();
            }
            left.accept(bytes);
        }
    }

    /// A place at the end of its run, or null when the line is full.
    @Nullable Waiter join(String run, long bytes, int most) {
        lock.lock();
        try {
            if (size >= most) {
                return null;
            }
            size++;
            Waiter waiter = new Waiter(run, bytes);
            runs.computeIfAbsent(run, _ -> new ArrayDeque<>()).addLast(waiter);
            return waiter;
        } finally {
            lock.unlock();
        }
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return size == 0;
        } finally {
            lock.unlock();
        }
    }

    /// There may be room.
    void wake() {
        lock.lock();
        try {
            if (turn != null) {
                wokenMeanwhile = true;
            } else {
                misses = 0;
                next();
            }
        } finally {
            lock.unlock();
        }
    }

    void close() {
        List<Waiter> all = new ArrayList<>();
        lock.lock();
        try {
            runs.values().forEach(all::addAll);
        } finally {
            lock.unlock();
        }
        all.forEach(Waiter::close);
    }

    /// Gives the turn to the run at the front, which goes to the back. With the lock held.
    private void next() {
        if (misses >= Math.min(MAX_MISSES, runs.size())) {
            if (!wokenMeanwhile) {
                return;
            }
            misses = 0;
        }
        wokenMeanwhile = false;
        if (!runs.isEmpty()) {
            String run = runs.firstEntry().getKey();
            Deque<Waiter> calls = runs.firstEntry().getValue();
            runs.remove(run);
            runs.putLast(run, calls);
            turn = calls.getFirst();
            turn.changed.signal();
        }
    }

    /// With the lock held.
    private void take(Waiter waiter) {
        Deque<Waiter> calls = runs.get(waiter.run);
        if (!waiter.gone && calls != null && calls.remove(waiter)) {
            waiter.gone = true;
            size--;
            if (calls.isEmpty()) {
                runs.remove(waiter.run);
            }
        }
    }
}
