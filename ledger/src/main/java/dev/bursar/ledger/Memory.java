package dev.bursar.ledger;

import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedCollection;
import org.jspecify.annotations.Nullable;

/// What the ledger remembers so that a repeated command takes effect once: outcomes by command key, and
/// how holds ended. Bounded in time and number; the oldest are forgotten first.
///
/// A command whose key equals the id of its hold is remembered with the hold itself and takes no place
/// of its own: the gateway's calls, which nobody repeats, do not push out the keys of clients.
final class Memory {

    private final LedgerLimits limits;
    private final Map<Known, StateRecord.Remembered> outcomes = new LinkedHashMap<>();
    private final Map<HoldId, StateRecord.EndedHold> ended = new LinkedHashMap<>();

    private record Known(TenantId tenant, StateRecord.Operation operation, String key) {}

    Memory(LedgerLimits limits) {
        this.limits = limits;
    }

    /// What to answer to a key that was used before, or null for a new one.
    @Nullable Outcome recall(TenantId tenant, StateRecord.Operation operation, CommandKey key) {
        StateRecord.Remembered known = outcomes.get(new Known(tenant, operation, key.value()));
        return known == null ? null : repeat(known.key(), key, known.outcome());
    }

    static Outcome repeat(CommandKey known, CommandKey key, Outcome outcome) {
        return known.fingerprint() == key.fingerprint()
                ? new Outcome.Repeated(outcome)
                : Refusals.of(Reason.IDEMPOTENCY_MISMATCH);
    }

    StateRecord.@Nullable EndedHold ended(HoldId hold) {
        return ended.get(hold);
    }

    void remember(StateRecord.Remembered remembered) {
        outcomes.put(
                new Known(remembered.tenant(), remembered.operation(), remembered.key().value()),
                remembered);
        Instant oldest = remembered.at().minus(limits.rememberFor());
        Iterator<StateRecord.Remembered> each = outcomes.values().iterator();
        while (each.hasNext()
                && (each.next().at().isBefore(oldest)
                        || outcomes.size() > limits.maxRemembered())) {
            each.remove();
        }
    }

    void remember(StateRecord.EndedHold hold) {
        ended.put(hold.hold(), hold);
        Instant oldest = hold.at().minus(limits.rememberFor());
        Iterator<StateRecord.EndedHold> each = ended.values().iterator();
        while (each.hasNext()
                && (each.next().at().isBefore(oldest) || ended.size() > limits.maxRemembered())) {
            each.remove();
        }
    }

    SequencedCollection<StateRecord.Remembered> outcomes() {
        return ((LinkedHashMap<Known, StateRecord.Remembered>) outcomes).sequencedValues();
    }

    SequencedCollection<StateRecord.EndedHold> endedHolds() {
        return ((LinkedHashMap<HoldId, StateRecord.EndedHold>) ended).sequencedValues();
    }
}
