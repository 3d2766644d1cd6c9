package dev.bursar.authority;

import static dev.bursar.authority.Fixtures.USD;
import static dev.bursar.authority.Fixtures.define;
import static dev.bursar.authority.Fixtures.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MeterTest {

    private static final int BATCH = 16;

    @TempDir Path data;

    private final AtomicInteger batches = new AtomicInteger();
    private final AtomicInteger commands = new AtomicInteger();
    private final AtomicInteger syncs = new AtomicInteger();
    private final AtomicInteger depth = new AtomicInteger();
    private final AtomicInteger deepest = new AtomicInteger();

    @Test
    void idleAuthority_decidesAndWritesNothing() {
        MemoryJournal journal = new MemoryJournal();
        try (Authority authority = open(journal, Duration.ofMillis(1))) {
            authority.submit(define("company", USD));
            authority.submit(reserve("held", USD / 2));
            awaitBatches(batches.get() + 20);
            assertThat(authority.budgets()).hasSize(1);
        }
        assertThat(commands).hasValue(2);
        assertThat(syncs).hasValue(2);
        assertThat(depth).hasValue(0);
        assertThat(journal.lastPosition()).isEqualTo(2);
    }

    @Test
    void queueDepth_underLoad_isWhatWaitsBehindTheBatch() {
        SlowJournal journal = new SlowJournal();
        try (Authority authority = open(journal, Duration.ofHours(1))) {
            List<CompletableFuture<Outcome>> sent = new ArrayList<>();
            sent.add(authority.submitAsync(define("company", 1_000 * USD)));
            journal.awaitAppend();
            for (int i = 0; i < 10 * BATCH; i++) {
                sent.add(authority.submitAsync(reserve("h" + i, USD)));
            }
            journal.letPass(1_000);
            sent.forEach(CompletableFuture::join);
        }
        assertThat(commands).hasValue(1 + 10 * BATCH);
        // One batch is collected while the disk is waited for; the rest stays in the queue.
        assertThat(deepest.get()).isBetween(8 * BATCH, 10 * BATCH);
        assertThat(depth).hasValue(0);
    }

    private void awaitBatches(int count) {
        while (batches.get() < count) {
            Thread.onSpinWait();
        }
    }

    private Authority open(Journal journal, Duration expireEvery) {
        AuthorityMeter meter =
                new AuthorityMeter() {
                    @Override
                    public void decided(int count, long nanos, int queueDepth) {
                        commands.addAndGet(count);
                        depth.set(queueDepth);
                        deepest.accumulateAndGet(queueDepth, Math::max);
                        batches.incrementAndGet();
                    }

                    @Override
                    public void synced(int entries, long bytes, long nanos) {
                        syncs.incrementAndGet();
                    }
                };
        AuthoritySettings settings =
                new AuthoritySettings(
                        LedgerLimits.DEFAULT,
                        1_024,
                        BATCH,
                        expireEvery,
                        BATCH,
                        Long.MAX_VALUE,
                        meter);
        return Authority.open(DataDirectory.lock(data), journal, settings, InstantSource.system());
    }
}
