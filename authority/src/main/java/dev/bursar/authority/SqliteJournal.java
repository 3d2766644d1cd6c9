package dev.bursar.authority;

import dev.bursar.authority.AuthorityException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;

/// The journal in a SQLite file: one row per batch, in write-ahead mode, synced at every commit.
///
/// A row is written by a statement that is its own transaction; SQLite returns from it after the
/// write-ahead log is on stable storage (`synchronous=FULL`; with `NORMAL` it would return before, and a
/// power cut would lose what was answered). A row that a power cut tore is dropped by SQLite's own
/// recovery: nobody was answered from it.
///
/// Folding the log into the file is not left to SQLite, which tells nobody when that fails and tries again. A
/// fold that a reader of older records keeps from being whole is counted without a sync of the file; what it
/// wrote is lost when the next sync fails, and is not written again by the process that counted it. So the
/// first failure ends it, and the log stays as it is for the next start, which counts from the beginning.
final class SqliteJournal implements Journal {

    private static final Logger LOG = LoggerFactory.getLogger(SqliteJournal.class);

    static final String FILE_NAME = "journal.db";

    /// How long another process, such as a backup, may keep us from writing before that is a failure.
    static final int BUSY_TIMEOUT_MILLIS = 5_000;

    /// "BRSR", for `file` and friends.
    private static final int APPLICATION_ID = 0x42525352;

    /// 1 had no chain, nothing was released with it; 2 had no base, and becomes 3 when it is opened.
    private static final int SCHEMA_VERSION = 3;

    /// A small batch fits a page, and the log grows by no more than it needs.
    static final int PAGE_SIZE = 4_096;

    /// Pages in the write-ahead log before it is folded into the file: 4 MiB. It is overwritten in
    /// place from then on, which syncs faster than growing does.
    private static final int FOLD_EVERY_PAGES = 1_024;

    /// Payload that is checked at start, newest first: a tenth of a second's work or two. `verify` checks
    /// all of it.
    private static final long CHECK_AT_START_BYTES = 32L << 20;

    /// Answers whether another process is folding, how many pages the log has, and how many of them are
    /// in the file. This one folds nothing.
    private static final String ASK_LOG = "PRAGMA wal_checkpoint(NOOP)";

    /// Folds what no reader needs in the log, waits for none of them, and answers the same.
    private static final String FOLD = "PRAGMA wal_checkpoint(PASSIVE)";

    private static final int PAGES_IN_LOG = 2;

    private static final String SCHEMA =
            "CREATE TABLE IF NOT EXISTS record ("
                    + "first INTEGER PRIMARY KEY, count INTEGER NOT NULL,"
                    + " checksum INTEGER NOT NULL, chain BLOB NOT NULL, payload BLOB NOT NULL)";

    /// One row at most.
    private static final String BASE_SCHEMA =
            "CREATE TABLE IF NOT EXISTS base ("
                    + "one INTEGER PRIMARY KEY CHECK (one = 1),"
                    + " position INTEGER NOT NULL, chain BLOB NOT NULL)";

    private static final String SET_BASE =
            "INSERT OR REPLACE INTO base (one, position, chain) VALUES (1, ?, ?)";

    private static final String DELETE = "DELETE FROM record WHERE first <= ?";

    /// Payload of rows that are deleted at a time: a millisecond or two.
    private static final long DELETED_BYTES = 1 << 20;

    static final String INSERT =
            "INSERT INTO record (first, count, checksum, chain, payload) VALUES (?, ?, ?, ?, ?)";

    private final Path file;
    private final Connection connection;
    private final PreparedStatement insert;
    private final PreparedStatement delete;
    private final PreparedStatement askLog;
    private final PreparedStatement fold;
    private final SqliteRecords records;
    private final Archive archive;

    /// Guards the connection and what it writes. Fair, so that an append waits for one deletion at most.
    private final ReentrantLock writing = new ReentrantLock(true);

    private volatile Base base;
    private volatile long lastPosition;
    private Chain chain;
    private volatile boolean failed;

    private SqliteJournal(Path file, Connection connection, SqliteRecords records)
            throws SQLException {
        this.file = file;
        this.connection = connection;
        this.insert = connection.prepareStatement(INSERT);
        this.delete = connection.prepareStatement(DELETE);
        this.askLog = connection.prepareStatement(ASK_LOG);
        this.fold = connection.prepareStatement(FOLD);
        this.records = records;
        this.archive = new Archive(Objects.requireNonNull(file.getParent()));
        this.base = records.base();
        this.lastPosition = records.lastPosition();
        this.chain = records.chain(lastPosition);
    }

    /// Opens or creates the journal in a directory that the caller has locked.
    ///
    /// @throws AuthorityException `EXTERNAL` when the file cannot be used, `INTERNAL` when it is damaged
    static SqliteJournal open(Path directory) {
        return open(directory, List.of());
    }

