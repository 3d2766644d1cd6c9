package dev.bursar.server.cycles;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthorityException;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers what changes something, or asks what a change would be answered. The usual way takes no
/// thread of its own: the command goes to the authority, and its outcome comes back to the event loop.
final class Changes {

    private static final Logger LOG = LoggerFactory.getLogger(Changes.class);

    /// What the audit log calls a person who does what is a tenant's to do.
    private static final String ON_BEHALF = "admin_on_behalf_of";

    private final Authority authority;
    private final Reservations reservations;
    private final PastAnswers past;
    private final InstantSource clock;
    private final Ids ids;
    private final Threads threads;

    Changes(
            Authority authority,
            Reservations reservations,
            PastAnswers past,
            InstantSource clock,
            Ids ids,
            Threads threads) {
        this.authority = authority;
        this.reservations = reservations;
        this.past = past;
        this.clock = clock;
        this.ids = ids;
        this.threads = threads;
    }

    /// Answers a request with a body, now or later. On the event loop.
    ///
    /// @throws CyclesException for what is wrong with the request itself
    void handle(Exchange exchange, Route route, byte[] body) {
        switch (route.operation()) {
            case CREATE -> reserve(exchange, JsonFields.read(body, Requests::reserve));
            case DECIDE -> decide(exchange, JsonFields.read(body, Requests::decide));
            case COMMIT -> commit(exchange, route, JsonFields.read(body, Requests::commit));
            case RELEASE -> release(exchange, route, JsonFields.read(body, Requests::release));
            case EXTEND -> extend(exchange, route, JsonFields.read(body, Requests::extend));
            case RECORD_EVENT -> charge(exchange, JsonFields.read(body, Requests::event));
            case LIST, FIND, BALANCES, LIST_EVENTS, INTROSPECT ->
                    throw new IllegalStateException("reads have no body: " + route);
        }
    }

    private void reserve(Exchange exchange, Requests.Reserve request) {
        requireSameKey(exchange, request);
        CyclesCaller caller = exchange.tenantCaller();
        Scope scope = Scope.of(request.subject(), caller);
        Command command = Commands.reserve(request, scope, caller, ids.uuid(), exchange);
        submit(
                exchange,
                command,
                outcome ->
                        switch (outcome) {
                            case Outcome.Granted granted ->
                                    Answer.of(
                                            200,
                                            Replies.reserved(
                                                    scope, granted, left(granted), caller));
                            case Outcome.Repeated(Outcome.Granted granted) ->
                                    Answer.of(
                                            200,
                                            Replies.reserved(
                                                    scope,
                                                    granted,
                                                    leftOfRepeated(granted),
                                                    caller));
                            case Outcome.Evaluated(Outcome answer) ->
                                    evaluated(scope, answer, true);
                            case Outcome.Repeated(Outcome.Evaluated(Outcome answer)) ->
                                    evaluated(scope, answer, true);
                            default -> {
                                Outcome.Refused refused = told(outcome, scope);
                                if (request.dryRun() && hasNoBudget(refused)) {
                                    yield evaluated(scope, refused, true);
                                }
                                throw refused(refused, scope, request.estimate().unit());
                            }
                        });
    }

    private void decide(Exchange exchange, Requests.Decide request) {
        requireSameKey(exchange, request);
        CyclesCaller caller = exchange.tenantCaller();
        Scope scope = Scope.of(request.subject(), caller);
        Command command = Commands.decide(request, scope, caller, ids.uuid(), exchange);
        submit(
                exchange,
                command,
                outcome ->
                        switch (original(outcome)) {
                            case Outcome.Evaluated(Outcome answer) ->
                                    evaluated(scope, answer, false);
                            default -> {
                                Outcome.Refused refused = told(outcome, scope);
                                if (hasNoBudget(refused)) {
                                    yield evaluated(scope, refused, false);
                                }
                                throw refused(refused, scope, request.estimate().unit());
                            }
                        });
    }

