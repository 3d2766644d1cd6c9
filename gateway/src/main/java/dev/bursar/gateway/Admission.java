package dev.bursar.gateway;

import dev.bursar.authority.AuthorityException;
import dev.bursar.gateway.Routes.Route;
import dev.bursar.gateway.ladder.LadderSettings;
import dev.bursar.gateway.ladder.Plan;
import dev.bursar.gateway.ladder.WaitingRoom;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.Rung;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Lets a call in: holds what it may cost, for the call as it is or as the ladders of its budgets make it.
///
/// The bytes of the body bound its input; only when that bound does not fit, or reaches a step that makes
/// another call of it, is the input counted: neither a denial nor a step is ever due to the rough bound,
/// and nothing is held while it is counted.
final class Admission {

    /// A hold outlasts its call by this much, so that it expires only when the process died.
    private static final Duration MARGIN = Duration.ofSeconds(30);

    private static final int BUSY_RETRY_SECONDS = 1;
    private static final int DOWN_RETRY_SECONDS = 5;

    private final Wiring wiring;
    private final Client client;
    private final Ask ask;
    private final LadderSettings ladder;
    private final List<String> cheaper;

    /// Who asks for a hold, and for what.
    ///
    /// @param id of the call, its hold, and its run when it names none
    /// @param subject of the call when a route serves it
    /// @param batch whether nobody waits for the answer
    /// @param ownKey whether the client brought the provider's key, which is for no other provider
    /// @param record what entries remember; the estimate is added
    record Ask(
            HoldId id,
            TenantId tenant,
            Function<Route, Subject> subject,
            boolean batch,
            boolean ownKey,
            long fingerprint,
            CallRecord record) {

        CommandKey key() {
            return new CommandKey(id.value(), fingerprint);
        }
    }

    /// A call that was let in.
    record Admitted(Shape shape, CallHold hold) {}

    Admission(Wiring wiring, Client client, Ask ask, CallRequest request, Route route) {
        this.wiring = wiring;
        this.client = client;
        this.ask = ask;
        this.ladder = wiring.settings().ladder(ask.tenant());
        List<String> named = ladder.cheaper(request.model());
        this.cheaper = named.isEmpty() ? ladder.cheaper(route.model()) : named;
    }

    /// @return null when the client hung up while the call waited
    /// @throws RefusedException when a budget is in the way or the authority cannot answer
    @Nullable Admitted admit(Shape asked) {
        Outcome outcome = ask(asked);
        if (!isQuestion(outcome)) {
            return admitted(asked, outcome);
        }
        Shape counted = asked.counted(wiring.estimator());
        outcome = ask(counted);
        return outcome instanceof Outcome.Advised(List<Rung> rungs)
                ? climb(counted, plan(counted, rungs))
                : admitted(counted, outcome);
    }

    /// Holds all that the call may cost, whatever ladders say.
    ///
    /// @throws RefusedException when a budget is in the way or the authority cannot answer
    CallHold asItIs(Shape shape) {
        return admitted(shape, submit(shape, Amounts.NONE, Command.Shortage.TAKE)).hold();
    }

    private static boolean isQuestion(Outcome outcome) {
        return outcome instanceof Outcome.Advised
                || (outcome instanceof Outcome.Refused refused
                        && refused.reason() == Reason.SHORTAGE);
    }

    private Plan plan(Shape asked, List<Rung> rungs) {
        Plan plan =
                Plan.of(
                        rungs,
                        new Plan.Options(
                                ask.batch(), !cheaper.isEmpty(), asked.isClampable(), asked::uses));
        ask.record().without("shadow").label("shadow", plan.shadow());
        return plan;
    }

    private @Nullable Admitted climb(Shape asked, Plan plan) {
        return plan.defer() ? new Wait(asked, plan).admit() : decide(asked, plan.last());
    }

    /// The last word: what no step makes fit is denied as it was asked.
    private Admitted decide(Shape asked, Plan.Changes changes) {
        Shape allowed = allowed(asked, changes);
        Admitted downgraded = changes.downgrade() ? downgraded(allowed, changes) : null;
        return downgraded != null
                ? downgraded
                : admitted(allowed, clamp(allowed, changes, Command.Shortage.CLAMP));
    }

