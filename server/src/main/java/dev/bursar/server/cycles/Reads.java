package dev.bursar.server.cycles;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.ScopePath;
import dev.bursar.usage.Reservation;
import dev.bursar.usage.Reservation.Status;
import dev.bursar.usage.Usage;

/// Answers what only reads. May wait: on threads of their own.
final class Reads {

    private final Authority authority;
    private final Usage usage;
    private final Reservations reservations;

    Reads(Authority authority, Usage usage, Reservations reservations) {
        this.authority = authority;
        this.usage = usage;
        this.reservations = reservations;
    }

    Answer answer(Exchange exchange, Route route, Query query) {
        return switch (route.operation()) {
            case FIND -> find(exchange, route.reservation());
            case LIST -> {
                ReservationsList list = ReservationsList.of(query, exchange);
                reservations.follow();
                yield list.answer(usage::reservations);
            }
            case LIST_EVENTS -> {
                EventsList list = EventsList.of(query, exchange.tenantCaller());
                reservations.follow();
                yield list.answer(usage::incidents);
            }
            case BALANCES -> {
                CyclesCaller caller = exchange.tenantCaller();
                yield BalancesList.answer(query, caller, authority.standings(caller.tenant()));
            }
            case INTROSPECT -> {
                CyclesCaller caller = exchange.caller();
                yield caller == null
                        ? Introspection.of(exchange.actor())
                        : Introspection.of(caller);
            }
            case CREATE, DECIDE, COMMIT, RELEASE, EXTEND, RECORD_EVENT ->
                    throw new IllegalStateException("not a read: " + route);
        };
    }

    private Answer find(Exchange exchange, String id) {
        Reservation found =
                reservations
                        .find(id)
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
}
