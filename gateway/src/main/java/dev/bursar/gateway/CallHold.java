package dev.bursar.gateway;

import dev.bursar.authority.AuthorityException;
import dev.bursar.gateway.Routes.Route;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import java.time.Duration;
import java.util.function.Supplier;

/// The money held for one call, from the reservation to its end. It ends exactly once: whatever is
/// tried after that does nothing. Not thread-safe.
final class CallHold {

    /// A hold outlasts its call by this much, so that it expires only when the process died.
    private static final Duration MARGIN = Duration.ofSeconds(30);

    private static final int BUSY_RETRY_SECONDS = 1;
    private static final int DOWN_RETRY_SECONDS = 5;

    private final Wiring wiring;
    private final TenantId tenant;
    private final HoldId id;
    private final long fingerprint;
    private final Outcome.Granted granted;
    private boolean ended;

    private CallHold(
            Wiring wiring, TenantId tenant, HoldId id, long fingerprint, Outcome.Granted granted) {
        this.wiring = wiring;
        this.tenant = tenant;
        this.id = id;
        this.fingerprint = fingerprint;
        this.granted = granted;
    }

    /// Who asks for a hold, and for what.
    ///
    /// @param record what entries remember; the call's id and the estimate are added
    record Ask(
            TenantId tenant,
            Subject subject,
            CallRequest request,
            Route route,
            long fingerprint,
            CallRecord record) {}

    /// Holds what the call may cost. The bytes of the body bound its input; only when that bound does not
    /// fit is the input counted, so that a denial is never due to the rough bound.
    ///
    /// @throws RefusedException when a budget is in the way or the authority cannot answer
    static CallHold reserve(Wiring wiring, Ask ask, Estimate bound, Supplier<Estimate> counted) {
        CallHold hold = reserve(wiring, ask, bound);
        if (bound.coveredBy(hold.granted.held())) {
            return hold;
        }
        Estimate exact;
        try {
            exact = counted.get();
        } catch (RuntimeException | Error bug) {
            hold.release(Attribution.NONE);
            throw bug;
        }
        if (exact.coveredBy(hold.granted.held())) {
            return hold;
        }
        hold.release(Attribution.NONE);
        return reserve(wiring, ask, exact);
    }

    private static CallHold reserve(Wiring wiring, Ask ask, Estimate estimate) {
        HoldId id = new HoldId(wiring.ids().next());
        ask.record()
                .label("call", id.value())
                .number("tokens_input", estimate.inputTokens())
                .number("tokens_output", estimate.outputTokens())
                .label("provenance", "estimated");
        Command.Reserve command =
                new Command.Reserve(
                        new CommandKey(id.value(), ask.fingerprint()),
                        id,
                        ask.tenant(),
                        ask.subject(),
                        estimate.asked(),
                        estimate.atLeast(ask.request(), ask.route().price()),
                        ask.route().provider().callTimeout().plus(MARGIN),
                        Command.OnExpiry.CHARGE,
                        Command.Overage.ALWAYS,
                        ask.record().attribution());
        return switch (submit(wiring, command)) {
            case Outcome.Granted granted ->
                    new CallHold(wiring, ask.tenant(), id, ask.fingerprint(), granted);
            case Outcome.Refused refused ->
                    throw new RefusedException(
                            new Denials(wiring.authority().budgets(), wiring.clock().instant())
                                    .explain(refused, estimate, ask.route()));
            case Outcome other ->
                    throw new IllegalStateException("a reserve was answered by " + other);
        };
    }

    private static Outcome submit(Wiring wiring, Command command) {
        try {
            return wiring.authority().submit(command);
        } catch (AuthorityException e) {
            boolean busy = e.kind() == AuthorityException.Kind.CAPACITY;
            throw new RefusedException(
                    Denial.later(
                            Refusal.AUTHORITY_UNAVAILABLE,
                            "the budget authority cannot answer now",
                            busy ? BUSY_RETRY_SECONDS : DOWN_RETRY_SECONDS));
        }
    }

    String call() {
        return id.value();
    }

    Outcome.Granted granted() {
        return granted;
    }

    /// Spends what the call really took. Returns once that is durable.
    void commit(Amounts actual, Attribution attribution) {
        if (!ended) {
            ended = true;
            wiring.settler().settle(id, new Command.Commit(key(), tenant, id, actual, attribution));
        }
    }

    /// Returns all of it, and once that is durable.
    void release(Attribution attribution) {
        if (!ended) {
            ended = true;
            wiring.settler().settle(id, new Command.Release(key(), tenant, id, attribution));
        }
    }

    /// Spends all of it: the call was made, and what it took is not known.
    void charge(Attribution attribution) {
        commit(granted.held(), attribution);
    }

    private CommandKey key() {
        return new CommandKey(id.value(), fingerprint);
    }
}
