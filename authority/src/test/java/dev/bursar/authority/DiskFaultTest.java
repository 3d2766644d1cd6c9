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
                new FaultyDisk(what -> {
                    if (!isOver) {
                        steps.before(what);
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
            assertThat(e).hasMessageContaining("injected");
            return action.get();
        }
    }

    /// A checkpoint that cannot be written is not tried again: the next start goes without.
    private static void close(Authority authority) {
        try {
            authority.close();
        } catch (AuthorityException e) {
            assertThat(e).hasMessageContaining("injected");
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