    /// @param pragmas of the connection that writes, after our own
    static SqliteJournal open(Path directory, List<String> pragmas) {
        Path file = directory.resolve(FILE_NAME);
        Connection connection = null;
        SqliteRecords records = null;
        SqliteJournal opened = null;
        try {
            boolean isNew = isNew(file);
            checkLog(file);
            Private.createFile(file); // SQLite gives its log the same permissions
            connection = connect(file, pragmas);
            if (isNew) {
                DataDirectory.sync(directory);
            }
            records = SqliteRecords.open(file);
            SqliteJournal journal = new SqliteJournal(file, connection, records);
            records.checkNewest(journal.lastPosition, CHECK_AT_START_BYTES);
            opened = journal;
            return opened;
        } catch (SQLException e) {
            throw SqliteRecords.failure(file, 1, e);
        } catch (IOException e) {
            throw new AuthorityException(
                    Kind.EXTERNAL, "cannot open the journal " + file + ": " + e.getMessage(), e);
        } finally {
            if (opened == null) {
                closeQuietly(records, connection);
            }
        }
    }

    private static boolean isNew(Path file) throws IOException {
        try {
            return Files.size(file) == 0;
        } catch (NoSuchFileException e) {
            return true;
        }
    }

    /// Stops at damage in the write-ahead log, and says how much of it SQLite is about to drop.
    private static void checkLog(Path file) throws IOException {
        JournalDamage damage = logDamage(file);
        if (damage != null) {
            throw damage;
        }
        long unfinished = WalScan.of(file).unfinishedBytes();
        if (unfinished > 0) {
            LOG.warn(
                    "event=journal_tail_dropped file={} bytes={} reason=\"the last commit is not"
                            + " whole: it was never answered, unless the disk has damaged it since\"",
                    file,
                    unfinished);
        }
    }

    /// Damage to durable records in the write-ahead log, or null.
    static @Nullable JournalDamage logDamage(Path file) throws IOException {
        if (!WalScan.of(file).isDamaged()) {
            return null;
        }
        WalScan.Found found =
                WalScan.of(file); // a second look: a live log may have grown meanwhile
        return found.isDamaged()
                ? new JournalDamage(
                        file,
                        lastReadable(file) + 1,
                        "its write-ahead log is damaged at byte " + found.damagedAt(),
                        null)
                : null;
    }

    private static long lastReadable(Path file) {
        try (SqliteRecords records = SqliteRecords.open(file)) {
            return records.lastPosition();
        } catch (AuthorityException e) {
            return 0; // the damage is in front of the first record
        }
    }

    private static Connection connect(Path file, List<String> pragmas) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        config.setGetGeneratedKeys(false); // a query after each insert, and nobody asks
        Connection connection = config.createConnection("jdbc:sqlite:" + file);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA page_size = " + PAGE_SIZE); // before the file has a page
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = FULL");
            statement.execute("PRAGMA fullfsync = 1");
            statement.execute("PRAGMA checkpoint_fullfsync = 1");
            statement.execute("PRAGMA wal_autocheckpoint = 0"); // see foldWhenLong
            require(file, pragma(statement, "journal_mode").equals("wal"), "cannot use a WAL");
            require(file, pragma(statement, "synchronous").equals("2"), "cannot sync fully");
            require(
                    file,
                    pragma(statement, "page_size").equals(Integer.toString(PAGE_SIZE)),
                    "has pages of another size");
            int version = Integer.parseInt(pragma(statement, "user_version"));
            require(file, version <= SCHEMA_VERSION, "is of a newer version: " + version);
            require(
                    file,
                    version != 1,
                    "is of version "
                            + version
                            + ", from before the first release, and cannot be read; move it away"
                            + " to start with an empty one");
            if (version < SCHEMA_VERSION) {
                create(statement);
            }
            for (String pragma : pragmas) {
                statement.execute(pragma);
            }
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /// Makes what a journal has, or adds what it had not before.
    static void create(Statement statement) throws SQLException {
        statement.execute(SCHEMA);
        statement.execute(BASE_SCHEMA);
        statement.execute("PRAGMA application_id = " + APPLICATION_ID);
        statement.execute("PRAGMA user_version = " + SCHEMA_VERSION);
    }

