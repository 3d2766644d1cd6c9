package dev.bursar.usage;

import dev.bursar.authority.JournalReader.Positioned;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/// The table of acts. An act that the journal was told twice is in it once: as it was told first.
final class AuditTable implements AutoCloseable {

    static final String NAME = "audit";

    static final String DEFINITION =
            "CREATE TABLE audit (\"position\" BIGINT, at_millis BIGINT, tenant VARCHAR,"
                    + " actor VARCHAR, \"role\" VARCHAR, \"action\" VARCHAR, target VARCHAR,"
                    + " reason VARCHAR, request_id VARCHAR, trace_id VARCHAR,"
                    + " on_behalf_of VARCHAR, unit VARCHAR, amount BIGINT,"
                    + " details MAP(VARCHAR, VARCHAR), budgets VARCHAR[], act VARCHAR)";

    private final DuckDBAppender acts;

    /// Acts that are in the table, of those that this batch tells.
    private final Set<String> told;

    AuditTable(DuckDBConnection connection, List<Positioned> batch) throws SQLException {
        told = told(connection, batch);
        acts = connection.createAppender(NAME);
    }

    private static Set<String> told(DuckDBConnection connection, List<Positioned> batch)
            throws SQLException {
        List<String> ids = batch.stream().map(Acts::id).filter(id -> !id.isEmpty()).toList();
        Set<String> told = new HashSet<>();
        if (ids.isEmpty()) {
            return told;
        }
        String places = ids.stream().map(_ -> "?").collect(Collectors.joining(", "));
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT act FROM audit WHERE act IN (" + places + ")")) {
            for (int i = 0; i < ids.size(); i++) {
                statement.setString(i + 1, ids.get(i));
            }
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    told.add(row.getString(1));
                }
            }
        }
        return told;
    }

    void append(Positioned positioned) throws SQLException {
        AuditRow act = Acts.of(positioned);
        String id = act == null ? "" : Acts.id(positioned);
        if (act == null || (!id.isEmpty() && !told.add(id))) {
            return;
        }
        acts.beginRow().append(act.position()).append(act.at().toEpochMilli());
        text(act.tenant());
        acts.append(act.actor()).append(act.role()).append(act.action()).append(act.target());
        text(act.reason());
        text(act.requestId());
        text(act.traceId());
        text(act.onBehalfOf());
        text(act.unit());
        acts.append(act.amount()).append(act.details());
        acts.append(Acts.budgets(positioned)).append(id).endRow();
    }

    void flush() throws SQLException {
        acts.flush();
    }

    @Override
    public void close() throws SQLException {
        acts.close();
    }

    private void text(@Nullable String text) throws SQLException {
        if (text == null) {
            acts.appendNull();
        } else {
            acts.append(text);
        }
    }
}
