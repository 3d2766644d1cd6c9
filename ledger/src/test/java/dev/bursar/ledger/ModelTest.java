package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.ACME;
import static dev.bursar.ledger.TestLedger.budget;
import static dev.bursar.ledger.TestLedger.every;
import static dev.bursar.ledger.TestLedger.matching;
import static dev.bursar.ledger.TestLedger.mode;
import static dev.bursar.ledger.TestLedger.per;
import static dev.bursar.ledger.TestLedger.subject;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Random commands against a naive model: same grants, same refusals, same balances, and a replay that
/// ends in an equal state.
///
/// `bursar.model.commands` sets the number of commands (100,000 by default), `bursar.model.seed` the seed.
/// A failure is shrunk by deleting commands, and printed with its seed.
class ModelTest {

    private static final int COMMANDS = Integer.getInteger("bursar.model.commands", 100_000);
    private static final int ROUND = 250;

    private static final List<Budget> BUDGETS =
            List.of(
                    budget("company", Unit.USD_MICROCENTS, 5_000),
                    per(budget("team", Unit.USD_MICROCENTS, 2_000), "team"),
                    per(budget("run", Unit.USD_MICROCENTS, 700), "run"),
                    every(
                            per(budget("user-day", Unit.TOKENS, 900), "user"),
                            new Window.Calendar(
                                    Window.Calendar.Period.DAY, ZoneId.of("Europe/Berlin"))),
                    every(
                            per(budget("burst", Unit.CALLS, 8), "user"),
                            new Window.Rolling(Duration.ofMinutes(1))),
                    every(budget("one-call", Unit.USD_MICROCENTS, 250), new Window.PerCall()),
                    per(budget("slots", Unit.SLOTS, 4), "team"),
                    per(budget("time", Unit.MILLIS, 4_000_000), "run"),
                    per(budget("steps", Unit.TOOL_CALLS, 12), "run"),
                    matching(
                            mode(budget("shadow", Unit.USD_MICROCENTS, 100), Budget.Mode.SHADOW),
                            "team",
                            "a"),
                    mode(budget("soft", Unit.TOKENS, 500), Budget.Mode.SOFT));

    /// One random step. Holds are named by number, so that a shrunk list still makes sense.
    private record Step(int kind, int hold, int run, int user, long a, long b, long millis) {}

    @Test
    void ledger_randomCommands_agreesWithTheNaiveModel() {
        long seed = Long.getLong("bursar.model.seed", new Random().nextLong());
        Random random = new Random(seed);
        for (int round = 0; round < COMMANDS / ROUND; round++) {
            List<Step> steps = new ArrayList<>();
            for (int i = 0; i < ROUND; i++) {
                steps.add(step(random));
            }
            if (failure(steps) != null) {
                List<Step> shrunk = shrink(steps, s -> failure(s) != null);
                throw new AssertionError(
                        "seed %d round %d: %s with %s"
                                .formatted(seed, round, failure(shrunk), shrunk));
            }
        }
    }

    private static Step step(Random random) {
        return new Step(
                random.nextInt(12),
                random.nextInt(120),
                random.nextInt(5),
                random.nextInt(3),
                random.nextInt(300),
                random.nextInt(400),
                random.nextInt(20) == 0 ? random.nextInt(9_000_000) : random.nextInt(3_000));
    }

    private static @Nullable String failure(List<Step> steps) {
        try {
            run(steps);
            return null;
        } catch (AssertionError | RuntimeException e) {
            return e.toString();
        }
    }

    private static void run(List<Step> steps) {
        TestLedger ledger = new TestLedger();
        NaiveLedger naive = new NaiveLedger();
        for (Budget budget : BUDGETS) {
            ledger.define(budget);
            naive.define(budget);
        }
        for (Step step : steps) {
            ledger.pass(Duration.ofMillis(step.millis()));
            take(step, ledger, naive);
            compare(step, ledger, naive);
        }
        ledger.assertReplayIsEqual();
    }

