package dev.bursar.authority;

import static dev.bursar.authority.Fixtures.USD;
import static dev.bursar.authority.Fixtures.commit;
import static dev.bursar.authority.Fixtures.define;
import static dev.bursar.authority.Fixtures.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.authority.AuthorityException.Kind;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A life of an authority upon a [FaultyDisk]: it starts upon what a killed one has left, takes calls,
/// archives, writes checkpoints, ends and starts again. Each change of a file on the way fails in turn:
/// a new file, a write half way, a sync of a file or a folder, a rename, a deletion. And each is in turn
/// the last thing before the process is killed, in the middle of a recovery, too. Afterwards all that was
/// answered is there once, and the journal verifies.
///
/// What SQLite writes fails in [FullDiskTest] and [FaultTest].
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DiskFaultTest {

    private static final BudgetId COMPANY = new BudgetId("acme/company");
    private static final int CALLS = 8;

    /// Payload that a life makes two files of.
    private static final long SMALL_FILE = 4_000;

    @TempDir Path folder;

    /// How many calls were committed and answered; each of one dollar.
    private int answered;

    private int images;
    private int backups;

    /// Whether no more change is counted, failed or looked at.
    private boolean isOver;

    private record Image(Path data, String before, int answered) {}

    @Test
    void anyChangeOfAFile_thatFails_losesNothingAnsweredAndIsTriedAgain() throws IOException {
        List<String> all = new ArrayList<>();
        live(leftovers("dry"), all::add);
        assertThat(kinds(all))
                .contains(
                        "create unfinished.tmp",
                        "delete unfinished.tmp",
                        "sync unfinished.tmp",
                        "rename unfinished.tmp",
                        "sync archive",
                        "create base-.tmp",
                        "write base-.tmp",
                        "sync base-.tmp",
                        "rename base-.tmp",
                        "delete base-.tmp",
                        "delete base-.bin",
                        "create checkpoint-.tmp",
                        "write checkpoint-.tmp",
                        "sync checkpoint-.tmp",
                        "rename checkpoint-.tmp",
                        "delete checkpoint-.tmp",
                        "sync data");

        for (int step = 0; step < all.size(); step++) {
            int failing = step;
            List<String> seen = new ArrayList<>();
            Path data = leftovers("failing-" + step);
            live(
                    data,
                    what -> {
                        seen.add(what);
                        if (seen.size() == failing + 1) {
                            throw new IOException("injected: " + what);
                        }
                    });
            assertThat(seen.size()).as("steps until %s failed", step).isGreaterThan(failing);
            assertSound(data, answered, seen.get(failing));
        }
    }

    /// What cannot be read is passed over only where nothing hangs on it.
    @Test
    void anyLookAtAFile_thatFails_losesNothingAnsweredAndIsTriedAgain() throws IOException {
        List<String> all = new ArrayList<>();
        FaultyDisk.Looks dry = all::add;
        live(leftovers("dry"), dry.asSteps());
        assertThat(kinds(all))
                .contains(
                        "look at data",
                        "list data",
                        "list on data",
                        "list archive",
                        "list on archive",
                        "open bursar.lock",
                        "open journal.db-wal",
                        "open base-.bin",
                        "read base-.bin",
                        "open checkpoint-.bin",
                        "read checkpoint-.bin");

        for (int step : endsOfRows(all)) {
            Path data = leftovers("failing-" + step);
            FailingLook failing = new FailingLook(step);
            live(data, failing.asSteps());
            assertThat(failing.hasFailed()).isTrue();
            assertSound(data, answered, failing.what);
        }
    }

    /// Of the same look many times in a row, as a list is read name by name, the first and the last.
    private static List<Integer> endsOfRows(List<String> looks) {
        List<Integer> ends = new ArrayList<>();
        for (int i = 0; i < looks.size(); i++) {
            boolean first = i == 0 || !looks.get(i).equals(looks.get(i - 1));
            boolean last = i == looks.size() - 1 || !looks.get(i).equals(looks.get(i + 1));
            if (first || last) {
                ends.add(i);
            }
        }
        return ends;
    }

    @Test
    void anyLookAtAFile_thatFailsDuringABackupOrAVerification_isSaid() throws IOException {
        Path data = leftovers("data");
        live(data, _ -> {});
        Files.copy(data.resolve(SqliteJournal.FILE_NAME), data.resolve("other.db"));
        JournalVerifier.Report sound = JournalVerifier.verify(data, LedgerLimits.DEFAULT);
        assertThat(sound.sound()).isTrue();
        assertThat(sound.checkpoints()).isPositive();
        Set<String> whole = backedUp(data);
        assertThat(whole).contains(SqliteJournal.FILE_NAME, "other.db").hasSizeGreaterThan(4);

        assertSaid(
                data,
                disk -> {
                    JournalVerifier.Report report =
                            JournalVerifier.verify(disk, LedgerLimits.DEFAULT);
                    if (report.sound()) {
                        assertThat(report).hasToString(sound.toString());
                    } else {
                        assertThat(report.problems())
                                .singleElement()
                                .asString()
                                .contains("injected");
                    }
                });
        assertSaid(data, disk -> assertThat(backedUp(disk)).isEqualTo(whole));
    }

    /// Has every look fail in turn.
    ///
    /// @param action that has done all it should when it says nothing
    private static void assertSaid(Path data, ThrowingConsumer<Path> action) {
        boolean failed = true;
        int steps = 0;
        for (; failed; steps++) {
            FailingLook failing = new FailingLook(steps);
            Path disk = new FaultyDisk(failing.asSteps()).on(data);
            try {
                action.accept(disk);
            } catch (AuthorityException e) {
                assertThat(failing.hasFailed()).as("%s, with nothing injected", e).isTrue();
                assertThat(e).returns(Kind.EXTERNAL, AuthorityException::kind);
                assertThat(e).hasStackTraceContaining(failing.what);
            }
            failed = failing.hasFailed();
            Backup.deleteUnfinished(data); // as the next start does: also deleting may have failed
        }
        assertThat(steps).isGreaterThan(10);
    }

    /// The names of what is in a backup; any checkpoint does.
    private Set<String> backedUp(Path data) throws IOException {
        Path file = folder.resolve("backup-" + backups++ + ".zip");
        Backup.write(data, List.of("other.db"), file, Instant.EPOCH);
        try (ZipFile zip = new ZipFile(file.toFile())) {
            return kinds(zip.stream().map(ZipEntry::getName).toList());
        }
    }

    /// Fails once.
    private static final class FailingLook implements FaultyDisk.Looks {

        private final int step;
        private int seen;
        private String what = "";

        FailingLook(int step) {
            this.step = step;
        }

        boolean hasFailed() {
            return !what.isEmpty();
        }

        @Override
        public void before(String look) throws IOException {
            if (seen++ == step) {
                what = "injected: " + look;
                throw new IOException(what);
            }
        }
    }

    @Test
    void process_killedBeforeAnyChangeOfAFile_alsoWhileItRecovers_losesNothingAnswered()
            throws IOException {
        List<Image> images = new ArrayList<>();
        Path data = leftovers("killed");
        live(data, what -> images.add(imageOf(data, what, answered)));
        assertThat(images).hasSizeGreaterThan(40);
        for (Image image : images) {
            List<Image> again = new ArrayList<>();
            FaultyDisk disk =
                    new FaultyDisk(what ->
                            again.add(
                                    imageOf(
                                            image.data(),
                                            what + " while it recovers from " + image.before(),
                                            image.answered())));
            Authority authority = open(disk.on(image.data()));
            List<Image> whileRecovering = List.copyOf(again);
            authority.close();
            assertSound(image.data(), image.answered(), image.before());
            for (Image second : whileRecovering) {
                assertSound(second.data(), second.answered(), second.before());
            }
        }
    }

    /// Whatever fails is tried once more, and has to succeed then.
    private void live(Path data, FaultyDisk.Steps steps) {
        answered = 0;
        isOver = false;
        FaultyDisk disk =
                new FaultyDisk(
                        new FaultyDisk.Steps() {
                            @Override
                            public void before(String what) throws IOException {
                                if (!isOver) {
                                    steps.before(what);
                                }
                            }

                            @Override
                            public void beforeLooking(String what) throws IOException {
                                if (!isOver) {
                                    steps.beforeLooking(what);
                                }
                            }
                        });
        for (int life = 0; life < 2; life++) {
            Authority authority = twice(() -> open(disk.on(data)));
            authority.submit(define("company", 1_000_000 * USD));
            call(authority);
            twice(() -> archive(authority));
            call(authority);
            assertThat(authority.healthy()).isTrue();
            close(authority);
        }
        isOver = true;
    }

    private static <T> T twice(Supplier<T> action) {
        try {
            return action.get();
        } catch (AuthorityException e) {
            assertThat(e).returns(Kind.EXTERNAL, AuthorityException::kind);
            assertThat(e).hasStackTraceContaining("injected");
            return action.get();
        }
    }

    /// A checkpoint that cannot be written is not tried again: the next start goes without.
    private static void close(Authority authority) {
        try {
            authority.close();
        } catch (AuthorityException e) {
            assertThat(e).hasStackTraceContaining("injected");
        }
    }

    private static Archived archive(Authority authority) {
        Archived archived = authority.archive(Instant.MAX, SMALL_FILE, _ -> {});
        while (archived.more()) {
            archived = authority.archive(Instant.MAX, SMALL_FILE, _ -> {});
        }
        return archived;
    }

    private void call(Authority authority) {
        for (int i = 0; i < CALLS; i++) {
            String id = Integer.toString(answered);
            authority.submit(reserve(id, 2 * USD));
            assertThat(authority.submit(commit(id, USD))).isInstanceOf(Outcome.Committed.class);
            answered++;
        }
    }

    private static void assertSound(Path data, int answered, String what) {
        assertThat(verify(data)).as(what).isEmpty();
        try (Authority authority = open(data)) {
            long spent = authority.balances(COMPANY, 1).stream().mapToLong(Balance::spent).sum();
            assertThat(spent).as(what).isEqualTo(answered * USD);
            for (int i = 0; i < answered; i++) {
                assertThat(authority.submit(commit(Integer.toString(i), USD)))
                        .as(what)
                        .isInstanceOf(Outcome.Repeated.class);
            }
            authority.submit(define("company", 1_000_000 * USD));
            authority.submit(reserve("last", 2 * USD));
            assertThat(authority.submit(commit("last", USD)))
                    .as(what)
                    .isInstanceOf(Outcome.Committed.class);
            archive(authority);
        }
        assertThat(verify(data)).as(what).isEmpty();
    }

    private static List<JournalVerifier.Problem> verify(Path data) {
        return Files.exists(data.resolve(SqliteJournal.FILE_NAME))
                ? JournalVerifier.verify(data, LedgerLimits.DEFAULT).problems()
                : List.of();
    }

    private static Authority open(Path data) {
        return Authority.open(data, Fixtures.settings(), InstantSource.system());
    }

    /// A folder with what processes have not finished before they were killed.
    private Path leftovers(String name) throws IOException {
        Path data = Files.createDirectories(folder.resolve(name).resolve("data"));
        Path archive = Files.createDirectory(data.resolve(Archive.FOLDER));
        Files.writeString(data.resolve("checkpoint-7.tmp"), "half a");
        Files.writeString(data.resolve("base-5.tmp"), "half a");
        Files.writeString(archive.resolve("unfinished.tmp"), "half a");
        return data;
    }

    /// The files as a process that is killed now leaves them; SQLite is not writing.
    private Image imageOf(Path data, String before, int answered) {
        Path around = folder.resolve("image-" + images++);
        Path image = around.resolve("data");
        try (Stream<Path> files = Files.walk(data)) {
            Files.createDirectory(around);
            for (Path file : files.filter(f -> !f.toString().endsWith("-shm")).toList()) {
                Files.copy(
                        file,
                        image.resolve(data.relativize(file)),
                        StandardCopyOption.COPY_ATTRIBUTES);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Image(image, before, answered);
    }

    /// What happens to which files, without the positions in their names.
    private static Set<String> kinds(List<String> steps) {
        Set<String> kinds = new TreeSet<>();
        steps.forEach(step -> kinds.add(step.replaceAll("\\d+", "")));
        return kinds;
    }
}
