package dev.bursar.authority;

import static dev.bursar.authority.Fixtures.USD;
import static dev.bursar.authority.Fixtures.commit;
import static dev.bursar.authority.Fixtures.define;
import static dev.bursar.authority.Fixtures.reserve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.authority.AuthorityException.Kind;
import dev.bursar.ledger.AccountKey;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.Sums;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BackupTest {

    private static final AccountKey COMPANY =
            new AccountKey(new BudgetId("acme/company"), List.of(), 0);
    private static final Instant NOW = Instant.parse("2026-11-22T05:00:00Z");
    private static final int CALLERS = 4;

    @TempDir Path folder;

    @Test
    void write_underLoad_hasEveryCommandAnsweredBefore() throws Exception {
        Path data = folder.resolve("data");
        Path file = folder.resolve("bursar.zip");
        Map<String, Long> answered = new ConcurrentHashMap<>();
        Map<String, Long> before;
        Backup.Contents contents;
        try (Authority authority = open(data)) {
            authority.submit(define("company", 100_000_000 * USD));
            AtomicBoolean stop = new AtomicBoolean();
            List<Thread> load =
                    Stream.iterate(0, i -> i + 1)
                            .limit(CALLERS)
                            .map(i ->
                                    Thread.startVirtualThread(
                                            () -> call(authority, i, answered, stop)))
                            .toList();
            while (answered.size() < 500) {
                Thread.onSpinWait();
            }
            before = Map.copyOf(answered);
            contents = Backup.write(data, List.of("directory.db"), file, NOW);
            int atTheEnd = answered.size();
            while (answered.size() == atTheEnd) {
                Thread.onSpinWait(); // the load goes on
            }
            stop.set(true);
            for (Thread thread : load) {
                thread.join();
            }
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        Path restored = folder.resolve("new");
        assertThat(Backup.restore(file, restored, LedgerLimits.DEFAULT)).isEqualTo(contents);
        try (Authority authority = open(restored)) {
            assertThat(authority.journal().lastPosition()).isEqualTo(contents.position());
            Map<String, Long> there = committed(authority.journal());
            assertThat(there).containsAllEntriesOf(before);
            assertThat(authority.balances(COMPANY.budget(), 1))
                    .singleElement()
                    .returns(spentAt(data, contents.position()), Balance::spent);
        }
    }

    private static void call(
            Authority authority, int caller, Map<String, Long> answered, AtomicBoolean stop) {
        for (int i = 0; !stop.get(); i++) {
            String id = caller + "-" + i;
            authority.submit(reserve(id, USD));
            authority.submit(commit(id, 1_000L + i));
            answered.put(id, 1_000L + i);
        }
    }

    private static Map<String, Long> committed(JournalReader journal) {
        Map<String, Long> committed = new ConcurrentHashMap<>();
        journal.read(0, Integer.MAX_VALUE)
                .forEach(positioned -> {
                    if (positioned.entry() instanceof Entry.Committed entry) {
                        committed.put(entry.hold().value(), entry.actual().value(0));
                    }
                });
        return committed;
    }

    /// What the original had spent at a position, added up from its postings.
    private static long spentAt(Path data, long position) {
        Recount recount = new Recount();
        try (Authority authority = open(data)) {
            authority.journal().read(0, Integer.MAX_VALUE).stream()
                    .filter(positioned -> positioned.position() <= position)
                    .forEach(positioned -> recount.apply(positioned.entry()));
        }
        Sums sums = Objects.requireNonNull(recount.sums(COMPANY));
        return sums.spent();
    }

    @Test
    void writeStopped_withAnotherDatabase_bringsItBack() throws SQLException {
        Path data = folder.resolve("data");
        makeCalls(data);
        try (Connection directory = connect(data.resolve("directory.db"))) {
            directory.createStatement().executeUpdate("CREATE TABLE tenant (id TEXT)");
            directory.createStatement().executeUpdate("INSERT INTO tenant VALUES ('acme')");
        }
        Path file = folder.resolve("bursar.zip");
        Backup.Contents contents =
                Backup.writeStopped(data, List.of("directory.db", "missing.db"), file, NOW);
        Path restored = folder.resolve("new");
        Backup.restore(file, restored, LedgerLimits.DEFAULT);
        assertThat(contents.position()).isEqualTo(3);
        assertThat(restored.resolve("checkpoint-3.bin")).exists();
        try (Connection directory = connect(restored.resolve("directory.db"));
                var row = directory.createStatement().executeQuery("SELECT id FROM tenant")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).isEqualTo("acme");
        }
    }

    @Test
    void writeStopped_whileAnAuthorityHasTheDirectory_isRefused() {
        Path data = folder.resolve("data");
        Path file = folder.resolve("bursar.zip");
        try (Authority authority = open(data)) {
            authority.submit(define("company", USD));
            assertThatThrownBy(() -> Backup.writeStopped(data, List.of(), file, NOW))
                    .isInstanceOf(AuthorityException.class)
                    .hasMessageContaining("in use");
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void write_damagedJournal_writesNothing() throws SQLException {
        Path data = folder.resolve("data");
        makeCalls(data);
        try (Connection journal = connect(data.resolve("journal.db"))) {
            journal.createStatement()
                    .executeUpdate("UPDATE record SET chain = zeroblob(32) WHERE first = 2");
        }
        Path file = folder.resolve("bursar.zip");
        assertThatThrownBy(() -> Backup.writeStopped(data, List.of(), file, NOW))
                .isInstanceOf(JournalDamage.class);
        assertThat(folder).isDirectoryNotContaining("glob:**bursar.zip*");
        assertThat(data).isDirectoryNotContaining("glob:**unfinished-backup-*");
    }

    @Test
    void write_damagedNewestCheckpoint_takesTheOneBefore() throws IOException {
        Path data = folder.resolve("data");
        makeCalls(data);
        try (Authority authority = open(data)) {
            authority.submit(reserve("h2", USD));
        }
        flipAByte(data.resolve("checkpoint-4.bin"));
        assertThat(restoredCheckpoints(data)).containsExactly("checkpoint-3.bin");
    }

    @Test
    void write_checkpointUnderAnotherName_isLeftOut() throws IOException {
        Path data = folder.resolve("data");
        makeCalls(data);
        Files.move(data.resolve("checkpoint-3.bin"), data.resolve("checkpoint-2.bin"));
        assertThat(restoredCheckpoints(data)).isEmpty();
    }

    @Test
    void write_onlyDamagedCheckpoints_goesWithoutOne() throws IOException {
        Path data = folder.resolve("data");
        makeCalls(data);
        flipAByte(data.resolve("checkpoint-3.bin"));
        assertThat(restoredCheckpoints(data)).isEmpty();
    }

    /// Starts upon a backup of a directory, and tells which checkpoints were in it.
    private List<String> restoredCheckpoints(Path data) {
        Path file = folder.resolve("bursar.zip");
        Backup.Contents contents = Backup.writeStopped(data, List.of(), file, NOW);
        Path restored = folder.resolve("new");
        assertThat(Backup.restore(file, restored, LedgerLimits.DEFAULT)).isEqualTo(contents);
        List<String> names =
                new Checkpoints(restored, LedgerLimits.DEFAULT)
                        .files().stream().map(path -> path.getFileName().toString()).toList();
        try (Authority authority = open(restored)) {
            assertThat(authority.journal().lastPosition()).isEqualTo(contents.position());
            assertThat(authority.balances(COMPANY.budget(), 1))
                    .singleElement()
                    .returns(USD, Balance::spent);
        }
        return names;
    }

    private static void flipAByte(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 0x20;
        Files.write(file, bytes);
    }

    @Test
    void restore_intoADirectoryWithSomethingInIt_isRefused() throws IOException {
        Path data = folder.resolve("data");
        makeCalls(data);
        Path file = folder.resolve("bursar.zip");
        Backup.writeStopped(data, List.of(), file, NOW);
        Path taken = Files.createDirectory(folder.resolve("taken"));
        Files.writeString(taken.resolve("notes.txt"), "mine");
        assertThatThrownBy(() -> Backup.restore(file, taken, LedgerLimits.DEFAULT))
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining("taken is not empty")
                .returns(Kind.CALLER, e -> ((AuthorityException) e).kind());
        assertThat(taken.resolve("notes.txt")).hasContent("mine");
    }

    @Test
    void restore_anyByteFlipped_isNoticedOrHarmlessAndLeavesNothing() throws IOException {
        Path data = folder.resolve("data");
        makeCalls(data);
        Path file = folder.resolve("bursar.zip");
        Backup.Contents good = Backup.writeStopped(data, List.of(), file, NOW);
        byte[] bytes = Files.readAllBytes(file);
        Path restored = folder.resolve("new");
        int noticed = 0;
        for (int at = 0; at < bytes.length; at += 13) {
            byte[] bad = bytes.clone();
            bad[at] ^= 0x20;
            Files.write(file, bad);
            try {
                assertThat(Backup.restore(file, restored, LedgerLimits.DEFAULT))
                        .as("byte %s", at)
                        .returns(good.position(), Backup.Contents::position)
                        .returns(good.chain(), Backup.Contents::chain);
                deleteAll(restored);
            } catch (AuthorityException e) {
                noticed++;
            }
            assertThat(restored).as("byte %s", at).doesNotExist();
        }
        assertThat(noticed).isGreaterThan(bytes.length / 13 / 2);
    }

    @Test
    void restore_zipWithOtherNames_isRefused() throws IOException {
        Path file = folder.resolve("other.zip");
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (String name : List.of(Backup.HEAD, "journal.db", "../journal.db")) {
                zip.putNextEntry(new ZipEntry(name));
            }
        }
        assertThatThrownBy(() -> Backup.restore(file, folder.resolve("new"), LedgerLimits.DEFAULT))
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining("not a backup of Bursar");
        assertThat(folder.resolve("new")).doesNotExist();
    }

    private static void makeCalls(Path data) {
        try (Authority authority = open(data)) {
            authority.submit(define("company", 5 * USD));
            authority.submit(reserve("h1", USD));
            authority.submit(commit("h1", USD));
        }
    }

    private static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }

    private static Connection connect(Path file) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file);
    }

    private static Authority open(Path data) {
        return Authority.open(data, Fixtures.settings(), InstantSource.system());
    }
}
