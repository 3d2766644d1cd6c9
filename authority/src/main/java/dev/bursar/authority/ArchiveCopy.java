package dev.bursar.authority;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;

/// Writes a file of an [Archive]: a journal of one transaction, that begins where the one it is made
/// from did.
final class ArchiveCopy implements AutoCloseable {

    private final Path file;
    private final Connection connection;
    private final PreparedStatement insert;

    private ArchiveCopy(Path file, Connection connection) throws SQLException {
        this.file = file;
        this.connection = connection;
        this.insert = connection.prepareStatement(SqliteJournal.INSERT);
    }

    /// @param file replaced when it is there
    static ArchiveCopy begin(Path file, Base base) throws IOException, SQLException {
        Files.deleteIfExists(file);
        Private.createFile(file);
        SQLiteConfig config = new SQLiteConfig();
        // Nothing but a whole and synced file is ever looked at.
        config.setJournalMode(SQLiteConfig.JournalMode.OFF);
        config.setSynchronous(SQLiteConfig.SynchronousMode.OFF);
        Connection connection = config.createConnection("jdbc:sqlite:" + file);
        try (Statement statement = connection.createStatement()) {
            SqliteJournal.create(statement);
            connection.setAutoCommit(false);
            SqliteJournal.setBase(connection, base);
            return new ArchiveCopy(file, connection);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    void add(JournalRecord record) throws SQLException {
        SqliteJournal.bind(insert, record);
        insert.executeUpdate();
    }

    /// Makes the file durable; its name is not yet.
    void finish() throws IOException, SQLException {
        connection.commit();
        connection.close();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /// After [#finish] there is nothing left to do.
    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
