package dev.bursar.usage;

import dev.bursar.authority.JournalReader.Positioned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import org.duckdb.DuckDBConnection;

/// The open DuckDB file: takes batches of entries, each in one transaction together with the position it
/// ends at, and hands out connections to read. One thread writes; connections may be used by others.
final class Store implements AutoCloseable {

    /// What opening says when the file itself is whole, and only now cannot be used.
    private static final List<String> NOT_DAMAGE =
            List.of(
                    "could not set lock",
                    "permission denied",
                    "no space left",
                    "is a directory",
                    "no such file or directory",
                    "read-only file system",
                    "cannot open file",
                    "unsatisfiedlinkerror");

    /// What DuckDB says, at any time, when it reads blocks that it did not write like this.
    private static final List<String> DAMAGE = List.of("corrupt", "checksum");

    private static final DateTimeFormatter ASIDE =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final DuckDBConnection connection;
    private volatile long position;

    private Store(DuckDBConnection connection, long position) {
        this.connection = connection;
        this.position = position;
    }

    /// Opens or creates the file. One that was made with other tables is emptied.
    static Store open(Path file, UsageSettings settings) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("memory_limit", settings.memoryMegabytes() + "MB");
        properties.setProperty("threads", Integer.toString(settings.threads()));
        properties.setProperty("preserve_insertion_order", "false");
        properties.setProperty("autoinstall_known_extensions", "false");
        properties.setProperty("autoload_known_extensions", "false");
        properties.setProperty("enable_external_access", "false");
        DuckDBConnection connection =
                DriverManager.getConnection("jdbc:duckdb:" + file, properties)
                        .unwrap(DuckDBConnection.class);
        UnpackedLibrary.unlink();
        try {
            if (!definition(connection).equals(Schema.DEFINITION)) {
                create(connection);
            }
            return new Store(connection, position(connection));
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /// Whether a failure to open means that the file cannot be read by anyone.
    static boolean isDamage(SQLException openFailure) {
        String message = String.valueOf(openFailure.getMessage()).toLowerCase(Locale.ROOT);
        return NOT_DAMAGE.stream().noneMatch(message::contains);
    }

    /// Whether a failure in the middle of work means that the file is damaged.
    static boolean showsDamage(Throwable failure) {
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return failure instanceof SQLException && DAMAGE.stream().anyMatch(message::contains);
    }

    /// Moves a file that cannot be used out of the way, with its log.
    ///
    /// @return its new name
    static Path setAside(Path file, Instant now) throws IOException {
        String name = file.getFileName() + ".damaged-" + ASIDE.format(now);
        Path aside = file.resolveSibling(name);
        for (int i = 2; Files.exists(aside); i++) {
            aside = file.resolveSibling(name + "-" + i);
        }
        Files.move(file, aside);
        Path log = log(file);
        if (Files.exists(log)) {
            Files.move(log, log(aside));
        }
        return aside;
    }

    /// Deletes the file and what DuckDB keeps beside it.
    static void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.deleteIfExists(log(file));
    }

    /// Of the last entry that is in, 0 when there is none.
    long position() {
        return position;
    }

    /// When the entry at [#position] was decided, as text; `""` when there is none.
    String lastAt() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT \"at\" FROM meta")) {
            row.next();
            return row.getString(1);
        }
    }

    /// Makes a batch part of the tables: all of it or nothing, and each entry once. Entries up to
    /// [#position] are passed over.
    ///
    /// @param counted see [#counted]
    void apply(List<Positioned> batch, Instant counted) throws SQLException {
        List<Positioned> news = after(batch, position);
        if (news.isEmpty()) {
            return;
        }
        Positioned last = news.getLast();
        // An explicit transaction: with the driver's own (autoCommit false) an appender is outside.
        execute("BEGIN TRANSACTION");
        try {
            Writer.append(connection, news);
            execute(
                    "UPDATE meta SET \"position\" = %d, \"at\" = '%s', \"counted_millis\" = %d"
                            .formatted(last.position(), last.entry().at(), counted.toEpochMilli()));
            execute("COMMIT");
        } catch (SQLException | RuntimeException e) {
            rollback(e);
            throw e;
        }
        position = last.position();
    }

    /// Until when runs that went idle are in the metrics of some process: at least to the last entry. The
    /// epoch when there is none.
    Instant counted() throws SQLException {
        String lastAt = lastAt();
        Instant last = lastAt.isEmpty() ? Instant.EPOCH : Instant.parse(lastAt);
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT \"counted_millis\" FROM meta")) {
            row.next();
            Instant counted = Instant.ofEpochMilli(row.getLong(1));
            return counted.isAfter(last) ? counted : last;
        }
    }

    void count(Instant until) throws SQLException {
        execute("UPDATE meta SET \"counted_millis\" = " + until.toEpochMilli());
    }

    /// A connection of its own, to read. The caller closes it, before the store is closed.
    Connection reader() throws SQLException {
        return connection.duplicate();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    private void rollback(Throwable cause) {
        try {
            execute("ROLLBACK");
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<Positioned> after(List<Positioned> batch, long position) {
        if (batch.isEmpty() || batch.getFirst().position() > position) {
            return batch;
        }
        return batch.stream().filter(entry -> entry.position() > position).toList();
    }

    private static String definition(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet tables =
                    statement.executeQuery(
                            "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'meta'")) {
                tables.next();
                if (tables.getLong(1) == 0) {
                    return "";
                }
            }
            try (ResultSet row = statement.executeQuery("SELECT \"definition\" FROM meta")) {
                return row.next() ? row.getString(1) : "";
            }
        }
    }

    private static long position(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT \"position\" FROM meta")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("BEGIN TRANSACTION");
            for (String table : List.of("calls", "holds", "meta", AuditTable.NAME)) {
                statement.execute("DROP TABLE IF EXISTS " + table);
            }
            for (String table : ReservationTables.NAMES) {
                statement.execute("DROP TABLE IF EXISTS " + table);
            }
            for (String definition : ReservationTables.DEFINITIONS) {
                statement.execute(definition);
            }
            statement.execute(Schema.CALLS);
            statement.execute(AuditTable.DEFINITION);
            statement.execute(Schema.HOLDS);
            statement.execute(Schema.META);
            statement.execute("INSERT INTO meta VALUES (0, '', '" + Schema.DEFINITION + "', 0)");
            statement.execute("COMMIT");
        }
    }

    private static Path log(Path file) {
        return file.resolveSibling(file.getFileName() + ".wal");
    }
}
