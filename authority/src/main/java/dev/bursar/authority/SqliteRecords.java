package dev.bursar.authority;

import dev.bursar.authority.AuthorityException.Kind;
import dev.bursar.ledger.Entry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Reads the records of a SQLite journal over a connection of its own. Safe for several threads, one
/// at a time.
///
/// Trusts nothing: every record is checked for its checksum and its place before an entry leaves here.
final class SqliteRecords implements AutoCloseable {

    /// Also starts inside a record: with the one that contains the position.
    private static final String FROM =
            "SELECT first, count, checksum, chain, payload FROM record"
                    + " WHERE first >= (SELECT max(first) FROM record WHERE first <= ?)"
                    + " ORDER BY first";

    private static final String BACKWARDS =
            "SELECT first, count, checksum, chain, payload FROM record ORDER BY first DESC";

    private static final String CHAIN =
            "SELECT first + count - 1, chain FROM record WHERE first <= ?"
                    + " ORDER BY first DESC LIMIT 1";

    private static final String LAST =
            "SELECT first + count - 1 FROM record ORDER BY first DESC LIMIT 1";

    private static final String HAS_BASE =
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'base'";

    private static final String BASE = "SELECT position, chain FROM base";

    private static final String SIZES =
            "SELECT first, length(payload) FROM record WHERE first <= ? ORDER BY first";

    private final Path file;
    private final Connection connection;
    private final ReentrantLock lock = new ReentrantLock();

