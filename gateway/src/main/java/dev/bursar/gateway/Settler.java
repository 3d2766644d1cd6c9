package dev.bursar.gateway;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthorityException;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends the commands that end holds, without making the client wait for them, and insists while the
/// authority is only busy. A hold whose end never arrives is charged when its time runs out.
final class Settler {

    private static final Logger LOG = LoggerFactory.getLogger(Settler.class);

    private static final int ATTEMPTS = 60;
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final Authority authority;
    private final AtomicInteger open = new AtomicInteger();

    Settler(Authority authority) {
        this.authority = authority;
    }

    /// How many commands have not been answered yet.
    int open() {
        return open.get();
    }

    void submit(HoldId hold, Command command) {
        open.incrementAndGet();
        attempt(hold, command, ATTEMPTS);
    }

    private void attempt(HoldId hold, Command command, int attempts) {
        try {
            var _ =
                    authority
                            .submitAsync(command)
                            .whenComplete((outcome, failure) ->
                                    answered(hold, command, attempts, outcome, failure));
        } catch (AuthorityException e) {
            failed(hold, command, attempts, e);
        }
    }

    private void answered(
            HoldId hold,
            Command command,
            int attempts,
            @Nullable Outcome outcome,
            @Nullable Throwable failure) {
        if (failure != null) {
            failed(hold, command, attempts, failure);
            return;
        }
        open.decrementAndGet();
        if (outcome instanceof Outcome.Refused refused) {
            LOG.warn(
                    "hold was not settled: hold={} command={} reason={}",
                    hold,
                    command.getClass().getSimpleName(),
                    refused.reason());
        }
    }

    private void failed(HoldId hold, Command command, int attempts, Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        boolean busy = isCapacity(failure) || isCapacity(cause);
        if (busy && attempts > 1) {
            Thread.startVirtualThread(() -> again(hold, command, attempts - 1));
            return;
        }
        open.decrementAndGet();
        LOG.error("hold is left to expire: hold={}", hold, failure);
    }

    private void again(HoldId hold, Command command, int attempts) {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        attempt(hold, command, attempts);
    }

    private static boolean isCapacity(Throwable failure) {
        return failure instanceof AuthorityException e
                && e.kind() == AuthorityException.Kind.CAPACITY;
    }
}
