package dev.bursar.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the naive ledger remembers for repeats: lists that are searched from end to end.
final class NaiveMemory {

    private final Duration keep;
    private final int most;

    /// Of commands that move money, and of questions and extensions.
    private final List<Known> money = new ArrayList<>();

    private final List<Known> beats = new ArrayList<>();

    /// Charges, and holds made of late, whose outcome is forgotten.
    private final List<Known> spent = new ArrayList<>();

    private final List<Ended> ended = new ArrayList<>();

    private record Known(
            TenantId tenant,
            StateRecord.Operation operation,
            CommandKey key,
            Instant at,
            Outcome outcome) {

        boolean is(TenantId of, StateRecord.Operation by, CommandKey wanted) {
            return tenant.equals(of) && operation == by && key.value().equals(wanted.value());
        }
    }

    /// @param outcome what the command that ended it was answered
    record Ended(
            HoldId hold, TenantId tenant, StateRecord.Ending ending, Instant at, Outcome outcome) {}

    NaiveMemory(LedgerLimits limits) {
        this.keep = limits.rememberFor();
        this.most = limits.maxRemembered();
    }

    /// What to answer to a key that was used before, or null.
    @Nullable String recall(TenantId tenant, StateRecord.Operation operation, CommandKey key) {
        for (Known known : listOf(operation)) {
            if (known.is(tenant, operation, key)) {
                return repeat(known.key(), key, known.outcome());
            }
        }
        return operation == StateRecord.Operation.CHARGE
                ? recallSpent(tenant, operation, key)
                : null;
    }

    /// What to answer to a key whose outcome is forgotten, or null.
    @Nullable String recallSpent(TenantId tenant, StateRecord.Operation operation, CommandKey key) {
        for (Known known : spent) {
            if (known.is(tenant, operation, key)) {
                return known.key().equals(key) ? "OUTCOME_FORGOTTEN" : "IDEMPOTENCY_MISMATCH";
            }
        }
        return null;
    }

    /// The first outcome, word for word.
    static String repeat(CommandKey known, CommandKey key, Outcome first) {
        return known.fingerprint() == key.fingerprint()
                ? "repeated " + first
                : "IDEMPOTENCY_MISMATCH";
    }

    @Nullable Ended ended(HoldId hold) {
        return ended.stream().filter(known -> known.hold().equals(hold)).findFirst().orElse(null);
    }

    void add(
            TenantId tenant,
            StateRecord.Operation operation,
            CommandKey key,
            Instant at,
            Outcome outcome) {
        List<Known> list = listOf(operation);
        list.add(new Known(tenant, operation, key, at, outcome));
        while (list.getFirst().at().isBefore(at.minus(keep))
                || list.size() > (isBeat(operation) ? most / 4 : most)) {
            Known forgotten = list.removeFirst();
            boolean holds =
                    forgotten.operation() == StateRecord.Operation.RESERVE
                            && forgotten.outcome() instanceof Outcome.Granted
                            && !forgotten.at().isBefore(at.minus(keep));
            if (holds || forgotten.operation() == StateRecord.Operation.CHARGE) {
                forgetOutcome(forgotten);
            }
        }
        spent.removeIf(known -> known.at().isBefore(at.minus(keepKey(known.operation()))));
    }

    private Duration keepKey(StateRecord.Operation operation) {
        return operation == StateRecord.Operation.CHARGE ? keep.multipliedBy(7) : keep;
    }

    /// Each kind has a bound of its own. Those that are too old go when another one of their kind comes.
    private void forgetOutcome(Known used) {
        Instant oldest = used.at().minus(keepKey(used.operation()));
        List<Known> same =
                new ArrayList<>(
                        spent.stream()
                                .filter(known -> known.operation() == used.operation())
                                .toList());
        spent.removeAll(same);
        same.removeIf(known -> known.at().isBefore(oldest));
        if (same.size() == 4 * most) {
            same.removeFirst();
        }
        same.add(used);
        spent.addAll(same);
    }

    void add(Ended hold) {
        ended.add(hold);
        ended.removeIf(known -> known.at().isBefore(hold.at().minus(keep)));
        if (ended.size() > most) {
            ended.removeFirst();
        }
    }

    private List<Known> listOf(StateRecord.Operation operation) {
        return isBeat(operation) ? beats : money;
    }

    private static boolean isBeat(StateRecord.Operation operation) {
        return operation == StateRecord.Operation.EXTEND
                || operation == StateRecord.Operation.DECIDE;
    }
}