    /// The same, but null in place of a denial.
    private @Nullable Admitted attempt(Shape asked, Plan.Changes changes) {
        Shape allowed = allowed(asked, changes);
        return changes.downgrade() ? downgraded(allowed, changes) : tried(allowed, changes);
    }

    /// Without what budgets have disabled. A call that makes no sense without it is a denial of theirs,
    /// which is written down like the ledger's own.
    private Shape allowed(Shape asked, Plan.Changes changes) {
        try {
            Shape allowed = asked.without(changes.disabled(), wiring.estimator());
            requireWords(allowed);
            return allowed;
        } catch (RefusedException refused) {
            Command.Refuse denial =
                    new Command.Refuse(
                            ask.tenant(),
                            ask.subject().apply(asked.route()),
                            asked.estimate().asked(),
                            Reason.NOT_ALLOWED,
                            ask.record().attribution());
            answered(() -> wiring.authority().submit(denial));
            throw refused;
        }
    }

    /// A provider of another dialect may have no word for a call that is to call no tool.
    private void requireWords(Shape shape) {
        List<String> disabled = shape.treatment().disabled();
        if (disabled.isEmpty()) {
            return;
        }
        try {
            Crossing.require(shape.request(), shape.route(), shape.body(), wiring);
        } catch (RefusedException e) {
            Denial denial = e.denial();
            throw new RefusedException(
                    new Denial(
                            Refusal.NOT_ALLOWED,
                            "with "
                                    + String.join(", ", disabled)
                                    + " disabled: "
                                    + denial.message(),
                            denial.field(),
                            0,
                            List.of()));
        }
    }

    /// On the first cheaper model that the budgets have room for.
    private @Nullable Admitted downgraded(Shape asked, Plan.Changes changes) {
        for (String model : cheaper) {
            Route route = route(asked, model);
            if (route != null) {
                Admitted tried = tried(asked.on(route, wiring.estimator()), changes);
                if (tried != null) {
                    return tried;
                }
            }
        }
        return null;
    }

    /// Where a model is served that can take the call, at a price that somebody stated; or null.
    private @Nullable Route route(Shape asked, String model) {
        Route from = asked.route();
        try {
            Route route =
                    wiring.routes()
                            .find(asked.target().operation(), model, from.at(), wiring.meter());
            Crossing.require(asked.request(), route, asked.body(), wiring);
            boolean other = !route.provider().name().equals(from.provider().name());
            return route.priced() && !(ask.ownKey() && other) ? route : null;
        } catch (RefusedException e) {
            return null;
        }
    }

    private @Nullable Admitted tried(Shape shape, Plan.Changes changes) {
        Outcome outcome = clamp(shape, changes, Command.Shortage.TRY_CLAMP);
        return outcome instanceof Outcome.Advised ? null : admitted(shape, outcome);
    }

    private Outcome ask(Shape shape) {
        Amounts atLeast = shape.estimate().atLeast(shape.request(), shape.route().price());
        return submit(shape, atLeast, Command.Shortage.ASK_AGAIN);
    }

    private Outcome clamp(Shape shape, Plan.Changes changes, Command.Shortage shortage) {
        Amounts atLeast =
                changes.clamp() ? shape.atLeast(ladder.floor(), wiring.estimator()) : Amounts.NONE;
        return submit(shape, atLeast, shortage);
    }

    private Outcome submit(Shape shape, Amounts atLeast, Command.Shortage shortage) {
        Route route = shape.route();
        Estimate estimate = shape.estimate();
        CallRecord record = ask.record();
        record.route(shape.request().operation(), route)
                .number("tokens_input", estimate.inputTokens())
                .number("tokens_output", estimate.outputTokens())
                .label("provenance", "estimated");
        shape.treatment().describe(record);
        Command.Reserve command =
                new Command.Reserve(
                        ask.key(),
                        ask.id(),
                        ask.tenant(),
                        ask.subject().apply(route),
                        estimate.asked(),
                        atLeast,
                        shortage,
                        route.provider().callTimeout().plus(MARGIN),
                        Duration.ZERO,
                        Command.OnExpiry.CHARGE,
                        Command.Overage.ALWAYS,
                        false,
                        record.attribution());
        return answered(() -> wiring.authority().submit(command));
    }