    static void setBase(Connection connection, Base base) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SET_BASE)) {
            statement.setLong(1, base.position());
            statement.setBytes(2, base.chain().bytes());
            statement.executeUpdate();
        }
    }

    static void bind(PreparedStatement insert, JournalRecord record) throws SQLException {
        insert.setLong(1, record.first());
        insert.setInt(2, record.count());
        insert.setInt(3, record.checksum());
        insert.setBytes(4, record.chain().bytes());
        insert.setBytes(5, record.payload());
    }

    private static String pragma(Statement statement, String name) throws SQLException {
        try (ResultSet row = statement.executeQuery("PRAGMA " + name)) {
            return row.next() ? row.getString(1) : "";
        }
    }

    private static void require(Path file, boolean condition, String otherwise) {
        if (!condition) {
            throw new AuthorityException(Kind.EXTERNAL, "the journal " + file + " " + otherwise);
        }
    }

    Path file() {
        return file;
    }

    @Override
    public long append(EntryBlock entries) {
        long first = lastPosition + 1;
        JournalRecord record =
                JournalRecord.after(chain, first, entries.count(), entries.toByteArray());
        write(
                "at position " + first,
                () -> {
                    bind(insert, record);
                    return insert.executeUpdate();
                });
        chain = record.chain();
        lastPosition = record.end() - 1;
        return record.size();
    }

    /// A change to the file.
    private interface Change {
        int make() throws SQLException;
    }

    /// Makes a change and returns when it is durable.
    ///
    /// @throws AuthorityException of kind `EXTERNAL` when that fails, and ever after
    private int write(String where, Change change) {
        writing.lock();
        try {
            if (failed) {
                throw new AuthorityException(
                        Kind.EXTERNAL, "the journal " + file + " has failed before");
            }
            int made = change.make();
            foldWhenLong();
            return made;
        } catch (SQLException e) {
            failed = true;
            throw new AuthorityException(
                    Kind.EXTERNAL,
                    "cannot write to the journal " + file + " " + where + ": " + e.getMessage(),
                    e);
        } finally {
            writing.unlock();
        }
    }

    private void foldWhenLong() throws SQLException {
        if (pagesInLog(askLog) >= FOLD_EVERY_PAGES) {
            var _ = pagesInLog(fold);
        }
    }

    private static int pagesInLog(PreparedStatement asked) throws SQLException {
        try (ResultSet row = asked.executeQuery()) {
            return row.next() ? row.getInt(PAGES_IN_LOG) : 0;
        }
    }

    @Override
    public Base base() {
        return base;
    }

    @Override
    public void begin(Base later) {
        var _ =
                write(
                        "that it begins after " + later.position(),
                        () -> {
                            setBase(connection, later);
                            return 1;
                        });
        base = later;
    }

    @Override
    public boolean deleteSome() {
        long first = records.firstOfOldest(base.position(), DELETED_BYTES);
        return first > 0
                && write(
                                "what is archived up to " + first,
                                () -> {
                                    delete.setLong(1, first);
                                    return delete.executeUpdate();
                                })
                        > 0;
    }

    @Override
    public long lastPosition() {
        return lastPosition;
    }

    @Override
    public long firstPosition() {
        return archive.firstReadable(base);
    }

    @Override
    public Chain chain(long position) {
        return position == 0
                ? Chain.START
                : aroundTheBase(
                        position,
                        () -> records.chain(position),
                        begins -> archive.chain(position, begins));
    }

    @Override
    public List<Positioned> read(long after, int atMost) {
        long last = lastPosition;
        return after >= last
                ? List.of()
                : aroundTheBase(
                        after,
                        () -> records.entries(after + 1, Math.max(1, atMost), last),
                        begins -> archive.entries(after + 1, atMost, begins));
    }

    @Override
    public List<JournalRecord> records(long position, int atMost) {
        long last = lastPosition;
        return position > last ? List.of() : records.from(position, Math.max(1, atMost), last);
    }

    /// Reads what is after a position where it is: what is not in the journal may have been archived
    /// meanwhile.
    private <T> T aroundTheBase(long after, Supplier<T> inJournal, Function<Base, T> inArchive) {
        Base begins = base;
        if (after < begins.position()) {
            return inArchive.apply(begins);
        }
        try {
            return inJournal.get();
        } catch (JournalDamage e) {
            Base later = base;
            if (after < later.position()) {
                return inArchive.apply(later);
            }
            throw e;
        }
    }

    /// SQLite folds the rest of the log when a connection that may write is the last one to be closed.
    @Override
    public void close() {
        writing.lock();
        try (connection;
                records;
                insert;
                delete;
                askLog;
                fold) {
            if (failed) {
                connection.close(); // before that of the records, so that the log stays as it is
            }
        } catch (SQLException e) {
            throw SqliteRecords.failure(file, lastPosition, e);
        } finally {
            writing.unlock();
        }
    }

    private static void closeQuietly(
            @Nullable SqliteRecords records, @Nullable Connection connection) {
        try (connection;
                records) {
            return;
        } catch (SQLException e) {
            return; // the reason why it is closed is already on its way
        }
    }
}
