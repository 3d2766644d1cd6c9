package dev.bursar.authority;

import static dev.bursar.authority.Fixtures.USD;
import static dev.bursar.authority.Fixtures.commit;
import static dev.bursar.authority.Fixtures.define;
import static dev.bursar.authority.Fixtures.reserve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.authority.AuthorityException.Kind;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Old records move out of the journal, and nobody can tell the difference: not from balances, not from
/// what is read, not from `verify`, and not after a crash at any step.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ArchiveTest {

    private static final BudgetId COMPANY = new BudgetId("acme/company");
    private static final int OLD_CALLS = 40;
    private static final int NEW_CALLS = 5;

    /// Entries of the old calls: the budget, and two for each.
    private static final long OLD = 1 + 2 * OLD_CALLS;

    /// A few records.
    private static final long SMALL_FILE = 2_000;

    private static final Instant LONG_AGO = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    private static final Instant MONTH_AGO = NOW.minus(Duration.ofDays(30));

    @TempDir Path folder;

    private Path data = Path.of("");
    private Instant time = LONG_AGO;

    /// What the journal has said before anything was archived.
    private List<JournalReader.Positioned> entries = List.of();

    private String chain = "";

    @BeforeEach
    void fillTheJournal() {
        data = folder.resolve("data");
        try (Authority authority = open(data)) {
            authority.submit(define("company", 1_000 * USD));
            call(authority, 0, OLD_CALLS);
        }
        time = NOW;
        try (Authority authority = open(data)) {
            call(authority, OLD_CALLS, OLD_CALLS + NEW_CALLS);
            authority.submit(reserve("open", 3 * USD));
            entries = authority.journal().read(0, Integer.MAX_VALUE);
        }
        chain = verify(data).chain();
    }

    @Test
    void archive_oldRecords_areReadAndVerifiedAsBefore() throws SQLException {
        try (Authority authority = open(data)) {
            Archived archived = archive(authority);
            assertThat(archived.last()).isEqualTo(OLD);
            assertThat(new Archive(data).parts().getFirst().first()).isEqualTo(1);
            assertThat(new Archive(data).parts()).hasSizeGreaterThan(2);
            assertThat(archived.kept()).contains("entry " + (OLD + 1) + " is from " + NOW);
            assertThat(all(authority.journal())).isEqualTo(entries);
            assertThat(authority.journal().read(OLD - 1, 1).getFirst())
                    .isEqualTo(entries.get((int) OLD - 1));
            assertThat(authority.journal().firstPosition()).isEqualTo(1);
            assertSpent(authority, OLD_CALLS + NEW_CALLS);
            assertThat(archive(authority).entries()).isZero();
        }
        assertThat(rows(data)).isEqualTo(1L + 2 * NEW_CALLS);
        assertSound(data, 1);
        try (Authority authority = open(data)) {
            assertThat(authority.submit(commit("40", USD))).isInstanceOf(Outcome.Repeated.class);
            call(authority, 100, 101);
            assertSpent(authority, OLD_CALLS + NEW_CALLS + 1);
        }
        assertThat(verify(data).problems()).isEmpty();
    }

    @Test
    void crash_afterAnyStep_leavesEveryRecordOnce() {
        List<Path> images = new ArrayList<>();
        try (Authority authority = open(data)) {
            archive(
                    authority,
                    MONTH_AGO,
                    step -> {
                        Path image = folder.resolve(images.size() + "-" + step);
                        copy(data, image);
                        images.add(image);
                    });
        }
        assertThat(images.stream().map(ArchiveTest::step))
                .contains(Stream.of(Archiver.Step.values()).map(Enum::name).toArray(String[]::new));
        for (Path image : images) {
            assertSound(image, 1);
            try (Authority authority = open(image)) {
                assertThat(all(authority.journal())).as(image.toString()).isEqualTo(entries);
                assertSpent(authority, OLD_CALLS + NEW_CALLS);
                assertThat(archive(authority).last()).as(image.toString()).isIn(0L, OLD);
                assertThat(all(authority.journal())).as(image.toString()).isEqualTo(entries);
            }
            assertSound(image, 1);
            deleteFolder(image.resolve(Archive.FOLDER));
            assertSound(image, OLD + 1);
        }
    }

    /// What the folder `3-NAMED` is an image of.
    private static String step(Path image) {
        String name = image.getFileName().toString();
        return name.substring(name.indexOf('-') + 1);
    }

    @Test
    void archive_whileCallersGoOn_losesNothing() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        try (Authority authority = open(data)) {
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int from = 10_000 * (i + 1);
                callers.add(
                        Thread.startVirtualThread(() -> {
                            for (int call = from; !stop.get(); call++) {
                                call(authority, call, call + 1);
                            }
                        }));
            }
            assertThat(archive(authority).last()).isEqualTo(OLD);
            long seen = authority.journal().lastPosition();
            while (authority.journal().lastPosition() < seen + 50) {
                Thread.onSpinWait();
            }
            stop.set(true);
            for (Thread caller : callers) {
                caller.join();
            }
            List<JournalReader.Positioned> now = all(authority.journal());
            assertThat(now).startsWith(entries.toArray(JournalReader.Positioned[]::new));
            assertThat(now).hasSize((int) authority.journal().lastPosition());
        }
        assertThat(verify(data).problems()).isEmpty();
    }

    @Test
    void verify_whileRecordsAreArchived_isSound() throws Exception {
        AtomicBoolean archived = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (Authority authority = open(data)) {
            List<Thread> verifiers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                verifiers.add(
                        Thread.startVirtualThread(() -> {
                            while (!archived.get()) {
                                assertSound(data, 1);
                            }
                        }));
                verifiers.getLast().setUncaughtExceptionHandler((thread, e) -> failure.set(e));
            }
            authority.archive(MONTH_AGO, 1, step -> {});
            while (authority.archive(MONTH_AGO, 1, step -> {}).more()) {
                assertThat(failure.get()).isNull();
            }
            archived.set(true);
            for (Thread verifier : verifiers) {
                verifier.join();
            }
        }
        assertThat(failure.get()).isNull();
    }

    @Test
    void archive_behindAProjection_stopsWhereItStands() {
        try (Authority authority = open(data)) {
            authority.keepFor(projection(31));
            assertThat(archive(authority))
                    .returns(30L, Archived::last)
                    .returns("the read model stands at 31", Archived::kept);
            assertThat(all(authority.journal())).isEqualTo(entries);
            authority.keepFor(projection(0));
            assertThat(archive(authority))
                    .returns(0L, Archived::entries)
                    .returns("the read model stands at 0", Archived::kept);
        }
    }

    @Test
    void archive_everythingIsOld_keepsTheNewestRecord() {
        try (Authority authority = open(data)) {
            Archived archived = archive(authority, NOW.plusSeconds(1), step -> {});
            assertThat(archived)
                    .returns(entries.size() - 1L, Archived::last)
                    .returns("the newest record always stays", Archived::kept);
            assertThat(all(authority.journal())).isEqualTo(entries);
        }
        assertSound(data, 1);
        try (Authority authority = open(data)) {
            assertSpent(authority, OLD_CALLS + NEW_CALLS);
        }
    }

    @Test
    void archive_damagedRecord_movesNothingFromThereOn() throws SQLException {
        try (Authority authority = open(data)) {
            change(
                    data.resolve("journal.db"),
                    "UPDATE record SET payload = x'00' WHERE first = 20");
            assertThatThrownBy(() -> archive(authority))
                    .isInstanceOf(JournalDamage.class)
                    .hasMessageContaining("damaged at position 20");
        }
        assertThat(rows(data)).isGreaterThan(entries.size() - 20);
        assertThat(verify(data).problems()).first().returns(20L, JournalVerifier.Problem::position);
    }

    @Test
    void archive_whatAnotherJournalHasLeft_isNotTouched() throws IOException {
        archiveAll();
        Path other = folder.resolve("other");
        try (Authority authority = open(other)) {
            authority.submit(define("company", USD));
        }
        copy(data.resolve(Archive.FOLDER), other.resolve(Archive.FOLDER));
        try (Authority authority = open(other)) {
            assertThatThrownBy(() -> archive(authority))
                    .isInstanceOf(AuthorityException.class)
                    .hasMessageContaining("is not of this journal");
        }
        assertThat(new Archive(other).parts()).hasSameSizeAs(new Archive(data).parts());
    }

    @Test
    void verify_archivedRecordChangedUnderANewChecksum_saysWhere() throws SQLException {
        archiveAll();
        Archive.Part part = new Archive(data).parts().get(1);
        try (SqliteRecords records = SqliteRecords.open(part.file())) {
            JournalRecord record = records.from(part.first(), 1, part.last()).getFirst();
            byte[] payload = record.payload().clone();
            payload[payload.length - 1] ^= 1;
            change(
                    part.file(),
                    "UPDATE record SET payload = x'%s', checksum = %d WHERE first = %d"
                            .formatted(
                                    HexFormat.of().formatHex(payload),
                                    JournalRecord.checksum(record.first(), record.count(), payload),
                                    record.first()));
        }
        assertThat(verify(data).problems())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.position()).isEqualTo(part.first());
                    assertThat(problem.message())
                            .contains(part.file().toString())
                            .contains("chain of hashes is broken");
                });
    }

    @Test
    void verify_archivedByteFlipped_saysWhere() throws IOException {
        archiveAll();
        Archive.Part part = new Archive(data).parts().get(2);
        byte[] payload;
        try (SqliteRecords records = SqliteRecords.open(part.file())) {
            payload = records.from(part.first(), 1, part.last()).getFirst().payload();
        }
        byte[] bytes = Files.readAllBytes(part.file());
        bytes[indexOf(bytes, payload) + payload.length / 2] ^= 4;
        Files.write(part.file(), bytes);
        assertThat(verify(data).problems())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.position()).isEqualTo(part.first());
                    assertThat(problem.message())
                            .contains(part.file().toString())
                            .contains("checksum differs");
                });
    }

    @Test
    void archivedFiles_elsewhere_areMissedOnlyByWhoReadsThem() throws IOException {
        archiveAll();
        Files.move(data.resolve(Archive.FOLDER), folder.resolve("elsewhere"));
        assertThat(assertSound(data, OLD + 1).note())
                .contains("entries 1 to " + OLD + " were archived")
                .contains("put the files back");
        deleteCheckpoints(data);
        assertSound(data, OLD + 1);
        try (Authority authority = open(data)) {
            assertSpent(authority, OLD_CALLS + NEW_CALLS);
            assertThat(authority.submit(commit("40", USD))).isInstanceOf(Outcome.Repeated.class);
            JournalReader journal = authority.journal();
            assertThat(journal.firstPosition()).isEqualTo(OLD + 1);
            assertThat(journal.read(OLD, 1).getFirst()).isEqualTo(entries.get((int) OLD));
            assertThatThrownBy(() -> journal.read(7, 1))
                    .isInstanceOf(AuthorityException.class)
                    .returns(Kind.EXTERNAL, e -> ((AuthorityException) e).kind())
                    .hasMessageContaining("entries 8 to " + OLD + " were archived");
        }
        Files.move(folder.resolve("elsewhere"), data.resolve(Archive.FOLDER));
        assertSound(data, 1);
    }

    @Test
    void archivedFile_oneElsewhere_isNamedByItsEntries() throws IOException {
        archiveAll();
        List<Archive.Part> parts = new Archive(data).parts();
        Archive.Part gone = parts.get(1);
        Files.delete(gone.file());
        assertThat(assertSound(data, OLD + 1).note())
                .contains("entries " + gone.first() + " to " + gone.last() + " were archived");
        try (Authority authority = open(data)) {
            JournalReader journal = authority.journal();
            assertThat(journal.firstPosition()).isEqualTo(gone.last() + 1);
            assertThat(journal.read(0, 1)).isEqualTo(entries.subList(0, 1));
            assertThatThrownBy(() -> journal.read(gone.first() - 1, 1))
                    .hasMessageContaining("entries " + gone.first() + " to " + gone.last());
            Files.delete(parts.getLast().file());
            assertThatThrownBy(() -> journal.read(gone.first() - 1, 1))
                    .hasMessageContaining(" and " + parts.getLast().first() + " to " + OLD);
        }
    }

    @Test
    void checkpoint_inAProcessOfItsOwn_startsFromTheBase() {
        archiveAll();
        deleteCheckpoints(data);
        new CheckpointProcess(data, LedgerLimits.DEFAULT).run();
        assertThat(new Checkpoints(data, LedgerLimits.DEFAULT).newestPosition())
                .isEqualTo(entries.size());
        assertSound(data, 1);
    }

    @Test
    void stateOfTheBase_damaged_isMadeAnewFromTheArchive() throws IOException {
        archiveAll();
        deleteCheckpoints(data);
        Files.write(OpeningState.file(data, OLD), new byte[] {1, 2, 3});
        try (Authority authority = open(data)) {
            assertSpent(authority, OLD_CALLS + NEW_CALLS);
        }
        deleteCheckpoints(data);
        deleteFolder(data.resolve(Archive.FOLDER));
        assertThat(verify(data).problems()).isNotEmpty();
        assertThatThrownBy(() -> open(data))
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining("entries 1 to " + OLD + " were archived");
    }

    @Test
    void backup_ofAJournalThatWasArchived_startsWithoutTheArchive() throws IOException {
        archiveAll();
        Path file = folder.resolve("backup.zip");
        Backup.Contents contents = Backup.writeStopped(data, List.of(), file, NOW);
        assertThat(contents)
                .returns(OLD + 1, Backup.Contents::from)
                .returns((long) entries.size(), Backup.Contents::position);
        Path restored = folder.resolve("restored");
        assertThat(Backup.restore(file, restored, LedgerLimits.DEFAULT)).isEqualTo(contents);
        deleteCheckpoints(restored);
        try (Authority authority = open(restored)) {
            assertSpent(authority, OLD_CALLS + NEW_CALLS);
        }
        copy(data.resolve(Archive.FOLDER), restored.resolve(Archive.FOLDER));
        assertSound(restored, 1);
    }

    @Test
    void backup_damagedStateOfTheBase_isRefusedUntilMoreIsArchived() throws IOException {
        archiveAll();
        Path state = OpeningState.file(data, OLD);
        byte[] bytes = Files.readAllBytes(state);
        bytes[bytes.length / 2] ^= 0x20;
        Files.write(state, bytes);
        assertBackupRefused(state);
        Files.delete(state);
        assertBackupRefused(state);
        try (Authority authority = open(data)) {
            assertThat(archive(authority, NOW.plusSeconds(1), step -> {}).last()).isPositive();
        }
        Path file = folder.resolve("backup.zip");
        Backup.writeStopped(data, List.of(), file, NOW);
        Path restored = folder.resolve("restored");
        Backup.restore(file, restored, LedgerLimits.DEFAULT);
        try (Authority authority = open(restored)) {
            assertSpent(authority, OLD_CALLS + NEW_CALLS);
        }
    }

    private void assertBackupRefused(Path state) {
        Path file = folder.resolve("backup.zip");
        assertThatThrownBy(() -> Backup.writeStopped(data, List.of(), file, NOW))
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining(state + ", the state that the journal begins with, is")
                .hasMessageContaining("./bursar archive");
        assertThat(folder).isDirectoryNotContaining("glob:**backup.zip*");
        assertThat(data).isDirectoryNotContaining("glob:**unfinished-backup-*");
    }

    @Test
    void space_ofArchivedRows_isUsedAgain() throws IOException {
        try (Authority authority = open(data)) {
            call(authority, 1_000, 2_000);
        }
        long full = Files.size(data.resolve("journal.db"));
        try (Authority authority = open(data)) {
            time = NOW.plus(Duration.ofDays(60));
            assertThat(authority.archive(NOW.plusSeconds(1)).entries()).isGreaterThan(1_900);
            call(authority, 2_000, 2_900);
        }
        assertThat(Files.size(data.resolve("journal.db"))).isLessThan(full + full / 5);
    }

    private static int indexOf(byte[] bytes, byte[] wanted) {
        int at = 0;
        while (!Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
            at++;
        }
        return at;
    }

    private static Projection projection(long position) {
        return new Projection() {
            @Override
            public String name() {
                return "read model";
            }

            @Override
            public long position() {
                return position;
            }
        };
    }

    private void archiveAll() {
        try (Authority authority = open(data)) {
            assertThat(archive(authority).last()).isEqualTo(OLD);
        }
    }

    private static Archived archive(Authority authority) {
        return archive(authority, MONTH_AGO, step -> {});
    }

    private static Archived archive(
            Authority authority, Instant olderThan, Consumer<Archiver.Step> done) {
        Archived archived;
        do {
            archived = authority.archive(olderThan, SMALL_FILE, done);
            assertThat(archived.more()).isEqualTo(archived.kept().isEmpty());
        } while (archived.more());
        return archived;
    }

    private static void call(Authority authority, int from, int to) {
        for (int i = from; i < to; i++) {
            authority.submit(reserve(Integer.toString(i), 2 * USD));
            authority.submit(commit(Integer.toString(i), USD));
        }
    }

    private static void assertSpent(Authority authority, int calls) {
        assertThat(authority.balances(COMPANY, 1))
                .singleElement()
                .returns(calls * USD, Balance::spent)
                .returns(3 * USD, Balance::held);
    }

    /// @param from the first position that can be replayed
    private JournalVerifier.Report assertSound(Path directory, long from) {
        JournalVerifier.Report report = verify(directory);
        assertThat(report.problems()).as(directory.toString()).isEmpty();
        assertThat(report)
                .as(directory.toString())
                .returns(from, JournalVerifier.Report::from)
                .returns((long) entries.size(), JournalVerifier.Report::entries)
                .returns(chain, JournalVerifier.Report::chain);
        return report;
    }

    private static JournalVerifier.Report verify(Path directory) {
        return JournalVerifier.verify(directory, LedgerLimits.DEFAULT);
    }

    private static List<JournalReader.Positioned> all(JournalReader journal) {
        List<JournalReader.Positioned> all = new ArrayList<>();
        while (all.size() < journal.lastPosition()) {
            all.addAll(journal.read(all.size(), 16));
        }
        return all;
    }

    private static long rows(Path directory) throws SQLException {
        try (Connection connection = connect(directory.resolve("journal.db"));
                var statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM record")) {
            return row.getLong(1);
        }
    }

    private static void change(Path database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                var statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).isEqualTo(1);
        }
    }

    private static Connection connect(Path database) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + database);
    }

    private static void deleteCheckpoints(Path directory) {
        for (Path file : new Checkpoints(directory, LedgerLimits.DEFAULT).files()) {
            assertThat(file.toFile().delete()).isTrue();
        }
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(f -> !f.toString().endsWith("-shm")).toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void deleteFolder(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> assertThat(file.toFile().delete()).isTrue());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Authority open(Path directory) {
        return Authority.open(directory, Fixtures.settings(), () -> time);
    }
}
