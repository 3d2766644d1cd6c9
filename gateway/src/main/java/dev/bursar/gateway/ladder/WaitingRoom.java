package dev.bursar.gateway.ladder;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Where calls wait that nobody waits for, until there is room in their budgets.
///
/// Each tenant has a [Line] of its own, so none waits for another. Memory is bounded by the number of
/// calls, each of them a thread that sleeps, and by the bytes of their requests. Any thread may call its
/// methods.
public final class WaitingRoom implements AutoCloseable {

    /// Calls of all tenants together.
    static final int MAX_CALLS = 5_000;

    /// How often [#tick] should be called: for windows that reset, and room that is made elsewhere.
    public static final Duration TICK = Duration.ofSeconds(1);

    private final ConcurrentMap<String, Line> lines = new ConcurrentHashMap<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final long mostBytes;
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

    /// @param mostBytes of the requests of all calls
    public WaitingRoom(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /// Takes a place, or null when the line or the room is full.
    ///
    /// @param run whose calls stand behind each other; runs take turns
    /// @param size of the request, in bytes
    /// @param most how many calls of the tenant may wait
    public @Nullable Place join(String tenant, String run, long size, int most) {
        int count = calls.incrementAndGet();
        if (bytes.addAndGet(size) > mostBytes || count > MAX_CALLS) {
            give(size);
            return null;
        }
        AtomicReference<Line.@Nullable Waiter> joined = new AtomicReference<>();
        lines.compute(
                tenant,
                (name, known) -> {
                    Line line = known == null ? new Line(of -> left(name, of)) : known;
                    joined.set(line.join(run, size, most));
                    return line.isEmpty() ? null : line;
                });
        Line.Waiter place = joined.get();
        if (place == null) {
            give(size);
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

    private void give(long size) {
        calls.decrementAndGet();
        bytes.addAndGet(-size);
    }

    private void left(String tenant, long size) {
        give(size);
        lines.computeIfPresent(tenant, (name, line) -> line.isEmpty() ? null : line);
    }
}
