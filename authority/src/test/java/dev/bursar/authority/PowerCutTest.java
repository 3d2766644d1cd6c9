package dev.bursar.authority;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Power cuts under load, again and again on the same data: what was written but not synced is gone,
/// and yet everything that was answered is there.
///
/// Needs [LazyDisk], and is skipped where that cannot be had. `-Dbursar.powercuts=100` for a longer run.
final class PowerCutTest {

    private static final int CUTS = Integer.getInteger("bursar.powercuts", 12);

    /// Then a new one begins: each is read as a whole after every cut.
    private static final int CUTS_OF_A_JOURNAL = 6;

    private static final long SEED = Long.getLong("bursar.seed", 20_261_122);

    @TempDir Path work;

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    @SuppressWarnings("SystemOut")
    void powerCut_underLoad_losesNothingAnswered() throws Exception {
        Path program = LazyDisk.compile(work);
        Random random = new Random(SEED);
        long answers = 0;
        for (int cuts = 0; cuts < CUTS; cuts += CUTS_OF_A_JOURNAL) {
            Path folder = Files.createDirectory(work.resolve("from-cut-" + cuts));
            answers += cut(program, folder, Math.min(CUTS - cuts, CUTS_OF_A_JOURNAL), random);
        }
        System.out.printf("power cuts: %d, answers kept: %d%n", CUTS, answers);
    }

    /// @return how many answers survived all the cuts
    private static long cut(Path program, Path work, int cuts, Random random) throws Exception {
        KilledRun run = new KilledRun();
        Path platter = Files.createDirectory(work.resolve("platter"));
        for (int cut = 0; cut < cuts; cut++) {
            int answers = 100 + random.nextInt(6_000);
            try (LazyDisk disk = LazyDisk.mount(program, platter, work.resolve("disk-" + cut))) {
                run.run(disk.path().resolve("data"), work, answers, disk::cutPower);
            }
            run.assertNothingAnsweredIsLost(platter.resolve("data"));
        }
        return run.answers();
    }

    /// That the disk of these tests really forgets, or they would prove nothing.
    @Test
    void powerCut_afterAWriteThatWasNotSynced_losesIt() throws Exception {
        Path program = LazyDisk.compile(work);
        Path platter = Files.createDirectory(work.resolve("platter"));
        try (LazyDisk disk = LazyDisk.mount(program, platter, work.resolve("disk"))) {
            Files.writeString(disk.path().resolve("file"), "gone");
            disk.cutPower();
        }
        assertThat(platter.resolve("file")).isEmptyFile();
    }
}
