package dev.bursar.server.cycles;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.StateRecord;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.server.directory.Action;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.Role;
import dev.bursar.usage.Reservation;
import dev.bursar.usage.UsageException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers what is done to a reservation: to commit, to extend and to release it.
final class ReservationChanges {

    private static final Logger LOG = LoggerFactory.getLogger(ReservationChanges.class);

    /// What the audit log calls a person who does what is a tenant's to do.
    private static final String ON_BEHALF = "admin_on_behalf_of";

    private final Authority authority;
    private final Reservations reservations;
    private final PastAnswers past;
    private final InstantSource clock;
    private final Submissions submissions;
    private final Threads threads;

    ReservationChanges(
            Authority authority,
            Reservations reservations,
            PastAnswers past,
            InstantSource clock,
            Submissions submissions,
            Threads threads) {
        this.authority = authority;
        this.reservations = reservations;
        this.past = past;
        this.clock = clock;
        this.submissions = submissions;
        this.threads = threads;
    }

    void commit(Exchange exchange, Route route, Requests.Commit request) {
        HoldId hold = hold(route);
        CyclesCaller caller = exchange.tenantCaller();
        TenantId tenant = caller.tenant();
        Command.Commit command = Commands.commit(request, tenant, hold, exchange);
        Unit unit = request.actual().unit();
        withinScope(
                exchange,
                hold,
                () ->
                        submissions.submit(
                                exchange,
                                command,
                                outcome ->
                                        committed(
                                                past.commit(command, outcome),
                                                hold,
                                                unit,
                                                caller)));
    }

    private Answer committed(Outcome outcome, HoldId hold, Unit unit, CyclesCaller caller) {
        if (Submissions.original(outcome) instanceof Outcome.Committed committed) {
            return Answer.of(200, Replies.committed(committed, caller));
        }
        throw refused(outcome, caller.tenant(), hold, unit);
    }

    void extend(Exchange exchange, Route route, Requests.Extend request) {
        HoldId hold = hold(route);
        CyclesCaller caller = exchange.tenantCaller();
        TenantId tenant = caller.tenant();
        withinScope(
                exchange,
                hold,
                () ->
                        submissions.submit(
                                exchange,
                                Commands.extend(request, tenant, hold),
                                outcome ->
                                        switch (outcome) {
                                            case Outcome.Extended extended ->
                                                    extended(extended, true, caller);
                                            case Outcome.Repeated(Outcome.Extended extended) ->
                                                    extended(extended, isOpen(hold), caller);
                                            default -> throw refused(outcome, tenant, hold, null);
                                        }));
    }

    void release(Exchange exchange, Route route, Requests.Release request) {
        HoldId hold = hold(route);
        CyclesCaller caller = exchange.caller();
        if (caller == null) {
            threads.run(exchange, () -> releaseOnBehalf(exchange, request, hold));
            return;
        }
        Command.Release command =
                Commands.release(request, caller.tenant(), hold, new Facts(exchange));
        withinScope(
                exchange,
                hold,
                () ->
                        submissions.submit(
                                exchange,
                                command,
                                outcome ->
                                        released(
                                                past.release(command, outcome),
                                                caller.tenant(),
                                                hold,
                                                caller)));
    }

    /// A person ends a tenant's reservation, which is written down.
    private Answer releaseOnBehalf(Exchange exchange, Requests.Release request, HoldId hold) {
        TenantId tenant =
                authority
                        .hold(hold)
                        .map(StateRecord.HoldState::tenant)
                        .or(() -> reservations.find(hold.value()).map(ReservationChanges::tenant))
                        .orElseThrow(() -> refused(Reason.HOLD_NOT_FOUND, hold));
        Actor actor = exchange.actor();
        exchange.requireTenant(tenant.value());
        if (actor.role() != Role.ADMIN && actor.role() != Role.OPERATOR) {
            throw new CyclesException(
                    ErrorCode.FORBIDDEN, "this wants an operator, not " + actor.role().written());
        }
        Attribution by =
                actor.with(Map.of("request_id", exchange.requestId()))
                        .did(
                                Action.RESERVATION_RELEASE,
                                hold.value(),
                                Map.of("actor_type", ON_BEHALF, "on_behalf_of", tenant.value()));
        Facts facts = new Facts(exchange);
        by.labels().forEach(facts::with);
        Command.Release command = Commands.release(request, tenant, hold, facts);
        Outcome outcome = past.release(command, authority.submit(command));
        return released(outcome, tenant, hold, null);
    }

