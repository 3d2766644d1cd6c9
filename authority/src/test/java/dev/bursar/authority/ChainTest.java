package dev.bursar.authority;

import static dev.bursar.authority.Fixtures.USD;
import static dev.bursar.authority.Fixtures.commit;
import static dev.bursar.authority.Fixtures.define;
import static dev.bursar.authority.Fixtures.reserve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.StateRecord;
import dev.bursar.ledger.Unit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Somebody who can write the journal file changes it and makes all checksums right again.
final class ChainTest {

    private static final int CALLS = 20;
    private static final int CHANGED = 12;

    @TempDir Path data;

    @BeforeEach
    void makeCalls() {
        try (Authority authority = open()) {
            authority.submit(define("company", 1_000 * USD));
            for (int i = 0; i < CALLS; i++) {
                authority.submit(reserve("h" + i, 2 * USD));
                authority.submit(commit("h" + i, USD));
            }
        }
    }

    @Test
    void verify_untouched_tellsTheHeadOfTheChain() throws SQLException {
        List<JournalRecord> records = records();
        assertThat(verify())
                .returns(true, JournalVerifier.Report::sound)
                .returns(records.getLast().chain().toString(), JournalVerifier.Report::chain);
        assertThat(records.getLast().chain().toString()).hasSize(64);
    }

    @Test
    void verify_againstAnEarlierReport_seesWhatIsCutOffOrMadeAnew()
            throws IOException, SQLException {
        List<JournalRecord> records = records();
        JournalVerifier.Known head = known(records.getLast());
        JournalVerifier.Known middle = known(records.get(CHANGED));
        assertThat(verify(head).problems()).isEmpty();
        assertThat(verify(middle).problems()).isEmpty();

        records.removeLast();
        write(records);
        for (Path checkpoint : new Checkpoints(data, LedgerLimits.DEFAULT).files()) {
            Files.delete(checkpoint);
        }
        long end = last(records.getLast());
        assertThat(verify(middle).problems()).isEmpty();
        assertThat(verify().problems()).isEmpty();
        assertThat(verify(head).problems())
                .singleElement()
                .returns(end + 1, JournalVerifier.Problem::position)
                .returns(
                        "the journal ends here, and is known to have had "
                                + head.entries()
                                + " entries",
                        JournalVerifier.Problem::message);
        assertThat(verify(new JournalVerifier.Known(end, head.chain())).problems())
                .singleElement()
                .returns(end, JournalVerifier.Problem::position);
    }

    private static long last(JournalRecord record) {
        return record.first() + record.count() - 1;
    }

    @Test
    void verify_entriesMadeAnewWithAllTheirHashes_areNotThoseThatAreKnown()
            throws IOException, SQLException {
        List<JournalRecord> records = records();
        JournalVerifier.Known head = known(records.getLast());
        List<JournalRecord> anew = new ArrayList<>(records.subList(0, 1));
        for (int i = 1; i < records.size(); i += 2) {
            // A call's reserve and commit as one record: the same entries, other hashes.
            List<Entry> entries = new ArrayList<>();
            for (JournalRecord record : records.subList(i, i + 2)) {
                entries.addAll(SqliteRecords.decoded(data, record));
            }
            JournalRecord before = anew.getLast();
            anew.add(
                    JournalRecord.after(
                            before.chain(),
                            last(before) + 1,
                            entries.size(),
                            EntryBlock.of(entries).toByteArray()));
        }
        write(anew);
        for (Path checkpoint : new Checkpoints(data, LedgerLimits.DEFAULT).files()) {
            Files.delete(checkpoint);
        }

        assertThat(verify().problems()).isEmpty();
        assertThat(verify(head).problems())
                .singleElement()
                .returns(head.entries(), JournalVerifier.Problem::position)
                .satisfies(problem -> assertThat(problem.message()).contains(head.chain()));
        long inside = last(anew.getLast()) - 1;
        assertThat(verify(new JournalVerifier.Known(inside, head.chain())).problems())
                .singleElement()
                .returns(
                        "no record ends here, as it is known that one did",
                        JournalVerifier.Problem::message);
    }