    private void charge(Exchange exchange, Requests.Event request) {
        requireSameKey(exchange, request);
        CyclesCaller caller = exchange.tenantCaller();
        Scope scope = Scope.of(request.subject(), caller);
        String eventId = Commands.eventId(request, caller);
        Command.Charge command = Commands.charge(request, scope, caller, eventId, exchange);
        submit(
                exchange,
                command,
                outcome ->
                        switch (original(outcome)) {
                            case Outcome.Charged charged ->
                                    Answer.of(201, Replies.applied(eventId, charged, caller));
                            case Outcome.Refused refused
                                    when refused.reason() == Reason.OUTCOME_FORGOTTEN ->
                                    Answer.of(
                                            201,
                                            Replies.applied(
                                                    eventId, past.event(eventId, command), caller));
                            default ->
                                    throw refused(
                                            told(outcome, scope), scope, request.actual().unit());
                        });
    }

    private void commit(Exchange exchange, Route route, Requests.Commit request) {
        requireSameKey(exchange, request);
        HoldId hold = hold(route);
        CyclesCaller caller = exchange.tenantCaller();
        TenantId tenant = caller.tenant();
        Command.Commit command = Commands.commit(request, tenant, hold, exchange);
        Unit unit = request.actual().unit();
        withinScope(
                exchange,
                hold,
                () ->
                        submit(
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
        if (original(outcome) instanceof Outcome.Committed committed) {
            return Answer.of(200, Replies.committed(committed, caller));
        }
        throw refused(outcome, caller.tenant(), hold, unit);
    }

    private void extend(Exchange exchange, Route route, Requests.Extend request) {
        requireSameKey(exchange, request);
        HoldId hold = hold(route);
        CyclesCaller caller = exchange.tenantCaller();
        TenantId tenant = caller.tenant();
        withinScope(
                exchange,
                hold,
                () ->
                        submit(
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

    private void release(Exchange exchange, Route route, Requests.Release request) {
        requireSameKey(exchange, request);
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
                        submit(
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
                        .or(() -> reservations.find(hold.value()).map(Changes::tenant))
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
        if (original(outcome) instanceof Outcome.Released released) {
            return Answer.of(200, Replies.released(released, caller));
        }
        throw refused(outcome, tenant, hold, null);
    }

    private static Answer evaluated(Scope scope, Outcome answer, boolean withPath) {
        return Answer.of(200, Replies.evaluated(scope, answer, withPath));
    }

    private Answer extended(Outcome.Extended extended, boolean open, CyclesCaller caller) {
        long left = open ? Replies.remaining(extended.expiresAt(), clock.instant()) : 0;
        return Answer.of(200, Replies.extended(extended, left, caller));
    }

    private long left(Outcome.Granted granted) {
        return Replies.remaining(granted.expiresAt(), clock.instant());
    }

    /// Asks the authority: not for the event loop.
    private long leftOfRepeated(Outcome.Granted granted) {
        return isOpen(granted.hold()) ? left(granted) : 0;
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

    /// Submits a command, and answers with what `reply` makes of its outcome.
    private void submit(Exchange exchange, Command command, Function<Outcome, Answer> reply) {
        try {
            var _ =
                    authority
                            .submitAsync(command)
                            .whenComplete((outcome, failure) -> {
                                if (failure != null) {
                                    exchange.onLoop(() -> exchange.refuse(Refusals.error(failure)));
                                } else if (isSimple(outcome)) {
                                    exchange.onLoop(() -> reply(exchange, outcome, reply));
                                } else {
                                    threads.run(exchange, () -> reply.apply(outcome));
                                }
                            });
        } catch (AuthorityException e) {
            throw Refusals.error(e);
        }
    }

    private static void reply(Exchange exchange, Outcome outcome, Function<Outcome, Answer> reply) {
        try {
            exchange.answer(reply.apply(outcome));
        } catch (RuntimeException e) {
            exchange.refuse(Refusals.error(e));
        }
    }

    /// Whether nothing has to be looked up to answer.
    private static boolean isSimple(Outcome outcome) {
        return !(outcome instanceof Outcome.Repeated)
                && !(outcome instanceof Outcome.Refused refused
                        && (refused.reason() == Reason.UNIT_MISMATCH
                                || PastAnswers.mayBeRepeat(refused)));
    }

    private static Outcome original(Outcome outcome) {
        return outcome instanceof Outcome.Repeated(Outcome original) ? original : outcome;
    }

    /// A refusal in the protocol's terms: budgets of units that it cannot speak of are not there.
    private Outcome.Refused told(Outcome outcome, Scope scope) {
        Outcome.Refused refused = refused(outcome);
        boolean nothingToName =
                refused.reason() == Reason.UNIT_MISMATCH && unitsThere(scope).isEmpty();
        return nothingToName ? new Outcome.Refused(Reason.BUDGET_NOT_FOUND, List.of()) : refused;
    }

    private static boolean hasNoBudget(Outcome.Refused refused) {
        return refused.reason() == Reason.BUDGET_NOT_FOUND;
    }

    private CyclesException refused(Outcome.Refused refused, Scope scope, Unit asked) {
        return refused.reason() == Reason.UNIT_MISMATCH
                ? mismatch(scope.path().toString(), asked, unitsThere(scope))
                : Refusals.error(refused, scope.path().toString());
    }

    private List<Unit> unitsThere(Scope scope) {
        return UnitsThere.of(authority.budgets(), scope.subject(), scope.paths());
    }

    private CyclesException refused(
            Outcome outcome, TenantId tenant, HoldId hold, @Nullable Unit asked) {
        Outcome.Refused refused = refused(outcome);
        if (refused.reason() == Reason.HOLD_NOT_FOUND) {
            return refused(forgotten(tenant, hold), hold);
        }
        if (refused.reason() != Reason.UNIT_MISMATCH || asked == null) {
            return Refusals.error(refused, hold.value());
        }
        return authority
                .hold(hold)
                .map(open ->
                        mismatch(
                                Scope.paths(open.tenant(), open.subject()).getLast().toString(),
                                asked,
                                open.granted().held().units()))
                .orElseGet(() -> Refusals.error(refused, hold.value()));
    }

    /// Why a hold that the ledger knows nothing of cannot be ended: the read model remembers for longer.
    private Reason forgotten(TenantId tenant, HoldId hold) {
        Optional<Reservation> found;
        try {
            found = reservations.find(hold.value());
        } catch (UsageException e) {
            LOG.warn("event=read_model_silent", e);
            return Reason.HOLD_NOT_FOUND;
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

    private static Outcome.Refused refused(Outcome outcome) {
        if (outcome instanceof Outcome.Refused refused) {
            return refused;
        }
        throw new IllegalStateException("an outcome of another command: " + outcome);
    }

    private static CyclesException mismatch(String scope, Unit asked, List<Unit> expected) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("scope", scope);
        details.put("requested_unit", asked.name());
        details.put("expected_units", expected);
        return new CyclesException(
                ErrorCode.UNIT_MISMATCH,
                "%s has no budget in %s but in %s".formatted(scope, asked, expected),
                details);
    }

    private static HoldId hold(Route route) {
        if (!Ids.isReservation(route.reservation())) {
            throw new CyclesException(ErrorCode.NOT_FOUND, "there is no such reservation");
        }
        return new HoldId(route.reservation());
    }

    private static void requireSameKey(Exchange exchange, Requests.Keyed request) {
        String header = exchange.request().getHeader("x-idempotency-key");
        if (header != null && !header.equals(request.idempotencyKey())) {
            throw CyclesException.invalid("X-Idempotency-Key is not the body's idempotency_key");
        }
    }
}
