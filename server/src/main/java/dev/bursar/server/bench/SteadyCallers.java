package dev.bursar.server.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Callers on virtual threads that go on until they are told to stop.
///
/// Those who pause keep to a timetable: a call that starts late because the one before was slow, or because
/// the whole process stood still, counts from when it was due. Else a stall would hide all calls but one.
final class SteadyCallers implements AutoCloseable {

    private final List<WaitTimes> measured = new ArrayList<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final CountDownLatch done;
    private volatile boolean stopped;

    /// @param callers how many
    /// @param every from one call of a caller to the next; zero for as soon as the one before is answered
    /// @param call makes one, and returns the [System#nanoTime] at which it was answered
    static SteadyCallers start(int callers, Duration every, LongSupplier call) {
        return new SteadyCallers(callers, every, call);
    }

    private SteadyCallers(int callers, Duration every, LongSupplier call) {
        this.done = new CountDownLatch(callers);
        for (int i = 0; i < callers; i++) {
            WaitTimes own = new WaitTimes();
            measured.add(own);
            long late = every.toNanos() * i / callers;
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            loop(System.nanoTime() + late, every.toNanos(), call, own);
                        } catch (RuntimeException | Error e) {
                            failure.compareAndSet(null, e);
                        } finally {
                            done.countDown();
                        }
                    });
        }
    }

    /// However soon they are told to stop, each makes one call: there is something to tell.
    private void loop(long first, long every, LongSupplier call, WaitTimes own) {
        long due = first;
        boolean called = false;
        while ((!stopped || !called) && failure.get() == null) {
            long wait = due - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(wait);
            } else {
                own.add(call.getAsLong() - due);
                called = true;
                due = every > 0 ? due + every : System.nanoTime();
            }
        }
    }

    /// Whether a caller has failed: there is nothing to wait for.
    boolean hasFailed() {
        return failure.get() != null;
    }

    /// Lets every caller finish what it is at.
    ///
    /// @throws IllegalStateException when a caller failed
    WaitTimes.Summary stop() {
        close();
        Throwable cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("a caller failed: " + cause.getMessage(), cause);
        }
        WaitTimes all = new WaitTimes();
        measured.forEach(all::addAll);
        return all.summary();
    }

    @Override
    public void close() {
        stopped = true;
        boolean interrupted = false;
        while (done.getCount() > 0) {
            try {
                done.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
