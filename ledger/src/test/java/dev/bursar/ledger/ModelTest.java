package dev.bursar.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Random commands of every kind, of several tenants, against a naive model: same answers, same balances
/// after every step, answers that tell the balances as they then are, repeats that are told what they were
/// told first, and a replay and a restored state that are equal.
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

    /// So small that all but accounts run out at times, and outcomes are forgotten in time and number. There
    /// is room for one budget less than there are.
    private static final LedgerLimits LIMITS =
            new LedgerLimits(8, 10_000, ModelBudgets.BUDGETS.size() - 1, Duration.ofHours(6), 8);

    @Test
    void ledger_randomCommands_agreesWithTheNaiveModel() {
        long seed = Long.getLong("bursar.model.seed", new Random().nextLong());
        Random random = new Random(seed);
        for (int round = 0; round < COMMANDS / ROUND; round++) {
            List<ModelStep> steps = ModelStep.random(ROUND, random);
            if (failure(steps) != null) {
                List<ModelStep> shrunk = shrink(steps, s -> failure(s) != null);
                throw new AssertionError(
                        "seed %d round %d: %s with %s"
                                .formatted(seed, round, failure(shrunk), shrunk));
            }
        }
    }

    @Test
    void steps_ofSomeRounds_areOfEveryKindAndAnsweredInEveryWay() {
        Random random = new Random(1);
        Set<String> seen = new TreeSet<>();
        for (int round = 0; round < 40; round++) {
            seen.addAll(run(ModelStep.random(ROUND, random)));
        }

        Set<String> all = new TreeSet<>();
        Stream.of(Command.class, Outcome.class)
                .flatMap(kind -> Stream.of(kind.getPermittedSubclasses()))
                .forEach(kind -> all.add(kind.getSimpleName()));
        Stream.of(Reason.values()).forEach(reason -> all.add(reason.toString()));
        assertThat(seen).isEqualTo(all);
    }

    private static @Nullable String failure(List<ModelStep> steps) {
        try {
            run(steps);
            return null;
        } catch (AssertionError | RuntimeException e) {
            return e.toString();
        }
    }

    /// What has happened, by name.
    private static Set<String> run(List<ModelStep> steps) {
        ModelRun run = new ModelRun(LIMITS);
        steps.forEach(run::take);
        run.compareAll();
        return run.seen;
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
