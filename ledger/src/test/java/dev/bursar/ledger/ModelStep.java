package dev.bursar.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// One random step of the model test: numbers, of which [ModelCommands] makes a command. Holds, keys and
/// runs are named by number, so that a shrunk list still makes sense.
///
/// @param tenant 0 to 19: twelve of the first tenant, six of the second, two of one without budgets
/// @param key of the command: the number of the step that it repeats, or its own
/// @param millis that pass before it
record ModelStep(
        int number,
        int kind,
        int tenant,
        int hold,
        int key,
        int run,
        int user,
        int a,
        int b,
        int c,
        long millis) {

    static final int KINDS = 37;

    /// Some of the steps repeat one not long before, as it was or with another payload.
    static List<ModelStep> random(int count, Random random) {
        List<ModelStep> steps = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            boolean repeats = number > 0 && random.nextInt(6) == 0;
            steps.add(
                    repeats
                            ? again(
                                    number,
                                    steps.get(number - 1 - random.nextInt(number) / 4),
                                    random)
                            : step(number, random));
        }
        return steps;
    }

    private static ModelStep again(int number, ModelStep first, Random random) {
        return new ModelStep(
                number,
                first.kind,
                first.tenant,
                first.hold,
                first.key,
                first.run,
                first.user,
                first.a,
                first.b,
                random.nextInt(4) == 0 ? first.c + 1 : first.c,
                millis(random));
    }

    private static ModelStep step(int number, Random random) {
        return new ModelStep(
                number,
                random.nextInt(KINDS),
                random.nextInt(20),
                random.nextInt(120),
                number,
                random.nextInt(5),
                random.nextInt(3),
                random.nextInt(300),
                random.nextInt(400),
                random.nextInt(1_000),
                millis(random));
    }

    private static long millis(Random random) {
        long millis = random.nextInt(3_000);
        if (random.nextInt(60) == 0) {
            millis = random.nextInt(9_000_000);
        } else if (random.nextInt(150) == 0) {
            millis = random.nextInt(200_000_000);
        }
        return millis;
    }
}