    private static JournalVerifier.Known known(JournalRecord record) {
        return new JournalVerifier.Known(last(record), record.chain().toString());
    }

    private JournalVerifier.Report verify(JournalVerifier.Known known) {
        return JournalVerifier.verify(data, LedgerLimits.DEFAULT, known);
    }

    @Test
    void verify_byteFlippedUnderANewChecksum_saysWhere() throws SQLException {
        List<JournalRecord> records = records();
        JournalRecord record = records.get(CHANGED);
        byte[] payload = record.payload().clone();
        payload[payload.length - 1] ^= 1;
        records.set(CHANGED, checksummed(record.first(), record.chain(), payload, record.count()));
        assertBroken(records, record.first());
    }

    @Test
    void verify_recordReplacedUnderANewChecksumAndHash_saysThatTheNextDoesNotFollow()
            throws SQLException {
        List<JournalRecord> records = records();
        JournalRecord record = records.get(CHANGED);
        byte[] commit = records.get(CHANGED - 2).payload();
        Chain before = records.get(CHANGED - 1).chain();
        records.set(CHANGED, JournalRecord.after(before, record.first(), 1, commit));
        write(records);
        assertThat(verify().problems())
                .singleElement()
                .satisfies(problem -> {
                    // What was put there does not fit the entries before, or the next does not
                    // follow.
                    assertThat(problem.position())
                            .isBetween(record.first(), records.get(CHANGED + 1).first());
                });
        assertThatThrownBy(this::open).hasMessageContaining("chain of hashes is broken");
    }

    @Test
    void verify_rowsSwapped_saysWhere() throws SQLException {
        List<JournalRecord> records = records();
        JournalRecord one = records.get(CHANGED);
        JournalRecord two = records.get(CHANGED + 1);
        records.set(CHANGED, checksummed(one.first(), two.chain(), two.payload(), 1));
        records.set(CHANGED + 1, checksummed(two.first(), one.chain(), one.payload(), 1));
        assertBroken(records, one.first());
    }

    @Test
    void verify_rowDeletedAndTheOthersMovedUp_saysWhere() throws SQLException {
        List<JournalRecord> records = new ArrayList<>(records().subList(0, CHANGED));
        List<JournalRecord> rest = records().subList(CHANGED + 1, records().size());
        for (JournalRecord record : rest) {
            records.add(checksummed(record.first() - 1, record.chain(), record.payload(), 1));
        }
        deleteCheckpoints();
        assertBroken(records, CHANGED + 1);
    }

