package dev.bursar.gateway;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthorityException;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends holds, and returns once that is durable: what a client was told it paid is in the journal, and a
/// client that tries again after a failure finds its money free.
///
/// While the authority is only busy it insists, without making the client wait any longer. A hold whose
/// end never arrives is charged when its time runs out.
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

    /// Call it on a virtual thread: it waits for the journal.
    void settle(HoldId hold, Command command) {
        open.incrementAndGet();
        attempt(hold, command, ATTEMPTS);
    }

    private void attempt(HoldId hold, Command command, int attempts) {
        Outcome outcome;
        try {
            outcome = authority.submit(command);
        } catch (AuthorityException e) {
            failed(hold, command, attempts, e);
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

    private void failed(HoldId hold, Command command, int attempts, AuthorityException failure) {
        if (failure.kind() == AuthorityException.Kind.CAPACITY && attempts > 1) {
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
}
