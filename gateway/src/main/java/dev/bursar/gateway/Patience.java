package dev.bursar.gateway;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// How long an exchange may take: as a whole, until the head of the answer, and from one piece of it to the next.
/// On the event loop of the exchange, like all of it.
///
/// One timer serves all bounds: when it fires early, it is set again for what is left. [#watch] is to be called
/// where a bound comes nearer; where one moves away, as with every piece of an answer, there is no need.
final class Patience {

    private final Vertx vertx;
    private final ProviderSettings provider;
    private final Supplier<For> waitsFor;
    private final Runnable over;
    private final Runnable fired;

    private long startNanos;
    private long lastNanos;
    private long deadlineNanos = Long.MAX_VALUE;
    private long timer = -1;
    private long timerNanos;

    /// What the exchange waits for.
    enum For {
        /// The head of the answer.
        HEAD,
        /// The next piece of the answer.
        PIECE,
        /// Not for the provider: it was told to pause.
        OURSELVES
    }

    /// @param waitsFor what the exchange waits for now
    /// @param over told when there is no patience left
    /// @param fired told when it is time to [#watch] again
    Patience(
            Vertx vertx,
            ProviderSettings provider,
            Supplier<For> waitsFor,
            Runnable over,
            Runnable fired) {
        this.vertx = vertx;
        this.provider = provider;
        this.waitsFor = waitsFor;
        this.over = over;
        this.fired = fired;
        begin(); // one that never begins has a time at which it ended, too
    }

    /// Counts all bounds from now on.
    void begin() {
        startNanos = System.nanoTime();
        lastNanos = startNanos;
    }

    /// Something has come, or gone on.
    void moved() {
        lastNanos = System.nanoTime();
    }

    /// When something has moved last (`System.nanoTime`).
    long lastNanos() {
        return lastNanos;
    }

    /// Ends the whole sooner.
    void endIn(Duration left) {
        deadlineNanos = System.nanoTime() + left.toNanos();
    }

    void watch() {
        long due = dueNanos();
        if (timer >= 0 && timerNanos <= due) {
            return;
        }
        vertx.cancelTimer(timer);
        long left = due - System.nanoTime();
        if (left <= 0) {
            over.run();
            return;
        }
        timerNanos = due;
        timer =
                vertx.setTimer(
                        TimeUnit.NANOSECONDS.toMillis(left) + 1,
                        _ -> {
                            timer = -1;
                            fired.run();
                        });
    }

    void end() {
        vertx.cancelTimer(timer);
    }

    private long dueNanos() {
        long due = Math.min(startNanos + provider.callTimeout().toNanos(), deadlineNanos);
        return switch (waitsFor.get()) {
            case HEAD -> Math.min(due, lastNanos + provider.answerTimeout().toNanos());
            case PIECE -> Math.min(due, lastNanos + provider.idleTimeout().toNanos());
            case OURSELVES -> due;
        };
    }
}
