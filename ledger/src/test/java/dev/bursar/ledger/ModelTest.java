package dev.bursar.ledger;

import static dev.bursar.ledger.ModelBudgets.BUDGETS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Random commands of every kind against a naive model: same answers, same balances after every step,
/// answers that tell the balances as they then are, and a replay and a restored state that are equal.
///
/// `bursar.model.commands` sets the number of commands (100,000 by default, a million with
/// `bursar.nightly`), `bursar.model.seed` the seed.
/// A failure is shrunk by deleting commands, and printed with its seed.
class ModelTest {

    private static final int COMMANDS =
            Integer.getInteger(
                    "bursar.model.commands",
                    Boolean.getBoolean("bursar.nightly") ? 1_000_000 : 100_000);
    private static final int ROUND = 250;
    private static final LedgerLimits LIMITS =
            new LedgerLimits(1_000, 10_000, 100, Duration.ofDays(30), 1_000);

    @Test
    void ledger_randomCommands_agreesWithTheNaiveModel() {
        long seed = Long.getLong("bursar.model.seed", new Random().nextLong());
        Random random = new Random(seed);
        for (int round = 0; round < COMMANDS / ROUND; round++) {
            List<ModelStep.Step> steps = new ArrayList<>();
            for (int i = 0; i < ROUND; i++) {
                steps.add(ModelStep.step(i, random));
            }
            if (failure(steps) != null) {
                List<ModelStep.Step> shrunk = shrink(steps, s -> failure(s) != null);
                throw new AssertionError(
                        "seed %d round %d: %s with %s"
                                .formatted(seed, round, failure(shrunk), shrunk));
            }
        }
    }

    private static @Nullable String failure(List<ModelStep.Step> steps) {
        try {
            run(steps);
            return null;
        } catch (AssertionError | RuntimeException e) {
            return e.toString();
        }
    }

    private static void run(List<ModelStep.Step> steps) {
        TestLedger ledger = new TestLedger(LIMITS);
        NaiveLedger naive = new NaiveLedger();
        for (Budget budget : BUDGETS) {
            ledger.define(budget);
            naive.define(budget);
        }
        for (ModelStep.Step step : steps) {
            ledger.pass(Duration.ofMillis(step.millis()));
            ModelStep one = new ModelStep(step, ledger, naive);
            one.take();
            one.compare();
            if (step.number() % 100 == 0) {
                ledger.assertReplayIsEqual();
            }
        }
        ledger.assertReplayIsEqual();
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
