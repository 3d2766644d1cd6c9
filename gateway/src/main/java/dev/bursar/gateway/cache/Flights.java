package dev.bursar.gateway.cache;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Equal questions that are asked at the same time: one of them is put, and all get its answer. Whoever
/// comes first leads; when it goes away before it has an answer, the next takes its place. When it has put the
/// question and has nothing for the others, each of them goes on alone: one after the other they would only
/// wait longer. Thread-safe; meant for virtual threads, and nothing is held while one waits.
///
/// @param <A> an answer
final class Flights<A> {

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Flight> flights = new HashMap<>();

    private final class Flight {

        private final Condition changed = lock.newCondition();
        private final boolean fresh;
        private boolean led = true;
        private boolean over;
        private int waiting;
        private @Nullable A answer;

        /// The one whose place this took, to be joined again when nothing comes of this.
        private @Nullable Flight before;

        private Flight(boolean fresh, @Nullable Flight before) {
            this.fresh = fresh;
            this.before = before;
        }
    }

    /// What came of waiting.
    sealed interface Landing<A> {

        /// The question is the caller's to put, for all that wait; it ends it in one way or the other.
        record Lead<A>() implements Landing<A> {}

        /// Somebody else's answer.
        record Shared<A>(A answer) implements Landing<A> {}

        /// The question is the caller's to put, for itself: it waited long enough, or there is no answer
        /// to share.
        record Alone<A>() implements Landing<A> {}
    }

    /// A place among those who ask the same, from which one can go at any time.
    final class Seat {

        private final String key;
        private final Flight flight;
        private final boolean first;
        private boolean left;

        private Seat(String key, Flight flight, boolean first) {
            this.key = key;
            this.flight = flight;
            this.first = first;
        }

        /// Whether nobody else has asked: then there is nothing to wait for.
        boolean first() {
            return first;
        }

        /// Waits for what comes of the question. The first does not wait.
        Landing<A> await(Duration atMost) {
            if (first) {
                return new Landing.Lead<>();
            }
            lock.lock();
            try {
                return land(atMost.toNanos());
            } finally {
                lock.unlock();
            }
        }

        /// Does not wait any longer. From any thread.
        void leave() {
            lock.lock();
            try {
                left = true;
                flight.changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private Landing<A> land(long nanos) {
            long left = nanos;
            try {
                while (!flight.over && flight.led && !this.left && left > 0) {
                    left = flight.changed.awaitNanos(left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                this.left = true;
            }
            flight.waiting--;
            A answer = flight.answer;
            if (answer != null) {
                return new Landing.Shared<>(answer);
            }
            if (flight.over) {
                return new Landing.Alone<>();
            }
            if (!flight.led && !this.left) {
                flight.led = true;
                return new Landing.Lead<>();
            }
            if (!flight.led) {
                passOn(key, flight);
            }
            return new Landing.Alone<>();
        }
    }

    /// Takes a place: the first for a question, or among those who wait for it.
    Seat join(String key) {
        lock.lock();
        try {
            Flight flight = flights.get(key);
            if (flight == null) {
                return begin(key, false);
            }
            flight.waiting++;
            return new Seat(key, flight, false);
        } finally {
            lock.unlock();
        }
    }

    /// Takes the first place for a question whose answer shall be a fresh one. Whoever joins from now on waits
    /// for that; those who wait already go on waiting for what they have asked for.
    Seat renew(String key) {
        lock.lock();
        try {
            return begin(key, true);
        } finally {
            lock.unlock();
        }
    }

    /// Whether a fresh answer to a question is on its way.
    boolean renewing(String key) {
        lock.lock();
        try {
            Flight flight = flights.get(key);
            return flight != null && flight.fresh;
        } finally {
            lock.unlock();
        }
    }

    private Seat begin(String key, boolean fresh) {
        Flight before = flights.get(key);
        if (before != null) {
            before.before = latestOpen(before.before);
        }
        Flight flight = new Flight(fresh, before);
        flights.put(key, flight);
        return new Seat(key, flight, true);
    }

    /// The leader has an answer, or null when it has one that nobody else may have.
    void land(Seat leader, @Nullable A answer) {
        lock.lock();
        try {
            if (!leader.flight.over) {
                leader.flight.over = true;
                leader.flight.answer = answer;
                flights.remove(leader.key, leader.flight);
                leader.flight.changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// The leader goes before it has an answer: the next one leads.
    void resign(Seat leader) {
        lock.lock();
        try {
            if (!leader.flight.over) {
                leader.flight.led = false;
                passOn(leader.key, leader.flight);
            }
        } finally {
            lock.unlock();
        }
    }

    /// The leader has put the question and has failed: each asks for itself, and an older question that is
    /// still open has its place again.
    void fail(Seat leader) {
        lock.lock();
        try {
            if (!leader.flight.over) {
                abandon(leader.key, leader.flight);
                leader.flight.changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Questions that are being put.
    int open() {
        lock.lock();
        try {
            return flights.size();
        } finally {
            lock.unlock();
        }
    }

    private void passOn(String key, Flight flight) {
        if (flight.waiting > 0) {
            // All of them look, and the first to look leads: the one that a single signal woke
            // might be leaving.
            flight.changed.signalAll();
        } else {
            abandon(key, flight);
        }
    }

    /// The place of a flight of which nothing came goes to the latest before it that is still open.
    private void abandon(String key, Flight flight) {
        flight.over = true;
        Flight open = latestOpen(flight.before);
        if (flights.remove(key, flight) && open != null) {
            flights.put(key, open);
        }
    }

    private @Nullable Flight latestOpen(@Nullable Flight last) {
        Flight open = last;
        while (open != null && open.over) {
            open = open.before;
        }
        return open;
    }
}
