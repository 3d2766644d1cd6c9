package dev.bursar.usage;

import static dev.bursar.usage.Samples.NOON;
import static dev.bursar.usage.Samples.subject;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Entry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How often the read model is written: the journal syncs the same disk.
final class FollowerPaceTest {

    private static final int ENTRIES = 40;

    @TempDir Path directory;

    /// Each read finds one entry, as when calls go on while the read model is written.
    @Test
    void follow_newsAllTheTime_letsThemCollect() throws InterruptedException {
        Duration poll = Duration.ofMillis(20);
        try (House house = house(poll)) {
            house.append(reserved(0));
            long start = System.nanoTime();
            house.journal.afterRead(() -> {
                long last = house.journal.lastPosition();
                if (last < ENTRIES) {
                    house.journal.append(reserved(last));
                }
            });
            House.await(() -> house.usage.position() == ENTRIES);

            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThanOrEqualTo(poll.multipliedBy(ENTRIES - 2));
        }
    }

    /// However short the poll is: what is written at leisure leaves the machine to the calls.
    @Test
    void follow_writingTakesTime_restsForLonger() throws InterruptedException {
        Duration slow = Duration.ofMillis(10);
        int entries = 6;
        try (House house = house(Duration.ofMillis(1))) {
            house.append(reserved(0));
            long start = System.nanoTime();
            house.journal.afterRead(() -> {
                LockSupport.parkNanos(slow.toNanos());
                long last = house.journal.lastPosition();
                if (last < entries) {
                    house.journal.append(reserved(last));
                }
            });
            House.await(() -> house.usage.position() == entries);

            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThanOrEqualTo(slow.multipliedBy(10L * (entries - 2)));
        }
    }

    @Test
    @Timeout(120)
    void awaitPosition_whileNewsCollect_needNotWaitForThem() throws InterruptedException {
        try (House house = house(Duration.ofMinutes(10))) {
            for (int i = 0; i < ENTRIES; i++) {
                house.append(reserved(i));
            }
        }
    }

    private static Entry reserved(long number) {
        return Samples.reserved(NOON, "c" + number, subject("acme", "r"), 5, List.of());
    }

    private House house(Duration poll) {
        UsageSettings usual = UsageSettings.DEFAULT;
        return new House(
                directory,
                new MemoryJournal(),
                new UsageSettings(
                        usual.idle(),
                        poll,
                        usual.batch(),
                        usual.memoryMegabytes(),
                        usual.threads(),
                        usual.queries(),
                        usual.queryTimeout(),
                        usual.labelValues()));
    }
}
