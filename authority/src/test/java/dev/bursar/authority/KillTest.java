package dev.bursar.authority;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` of a process with an authority under load, whose old records are archived: everything it
/// answered is there afterwards, and the balance is the sum of the answers.
///
/// `-Dbursar.kills=3` for a shorter run.
final class KillTest {

    private static final int KILLS = Integer.getInteger("bursar.kills", 20);
    private static final long SEED = Long.getLong("bursar.seed", 20_261_122);

    @TempDir Path work;

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void kill_underLoad_losesNothingAnswered() throws Exception {
        Random random = new Random(SEED);
        KilledRun run = new KilledRun();
        Path data = work.resolve("data");
        for (int kill = 0; kill < KILLS; kill++) {
            run.run(data, work, 1_000 + random.nextInt(6_000), () -> {});
            run.assertNothingAnsweredIsLost(data);
        }
        assertThat(new Archive(data).parts()).isNotEmpty();
    }
}
