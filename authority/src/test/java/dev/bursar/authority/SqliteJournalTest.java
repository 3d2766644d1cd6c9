package dev.bursar.authority;

import static dev.bursar.authority.Fixtures.USD;
import static dev.bursar.authority.Fixtures.commit;
import static dev.bursar.authority.Fixtures.define;
import static dev.bursar.authority.Fixtures.reserve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.bursar.authority.AuthorityException.Kind;
import dev.bursar.authority.JournalReader.Positioned;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.LedgerLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The SQLite journal: positions, locking, and every kind of damage.
final class SqliteJournalTest {

    private static final long SEED = Long.getLong("bursar.seed", 20_261_122);
    private static final int CALLS = 40;

    @TempDir Path data;

    @Test
    void read_fromAnyPosition_givesWhatWasAppended() {
        RandomRecords records = new RandomRecords(SEED);
        List<Positioned> appended = new ArrayList<>();
        try (SqliteJournal journal = SqliteJournal.open(data)) {
            for (int batch = 1; batch < 30; batch++) {
                List<Entry> entries = Stream.generate(records::entry).limit(batch).toList();
                journal.append(EntryBlock.of(entries));
                entries.forEach(e -> appended.add(new Positioned(appended.size() + 1, e)));
            }
        }
        try (SqliteJournal journal = SqliteJournal.open(data)) {
            assertThat(journal.lastPosition()).isEqualTo(appended.size());
            for (int after = 0; after < appended.size(); after++) {
                List<Positioned> read = journal.read(after, 10);
                assertThat(read.size()).isGreaterThanOrEqualTo(1);
                assertThat(read).isEqualTo(appended.subList(after, after + read.size()));
            }
            assertThat(journal.read(0, Integer.MAX_VALUE)).isEqualTo(appended);
            assertThat(journal.read(appended.size(), 10)).isEmpty();
        }
    }

    @Test
    void open_newFile_hasPagesOfOurSize() throws IOException {
        SqliteJournal.open(data).close();
        ByteBuffer header = ByteBuffer.wrap(Files.readAllBytes(data.resolve("journal.db")));
        assertThat(header.getShort(16)).isEqualTo((short) SqliteJournal.PAGE_SIZE);
    }

    @Test
    void open_secondTime_namesTheDirectory() {
        try (Authority authority = open()) {
            assertThat(authority.healthy()).isTrue();
            assertThatThrownBy(this::open)
                    .isInstanceOf(AuthorityException.class)
                    .hasMessageContaining("data directory " + data)
                    .hasMessageContaining("in use by process");
        }
        open().close();
    }

    @Test
    void open_whereNoDirectoryCanBe_namesIt() throws IOException {
        Path file = Files.writeString(data.resolve("file"), "x");
        assertThatThrownBy(() -> Authority.open(file, Fixtures.settings(), InstantSource.system()))
                .hasMessageContaining("data directory " + file + " is not a directory");
        Path below = file.resolve("data");
        assertThatThrownBy(() -> Authority.open(below, Fixtures.settings(), InstantSource.system()))
                .hasMessageContaining("data directory " + below + " cannot be created");
    }

