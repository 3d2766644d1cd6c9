package dev.bursar.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The disk fails to sync what SQLite has written, for a moment, in a process under load: it stops, nobody is
/// answered from what may not be there, and the next start has all that was answered, once.
///
/// Needs Linux and gcc, and is skipped where they cannot be had.
final class SyncFaultTest {

    /// Some come before, while the journal is made and the budget is defined.
    private static final int[] SYNCS = {20, 21, 40, 60, 250};

    @TempDir Path work;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void sync_failingUnderLoad_stopsAndLosesNothingAnswered() throws Exception {
        Path library = compile();
        for (int at : SYNCS) {
            Path folder = Files.createDirectory(work.resolve("sync-" + at));
            Path data = folder.resolve("data");
            KilledRun run = new KilledRun();
            run.runUntilItEnds(
                    data,
                    folder,
                    Map.of(
                            "LD_PRELOAD", library.toString(),
                            "FAILSYNC_FILE", "/journal.db-wal",
                            "FAILSYNC_AT", Integer.toString(at)));
            assertThat(Files.readString(folder.resolve("killed.log")))
                    .as("sync %s", at)
                    .contains("cannot write to the journal", "disk I/O error");
            run.assertNothingAnsweredIsLost(data);
        }
    }

    private Path compile() throws IOException, InterruptedException {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "this is not Linux");
        Path source = work.resolve("failsync.c");
        try (InputStream in = SyncFaultTest.class.getResourceAsStream("failsync.c")) {
            Files.copy(Objects.requireNonNull(in), source);
        }
        Path library = work.resolve("failsync.so");
        assumeTrue(compiles(source, library), "gcc cannot make a library here");
        return library;
    }

    private static boolean compiles(Path source, Path library) throws InterruptedException {
        try {
            return new ProcessBuilder(
                                    "gcc",
                                    "-shared",
                                    "-fPIC",
                                    "-O2",
                                    source.toString(),
                                    "-o",
                                    library.toString(),
                                    "-ldl")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false; // there is no such command
        }
    }
}
