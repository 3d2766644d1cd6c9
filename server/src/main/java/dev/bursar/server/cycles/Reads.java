package dev.bursar.server.cycles;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.StateRecord;
import dev.bursar.usage.Reservation;
import dev.bursar.usage.Reservation.Status;
import dev.bursar.usage.Usage;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/// Answers what only reads. May wait: on threads of their own.
///
/// Open reservations are known to the authority; all others are in the read model, which is waited for
/// until it has what was answered before.
final class Reads {

    /// What is not in the read model by then is not in the answer.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Authority authority;
    private final Usage usage;
    private final InstantSource clock;

    Reads(Authority authority, Usage usage, InstantSource clock) {
        this.authority = authority;
        this.usage = usage;
        this.clock = clock;
    }

    Answer answer(Exchange exchange, Route route, Query query) throws InterruptedException {
        return switch (route.operation()) {
            case FIND -> find(exchange, route.reservation());
            case LIST -> {
                ReservationsList list = ReservationsList.of(query, exchange);
                follow();
                yield list.answer(usage::reservations);
            }
            case LIST_EVENTS -> {
                EventsList list = EventsList.of(query, exchange.tenantCaller());
                follow();
                yield list.answer(usage::incidents);
            }
            case BALANCES -> {
                CyclesCaller caller = exchange.tenantCaller();
                yield BalancesList.answer(query, caller, authority.standings(caller.tenant()));
            }
            case INTROSPECT -> Introspection.of(exchange.caller());
            case CREATE, DECIDE, COMMIT, RELEASE, EXTEND, RECORD_EVENT ->
                    throw new IllegalStateException("not a read: " + route);
        };
    }

    private Answer find(Exchange exchange, String id) throws InterruptedException {
        Reservation found =
                found(id)
                        .orElseThrow(() ->
                                new CyclesException(
                                        ErrorCode.NOT_FOUND, "there is no such reservation"));
        exchange.requireTenant(found.tenant());
        CyclesCaller caller = exchange.caller();
        if (caller != null) {
            caller.requireScope(ScopePath.parse(found.scopePath()));
        }
        if (found.status() == Status.EXPIRED) {
            throw new CyclesException(ErrorCode.RESERVATION_EXPIRED, "the reservation has expired");
        }
        return Answer.of(200, Json.object(out -> Details.write(out, found, true, true)));
    }

    private Optional<Reservation> found(String id) throws InterruptedException {
        if (!Ids.isReservation(id)) {
            return Optional.empty();
        }
        Optional<StateRecord.HoldState> open = authority.hold(new HoldId(id));
        if (open.isPresent()) {
            return open.map(hold -> Details.of(hold, clock.instant()));
        }
        follow();
        return usage.reservation(id);
    }

    /// Waits until the read model has everything that was answered before.
    private void follow() throws InterruptedException {
        usage.awaitPosition(authority.journal().lastPosition(), PATIENCE);
    }
}
