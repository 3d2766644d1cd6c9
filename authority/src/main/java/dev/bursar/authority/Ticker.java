package dev.bursar.authority;

import dev.bursar.authority.AuthorityException.Kind;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Outcome;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Lets holds run out: puts [Command.Expire] into the queue like any caller, in portions, so that a
/// million holds that end together do not keep other commands waiting.
final class Ticker implements AutoCloseable {

    private final Authority authority;
    private final int portion;
    private final ScheduledExecutorService timer;

    Ticker(Authority authority, Duration every, int portion) {
        this.authority = authority;
        this.portion = portion;
        this.timer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("bursar-ticker").daemon().factory());
        var _ =
                timer.scheduleWithFixedDelay(
                        this::expireAll, every.toNanos(), every.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void expireAll() {
        try {
            Outcome outcome;
            do {
                outcome = authority.submit(new Command.Expire(portion));
            } while (outcome instanceof Outcome.Expired expired && expired.more());
        } catch (AuthorityException e) {
            if (e.kind() != Kind.CAPACITY) {
                throw e; // stopped or closed: ends the schedule
            }
        }
    }

    @Override
    public void close() {
        timer.shutdown();
    }
}