    private SqliteRecords(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    static SqliteRecords open(Path file) {
        try {
            return new SqliteRecords(file, connect(file));
        } catch (SQLException e) {
            throw failure(file, 1, e);
        }
    }

    /// A connection that only reads, and so never folds the log.
    static Connection connect(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(SqliteJournal.BUSY_TIMEOUT_MILLIS);
        return config.createConnection("jdbc:sqlite:" + file);
    }

    Path file() {
        return file;
    }

    /// Where the records begin: at the first entry, unless some were archived.
    Base base() {
        lock.lock();
        try (PreparedStatement known = connection.prepareStatement(HAS_BASE);
                ResultSet table = known.executeQuery()) {
            if (!table.next()) {
                return Base.START;
            }
            try (PreparedStatement query = connection.prepareStatement(BASE);
                    ResultSet row = query.executeQuery()) {
                return row.next()
                        ? new Base(row.getLong(1), chain(row.getBytes(2), row.getLong(1)))
                        : Base.START;
            }
        } catch (SQLException e) {
            throw failure(file, 1, e);
        } finally {
            lock.unlock();
        }
    }

    /// The position of the last entry, 0 when there never was one.
    long lastPosition() {
        lock.lock();
        try (PreparedStatement query = connection.prepareStatement(LAST);
                ResultSet row = query.executeQuery()) {
            return row.next() ? row.getLong(1) : base().position();
        } catch (SQLException e) {
            throw failure(file, 1, e);
        } finally {
            lock.unlock();
        }
    }

    /// The hash of the record that ends with a position.
    ///
    /// @throws AuthorityException of kind `INTERNAL` when no record ends there
    Chain chain(long position) {
        Base base = base();
        if (position == base.position()) {
            return base.chain();
        }
        lock.lock();
        try (PreparedStatement query = connection.prepareStatement(CHAIN)) {
            query.setLong(1, position);
            try (ResultSet row = query.executeQuery()) {
                if (!row.next() || row.getLong(1) != position) {
                    throw new JournalDamage(file, position, "no record ends there", null);
                }
                return chain(row.getBytes(2), position);
            }
        } catch (SQLException e) {
            throw failure(file, position, e);
        } finally {
            lock.unlock();
        }
    }

    private Chain chain(byte @Nullable [] hash, long position) {
        if (hash == null || hash.length != Chain.BYTES) {
            throw new JournalDamage(file, position, "the record has no hash", null);
        }
        return Chain.of(hash);
    }

    /// Whole, checked records from the one that contains `position` on, until they hold `atMost`
    /// entries or more, or the end, or the last one before damage.
    ///
    /// @throws AuthorityException of kind `INTERNAL` when the record at `position` is damaged, or
    ///     missing although `position` is not above `last`
    List<JournalRecord> from(long position, int atMost, long last) {
        List<JournalRecord> records = new ArrayList<>();
        long next = position;
        lock.lock();
        try (PreparedStatement query = connection.prepareStatement(FROM)) {
            query.setLong(1, position);
            try (ResultSet row = query.executeQuery()) {
                while (next <= last && next - position < atMost && row.next()) {
                    JournalRecord record = record(row);
                    JournalDamage damage = damage(record, next, records.isEmpty());
                    if (damage != null) {
                        throw damage;
                    }
                    records.add(record);
                    next = record.end();
                }
            }
        } catch (JournalDamage e) {
            if (records.isEmpty()) {
                throw e;
            }
            return records;
        } catch (SQLException e) {
            if (records.isEmpty()) {
                throw failure(file, next, e);
            }
        } finally {
            lock.unlock();
        }
        if (next == position && next <= last) {
            throw new JournalDamage(file, next, "the record is missing", null);
        }
        return records;
    }

    /// Entries of [#from], with their positions, those before `position` left out.
    List<JournalReader.Positioned> entries(long position, int atMost, long last) {
        List<JournalReader.Positioned> entries = new ArrayList<>();
        for (JournalRecord record : from(position, atMost, last)) {
            long at = record.first();
            for (Entry entry : decoded(file, record)) {
                if (at >= position) {
                    entries.add(new JournalReader.Positioned(at, entry));
                }
                at++;
            }
        }
        return entries;
    }

    /// How far the oldest records go that have about `bytes` together, or at least one.
    ///
    /// @return the first position of the last of them; 0 when none begins at or before `last`
    long firstOfOldest(long last, long bytes) {
        long first = 0;
        long left = bytes;
        lock.lock();
        try (PreparedStatement query = connection.prepareStatement(SIZES)) {
            query.setLong(1, last);
            try (ResultSet row = query.executeQuery()) {
                while (left > 0 && row.next()) {
                    first = row.getLong(1);
                    left -= row.getLong(2);
                }
            }
            return first;
        } catch (SQLException e) {
            throw failure(file, last, e);
        } finally {
            lock.unlock();
        }
    }

    /// Checks the newest records, up to about `bytes` of them, without decoding them.
    ///
    /// @return how many entries were checked
    long checkNewest(long last, long bytes) {
        Base base = base();
        long end = last + 1;
        long left = bytes;
        JournalRecord later = null;
        lock.lock();
        try (PreparedStatement query = connection.prepareStatement(BACKWARDS);
                ResultSet row = query.executeQuery()) {
            while (end > base.position() + 1 && left > 0) {
                if (!row.next()) {
                    throw new JournalDamage(file, end - 1, "the record is missing", null);
                }
                JournalRecord record = record(row);
                if (!record.intact()) {
                    throw new JournalDamage(file, record.first(), "checksum differs", null);
                }
                if (record.end() != end) {
                    throw new JournalDamage(
                            file, record.end(), "records are missing before " + end, null);
                }
                if (later != null && !later.follows(record.chain())) {
                    throw JournalDamage.brokenChain(file, later.first());
                }
                later = record;
                end = record.first();
                left -= record.size();
            }
            if (end <= base.position() + 1 && later != null && !later.follows(base.chain())) {
                throw JournalDamage.brokenChain(file, later.first());
            }
            return last + 1 - end;
        } catch (SQLException e) {
            throw failure(file, end - 1, e);
        } finally {
            lock.unlock();
        }
    }

    private JournalRecord record(ResultSet row) throws SQLException {
        byte[] payload = row.getBytes(5);
        return new JournalRecord(
                row.getLong(1),
                row.getInt(2),
                row.getInt(3),
                chain(row.getBytes(4), row.getLong(1)),
                payload == null ? new byte[0] : payload);
    }

    private @Nullable JournalDamage damage(
            JournalRecord record, long expected, boolean mayStartBefore) {
        boolean inPlace = mayStartBefore ? record.first() <= expected : record.first() == expected;
        if (!inPlace) {
            return new JournalDamage(file, expected, "the record is missing", null);
        }
        if (!record.intact()) {
            return new JournalDamage(file, record.first(), "checksum differs", null);
        }
        return record.end() <= expected
                ? new JournalDamage(file, expected, "the record is missing", null)
                : null;
    }

    static List<Entry> decoded(Path file, JournalRecord record) {
        try {
            return record.entries();
        } catch (AuthorityException e) {
            throw new JournalDamage(file, record.first(), String.valueOf(e.getMessage()), e);
        }
    }

    /// What SQLite itself finds broken is damage, everything else comes from outside. Some of what the disk
    /// fails to read SQLite calls broken, too: a sector that cannot be read is.
    static AuthorityException failure(Path file, long position, SQLException e) {
        if (e instanceof SQLiteException sqlite) {
            SQLiteErrorCode code = sqlite.getResultCode();
            if (code == SQLiteErrorCode.SQLITE_NOTADB
                    || (code.code & 0xFF) == SQLiteErrorCode.SQLITE_CORRUPT.code) {
                return new JournalDamage(file, position, String.valueOf(e.getMessage()), e);
            }
        }
        return new AuthorityException(
                Kind.EXTERNAL, "cannot read the journal " + file + ": " + e.getMessage(), e);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            connection.close();
        } catch (SQLException e) {
            throw failure(file, 1, e);
        } finally {
            lock.unlock();
        }
    }
}
