package dev.bursar.usage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads single calls.
final class CallsSql {

    private static final String ROW =
            Stream.of(
                            "position",
                            "id",
                            "at_millis",
                            "outcome",
                            "tenant",
                            "run",
                            "workflow",
                            "agent",
                            "user",
                            "release",
                            "provider",
                            "model",
                            "requested_model",
                            "tool",
                            "status",
                            "provenance",
                            "decision",
                            "tokens",
                            "microcents",
                            "asked_microcents",
                            "latency_millis",
                            "denial",
                            "budget",
                            "breaker")
                    .map(column -> '"' + column + '"')
                    .collect(Collectors.joining(", "));

    private CallsSql() {}

    /// The last calls of a run, in the order of the journal.
    static List<CallRow> ofRun(
            Connection connection, String tenant, String run, int atMost, Duration timeout)
            throws SQLException {
        String sql =
                "SELECT "
                        + ROW
                        + " FROM calls WHERE \"tenant\" = ? AND \"run\" = ?"
                        + " ORDER BY \"position\" DESC LIMIT ?";
        try (PreparedStatement statement = Queries.prepare(connection, sql, timeout)) {
            statement.setString(1, tenant);
            statement.setString(2, run);
            statement.setInt(3, atMost);
            return oldestFirst(statement);
        }
    }

    /// The calls of a query, in the order of the journal.
    static List<CallRow> page(Connection connection, CallsQuery query, Duration timeout)
            throws SQLException {
        Long after = query.after();
        String sql =
                "SELECT "
                        + ROW
                        + " FROM calls WHERE "
                        + Filters.sql(query.filters().keySet())
                        + (after == null ? "" : " AND \"position\" > ?")
                        + " ORDER BY \"position\" LIMIT "
                        + query.limit();
        try (PreparedStatement statement = Queries.prepare(connection, sql, timeout)) {
            int next = Filters.bind(statement, 1, query.from(), query.to(), query.filters());
            if (after != null) {
                statement.setLong(next, after);
            }
            return rows(statement);
        }
    }

    /// The last calls that ended at or after a time, in the order of the journal.
    static List<CallRow> since(Connection connection, Instant from, int atMost, Duration timeout)
            throws SQLException {
        String sql =
                "SELECT "
                        + ROW
                        + " FROM calls WHERE at_millis >= ? ORDER BY \"position\" DESC LIMIT ?";
        try (PreparedStatement statement = Queries.prepare(connection, sql, timeout)) {
            statement.setLong(1, from.toEpochMilli());
            statement.setInt(2, atMost);
            return oldestFirst(statement);
        }
    }

    /// Where in the journal the last call of an id ended.
    static OptionalLong position(Connection connection, String id, Duration timeout)
            throws SQLException {
        return number(connection, "SELECT max(\"position\") FROM calls WHERE id = ?", id, timeout);
    }

    /// Where in the journal a hold was made.
    static OptionalLong reserved(Connection connection, String hold, Duration timeout)
            throws SQLException {
        return number(
                connection,
                "SELECT max(\"position\") FROM holds WHERE \"hold\" = ?",
                hold,
                timeout);
    }

    private static OptionalLong number(
            Connection connection, String sql, String parameter, Duration timeout)
            throws SQLException {
        try (PreparedStatement statement = Queries.prepare(connection, sql, timeout)) {
            statement.setString(1, parameter);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                long value = result.getLong(1);
                return result.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
            }
        }
    }

    private static List<CallRow> oldestFirst(PreparedStatement statement) throws SQLException {
        List<CallRow> rows = rows(statement);
        Collections.reverse(rows);
        return rows;
    }

    private static List<CallRow> rows(PreparedStatement statement) throws SQLException {
        List<CallRow> rows = new ArrayList<>();
        try (ResultSet result = statement.executeQuery()) {
            while (result.next()) {
                rows.add(row(result));
            }
        }
        return rows;
    }

    private static CallRow row(ResultSet result) throws SQLException {
        int i = 1;
        return new CallRow(
                result.getLong(i++),
                result.getString(i++),
                Instant.ofEpochMilli(result.getLong(i++)),
                CallOutcome.valueOf(result.getString(i++).toUpperCase(Locale.ROOT)),
                result.getString(i++),
                result.getString(i++),
                result.getString(i++),
                result.getString(i++),
                result.getString(i++),
                result.getString(i++),
                result.getString(i++),
                result.getString(i++),
                result.getString(i++),
                result.getString(i++),
                result.getString(i++),
                result.getString(i++),
                result.getString(i++),
                result.getLong(i++),
                result.getLong(i++),
                result.getLong(i++),
                result.getLong(i++),
                result.getString(i++),
                result.getString(i++),
                result.getString(i++));
    }
}