    @Test
    void verify_allWrittenAnew_differsFromTheCheckpoint() throws SQLException {
        List<JournalRecord> records = records();
        List<JournalRecord> forged = new ArrayList<>();
        Chain chain = Chain.START;
        for (int i = 0; i < records.size(); i++) {
            // The last commit is told as the one of another amount.
            byte[] payload =
                    i < records.size() - 1
                            ? records.get(i).payload()
                            : EntryBlock.of(
                                            records.get(i).entries().stream()
                                                    .map(ChainTest::cheaper)
                                                    .toList())
                                    .toByteArray();
            JournalRecord record = JournalRecord.after(chain, i + 1, 1, payload);
            forged.add(record);
            chain = record.chain();
        }
        write(forged);
        assertThat(verify().problems())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.position()).isEqualTo(records.size());
                    assertThat(problem.message()).contains("not made from this journal");
                });
        assertThatThrownBy(this::open)
                .isInstanceOf(JournalDamage.class)
                .hasMessageContaining("not the one that the checkpoint of this position");
    }

    private static Entry cheaper(Entry entry) {
        return entry instanceof Entry.Committed committed
                ? new Entry.Committed(
                        committed.at(),
                        committed.key(),
                        committed.hold(),
                        committed.tenant(),
                        committed.subject(),
                        committed.held(),
                        Amounts.of(Unit.USD_MICROCENTS, 1),
                        Amounts.of(Unit.USD_MICROCENTS, 1),
                        committed.overrun(),
                        committed.shortfalls(),
                        committed.unheld(),
                        committed.standings(),
                        committed.attribution())
                : entry;
    }

    @Test
    void verify_checkpointChangedUnderNewChecksums_saysWhatDiffers() throws IOException {
        Path file = new Checkpoints(data, LedgerLimits.DEFAULT).files().getFirst();
        long position = Checkpoints.position(file);
        List<StateRecord> states;
        Chain chain;
        try (CheckpointReader reader = CheckpointReader.open(file)) {
            chain = reader.chain();
            states = reader.states().map(ChainTest::richer).toList();
        }
        Files.delete(file);
        CheckpointWriter.write(file, position, chain, states.stream());
        assertThat(verify().problems())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.position()).isEqualTo(position);
                    assertThat(problem.message())
                            .contains(file.toString())
                            .contains("spent=1,")
                            .contains("spent=" + CALLS * USD);
                });
    }

    private static StateRecord richer(StateRecord state) {
        return state instanceof StateRecord.AccountState account
                ? new StateRecord.AccountState(
                        account.account(),
                        account.openedAt(),
                        account.usedAt(),
                        1,
                        account.overrun(),
                        account.funding(),
                        account.buckets())
                : state;
    }

    @Test
    void open_journalWithoutAChain_isRefusedInOneSentence() throws IOException, SQLException {
        Files.delete(data.resolve("journal.db"));
        try (Connection connection = connect();
                var statement = connection.createStatement()) {
            statement.executeUpdate(
                    "CREATE TABLE record (first INTEGER PRIMARY KEY, count INTEGER NOT NULL,"
                            + " checksum INTEGER NOT NULL, payload BLOB NOT NULL)");
            statement.executeUpdate("PRAGMA user_version = 1");
        }
        assertThatThrownBy(this::open)
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining("journal.db is of version 1, from before the first release");
    }

    private void assertBroken(List<JournalRecord> records, long position) throws SQLException {
        write(records);
        assertThat(verify().problems())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.position()).isEqualTo(position);
                    assertThat(problem.message()).contains("chain of hashes is broken");
                });
        assertThat(verify().entries()).isEqualTo(position - 1);
        assertThatThrownBy(this::open)
                .isInstanceOf(JournalDamage.class)
                .hasMessageContaining("chain of hashes is broken");
    }

    private static JournalRecord checksummed(long first, Chain chain, byte[] payload, int count) {
        int checksum = JournalRecord.checksum(first, count, payload);
        return new JournalRecord(first, count, checksum, chain, payload);
    }

    private JournalVerifier.Report verify() {
        return JournalVerifier.verify(data, LedgerLimits.DEFAULT);
    }

    private List<JournalRecord> records() throws SQLException {
        List<JournalRecord> records = new ArrayList<>();
        try (Connection connection = connect();
                var statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT first, count, checksum, chain, payload FROM record"
                                        + " ORDER BY first")) {
            while (row.next()) {
                records.add(
                        new JournalRecord(
                                row.getLong(1),
                                row.getInt(2),
                                row.getInt(3),
                                Chain.of(row.getBytes(4)),
                                row.getBytes(5)));
            }
        }
        return records;
    }

    private void write(List<JournalRecord> records) throws SQLException {
        try (Connection connection = connect();
                var statement = connection.createStatement();
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO record VALUES (?, ?, ?, ?, ?)")) {
            statement.executeUpdate("DELETE FROM record");
            for (JournalRecord record : records) {
                insert.setLong(1, record.first());
                insert.setInt(2, record.count());
                insert.setInt(3, record.checksum());
                insert.setBytes(4, record.chain().bytes());
                insert.setBytes(5, record.payload());
                insert.executeUpdate();
            }
        }
    }

    private void deleteCheckpoints() {
        for (Path file : new Checkpoints(data, LedgerLimits.DEFAULT).files()) {
            assertThat(file.toFile().delete()).isTrue();
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + data.resolve("journal.db"));
    }

    private Authority open() {
        return Authority.open(data, Fixtures.settings(), InstantSource.system());
    }
}
