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
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` of a process with an authority under load: everything it answered is there afterwards, and
/// the balance is the sum of the answers.
///
/// `-Dbursar.kills=20` for the long run.
final class KillTest {

    private static final int KILLS = Integer.getInteger("bursar.kills", 3);
    private static final long SEED = Long.getLong("bursar.seed", 20_261_122);

    @TempDir Path data;

    /// What was answered, over all rounds: spent by committed call, held by open call.
    private final Map<String, Long> spent = new HashMap<>();

    private final Map<String, Long> held = new HashMap<>();

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void kill_underLoad_losesNothingAnswered() throws Exception {
        Random random = new Random(SEED);
        for (int round = 0; round < KILLS; round++) {
            int[] next = killAfter(round, 1_000 + random.nextInt(6_000));
            try (Authority authority =
                    Authority.open(data, KilledProcess.settings(), InstantSource.system())) {
                assertAnswersAreInJournal(authority.journal());
                finishWhatWasInFlight(authority, round, next);
                assertThat(authority.balances(new BudgetId("acme/company"), 1))
                        .singleElement()
                        .returns(sum(spent), Balance::spent)
                        .returns(sum(held), Balance::held);
            }
            assertThat(JournalVerifier.verify(data, LedgerLimits.DEFAULT).problems()).isEmpty();
        }
    }

    /// Runs the process until it has printed so many answers, kills it, and reads the rest.
    ///
    /// @return for each caller, how many answers it had: even when its next step is a reserve
    private int[] killAfter(int round, int answers) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElse("java"),
                                "-Xmx512m",
                                "-XX:+UseSerialGC",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                KilledProcess.class.getName(),
                                data.toString(),
                                Integer.toString(round))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        int[] steps = new int[KilledProcess.CALLERS];
        int seen = 0;
        try (BufferedReader lines = process.inputReader()) {
            String line = lines.readLine();
            while (line != null) {
                steps[answered(round, line)]++;
                if (++seen == answers) {
                    // Not process.destroyForcibly(): that closes the pipe with answers still in it.
                    process.toHandle().destroyForcibly();
                }
                line = lines.readLine();
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(seen).as("answers of round %s", round).isGreaterThanOrEqualTo(answers);
        return steps;
    }

    /// @return the caller
    private int answered(int round, String line) {
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
    private void finishWhatWasInFlight(Authority authority, int round, int[] steps) {
        for (int caller = 0; caller < steps.length; caller++) {
            int call = steps[caller] / 2;
            String id = KilledProcess.id(round, caller, call);
            long amount = KilledProcess.reserved(caller, call);
            authority.submit(reserve(id, amount));
            if (steps[caller] % 2 == 1) {
                authority.submit(commit(id, KilledProcess.spent(caller, call)));
                held.remove(id);
                spent.put(id, KilledProcess.spent(caller, call));
            } else {
                held.put(id, amount);
            }
        }
    }

    private static long sum(Map<String, Long> amounts) {
        return amounts.values().stream().mapToLong(Long::longValue).sum();
    }
}
