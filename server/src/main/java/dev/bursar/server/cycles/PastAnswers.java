package dev.bursar.server.cycles;

import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.TenantId;
import dev.bursar.usage.ReservationsQuery;
import dev.bursar.usage.Usage;
import dev.bursar.usage.UsageException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What requests were answered that the ledger no longer remembers: the journal has it. Not for the event
/// loop.
final class PastAnswers {

    private static final Logger LOG = LoggerFactory.getLogger(PastAnswers.class);

    private final Usage usage;
    private final Reservations reservations;

    PastAnswers(Usage usage, Reservations reservations) {
        this.usage = usage;
        this.reservations = reservations;
    }

    /// What a reservation was answered when it was made.
    ///
    /// @throws CyclesException when nobody knows any more, or not yet
    Outcome.Granted reservation(TenantId tenant, CommandKey key) {
        boolean isComplete = reservations.follow();
        Optional<Outcome.Granted> known =
                usage.reservations(ReservationsQuery.ofKey(tenant.value(), key.value())).stream()
                        .flatMap(made -> here(() -> usage.reserved(made.id())).stream())
                        .filter(made -> made.tenant().equals(tenant) && made.key().equals(key))
                        .map(Entry.Reserved::granted)
                        .findFirst();
        return known.orElseThrow(() -> unknown(isComplete, "reservation", key.value()));
    }

    /// What an event was answered when it was recorded.
    ///
    /// @throws CyclesException when nobody knows any more, or not yet
    Outcome.Charged event(String eventId, Command.Charge command) {
        boolean isComplete = reservations.follow();
        if (here(() -> usage.entry(eventId)).orElse(null) instanceof Entry.Charged charged
                && charged.tenant().equals(command.tenant())
                && charged.key().equals(command.key())) {
            return charged.outcome();
        }
        throw unknown(isComplete, "event", eventId);
    }

    /// What was archived to files that are elsewhere is not known here, and is not by trying again.
    private static <T> Optional<T> here(Supplier<Optional<T>> question) {
        try {
            return question.get();
        } catch (UsageException e) {
            if (e.kind() == UsageException.Kind.ARCHIVED) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static CyclesException unknown(boolean isComplete, String what, String scope) {
        return isComplete
                ? Refusals.error(refused(Reason.OUTCOME_FORGOTTEN), scope)
                : notYet("the " + what + " was made before, and its answer is not found yet");
    }

    /// What clients send again.
    static CyclesException notYet(String why) {
        return new CyclesException(
                ErrorCode.INTERNAL_ERROR, why + "; try it again with the same idempotency key");
    }

    /// What a commit was answered whose reservation has ended by it, else `outcome`.
    ///
    /// @throws CyclesException when that is not known yet
    Outcome commit(Command.Commit command, Outcome outcome) {
        return ended(outcome)
                .flatMap(refused -> entry(command.hold()))
                .filter(Entry.Committed.class::isInstance)
                .map(Entry.Committed.class::cast)
                .filter(entry -> isOf(entry.tenant(), entry.key(), command.tenant(), command.key()))
                .map(entry -> repeat(entry.key(), command.key(), entry.outcome()))
                .orElse(outcome);
    }

    /// What a release was answered whose reservation has ended by it, else `outcome`.
    ///
    /// @throws CyclesException when that is not known yet
    Outcome release(Command.Release command, Outcome outcome) {
        return ended(outcome)
                .flatMap(refused -> entry(command.hold()))
                .filter(Entry.Released.class::isInstance)
                .map(Entry.Released.class::cast)
                .filter(entry -> isOf(entry.tenant(), entry.key(), command.tenant(), command.key()))
                .map(entry -> repeat(entry.key(), command.key(), entry.outcome()))
                .orElse(outcome);
    }

    /// Whether a refusal may be a repeat's.
    static boolean mayBeRepeat(Outcome.Refused refused) {
        return refused.reason() == Reason.HOLD_NOT_FOUND
                || refused.reason() == Reason.HOLD_FINALIZED
                || refused.reason() == Reason.OUTCOME_FORGOTTEN;
    }

    private static Optional<Outcome.Refused> ended(Outcome outcome) {
        return outcome instanceof Outcome.Refused refused && mayBeRepeat(refused)
                ? Optional.of(refused)
                : Optional.empty();
    }

    private Optional<Entry> entry(HoldId hold) {
        try {
            boolean isComplete = reservations.follow();
            Optional<Entry> found = here(() -> usage.entry(hold.value()));
            if (found.isEmpty() && !isComplete) {
                throw notYet("what became of the reservation is not found yet");
            }
            return found;
        } catch (UsageException e) {
            LOG.warn("event=read_model_silent", e);
            throw notYet("what became of the reservation cannot be read now");
        }
    }

    private static boolean isOf(
            TenantId tenant, CommandKey key, TenantId wanted, CommandKey wantedKey) {
        return tenant.equals(wanted) && key.value().equals(wantedKey.value());
    }

    private static Outcome repeat(CommandKey known, CommandKey key, Outcome answer) {
        return known.fingerprint() == key.fingerprint()
                ? answer
                : refused(Reason.IDEMPOTENCY_MISMATCH);
    }

    private static Outcome.Refused refused(Reason reason) {
        return new Outcome.Refused(reason, List.of());
    }
}