    @Test
    void open_fileThatIsNoDatabase_saysThatItIsDamaged() throws IOException {
        Files.writeString(data.resolve("journal.db"), "not a database ".repeat(1_000));
        assertThatThrownBy(this::open)
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining("journal.db is damaged")
                .hasMessageContaining("./bursar verify");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    UPDATE record SET payload = zeroblob(length(payload)) WHERE first = 20 | 20
                    UPDATE record SET payload = substr(payload, 2) WHERE first = 20        | 20
                    UPDATE record SET checksum = checksum + 1 WHERE first = 20             | 20
                    UPDATE record SET count = count + 1 WHERE first = 20                   | 20
                    DELETE FROM record WHERE first = 20                                    | 20
                    DELETE FROM record WHERE first = 1                                     | 1
                    DELETE FROM record WHERE first > 70                                    | 71
                    UPDATE record SET first = 1000 WHERE first = 20                        | 20
                    """)
    void open_damagedRecord_saysWhereAndOffersVerify(String damage, long position)
            throws SQLException {
        makeCalls();
        execute(damage);

        AuthorityException e = catchThrowableOfType(AuthorityException.class, this::open);
        assertThat(e)
                .hasMessageContaining("journal")
                .hasMessageContaining("is damaged at position")
                .hasMessageContaining("./bursar verify --data " + data + "`")
                .returns(Kind.INTERNAL, AuthorityException::kind);
        JournalVerifier.Report report = JournalVerifier.verify(data, LedgerLimits.DEFAULT);
        assertThat(report.sound()).isFalse();
        assertThat(report.problems())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.position()).isEqualTo(position);
                    assertThat(problem.message()).doesNotContain("verify", "position");
                    assertThat(problem.remedy()).contains("backup");
                });
        assertThat(report.entries()).isEqualTo(position - 1);
    }

    @Test
    void open_anyByteFlipped_isNoticedOrHarmless() throws IOException {
        makeCalls();
        Path file = data.resolve("journal.db");
        byte[] good = Files.readAllBytes(file);
        Random random = new Random(SEED);
        int noticed = 0;
        for (int i = 0; i < 150; i++) {
            byte[] bad = good.clone();
            int at = random.nextInt(bad.length);
            bad[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, bad);
            try (Authority authority = open()) {
                assertBalances(authority, "byte " + at);
            } catch (AuthorityException e) {
                assertThat(e.kind()).isIn(Kind.INTERNAL, Kind.EXTERNAL);
                noticed++;
            }
            for (String rest : List.of("journal.db-wal", "journal.db-shm")) {
                Files.deleteIfExists(data.resolve(rest));
            }
        }
        assertThat(noticed).isGreaterThan(20);
    }

    @Test
    void open_byteFlippedInTheLog_isNoticedUnlessItIsTheLastRecord() throws IOException {
        Path copy = Files.createDirectory(data.resolve("copy"));
        long beforeLastCommit = 0;
        try (SqliteJournal journal = SqliteJournal.open(data)) {
            RandomRecords records = new RandomRecords(SEED);
            for (int i = 0; i < 10; i++) {
                beforeLastCommit = Files.size(data.resolve("journal.db-wal"));
                journal.append(EntryBlock.of(List.of(records.entry())));
            }
            Files.copy(data.resolve("journal.db"), copy.resolve("journal.db"));
            Files.copy(data.resolve("journal.db-wal"), copy.resolve("journal.db-wal"));
        }
        Path log = copy.resolve("journal.db-wal");
        byte[] good = Files.readAllBytes(log);
        Random random = new Random(SEED);
        int beforeLast = good.length - 4 * (SqliteJournal.PAGE_SIZE + 24);
        for (int i = 0; i < 50; i++) {
            byte[] bad = good.clone();
            bad[32 + random.nextInt(beforeLast - 32)] ^= 4;
            Files.write(log, bad);
            JournalDamage damage =
                    catchThrowableOfType(JournalDamage.class, () -> SqliteJournal.open(copy));
            assertThat(damage)
                    .hasMessageContaining("is damaged at position " + damage.position())
                    .hasMessageContaining("write-ahead log");
        }
        byte[] torn = good.clone();
        ByteBuffer.wrap(torn).position(good.length - 100).put(new byte[100]);
        Files.write(log, torn);
        assertThat(WalScan.of(copy.resolve("journal.db")))
                .returns(false, WalScan.Found::isDamaged)
                .returns(good.length - beforeLastCommit, WalScan.Found::unfinishedBytes);
        try (SqliteJournal journal = SqliteJournal.open(copy)) {
            assertThat(journal.lastPosition()).isEqualTo(9);
        }
    }

    @Test
    void verify_damagedLog_namesTheFirstBadPositionOnce() throws IOException {
        Path copy = Files.createDirectory(data.resolve("copy"));
        try (Authority authority = open()) {
            authority.submit(define("company", 1_000 * USD));
            for (int i = 0; i < CALLS; i++) {
                authority.submit(reserve("h" + i, USD));
            }
            Files.copy(data.resolve("journal.db"), copy.resolve("journal.db"));
            Files.copy(data.resolve("journal.db-wal"), copy.resolve("journal.db-wal"));
        }
        Path log = copy.resolve("journal.db-wal");
        byte[] bytes = Files.readAllBytes(log);
        bytes[bytes.length / 2] ^= 4;
        Files.write(log, bytes);

        JournalDamage damage =
                catchThrowableOfType(JournalDamage.class, () -> SqliteJournal.open(copy));
        JournalVerifier.Report report = JournalVerifier.verify(copy, LedgerLimits.DEFAULT);
        assertThat(damage.position()).isBetween(2L, (long) CALLS);
        assertThat(report.entries()).isEqualTo(damage.position() - 1);
        assertThat(report.problems())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.position()).isEqualTo(damage.position());
                    assertThat(problem.message())
                            .contains("write-ahead log")
                            .doesNotContain("verify", "position");
                    assertThat(problem.remedy()).contains("backup").contains(copy.toString());
                });
    }

    @Test
    void verify_damagedCheckpoint_saysThatItCanGo() throws IOException {
        makeCalls();
        Path checkpoint = new Checkpoints(data, LedgerLimits.DEFAULT).files().getFirst();
        byte[] bytes = Files.readAllBytes(checkpoint);
        bytes[bytes.length / 2] ^= 4;
        Files.write(checkpoint, bytes);

        JournalVerifier.Report report = JournalVerifier.verify(data, LedgerLimits.DEFAULT);
        assertThat(report.problems())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.message()).contains(checkpoint.toString());
                    assertThat(problem.remedy()).startsWith("delete it");
                });
    }

    @Test
    void verify_besideALiveAuthority_isSound() {
        try (Authority authority = open()) {
            authority.submit(define("company", 1_000 * USD));
            for (int i = 0; i < CALLS; i++) {
                authority.submit(reserve("h" + i, USD));
                assertThat(JournalVerifier.verify(data, LedgerLimits.DEFAULT))
                        .returns(true, JournalVerifier.Report::sound)
                        .returns(i + 2L, JournalVerifier.Report::entries);
            }
        }
    }

    @Test
    void verify_withoutAJournal_saysSo() {
        assertThatThrownBy(() -> JournalVerifier.verify(data, LedgerLimits.DEFAULT))
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining("no journal in " + data);
    }

    private void makeCalls() {
        try (Authority authority = open()) {
            authority.submit(define("company", 1_000 * USD));
            for (int i = 0; i < CALLS; i++) {
                authority.submit(reserve("h" + i, 2 * USD));
                authority.submit(commit("h" + i, USD));
            }
        }
    }

    private void assertBalances(Authority authority, String what) {
        assertThat(authority.balances(new BudgetId("acme/company"), 1))
                .as(what)
                .singleElement()
                .returns(CALLS * USD, Balance::spent)
                .returns(0L, Balance::held);
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + data.resolve("journal.db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private Authority open() {
        return Authority.open(data, Fixtures.settings(), InstantSource.system());
    }

    @Test
    void append_manyTimes_foldsTheLogWhenItIsLongAndNotBefore() throws IOException {
        Path log = data.resolve(SqliteJournal.FILE_NAME + "-wal");
        Path file = data.resolve(SqliteJournal.FILE_NAME);
        EntryBlock entries =
                EntryBlock.of(Stream.generate(new RandomRecords(SEED)::entry).limit(200).toList());
        try (SqliteJournal journal = SqliteJournal.open(data)) {
            long empty = Files.size(file);
            journal.append(entries);
            assertThat(Files.size(file)).isEqualTo(empty);
            for (int batch = 0; batch < 500; batch++) {
                journal.append(entries);
            }
            assertThat(Files.size(file)).isGreaterThan(20L << 20);
            assertThat(Files.size(log)).isLessThan(5L << 20);
        }
        assertThat(log).doesNotExist();
    }

    @Test
    void checkNewest_ofSomeBytes_looksAtTheNewestRecordsAndNoOthers() throws SQLException {
        RandomRecords records = new RandomRecords(SEED);
        long last;
        try (SqliteJournal journal = SqliteJournal.open(data)) {
            for (int batch = 0; batch < 3; batch++) {
                journal.append(EntryBlock.of(List.of(records.entry(), records.entry())));
            }
            last = journal.lastPosition();
        }
        Path file = data.resolve(SqliteJournal.FILE_NAME);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE record SET checksum = checksum + 1 WHERE first = 3");
        }
        try (SqliteRecords read = SqliteRecords.open(file)) {
            assertThat(read.checkNewest(last, 1)).isEqualTo(2);
            assertThatThrownBy(() -> read.checkNewest(last, Long.MAX_VALUE))
                    .isInstanceOf(JournalDamage.class)
                    .hasMessageContaining("at position 3");
        }
    }
}
