package dev.bursar.gateway.ladder;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Where calls wait that nobody waits for, until there is room in their budgets.
///
/// Each tenant has a [Line] of its own, so none waits for another. Memory is bounded by the number of
/// calls: each of them is a thread that sleeps. Any thread may call its methods.
public final class WaitingRoom implements AutoCloseable {

    /// Calls of all tenants together.
    static final int MAX_CALLS = 5_000;

    /// How often [#tick] should be called: for windows that reset, and room that is made elsewhere.
    public static final Duration TICK = Duration.ofSeconds(1);

    private final ConcurrentMap<String, Line> lines = new ConcurrentHashMap<>();
    private final AtomicInteger calls = new AtomicInteger();
    private volatile boolean closed;

    /// Why a call waits no more.
    public enum End {
        /// Its attempt succeeded.
        ADMITTED,
        /// It has waited as long as it may.
        DEADLINE,
        /// Its client hung up.
        LEFT,
        /// The room is closed.
        CLOSED
    }

    /// Tries again to get what is waited for.
    @FunctionalInterface
    public interface Attempt {

        /// On the thread of the waiting call, one at a time for each tenant.
        ///
        /// @return whether the call need not wait any longer
        boolean succeeds();
    }

    /// A place in a line.
    public interface Place {

        /// Waits. Call it once, on the thread of the call; what the attempt throws ends the wait.
        End await(Duration atMost, Attempt attempt);

        /// Gives the place up, from any thread; also before it is waited in, or after.
        void leave();
    }

    /// Takes a place, or null when the line or the room is full.
    ///
    /// @param run whose calls stand behind each other; runs take turns
    /// @param most how many calls of the tenant may wait
    public @Nullable Place join(String tenant, String run, int most) {
        if (calls.incrementAndGet() > MAX_CALLS) {
            calls.decrementAndGet();
            return null;
        }
        AtomicReference<Line.@Nullable Waiter> joined = new AtomicReference<>();
        lines.compute(
                tenant,
                (name, known) -> {
                    Line line = known == null ? new Line(() -> left(name)) : known;
                    joined.set(line.join(run, most));
                    return line.isEmpty() ? null : line;
                });
        Line.Waiter place = joined.get();
        if (place == null) {
            calls.decrementAndGet();
        } else if (closed) {
            place.close();
        }
        return place;
    }

    /// Says that a tenant's budgets may have more room than before.
    public void roomMade(String tenant) {
        Line line = lines.get(tenant);
        if (line != null) {
            line.wake();
        }
    }

    /// Lets each line try again.
    public void tick() {
        lines.values().forEach(Line::wake);
    }

    /// How many calls wait.
    public int waiting() {
        return calls.get();
    }

    /// Ends every wait, now and later.
    @Override
    public void close() {
        closed = true;
        lines.values().forEach(Line::close);
    }

    private void left(String tenant) {
        calls.decrementAndGet();
        lines.computeIfPresent(tenant, (name, line) -> line.isEmpty() ? null : line);
    }
}
