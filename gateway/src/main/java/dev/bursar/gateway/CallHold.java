package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Outcome;
import org.jspecify.annotations.Nullable;

/// The money held for one call, from the reservation to its end. It ends exactly once: whatever is
/// tried after that does nothing. Not thread-safe.
final class CallHold {

    private final Wiring wiring;
    private final Admission.Ask ask;
    private final Estimate estimate;
    private final Outcome.Granted granted;
    private Outcome.@Nullable Remaining remaining;
    private boolean ended;

    CallHold(Wiring wiring, Admission.Ask ask, Estimate estimate, Outcome.Granted granted) {
        this.wiring = wiring;
        this.ask = ask;
        this.estimate = estimate;
        this.granted = granted;
        this.remaining = granted.tightest();
    }

    String call() {
        return ask.id().value();
    }

    Outcome.Granted granted() {
        return granted;
    }

    /// @param route that serves the call
    Allowance.Whose whose(Route route) {
        return new Allowance.Whose(
                ask.id(), ask.tenant(), ask.subject().apply(route), ask.fingerprint());
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
            wiring.waiting().roomMade(ask.tenant().value());
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
            wiring.waiting().roomMade(ask.tenant().value());
        }
    }

    /// Spends all of it: the call was made, and what it took is not known.
    ///
    /// @return whether it had not ended before
    boolean charge(Attribution attribution) {
        boolean open = !ended;
        commit(granted.held(), attribution);
        return open;
    }
}
