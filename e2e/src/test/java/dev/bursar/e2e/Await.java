package dev.bursar.e2e;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for what another process does in its own time.
final class Await {

    private static final Duration SECOND_LOOK = Duration.ofMillis(10);

    private Await() {}

    /// Returns as soon as `condition` holds.
    ///
    /// @throws AssertionError when it does not hold in time
    static void until(Duration atMost, String what, BooleanSupplier condition) {
        long end = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + atMost + ": " + what);
            }
            LockSupport.parkNanos(SECOND_LOOK.toNanos());
        }
    }
}
