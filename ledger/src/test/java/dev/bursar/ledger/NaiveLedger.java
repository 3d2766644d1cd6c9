package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The rules of money in the plainest form that can be right: every movement is kept for ever, and every
/// balance is added up anew. What the model test holds the ledger against.
final class NaiveLedger {

    private final Map<String, Budget> budgets = new LinkedHashMap<>();
    private final Map<HoldId, NaiveHold> holds = new LinkedHashMap<>();
    private final List<Movement> movements = new ArrayList<>();
    private final List<Opening> openings = new ArrayList<>();

    /// Money that was spent: when, in which account's window, in which budget.
    private record Movement(
            Budget budget, List<String> per, Instant window, Instant at, long amount) {}

    private record Opening(Budget budget, List<String> per, Instant window, Instant at) {}

    private record Share(Budget budget, List<String> per, Instant window, long amount) {}

    private static final class NaiveHold {
        final Command.Reserve command;
        final Instant expiresAt;
        final List<Share> shares;

        NaiveHold(Command.Reserve command, Instant expiresAt, List<Share> shares) {
            this.command = command;
            this.expiresAt = expiresAt;
            this.shares = shares;
        }
    }

    void define(Budget budget) {
        budgets.put(budget.id().value(), budget);
    }

    /// Whether the reserve fits, and if so, takes it.
    boolean reserve(Command.Reserve command, Instant now) {
        if (!fits(command, now)) {
            // What has run out makes room.
            expire(now);
            if (!fits(command, now)) {
                return false;
            }
        }
        List<Share> shares = new ArrayList<>();
        for (Budget budget : matching(command.subject())) {
            boolean asked = command.asked().has(budget.unit());
            boolean time = budget.unit().equals(Unit.MILLIS);
            if ((asked || time) && !(budget.window() instanceof Window.PerCall)) {
                List<String> per = per(budget, command.subject());
                Instant window = window(budget, now);
                shares.add(
                        new Share(
                                budget,
                                per,
                                window,
                                time ? 0 : command.asked().get(budget.unit())));
                if (opened(budget, per, window) == null) {
                    openings.add(new Opening(budget, per, window, now));
                }
            }
        }
        holds.put(command.hold(), new NaiveHold(command, now.plus(command.ttl()), shares));
        return true;
    }

    private boolean fits(Command.Reserve command, Instant now) {
        for (Budget budget : matching(command.subject())) {
            long asked = command.asked().get(budget.unit());
            List<String> per = per(budget, command.subject());
            Instant window = window(budget, now);
            if (budget.mode() != Budget.Mode.HARD) {
                continue;
            }
            if (budget.unit().equals(Unit.MILLIS)) {
                if (spent(budget, per, window, now) >= budget.limit()) {
                    return false;
                }
            } else if (asked > 0
                    && spent(budget, per, window, now) + held(budget, per, window) + asked
                            > budget.limit()) {
                return false;
            }
        }
        return true;
    }

    boolean commit(Command.Commit command, Instant now) {
        NaiveHold hold = holds.remove(command.hold());
        if (hold == null) {
            return false;
        }
        if (late(hold, now)) {
            return false;
        }
        for (Share share : hold.shares) {
            spend(share.budget(), share.per(), share.window(), now, command.actual());
        }
        for (Budget budget : matching(hold.command.subject())) {
            boolean seen = hold.command.asked().has(budget.unit());
            if (!seen && !(budget.window() instanceof Window.PerCall)) {
                spend(
                        budget,
                        per(budget, hold.command.subject()),
                        window(budget, now),
                        now,
                        command.actual());
            }
        }
        return true;
    }

    boolean release(HoldId id, Instant now) {
        NaiveHold hold = holds.remove(id);
        return hold != null && !late(hold, now);
    }

