package dev.bursar.server.cycles;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.StateRecord;
import dev.bursar.usage.Reservation;
import dev.bursar.usage.Usage;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/// Finds reservations. Open ones are known to the authority; all others are in the read model, which is
/// waited for until it has what was answered before. Not for the event loop.
final class Reservations {

    /// What is not in the read model by then is not in the answer.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Authority authority;
    private final Usage usage;
    private final InstantSource clock;

    Reservations(Authority authority, Usage usage, InstantSource clock) {
        this.authority = authority;
        this.usage = usage;
        this.clock = clock;
    }

    /// @throws CyclesException when it is not known yet whether there is one
    Optional<Reservation> find(String id) {
        if (!Ids.isReservation(id)) {
            return Optional.empty();
        }
        Optional<StateRecord.HoldState> open = authority.hold(new HoldId(id));
        if (open.isPresent()) {
            return open.map(hold -> Details.of(hold, clock.instant()));
        }
        boolean isComplete = follow();
        Optional<Reservation> ended = usage.reservation(id);
        if (ended.isEmpty() && !isComplete) {
            throw new CyclesException(
                    ErrorCode.INTERNAL_ERROR, "the reservation is not found yet; try it again");
        }
        return ended;
    }

    /// Waits until the read model has everything that was answered before.
    ///
    /// @return whether it has, within the time
    boolean follow() {
        try {
            return usage.awaitPosition(authority.journal().lastPosition(), PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
