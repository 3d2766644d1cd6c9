package dev.bursar.authority;

import static dev.bursar.authority.Fixtures.commit;
import static dev.bursar.authority.Fixtures.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Balance;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.LedgerLimits;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A [KilledProcess] that ends in the middle of its work, again and again on the same data, with a
/// record of what it answered: all of that has to be in the journal afterwards, and the balance is the
/// sum of it.
final class KilledRun {

    /// Answers of a process that should have ended by itself long before.
    private static final int TOO_MANY = 50_000;

    private final Map<String, Long> spent = new HashMap<>();
    private final Map<String, Long> held = new HashMap<>();
    private int round;
    private long answers;

    /// Answers by caller, of each round whose last calls may or may not have taken effect: even when the
    /// caller's next step is a reserve.
    private final Map<Integer, int[]> inFlight = new HashMap<>();

    /// Runs the process until it has printed so many answers, lets `end` put an end to that, kills the
    /// process, and reads the answers that are still on their way.
    ///
    /// @param data where the process keeps its data
    /// @param work where a JVM that loses its disk may leave its last words
    void run(Path data, Path work, int atLeast, Runnable end)
            throws IOException, InterruptedException {
        int seen = runUntilItEnds(data, work, Map.of(), atLeast, end);
        assertThat(seen).as("answers of round %s", round).isGreaterThanOrEqualTo(atLeast);
    }

    /// Runs the process until it ends by itself.
    ///
    /// @param environment of the process, beside ours
    void runUntilItEnds(Path data, Path work, Map<String, String> environment)
            throws IOException, InterruptedException {
        int seen = runUntilItEnds(data, work, environment, TOO_MANY, () -> {});
        assertThat(seen).as("answers before the end").isPositive().isLessThan(TOO_MANY);
    }

    /// Runs the process until it ends by itself, or has printed so many answers: then as [#run].
    ///
    /// @return how many answers there were
    int runUntilItEnds(
            Path data, Path work, Map<String, String> environment, int atMost, Runnable end)
            throws IOException, InterruptedException {
        return run(start(data, work, environment), atMost, end);
    }

    /// @return how many answers were read
    private int run(Process process, int atLeast, Runnable end)
            throws IOException, InterruptedException {
        int[] steps = new int[KilledProcess.CALLERS];
        inFlight.put(round, steps);
        int seen = 0;
        try (BufferedReader lines = process.inputReader()) {
            String line = lines.readLine();
            while (line != null) {
                steps[answered(line)]++;
                if (++seen == atLeast) {
                    end.run();
                    // Not process.destroyForcibly(): that closes the pipe with answers still in it.
                    process.toHandle().destroyForcibly();
                }
                line = lines.readLine();
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        answers += seen;
        return seen;
    }

    private Process start(Path data, Path work, Map<String, String> environment)
            throws IOException {
        round++;
        return start(
                KilledProcess.class,
                List.of(data.toString(), Integer.toString(round)),
                work,
                environment);
    }

    /// Starts a process of ours that says its errors in `killed.log`.
    ///
    /// @param environment of the process, beside ours
    static Process start(
            Class<?> main, List<String> arguments, Path work, Map<String, String> environment)
            throws IOException {
        List<String> command =
                new ArrayList<>(
                        Arrays.asList(
                                ProcessHandle.current().info().command().orElse("java"),
                                "-Xmx512m",
                                "-XX:+UseSerialGC",
                                "-XX:-CreateCoredumpOnCrash",
                                "-XX:ErrorFile=" + work.resolve("crash-%p.log"),
                                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(main.getName());
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectError(
                                ProcessBuilder.Redirect.appendTo(
                                        work.resolve("killed.log").toFile()));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /// @return the caller
    private int answered(String line) {
        String[] parts = line.split(" ", -1);
        int caller = Integer.parseInt(parts[1]);
        int call = Integer.parseInt(parts[2]);
        String id = KilledProcess.id(round, caller, call);
        if (parts[0].equals("R")) {
            held.put(id, KilledProcess.reserved(caller, call));
        } else {
            held.remove(id);
            spent.put(id, KilledProcess.spent(caller, call));
        }
        return caller;
    }

    /// All answers of all rounds.
    long answers() {
        return answers;
    }

    /// Recovers the authority from what is left, and checks it.
    ///
    /// @param data where the killed process's data is now
    void assertNothingAnsweredIsLost(Path data) {
        try (Authority authority =
                Authority.open(data, KilledProcess.settings(), InstantSource.system())) {
            assertAnswersAreInJournal(authority.journal());
            finishWhatWasInFlight(authority);
            assertThat(authority.balances(new BudgetId("acme/company"), 1))
                    .singleElement()
                    .returns(sum(spent), Balance::spent)
                    .returns(sum(held), Balance::held);
        }
        assertThat(JournalVerifier.verify(data, LedgerLimits.DEFAULT).problems()).isEmpty();
    }

    private void assertAnswersAreInJournal(JournalReader journal) {
        Set<HoldId> reserved = new HashSet<>();
        Map<HoldId, Long> committed = new HashMap<>();
        long position = 0;
        while (position < journal.lastPosition()) {
            for (JournalReader.Positioned next : journal.read(position, 10_000)) {
                position = next.position();
                if (next.entry() instanceof Entry.Reserved entry) {
                    assertThat(reserved.add(entry.granted().hold())).isTrue();
                } else if (next.entry() instanceof Entry.Committed entry) {
                    long amount = entry.actual().value(0);
                    assertThat(committed.put(entry.hold(), amount)).isNull();
                }
            }
        }
        held.keySet().forEach(id -> assertThat(reserved).contains(new HoldId(id)));
        spent.forEach((id, amount) -> assertThat(committed).containsEntry(new HoldId(id), amount));
    }

    /// What was sent but not answered may or may not have taken effect; sent again, it has.
    private void finishWhatWasInFlight(Authority authority) {
        inFlight.forEach((ofRound, steps) -> {
            for (int caller = 0; caller < steps.length; caller++) {
                finish(authority, ofRound, caller, steps[caller]);
            }
        });
        inFlight.clear();
    }

    private void finish(Authority authority, int ofRound, int caller, int steps) {
        int call = steps / 2;
        String id = KilledProcess.id(ofRound, caller, call);
        long amount = KilledProcess.reserved(caller, call);
        authority.submit(reserve(id, amount));
        if (steps % 2 == 1) {
            authority.submit(commit(id, KilledProcess.spent(caller, call)));
            held.remove(id);
            spent.put(id, KilledProcess.spent(caller, call));
        } else {
            held.put(id, amount);
        }
    }

    private static long sum(Map<String, Long> amounts) {
        return amounts.values().stream().mapToLong(Long::longValue).sum();
    }
}
