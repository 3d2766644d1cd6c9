package dev.bursar.authority;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Entry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A process with a reader that keeps a fold from being whole, and leaves before the next one.
final class FoldedInPart {

    /// The exit status when the journal has failed.
    static final int FAILED = 3;

    private static final Logger LOG = LoggerFactory.getLogger(FoldedInPart.class);

    /// A record is several pages.
    private static final int ENTRIES = 200;

    private static final int BEFORE_THE_READER = 20;

    /// More than enough for a fold.
    private static final int WHILE_THERE_IS_A_READER = 300;

    /// Enough for some folds, and for writing the log from the start again.
    private static final int AFTERWARDS = 1_000;

    private static final long SEED = 20_261_203;

    private FoldedInPart() {}

    /// @param args the directory of the journal
    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws SQLException {
        Path directory = Path.of(args[0]);
        try (SqliteJournal journal = SqliteJournal.open(directory)) {
            try {
                append(journal, BEFORE_THE_READER);
                try (Connection reader = SqliteRecords.connect(journal.file());
                        Statement statement = reader.createStatement()) {
                    statement.execute("BEGIN");
                    statement.executeQuery("SELECT count(*) FROM record").close();
                    append(journal, WHILE_THERE_IS_A_READER);
                    statement.execute("COMMIT");
                }
                append(journal, AFTERWARDS);
            } finally {
                System.out.println(journal.lastPosition());
            }
        } catch (AuthorityException e) {
            LOG.error("failed", e);
            System.exit(FAILED);
        }
    }

    private static void append(SqliteJournal journal, int records) {
        RandomRecords random = new RandomRecords(SEED);
        List<Entry> entries = new ArrayList<>();
        while (entries.size() < ENTRIES) {
            entries.add(random.entry());
        }
        for (int i = 0; i < records; i++) {
            journal.append(EntryBlock.of(entries));
        }
    }

    /// Runs it to its end.
    ///
    /// @param data the directory of the journal, to be made
    /// @return the exit status
    static int run(Path data, Path work, Map<String, String> environment)
            throws IOException, InterruptedException {
        Files.createDirectory(data);
        Process process =
                KilledRun.start(FoldedInPart.class, List.of(data.toString()), work, environment);
        byte[] said = process.getInputStream().readAllBytes();
        Files.write(data.resolveSibling("appended"), said);
        return process.waitFor();
    }

    /// All that was appended is there, and in order.
    static void assertNothingIsLost(Path data) throws IOException {
        long appended =
                Long.parseLong(
                        Files.readString(data.resolveSibling("appended"), StandardCharsets.US_ASCII)
                                .strip());
        assertThat(appended)
                .isGreaterThanOrEqualTo(
                        (BEFORE_THE_READER + WHILE_THERE_IS_A_READER) * (long) ENTRIES);
        try (SqliteJournal journal = SqliteJournal.open(data)) {
            assertThat(journal.lastPosition()).isGreaterThanOrEqualTo(appended);
            long position = 0;
            while (position < journal.lastPosition()) {
                List<JournalReader.Positioned> next = journal.read(position, 10_000);
                assertThat(next).isNotEmpty();
                assertThat(next.getFirst().position()).isEqualTo(position + 1);
                position = next.getLast().position();
            }
        }
    }
}
