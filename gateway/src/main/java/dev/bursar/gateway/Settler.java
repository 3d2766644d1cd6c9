package dev.bursar.gateway;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthorityException;
import dev.bursar.authority.Settled;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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
    ///
    /// @return the budget with the smallest share left after it, or null when there is none or it is not
    ///     known yet
    Outcome.@Nullable Remaining commit(Command.Commit commit) {
        return settle(commit.hold(), () -> authority.settle(commit));
    }

    /// Like [#commit].
    Outcome.@Nullable Remaining release(Command.Release release) {
        return settle(release.hold(), () -> authority.settle(release));
    }

    private Outcome.@Nullable Remaining settle(HoldId hold, Supplier<Settled> command) {
        open.incrementAndGet();
        return attempt(hold, command, ATTEMPTS);
    }

    private Outcome.@Nullable Remaining attempt(
            HoldId hold, Supplier<Settled> command, int attempts) {
        Settled settled;
        try {
            settled = command.get();
        } catch (AuthorityException e) {
            failed(hold, command, attempts, e);
            return null;
        }
        open.decrementAndGet();
        if (settled.outcome() instanceof Outcome.Refused refused) {
            LOG.warn("hold was not settled: hold={} reason={}", hold, refused.reason());
        }
        return settled.tightest();
    }

    private void failed(
            HoldId hold, Supplier<Settled> command, int attempts, AuthorityException failure) {
        if (failure.kind() == AuthorityException.Kind.CAPACITY && attempts > 1) {
            Thread.startVirtualThread(() -> again(hold, command, attempts - 1));
            return;
        }
        open.decrementAndGet();
        LOG.error("hold is left to expire: hold={}", hold, failure);
    }

    private void again(HoldId hold, Supplier<Settled> command, int attempts) {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        attempt(hold, command, attempts);
    }
}
