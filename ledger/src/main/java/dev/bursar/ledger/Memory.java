package dev.bursar.ledger;

import java.time.Instant;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the ledger remembers so that a repeated command takes effect once: outcomes by command key, and
/// how holds ended. Bounded in time and number; the oldest are forgotten first, of charges all but their
/// [SpentKeys], and so of reserves that were forgotten before their time.
///
/// Questions and extensions, which come by the beat, are kept apart in a smaller number: however many there
/// are, they push out no key of a command that moves money.
///
/// A command whose key equals the id of its hold is remembered with the hold itself and takes no place
/// of its own: the gateway's calls, which nobody repeats, do not push out the keys of clients.
final class Memory {

    /// Of questions and extensions one is remembered where this many of all others are.
    private static final int FEWER = 4;

    /// The keys of charges are kept for this many times as long as their outcomes.
    private static final int LONGER = 7;

    /// Of keys there may be this many times as many as of outcomes.
    private static final int MORE = 4;

    private final LedgerLimits limits;
    private final Map<Known, StateRecord.Remembered> outcomes = new LinkedHashMap<>();
    private final Map<Known, StateRecord.Remembered> beats = new LinkedHashMap<>();
    private final EndedHolds ended = new EndedHolds();

    private final SpentKeys charges;

    /// Apart from those of charges: however many reserves there are, they push out no charge.
    private final SpentKeys reserves;

    /// Comparable, so that a map still finds one soon among many that have the same hash: callers choose the
    /// keys.
    private record Known(TenantId tenant, StateRecord.Operation operation, String key)
            implements Comparable<Known> {

        private static final Comparator<Known> ORDER =
                Comparator.comparing(Known::key)
                        .thenComparing(known -> known.tenant().value())
                        .thenComparing(Known::operation);

        @Override
        public int compareTo(Known other) {
            return ORDER.compare(this, other);
        }
    }

    Memory(LedgerLimits limits) {
        this.limits = limits;
        int most = Math.multiplyExact(limits.maxRemembered(), MORE);
        long keepMillis = limits.rememberFor().toMillis();
        this.charges = new SpentKeys(StateRecord.Operation.CHARGE, LONGER * keepMillis, most);
        this.reserves = new SpentKeys(StateRecord.Operation.RESERVE, keepMillis, most);
    }

    void add(StateRecord.SpentKey key) {
        (key.operation() == StateRecord.Operation.CHARGE ? charges : reserves).add(key);
    }

    Stream<StateRecord.SpentKey> spent() {
        return Stream.concat(charges.all(), reserves.all());
    }

    /// What to answer to a key that was used before, or null for a new one.
    @Nullable Outcome recall(TenantId tenant, StateRecord.Operation operation, CommandKey key) {
        StateRecord.Remembered known = of(operation).get(new Known(tenant, operation, key.value()));
        if (known != null) {
            return repeat(known.key(), key, known.outcome());
        }
        return operation == StateRecord.Operation.CHARGE ? charges.recall(tenant, key) : null;
    }

    /// What to answer to a reserve that nothing else is known of, or null for a new one. Not part of
    /// [#recall]: a hold that is open, or that has ended of late, tells more.
    @Nullable Outcome recallReserve(TenantId tenant, CommandKey key) {
        return reserves.recall(tenant, key);
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
        of(remembered.operation())
                .put(
                        new Known(
                                remembered.tenant(),
                                remembered.operation(),
                                remembered.key().value()),
                        remembered);
        forgetOutcomes(remembered.operation(), remembered.at());
        charges.forget(remembered.at());
        reserves.forget(remembered.at());
    }

    private void forgetOutcomes(StateRecord.Operation operation, Instant now) {
        Map<Known, StateRecord.Remembered> memory = of(operation);
        int most = isBeat(operation) ? limits.maxRemembered() / FEWER : limits.maxRemembered();
        Instant oldest = now.minus(limits.rememberFor());
        Iterator<StateRecord.Remembered> each = memory.values().iterator();
        while (each.hasNext()) {
            StateRecord.Remembered first = each.next();
            if (!first.at().isBefore(oldest) && memory.size() <= most) {
                return;
            }
            each.remove();
            keepKey(first, oldest);
        }
    }

    /// A charge is known for longer than its outcome, a hold that was made for as long as its outcome would
    /// be, were there not so many others.
    private void keepKey(StateRecord.Remembered forgotten, Instant oldest) {
        switch (forgotten.operation()) {
            case CHARGE -> charges.add(forgotten);
            case RESERVE -> {
                if (forgotten.outcome() instanceof Outcome.Granted
                        && !forgotten.at().isBefore(oldest)) {
                    reserves.add(forgotten);
                }
            }
            case COMMIT, RELEASE, EXTEND, DECIDE, ADJUST -> {}
        }
    }

    private Map<Known, StateRecord.Remembered> of(StateRecord.Operation operation) {
        return isBeat(operation) ? beats : outcomes;
    }

    private static boolean isBeat(StateRecord.Operation operation) {
        return switch (operation) {
            case EXTEND, DECIDE -> true;
            case RESERVE, COMMIT, RELEASE, CHARGE, ADJUST -> false;
        };
    }

    void remember(StateRecord.EndedHold hold) {
        ended.put(hold);
        Instant oldest = hold.at().minus(limits.rememberFor());
        while (ended.size() > 0
                && (ended.size() > limits.maxRemembered() || ended.oldestAt().isBefore(oldest))) {
            ended.removeOldest();
        }
    }

    /// Each kind in the order in which they came.
    Stream<StateRecord.Remembered> outcomes() {
        return Stream.concat(outcomes.values().stream(), beats.values().stream());
    }

    Stream<StateRecord.EndedHold> endedHolds() {
        return ended.stream();
    }
}