    void charge(Command.Charge command, Instant now) {
        for (Budget budget : matching(command.subject())) {
            if (!(budget.window() instanceof Window.PerCall)) {
                spend(
                        budget,
                        per(budget, command.subject()),
                        window(budget, now),
                        now,
                        command.actual());
            }
        }
    }

    void expire(Instant now) {
        for (NaiveHold hold : List.copyOf(holds.values())) {
            if (!hold.expiresAt.isAfter(now)) {
                holds.remove(hold.command.hold());
                if (hold.command.onExpiry() == Command.OnExpiry.CHARGE) {
                    for (Share share : hold.shares) {
                        spend(
                                share.budget(),
                                share.per(),
                                share.window(),
                                now,
                                hold.command.asked());
                    }
                }
            }
        }
    }

    /// Spent and held of the account that a subject uses now.
    long[] balance(Budget budget, Subject subject, Instant now) {
        List<String> per = per(budget, subject);
        Instant window = window(budget, now);
        return new long[] {spent(budget, per, window, now), held(budget, per, window)};
    }

    int holds() {
        return holds.size();
    }

    private static boolean late(NaiveHold hold, Instant now) {
        return !hold.expiresAt.isAfter(now) && hold.command.onExpiry() == Command.OnExpiry.RELEASE;
    }

    private void spend(
            Budget budget, List<String> per, Instant window, Instant now, Amounts actual) {
        boolean spendable = !budget.unit().equals(Unit.SLOTS) && !budget.unit().equals(Unit.MILLIS);
        if (spendable && actual.get(budget.unit()) > 0) {
            movements.add(new Movement(budget, per, window, now, actual.get(budget.unit())));
        }
    }

    private long spent(Budget budget, List<String> per, Instant window, Instant now) {
        if (budget.unit().equals(Unit.MILLIS)) {
            Instant opened = opened(budget, per, window);
            return opened == null ? 0 : now.toEpochMilli() - opened.toEpochMilli();
        }
        long sum = 0;
        for (Movement m : movements) {
            if (m.budget().id().equals(budget.id())
                    && m.per().equals(per)
                    && m.window().equals(window)
                    && counts(budget, m, now)) {
                sum += m.amount();
            }
        }
        return sum;
    }

    /// A rolling window counts whole buckets, until the last moment of a bucket has left.
    private static boolean counts(Budget budget, Movement movement, Instant now) {
        if (!(budget.window() instanceof Window.Rolling rolling)) {
            return true;
        }
        long length = rolling.length().toMillis();
        long bucket = (length + Window.Rolling.BUCKETS - 1) / Window.Rolling.BUCKETS;
        long end = (movement.at().toEpochMilli() / bucket + 1) * bucket;
        return end + length > now.toEpochMilli();
    }

    private @org.jspecify.annotations.Nullable Instant opened(
            Budget budget, List<String> per, Instant window) {
        for (Opening o : openings) {
            if (o.budget().id().equals(budget.id())
                    && o.per().equals(per)
                    && o.window().equals(window)) {
                return o.at();
            }
        }
        return null;
    }

    private long held(Budget budget, List<String> per, Instant window) {
        return holds.values().stream()
                .flatMap(hold -> hold.shares.stream())
                .filter(share ->
                        share.budget().id().equals(budget.id())
                                && share.per().equals(per)
                                && share.window().equals(window))
                .mapToLong(Share::amount)
                .sum();
    }

    private List<Budget> matching(Subject subject) {
        return budgets.values().stream()
                .filter(budget ->
                        budget.match().entrySet().stream()
                                .allMatch(e -> e.getValue().equals(subject.get(e.getKey()))))
                .toList();
    }

    private static List<String> per(Budget budget, Subject subject) {
        return budget.per().stream()
                .map(dimension -> subject.values().getOrDefault(dimension, ""))
                .toList();
    }

    private static Instant window(Budget budget, Instant now) {
        return budget.window() instanceof Window.Calendar calendar
                ? calendar.start(now)
                : Instant.EPOCH;
    }
}
