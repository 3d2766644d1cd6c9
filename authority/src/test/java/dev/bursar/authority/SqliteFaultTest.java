package dev.bursar.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The disk does not sync what SQLite has written, or does not read, for a moment, in a process under load.
/// The process stops at the first sync that fails. Nobody is answered from what may not be there, and the next
/// start has all that was answered, once.
///
/// Needs Linux and gcc, and is skipped where they cannot be had.
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SqliteFaultTest {

    private static final String FILE = "/journal.db";
    private static final String LOG = "/journal.db-wal";

    /// Where a process says which calls have failed.
    private static final String FAILED = "failed";

    /// Some come before, while the journal is made and the budget is defined.
    private static final int[] LOG_SYNCS = {20, 21, 40, 60, 250};

    /// Syncs of the file that fail: from which one on, and how many. The first is of making it, the
    /// next is of the first fold that is whole.
    private static final int[][] FILE_SYNCS = {
        {1, 1}, {2, 1}, {3, 1}, {4, 1}, {4, 3}, {5, 1}, {9, 1}, {9, 3}
    };

    /// The first that is not of making the file.
    private static final int FIRST_FOLD = 2;

    /// As few as a start needs, however much was archived.
    private static final int[] FILE_READS = {1, 2, 3, 4, 5};

    private static final int[] LOG_READS = {1, 2, 4, 10, 40};

    private static final int SOME_ANSWERS = 3_000;

    /// Answers of a process that should have stopped long before.
    private static final int MOST_ANSWERS = 400_000;

    @TempDir Path work;

    private Path library = Path.of("");

    /// Where the process in hand is.
    private Path folder = Path.of("");

    @BeforeEach
    void compile() throws IOException, InterruptedException {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "this is not Linux");
        Path source = work.resolve("failing.c");
        try (InputStream in = SqliteFaultTest.class.getResourceAsStream("failing.c")) {
            Files.copy(Objects.requireNonNull(in), source);
        }
        library = work.resolve("failing.so");
        assumeTrue(compiles(source, library), "gcc cannot make a library here");
    }

    /// Two fail, as SQLite passes over the failure of one that it does of its own accord.
    @Test
    void syncOfTheLog_failingUnderLoad_stopsAndLosesNothingAnswered() throws Exception {
        for (int at : LOG_SYNCS) {
            Path data = folder("log-" + at);
            KilledRun run = new KilledRun();
            run.runUntilItEnds(data, folder, failing("sync", LOG, at, 2));
            assertThat(said())
                    .as("sync %s", at)
                    .contains("cannot write to the journal", "disk I/O error");
            run.assertNothingAnsweredIsLost(data);
        }
    }

    /// What was written since the last sync is gone then: the log has to have it still.
    @Test
    void syncOfTheFile_failingUnderLoad_stopsAndLosesNothingAnswered() throws Exception {
        for (int[] syncs : FILE_SYNCS) {
            Path data = folder("file-" + syncs[0] + "-" + syncs[1]);
            KilledRun run = new KilledRun();
            int answers =
                    run.runUntilItEnds(
                            data, folder, failingSyncs(syncs[0], syncs[1]), MOST_ANSWERS, () -> {});
            assertThat(failed()).as("after %s answers", answers).isOne();
            assertThat(answers).isLessThan(MOST_ANSWERS);
            if (syncs[0] < FIRST_FOLD) {
                assertThat(said()).contains("cannot read the journal", "disk I/O error");
                run.run(data, folder, SOME_ANSWERS, () -> {});
            } else {
                assertThat(answers).isPositive();
                assertThat(said()).contains("cannot write to the journal", "disk I/O error");
            }
            run.assertNothingAnsweredIsLost(data);
        }
    }

    /// SQLite counts as folded what a fold in part has written, but does not sync it.
    @Test
    void syncOfTheFile_failingAfterAFoldInPart_losesNothing() throws Exception {
        Path data = folder("in-part");
        int status = FoldedInPart.run(data, folder, failingSyncs(FIRST_FOLD, 1));
        assertThat(said()).contains("cannot write to the journal", "disk I/O error");
        assertThat(status).as(said()).isEqualTo(FoldedInPart.FAILED);
        assertThat(failed()).isOne();
        FoldedInPart.assertNothingIsLost(data);
    }

    /// All records are in the file, as nobody was killed before.
    @Test
    void readOfTheFile_failingAtAStart_losesNothingAnswered() throws Exception {
        int stopped = 0;
        for (int at : FILE_READS) {
            Path data = folder("file-read-" + at);
            KilledRun run = new KilledRun();
            run.run(data, folder, SOME_ANSWERS, () -> {});
            run.assertNothingAnsweredIsLost(data);
            stopped += startsWithFailingRead(run, data, FILE, at) ? 0 : 1;
        }
        assertThat(stopped).isPositive();
    }

    /// The log is what a process that was killed has left, and is to be read at the start.
    @Test
    void readOfTheLog_failingAtAStart_losesNothingAnswered() throws Exception {
        int stopped = 0;
        for (int at : LOG_READS) {
            Path data = folder("log-read-" + at);
            KilledRun run = new KilledRun();
            run.run(data, folder, SOME_ANSWERS, () -> {});
            stopped += startsWithFailingRead(run, data, LOG, at) ? 0 : 1;
        }
        assertThat(stopped).isPositive();
    }

    /// @return whether it went on all the same
    private boolean startsWithFailingRead(KilledRun run, Path data, String file, int at)
            throws Exception {
        Map<String, String> failing = failing("read", file, at, 1);
        int answers = run.runUntilItEnds(data, folder, failing, SOME_ANSWERS, () -> {});
        assertThat(failed()).as("read %s", at).isOne();
        if (answers < SOME_ANSWERS) {
            assertThat(said()).containsPattern("cannot (read|write to) the journal|is damaged at");
        }
        run.assertNothingAnsweredIsLost(data);
        return answers > 0;
    }

    private Path folder(String name) throws IOException {
        folder = Files.createDirectory(work.resolve(name));
        return folder.resolve("data");
    }

    /// The environment of a process of which some calls fail.
    private Map<String, String> failing(String call, String file, int at, int calls) {
        Map<String, String> environment = new HashMap<>();
        environment.put("LD_PRELOAD", library.toString());
        environment.put("FAIL_FILE", file);
        environment.put("FAIL_CALL", call);
        environment.put("FAIL_AT", Integer.toString(at));
        environment.put("FAIL_CALLS", Integer.toString(calls));
        environment.put("FAIL_SAID", folder.resolve(FAILED).toString());
        return environment;
    }

    /// Syncs of the file that fail, and lose what was written since the last one.
    private Map<String, String> failingSyncs(int at, int calls) {
        Map<String, String> environment = failing("sync", FILE, at, calls);
        environment.put("FAIL_SYNCED", folder.resolve("synced").toString());
        return environment;
    }

    /// What the process has said of its errors.
    private String said() throws IOException {
        return Files.readString(folder.resolve("killed.log"));
    }

    /// How many calls have failed.
    private int failed() {
        Path said = folder.resolve(FAILED);
        try {
            return Files.exists(said) ? Files.readAllLines(said).size() : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
