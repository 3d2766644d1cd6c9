package dev.bursar.server.directory;

import dev.bursar.server.directory.DirectoryException.Kind;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The open file of the directory. One connection, one statement at a time.
final class Database implements AutoCloseable {

    private final Path file;
    private final Connection connection;
    private boolean inTransaction;

    /// Makes a value of a row.
    interface Mapper<T> {
        T map(ResultSet row) throws SQLException;
    }

    private Database(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    /// Opens or creates the file, with tables of the newest version.
    static Database open(Path file) {
        try {
            createForOwnerOnly(file);
            Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
            Database database = new Database(file, connection);
            try {
                database.prepare();
            } catch (SQLException | DirectoryException e) {
                connection.close();
                throw e;
            }
            return database;
        } catch (IOException | SQLException e) {
            throw new DirectoryException(
                    Kind.EXTERNAL, file + ": cannot be opened: " + e.getMessage(), e);
        }
    }

    private static void createForOwnerOnly(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        try {
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            // It is there from an earlier start, with the permissions it was given.
        }
    }

    private void prepare() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 5000");
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = FULL");
        }
        int version = rows("PRAGMA user_version", row -> row.getInt(1)).getFirst();
        if (version > DirectorySchema.VERSION) {
            throw new DirectoryException(
                    Kind.EXTERNAL, file + ": made by a newer version: " + version);
        }
        if (version < DirectorySchema.VERSION) {
            inTransaction(() -> DirectorySchema.since(version).forEach(this::update));
        }
    }

    synchronized <T> List<T> rows(String sql, Mapper<T> mapper) {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            List<T> values = new ArrayList<>();
            while (row.next()) {
                values.add(mapper.map(row));
            }
            return values;
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    synchronized void update(String sql, @Nullable Object... values) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /// All of the work or nothing; within a transaction, a part of that one.
    synchronized void inTransaction(Runnable work) {
        if (inTransaction) {
            work.run();
            return;
        }
        try {
            connection.setAutoCommit(false);
            inTransaction = true;
            try {
                work.run();
                connection.commit();
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            } finally {
                inTransaction = false;
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(millis);
    }

    static @Nullable Long millis(@Nullable Instant instant) {
        return instant == null ? null : instant.toEpochMilli();
    }

    @Override
    public synchronized void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private DirectoryException failed(SQLException cause) {
        return new DirectoryException(Kind.EXTERNAL, file + ": " + cause.getMessage(), cause);
    }
}
