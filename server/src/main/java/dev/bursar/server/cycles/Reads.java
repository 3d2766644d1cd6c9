package dev.bursar.server.cycles;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.ScopePath;
import dev.bursar.usage.Reservation;
import dev.bursar.usage.Reservation.Status;

/// Answers what only reads. May wait: on threads of their own.
final class Reads {

    private final Authority authority;

    Reads(Authority authority) {
        this.authority = authority;
    }

    Answer answer(Exchange exchange, Route route, Query query) {
        return switch (route.operation()) {
            case FIND -> find(exchange, route.reservation());
            case BALANCES -> {
                CyclesCaller caller = exchange.tenantCaller();
                yield BalancesList.answer(query, caller, authority.standings(caller.tenant()));
            }
            case INTROSPECT -> Introspection.of(exchange.caller());
            case CREATE, DECIDE, COMMIT, RELEASE, EXTEND, RECORD_EVENT ->
                    throw new IllegalStateException("not a read: " + route);
        };
    }

    private Answer find(Exchange exchange, String id) {
        Reservation found = found(id);
        CyclesCaller caller = exchange.caller();
        if (caller != null) {
            if (!found.tenant().equals(caller.tenant().value())) {
                throw new CyclesException(
                        ErrorCode.FORBIDDEN, "the reservation is one of another tenant");
            }
            caller.requireScope(ScopePath.parse(found.scopePath()));
        }
        if (found.status() == Status.EXPIRED) {
            throw new CyclesException(ErrorCode.RESERVATION_EXPIRED, "the reservation has expired");
        }
        return Answer.of(200, Json.object(out -> Details.write(out, found, true, true)));
    }

    private Reservation found(String id) {
        if (Ids.isReservation(id)) {
            return authority.hold(new HoldId(id)).map(Details::of).orElseThrow(Reads::none);
        }
        throw none();
    }

    private static CyclesException none() {
        return new CyclesException(ErrorCode.NOT_FOUND, "there is no such reservation");
    }
}
