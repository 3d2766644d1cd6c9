package dev.bursar.gateway;

import dev.bursar.authority.AuthorityException;
import dev.bursar.gateway.Routes.Route;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The money held for one call, from the reservation to its end. It ends exactly once: whatever is
/// tried after that does nothing. Not thread-safe.
final class CallHold {

    /// A hold outlasts its call by this much, so that it expires only when the process died.
    private static final Duration MARGIN = Duration.ofSeconds(30);

    private static final int BUSY_RETRY_SECONDS = 1;
    private static final int DOWN_RETRY_SECONDS = 5;

    private final Wiring wiring;
    private final Ask ask;
    private final Estimate estimate;
    private final Outcome.Granted granted;
    private Outcome.@Nullable Remaining remaining;
    private boolean ended;

    private CallHold(Wiring wiring, Ask ask, Estimate estimate, Outcome.Granted granted) {
        this.wiring = wiring;
        this.ask = ask;
        this.estimate = estimate;
        this.granted = granted;
        this.remaining = granted.tightest();
    }

    /// Who asks for a hold, and for what.
    ///
    /// @param id of the call, its hold, and its run when it names none
    /// @param record what entries remember; the estimate is added
    record Ask(
            HoldId id,
            TenantId tenant,
            Subject subject,
            CallRequest request,
            Route route,
            long fingerprint,
            CallRecord record) {

        CommandKey key() {
            return new CommandKey(id.value(), fingerprint);
        }
    }

    /// Holds what the call may cost. The bytes of the body bound its input; only when that bound does not
    /// fit, though the output alone would, is the input counted: a denial is never due to the rough
    /// bound, and nothing is held while it is counted.
    ///
    /// @throws RefusedException when a budget is in the way or the authority cannot answer
    static CallHold reserve(Wiring wiring, Ask ask, Estimate bound, Supplier<Estimate> counted) {
        Outcome outcome = submit(wiring, ask, bound);
        if (outcome instanceof Outcome.Refused refused && refused.reason() == Reason.SHORTAGE) {
            Estimate exact = counted.get();
            return granted(wiring, ask, exact, submit(wiring, ask, exact));
        }
        return granted(wiring, ask, bound, outcome);
    }

    private static Outcome submit(Wiring wiring, Ask ask, Estimate estimate) {
        ask.record()
                .number("tokens_input", estimate.inputTokens())
                .number("tokens_output", estimate.outputTokens())
                .label("provenance", "estimated");
        Command.Reserve command =
                new Command.Reserve(
                        ask.key(),
                        ask.id(),
                        ask.tenant(),
                        ask.subject(),
                        estimate.asked(),
                        estimate.atLeast(ask.request(), ask.route().price()),
                        Command.Shortage.ASK_AGAIN,
                        ask.route().provider().callTimeout().plus(MARGIN),
                        Duration.ZERO,
                        Command.OnExpiry.CHARGE,
                        Command.Overage.ALWAYS,
                        false,
                        ask.record().attribution());
        return answered(() -> wiring.authority().submit(command));
    }

    private static CallHold granted(Wiring wiring, Ask ask, Estimate estimate, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Granted granted -> new CallHold(wiring, ask, estimate, granted);
            case Outcome.Refused refused -> throw refused(wiring, ask, estimate, refused);
            case Outcome other ->
                    throw new IllegalStateException("a reserve was answered by " + other);
        };
    }

    /// What a refusal of the ledger is to the client.
    static RefusedException refused(
            Wiring wiring, Ask ask, Estimate estimate, Outcome.Refused refused) {
        return new RefusedException(
                new Denials(answered(wiring.authority()::budgets), wiring.clock().instant())
                        .explain(refused, estimate, ask.route()));
    }

    /// @throws RefusedException when the authority cannot answer
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

    String call() {
        return ask.id().value();
    }

    Outcome.Granted granted() {
        return granted;
    }

    Allowance.Whose whose() {
        return new Allowance.Whose(ask.id(), ask.tenant(), ask.subject(), ask.fingerprint());
    }

    /// What is held for.
    Estimate estimate() {
        return estimate;
    }

    /// The tightest hard budget: as it was after the reserve, and once the hold has ended, as that left
    /// it. Null when no hard budget applies, or the end is not known yet.
    Outcome.@Nullable Remaining remaining() {
        return remaining;
    }

    /// Spends what the call really took. Returns once that is durable.
    void commit(Amounts actual, Attribution attribution) {
        if (!ended) {
            ended = true;
            remaining =
                    wiring.settler()
                            .commit(
                                    new Command.Commit(
                                            ask.key(),
                                            ask.tenant(),
                                            ask.id(),
                                            actual,
                                            attribution));
        }
    }

    /// Returns all of it, and once that is durable.
    void release(Attribution attribution) {
        if (!ended) {
            ended = true;
            remaining =
                    wiring.settler()
                            .release(
                                    new Command.Release(
                                            ask.key(), ask.tenant(), ask.id(), attribution));
        }
    }

    /// Spends all of it: the call was made, and what it took is not known.
    void charge(Attribution attribution) {
        commit(granted.held(), attribution);
    }
}
