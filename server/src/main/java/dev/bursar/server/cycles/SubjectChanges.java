package dev.bursar.server.cycles;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.StateRecord;
import dev.bursar.ledger.Unit;
import java.time.InstantSource;
import java.util.List;

/// Answers what is asked of a subject: to reserve, to decide, and to record an event.
final class SubjectChanges {

    private final Authority authority;
    private final PastAnswers past;
    private final InstantSource clock;
    private final Ids ids;
    private final Submissions submissions;

    SubjectChanges(
            Authority authority,
            PastAnswers past,
            InstantSource clock,
            Ids ids,
            Submissions submissions) {
        this.authority = authority;
        this.past = past;
        this.clock = clock;
        this.ids = ids;
        this.submissions = submissions;
    }

    void reserve(Exchange exchange, Requests.Reserve request) {
        CyclesCaller caller = exchange.tenantCaller();
        Scope scope = Scope.of(request.subject(), caller);
        Command command = Commands.reserve(request, scope, caller, ids.uuid(), exchange);
        if (!caller.covers(scope.path())) {
            if (!(command instanceof Command.Reserve wanted)) {
                throw CyclesCaller.outOfScope(scope.path());
            }
            deny(
                    exchange,
                    scope,
                    new Command.Refuse(
                            wanted.tenant(),
                            wanted.subject(),
                            wanted.asked(),
                            Reason.KEY_OUT_OF_SCOPE,
                            wanted.attribution()));
            return;
        }
        submissions.submit(
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
                                    repeated(scope, granted, caller);
                            case Outcome.Evaluated(Outcome answer) ->
                                    evaluated(scope, answer, true);
                            case Outcome.Repeated(Outcome.Evaluated(Outcome answer)) ->
                                    evaluated(scope, answer, true);
                            case Outcome.Refused refused
                                    when refused.reason() == Reason.OUTCOME_FORGOTTEN ->
                                    repeated(
                                            scope,
                                            past.reservation(
                                                    caller.tenant(), Commands.key(request)),
                                            caller);
                            default -> {
                                Outcome.Refused refused = told(outcome, scope);
                                if (request.dryRun() && hasNoBudget(refused)) {
                                    yield evaluated(scope, refused, true);
                                }
                                throw refused(refused, scope, request.estimate().unit());
                            }
                        });
    }

    void decide(Exchange exchange, Requests.Decide request) {
        CyclesCaller caller = exchange.tenantCaller();
        Scope scope = Scope.of(request.subject(), caller);
        caller.requireScope(scope.path());
        Command command = Commands.decide(request, scope, caller, ids.uuid(), exchange);
        submissions.submit(
                exchange,
                command,
                outcome ->
                        switch (Submissions.original(outcome)) {
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

    void charge(Exchange exchange, Requests.Event request) {
        CyclesCaller caller = exchange.tenantCaller();
        Scope scope = Scope.of(request.subject(), caller);
        String eventId = Commands.eventId(request, caller);
        Command.Charge command = Commands.charge(request, scope, caller, eventId, exchange);
        if (!caller.covers(scope.path())) {
            deny(
                    exchange,
                    scope,
                    new Command.Refuse(
                            StateRecord.Operation.CHARGE,
                            command.tenant(),
                            command.subject(),
                            command.actual(),
                            Reason.KEY_OUT_OF_SCOPE,
                            command.attribution()));
            return;
        }
        submissions.submit(
                exchange,
                command,
                outcome ->
                        switch (Submissions.original(outcome)) {
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

    /// The key is for another part of its tenant: said once the journal has it, like all denials.
    private void deny(Exchange exchange, Scope scope, Command.Refuse denial) {
        submissions.submit(
                exchange,
                denial,
                _ -> {
                    throw CyclesCaller.outOfScope(scope.path());
                });
    }

    private Answer repeated(Scope scope, Outcome.Granted granted, CyclesCaller caller) {
        return Answer.of(200, Replies.reserved(scope, granted, leftOfRepeated(granted), caller));
    }

    private static Answer evaluated(Scope scope, Outcome answer, boolean withPath) {
        return Answer.of(200, Replies.evaluated(scope, answer, withPath));
    }

    private long left(Outcome.Granted granted) {
        return Replies.remaining(granted.expiresAt(), clock.instant());
    }

    /// Asks the authority: not for the event loop.
    private long leftOfRepeated(Outcome.Granted granted) {
        return authority.hold(granted.hold()).isPresent() ? left(granted) : 0;
    }

    /// A refusal in the protocol's terms: budgets of units that it cannot speak of are not there.
    private Outcome.Refused told(Outcome outcome, Scope scope) {
        Outcome.Refused refused = Refusals.of(outcome);
        boolean nothingToName =
                refused.reason() == Reason.UNIT_MISMATCH && unitsThere(scope).isEmpty();
        return nothingToName ? new Outcome.Refused(Reason.BUDGET_NOT_FOUND, List.of()) : refused;
    }

    private static boolean hasNoBudget(Outcome.Refused refused) {
        return refused.reason() == Reason.BUDGET_NOT_FOUND;
    }

    private CyclesException refused(Outcome.Refused refused, Scope scope, Unit asked) {
        return refused.reason() == Reason.UNIT_MISMATCH
                ? Refusals.mismatch(scope.path().toString(), asked, unitsThere(scope))
                : Refusals.error(refused, scope.path().toString());
    }

    private List<Unit> unitsThere(Scope scope) {
        return UnitsThere.of(authority.budgets(), scope.subject(), scope.paths());
    }
}