    /// @param caller null for a person
    private Answer released(
            Outcome outcome, TenantId tenant, HoldId hold, @Nullable CyclesCaller caller) {
        if (Submissions.original(outcome) instanceof Outcome.Released released) {
            return Answer.of(200, Replies.released(released, caller));
        }
        throw refused(outcome, tenant, hold, null);
    }

    private Answer extended(Outcome.Extended extended, boolean open, CyclesCaller caller) {
        long left = open ? Replies.remaining(extended.expiresAt(), clock.instant()) : 0;
        return Answer.of(200, Replies.extended(extended, left, caller));
    }

    private boolean isOpen(HoldId hold) {
        return authority.hold(hold).isPresent();
    }

    /// Looks whether a key that is for a part of its tenant may touch a reservation, before `change`.
    private void withinScope(Exchange exchange, HoldId hold, Runnable change) {
        CyclesCaller caller = exchange.tenantCaller();
        if (caller.key().scope() == null) {
            change.run();
            return;
        }
        threads.run(
                exchange,
                () -> {
                    Optional<Reservation> found = reservations.find(hold.value());
                    if (found.isPresent() && tenant(found.get()).equals(caller.tenant())) {
                        caller.requireScope(ScopePath.parse(found.get().scopePath()));
                    }
                    change.run();
                    return null;
                });
    }

    private CyclesException refused(
            Outcome outcome, TenantId tenant, HoldId hold, @Nullable Unit asked) {
        Outcome.Refused refused = Refusals.of(outcome);
        if (refused.reason() == Reason.HOLD_NOT_FOUND) {
            return refused(forgotten(tenant, hold), hold);
        }
        if (refused.reason() != Reason.UNIT_MISMATCH || asked == null) {
            return Refusals.error(refused, hold.value());
        }
        return authority
                .hold(hold)
                .map(open ->
                        Refusals.mismatch(
                                Scope.paths(open.tenant(), open.subject()).getLast().toString(),
                                asked,
                                open.granted().held().units()))
                .orElseGet(() -> Refusals.error(refused, hold.value()));
    }

    /// Why a hold that the ledger knows nothing of cannot be ended: the read model remembers for longer.
    ///
    /// @throws CyclesException when that is not known yet
    private Reason forgotten(TenantId tenant, HoldId hold) {
        Optional<Reservation> found;
        try {
            found = reservations.find(hold.value());
        } catch (UsageException e) {
            LOG.warn("event=read_model_silent", e);
            throw PastAnswers.notYet("what became of the reservation cannot be read now");
        }
        if (found.isPresent() && !tenant(found.get()).equals(tenant)) {
            return Reason.HOLD_OF_OTHER_TENANT;
        }
        return found.flatMap(Reservation::whyOver).orElse(Reason.HOLD_NOT_FOUND);
    }

    private static TenantId tenant(Reservation reservation) {
        return new TenantId(reservation.tenant());
    }

    private static CyclesException refused(Reason reason, HoldId hold) {
        return Refusals.error(new Outcome.Refused(reason, List.of()), hold.value());
    }

    private static HoldId hold(Route route) {
        if (!Ids.isReservation(route.reservation())) {
            throw new CyclesException(ErrorCode.NOT_FOUND, "there is no such reservation");
        }
        return new HoldId(route.reservation());
    }
}
