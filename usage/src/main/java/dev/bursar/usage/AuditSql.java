package dev.bursar.usage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Finds acts in the read model.
final class AuditSql {

    private final StringBuilder sql = new StringBuilder("SELECT * FROM audit WHERE true");
    private final List<Object> values = new ArrayList<>();

    private AuditSql() {}

    static List<AuditRow> list(Connection connection, AuditQuery query, Duration timeout)
            throws SQLException {
        AuditSql sql = new AuditSql();
        sql.and("tenant = ?", query.tenant());
        sql.and("actor = ?", query.actor());
        if (query.action() != null) {
            sql.and("(\"action\" = ? OR starts_with(\"action\", ?))", query.action());
            sql.values.add(query.action() + ".");
        }
        if (query.target() != null) {
            sql.and("(target = ? OR list_contains(budgets, ?))", query.target());
            sql.values.add(query.target());
        }
        sql.and("request_id = ?", query.requestId());
        sql.and("at_millis >= ?", Filters.millis(query.from()));
        sql.and("at_millis < ?", Filters.millis(query.to()));
        sql.and("\"position\" < ?", query.before());
        sql.sql.append(" ORDER BY \"position\" DESC LIMIT ").append(query.limit());
        return sql.run(connection, timeout);
    }

    private void and(String condition, @Nullable Object value) {
        if (value != null) {
            sql.append(" AND ").append(condition);
            values.add(value);
        }
    }

    private List<AuditRow> run(Connection connection, Duration timeout) throws SQLException {
        List<AuditRow> found = new ArrayList<>();
        try (PreparedStatement statement = Queries.prepare(connection, sql.toString(), timeout)) {
            for (int i = 0; i < values.size(); i++) {
                statement.setObject(i + 1, values.get(i));
            }
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(row(row));
                }
            }
        }
        return found;
    }

    private static AuditRow row(ResultSet row) throws SQLException {
        SortedMap<String, String> details = new TreeMap<>();
        for (Map.Entry<?, ?> detail : ((Map<?, ?>) row.getObject("details")).entrySet()) {
            details.put(String.valueOf(detail.getKey()), String.valueOf(detail.getValue()));
        }
        return new AuditRow(
                row.getLong("position"),
                Instant.ofEpochMilli(row.getLong("at_millis")),
                row.getString("tenant"),
                row.getString("actor"),
                row.getString("role"),
                row.getString("action"),
                row.getString("target"),
                row.getString("reason"),
                row.getString("request_id"),
                row.getString("trace_id"),
                row.getString("on_behalf_of"),
                row.getString("unit"),
                row.getLong("amount"),
                details);
    }
}