    private Admitted admitted(Shape shape, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Granted granted -> admitted(shape, granted);
            case Outcome.Refused refused ->
                    throw refused(
                            wiring, ask, shape.request(), shape.route(), shape.estimate(), refused);
            case Outcome other ->
                    throw new IllegalStateException("a reserve was answered by " + other);
        };
    }

    private Admitted admitted(Shape shape, Outcome.Granted granted) {
        CallHold hold = new CallHold(wiring, ask, shape.estimate(), granted);
        if (granted.held().equals(shape.estimate().asked())) {
            return new Admitted(shape, hold);
        }
        try {
            Shape less = shape.clamped(granted.held(), ladder.floor(), wiring.estimator());
            less.treatment().describe(ask.record());
            return new Admitted(less, new CallHold(wiring, ask, less.estimate(), granted));
        } catch (RuntimeException | Error bug) {
            hold.release(ask.record().attribution());
            throw bug;
        }
    }

    /// What a refusal of the ledger is to the client.
    static RefusedException refused(
            Wiring wiring,
            Ask ask,
            CallRequest request,
            Route route,
            Estimate estimate,
            Outcome.Refused refused) {
        if (refused.reason() == Reason.RUN_STOPPED) {
            return RunGuard.refusal(wiring.authority(), ask.tenant(), ask.subject().apply(route));
        }
        return new RefusedException(
                new Denials(answered(wiring.authority()::budgets), wiring.clock().instant())
                        .explain(refused, estimate, route, request.choices()));
    }

    /// Asks the authority something.
    ///
    /// @throws RefusedException when it cannot answer
    static <T> T answered(Supplier<T> question) {
        try {
            return question.get();
        } catch (AuthorityException e) {
            boolean busy = e.kind() == AuthorityException.Kind.CAPACITY;
            throw new RefusedException(
                    Denial.later(
                            Refusal.AUTHORITY_UNAVAILABLE,
                            "the budget authority cannot answer now",
                            busy ? BUSY_RETRY_SECONDS : DOWN_RETRY_SECONDS));
        }
    }

    /// A call of batch priority whose budgets want it to wait. When its time is over, it gets the answer
    /// that it would have had without waiting.
    private final class Wait {

        private final Shape asked;
        private final long sinceNanos = System.nanoTime();
        private Plan plan;
        private @Nullable Admitted admitted;

        Wait(Shape asked, Plan plan) {
            this.asked = asked;
            this.plan = plan;
        }

        @Nullable Admitted admit() {
            if (triedFirst()) {
                return admitted;
            }
            WaitingRoom.Place place =
                    wiring.waiting()
                            .join(
                                    ask.tenant().value(),
                                    run(),
                                    asked.body().length,
                                    ladder.deferCalls());
            if (place == null) {
                return decide(asked, plan.last());
            }
            client.onLoop(() -> client.onGone(place::leave));
            WaitingRoom.End end = place.await(ladder.deferAtMost(), this::succeeds);
            ask.record().number("deferred_millis", (System.nanoTime() - sinceNanos) / 1_000_000);
            return switch (end) {
                case ADMITTED, DEADLINE -> admitted != null ? admitted : decide(asked, plan.last());
                case LEFT -> null;
                case CLOSED ->
                        throw new RefusedException(
                                Denial.later(
                                        Refusal.OVERLOADED,
                                        "the gateway is shutting down",
                                        BUSY_RETRY_SECONDS));
            };
        }

        /// Whether there is nothing to wait for any more.
        private boolean succeeds() {
            Outcome outcome = ask(asked);
            if (outcome instanceof Outcome.Advised(List<Rung> rungs)) {
                plan = plan(asked, rungs);
                return !plan.defer() || triedFirst();
            }
            admitted = admitted(asked, outcome);
            return true;
        }

        /// Whether a step that comes before the waiting has helped.
        private boolean triedFirst() {
            Plan.Changes first = plan.first();
            admitted = first == null ? null : attempt(asked, first);
            return admitted != null;
        }

        private String run() {
            String run = ask.subject().apply(asked.route()).get(Subject.RUN);
            return Objects.requireNonNullElse(run, "");
        }
    }
}
