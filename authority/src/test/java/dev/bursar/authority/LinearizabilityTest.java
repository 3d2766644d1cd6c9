package dev.bursar.authority;

import dev.bursar.ledger.LedgerLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The race that is hunted: a caller who is told something that no order of all the calls one after the
/// other explains, such as money that two were granted, or a balance from before an answer that was out.
///
/// Lincheck makes up scenarios of parallel calls at the door, runs each many times, and looks for an
/// order in which [NaiveBooks] gives the same answers. One authority serves all of them, each as a tenant
/// of its own, so that the batches of its writer have no relation to where a scenario begins and ends.
@Timeout(value = 600, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LinearizabilityTest {

    /// Scenarios of each test; `-Dbursar.lincheck.scenarios=1000` for a long one.
    private static final int SCENARIOS = Integer.getInteger("bursar.lincheck.scenarios", 40);

    /// Every scenario makes two budgets of its own, and nothing of it is ever removed.
    private static final LedgerLimits ROOMY =
            new LedgerLimits(
                    Integer.MAX_VALUE,
                    Integer.MAX_VALUE,
                    Integer.MAX_VALUE,
                    Duration.ofHours(24),
                    100_000);

    @TempDir Path data;

    @AfterEach
    void close() {
        Door.close();
    }

    @Test
    void door_overAJournalInMemory_isLinearizable() {
        Door.serve(
                Authority.open(DataDirectory.lock(data), new MemoryJournal(), settings(), clock()));
        options(125).check(Door.class);
    }

    @Test
    void door_overTheRealJournal_isLinearizable() {
        Door.serve(Authority.open(data, settings(), clock()));
        options(12).check(Door.class);
    }

    private static StressOptions options(int runs) {
        return new StressOptions()
                .iterations(SCENARIOS)
                .invocationsPerIteration(runs)
                .threads(3)
                .actorsPerThread(3)
                .actorsBefore(5)
                .actorsAfter(3)
                .minimizeFailedScenario(false)
                .sequentialSpecification(NaiveBooks.class);
    }

    private static AuthoritySettings settings() {
        return new AuthoritySettings(
                ROOMY,
                AuthoritySettings.DEFAULT_QUEUE_CAPACITY,
                AuthoritySettings.DEFAULT_BATCH_LIMIT,
                Duration.ofHours(1),
                AuthoritySettings.DEFAULT_EXPIRE_PORTION,
                Long.MAX_VALUE,
                AuthorityMeter.NONE);
    }

    private static InstantSource clock() {
        return InstantSource.fixed(Door.NOW);
    }
}