    private static void take(Step step, TestLedger ledger, NaiveLedger naive) {
        Instant now = ledger.now;
        switch (step.kind()) {
            case 0, 1, 2, 3, 4, 5 -> {
                Command.Reserve reserve = reserve(step);
                Outcome outcome = ledger.submit(reserve);
                if (isAboutBudgets(outcome)) {
                    expectSame(
                            "reserve",
                            outcome instanceof Outcome.Granted,
                            naive.reserve(reserve, now));
                }
            }
            case 6, 7, 8 -> {
                Command.Commit commit =
                        new Command.Commit(
                                new CommandKey("h" + step.hold(), 0),
                                ACME,
                                new HoldId("h" + step.hold()),
                                Amounts.of(Unit.USD_MICROCENTS, step.b())
                                        .with(Unit.TOKENS, step.a())
                                        .with(Unit.CALLS, 1)
                                        .with(Unit.TOOL_CALLS, step.a() % 3),
                                Attribution.NONE);
                Outcome outcome = ledger.submit(commit);
                if (!(outcome instanceof Outcome.Repeated)) {
                    expectSame(
                            "commit",
                            outcome instanceof Outcome.Committed,
                            naive.commit(commit, now));
                }
            }
            case 9 -> {
                HoldId hold = new HoldId("h" + step.hold());
                Outcome outcome =
                        ledger.submit(
                                new Command.Release(
                                        new CommandKey(hold.value(), 0),
                                        ACME,
                                        hold,
                                        Attribution.NONE));
                if (!(outcome instanceof Outcome.Repeated)) {
                    expectSame(
                            "release",
                            outcome instanceof Outcome.Released,
                            naive.release(hold, now));
                }
            }
            case 10 -> {
                Command.Charge charge =
                        new Command.Charge(
                                new CommandKey("e" + now + step.hold(), 0),
                                ACME,
                                subjectOf(step),
                                Amounts.of(Unit.TOKENS, step.a())
                                        .with(Unit.USD_MICROCENTS, step.b() / 9),
                                Command.Overage.ALWAYS,
                                false,
                                Attribution.NONE);
                if (ledger.submit(charge) instanceof Outcome.Charged) {
                    naive.charge(charge, now);
                }
            }
            default -> {
                ledger.expire();
                naive.expire(now);
            }
        }
    }

    /// A hold's number is used once; later uses are refused for that, and the model need not know.
    private static boolean isAboutBudgets(Outcome outcome) {
        return outcome instanceof Outcome.Granted
                || (outcome instanceof Outcome.Refused refused
                        && refused.reason() == Reason.BUDGET_EXCEEDED);
    }

    private static Command.Reserve reserve(Step step) {
        Amounts asked =
                Amounts.of(Unit.USD_MICROCENTS, step.a())
                        .with(Unit.TOKENS, step.b())
                        .with(Unit.CALLS, 1)
                        .with(Unit.SLOTS, 1);
        return new Command.Reserve(
                new CommandKey("h" + step.hold(), 0),
                new HoldId("h" + step.hold()),
                ACME,
                subjectOf(step),
                asked,
                Amounts.NONE,
                Duration.ofMillis(1 + 50 * step.b()),
                step.a() % 2 == 0 ? Command.OnExpiry.RELEASE : Command.OnExpiry.CHARGE,
                Command.Overage.ALWAYS,
                Attribution.NONE);
    }

    private static Subject subjectOf(Step step) {
        String team = step.run() % 2 == 0 ? "a" : "b";
        return step.user() == 0
                ? subject("run", "r" + step.run(), "team", team)
                : subject("run", "r" + step.run(), "team", team, "user", "u" + step.user());
    }

    /// Compares every account that the step's subject uses, unless holds wait to be expired: those the
    /// two may end at different steps.
    private static void compare(Step step, TestLedger ledger, NaiveLedger naive) {
        if (ledger.ledger().holds() != naive.holds()) {
            throw new AssertionError(
                    "open holds: " + ledger.ledger().holds() + ", expected " + naive.holds());
        }
        for (Budget budget : BUDGETS) {
            long[] expected = naive.balance(budget, subjectOf(step), ledger.now);
            List<String> per =
                    budget.per().stream()
                            .map(d -> subjectOf(step).values().getOrDefault(d, ""))
                            .toList();
            long[] actual =
                    ledger.balances(budget.name()).stream()
                            .filter(balance -> balance.account().per().equals(per))
                            .map(balance -> new long[] {balance.spent(), balance.held()})
                            .findFirst()
                            .orElse(new long[2]);
            if (actual[0] != expected[0] || actual[1] != expected[1]) {
                throw new AssertionError(
                        "%s: spent %d held %d, expected %d and %d"
                                .formatted(
                                        budget.name(),
                                        actual[0],
                                        actual[1],
                                        expected[0],
                                        expected[1]));
            }
        }
    }

    private static void expectSame(String what, boolean actual, boolean expected) {
        if (actual != expected) {
            throw new AssertionError(what + " took effect: " + actual + ", expected " + expected);
        }
    }

    /// Deletes runs of elements, long ones first, for as long as the list still fails and gets shorter.
    static <T> List<T> shrink(List<T> failing, Predicate<List<T>> fails) {
        List<T> smallest = failing;
        int before;
        do {
            before = smallest.size();
            for (int length = Math.max(1, before / 2); length > 0; length /= 2) {
                smallest = shrink(smallest, length, fails);
            }
        } while (smallest.size() < before);
        return smallest;
    }

    private static <T> List<T> shrink(List<T> failing, int length, Predicate<List<T>> fails) {
        List<T> smallest = failing;
        int start = 0;
        while (start + length <= smallest.size()) {
            List<T> shorter = new ArrayList<>(smallest.subList(0, start));
            shorter.addAll(smallest.subList(start + length, smallest.size()));
            if (fails.test(shorter)) {
                smallest = shorter;
            } else {
                start += length;
            }
        }
        return smallest;
    }
}
