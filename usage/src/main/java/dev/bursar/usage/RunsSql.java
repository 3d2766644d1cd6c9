package dev.bursar.usage;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Answers [RunsQuery]: runs are summed up from their calls when asked for.
final class RunsSql {

    private static final String SUMS =
            Stream.of("calls", "denials", "tool_calls", "tokens", "microcents", "asked_microcents")
                    .map(column -> Schema.sum(column) + " AS " + column)
                    .collect(Collectors.joining(", "));

    /// @param entries all rows of the run: calls, tool spend and denials
    record Found(RunRow row, long entries, long ordered) {}

    static final String IDLE = "idle";

    /// Out of money for good; or, of a run that somebody may have resumed, stopped when it asked last.
    private static final String STOPPED =
            """
            bool_or(stops AND denial <> '%1$s') OR arg_max(denial, "position") = '%1$s'
            """
                    .formatted(Denials.RUN_STOPPED)
                    .strip();

    private RunsSql() {}

    private static String stopReason(RunStatus status, String lastStop) {
        return switch (status) {
            case RUNNING -> "";
            case FINISHED -> IDLE;
            case STOPPED -> Denials.stopReason(lastStop);
        };
    }

    static RunsPage page(
            Connection connection, RunsQuery query, Instant now, UsageSettings settings)
            throws SQLException {
        List<Found> found = find(connection, query, now, settings);
        List<RunRow> rows = found.stream().limit(query.limit()).map(Found::row).toList();
        String next =
                found.size() > query.limit() ? cursor(query, found.get(query.limit() - 1)) : null;
        return new RunsPage(rows, next);
    }

    /// One more than the query's limit, where there are so many.
    static List<Found> find(
            Connection connection, RunsQuery query, Instant now, UsageSettings settings)
            throws SQLException {
        long idleBefore = idleBefore(query, now, settings.idle());
        Map<Dimension, String> filters = new LinkedHashMap<>(query.filters());
        if (query.tenant() != null) {
            filters.put(Dimension.TENANT, query.tenant());
        }
        String where = Filters.sql(filters.keySet());
        String sql = sql(where, order(query.order()), status(query.status(), idleBefore));
        try (PreparedStatement statement =
                Queries.prepare(connection, sql, settings.queryTimeout())) {
            int next = Filters.bind(statement, 1, query.from(), query.to(), filters);
            next = bindCursor(statement, next, query);
            statement.setInt(next++, query.limit() + 1);
            Filters.bind(statement, next, query.from(), query.to(), filters);
            List<Found> found = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    found.add(found(result, idleBefore));
                }
            }
            return found;
        }
    }

    /// Figures of every run in range, then one page of them, then the names of only those runs.
    private static String sql(String where, String order, String status) {
        return """
        WITH g AS (
            SELECT tenant, run, min(at_millis) AS first_at, max(at_millis) AS last_at,
                %4$s,
                count(*) AS entries, count(*) FILTER (microcents > 0) AS paid,
                %5$s AS stopped,
                arg_max(denial, "position") FILTER (stops) AS last_stop
            FROM calls WHERE %1$s AND run <> '' GROUP BY tenant, run),
        page AS (
            SELECT *, %2$s AS ordered FROM g
            WHERE %3$s AND (? OR
                ordered < ? OR ordered = ? AND (tenant > ? OR tenant = ? AND run > ?))
            ORDER BY ordered DESC, tenant, run LIMIT ?),
        names AS (
            SELECT tenant, run,
                arg_max("workflow", "position") FILTER ("workflow" <> '') AS workflow,
                arg_max("agent", "position") FILTER ("agent" <> '') AS agent,
                arg_max("user", "position") FILTER ("user" <> '') AS "user",
                arg_max("release", "position") FILTER ("release" <> '') AS "release"
            FROM calls SEMI JOIN page USING (tenant, run)
            WHERE %1$s GROUP BY tenant, run)
        SELECT * FROM page JOIN names USING (tenant, run)
        ORDER BY ordered DESC, tenant, run
        """
                .formatted(where, order, status, SUMS, STOPPED);
    }

    /// Runs whose last call is not after this are idle, as seen at the end of the range.
    private static long idleBefore(RunsQuery query, Instant now, Duration idle) {
        Instant seen = query.to().isBefore(now) ? query.to() : now;
        return seen.minus(idle).toEpochMilli();
    }

    private static String order(RunsQuery.Order order) {
        return switch (order) {
            case COST -> "microcents";
            case LATEST -> "last_at";
            case CALLS -> "calls + denials";
        };
    }

    private static String status(@Nullable RunStatus status, long idleBefore) {
        return switch (status) {
            case null -> "true";
            case STOPPED -> "stopped";
            case FINISHED -> "NOT stopped AND last_at <= " + idleBefore;
            case RUNNING -> "NOT stopped AND last_at > " + idleBefore;
        };
    }

    private static Found found(ResultSet result, long idleBefore) throws SQLException {
        long lastAt = result.getLong("last_at");
        RunStatus status = RunStatus.FINISHED;
        if (result.getBoolean("stopped")) {
            status = RunStatus.STOPPED;
        } else if (lastAt > idleBefore) {
            status = RunStatus.RUNNING;
        }
        long microcents = result.getLong("microcents");
        long denials = result.getLong("denials");
        RunRow row =
                new RunRow(
                        result.getString("tenant"),
                        result.getString("run"),
                        text(result, "workflow"),
                        text(result, "agent"),
                        text(result, "user"),
                        text(result, "release"),
                        Instant.ofEpochMilli(result.getLong("first_at")),
                        Instant.ofEpochMilli(lastAt),
                        result.getLong("calls"),
                        denials,
                        result.getLong("tool_calls"),
                        result.getLong("tokens"),
                        microcents,
                        status,
                        stopReason(status, text(result, "last_stop")),
                        avoided(denials, microcents, result.getLong("paid")),
                        result.getLong("asked_microcents"));
        return new Found(row, result.getLong("entries"), result.getLong("ordered"));
    }

    /// Denials times the mean of what was paid for: see [RunRow].
    private static long avoided(long denials, long microcents, long paid) {
        return paid == 0 ? 0 : Figures.times(denials, microcents / paid);
    }

    private static String text(ResultSet result, String column) throws SQLException {
        String text = result.getString(column);
        return text == null ? "" : text;
    }

    private static int bindCursor(PreparedStatement statement, int first, RunsQuery query)
            throws SQLException {
        Position after = query.cursor() == null ? null : position(query, query.cursor());
        int next = first;
        statement.setBoolean(next++, after == null);
        statement.setLong(next++, after == null ? 0 : after.ordered());
        statement.setLong(next++, after == null ? 0 : after.ordered());
        statement.setString(next++, after == null ? "" : after.tenant());
        statement.setString(next++, after == null ? "" : after.tenant());
        statement.setString(next++, after == null ? "" : after.run());
        return next;
    }

    /// The last run of a page.
    private record Position(long ordered, String tenant, String run) {}

    private static String cursor(RunsQuery query, Found last) {
        return String.join(
                ".",
                fingerprint(query),
                Long.toString(last.ordered()),
                encode(last.row().tenant()),
                encode(last.row().run()));
    }

    private static Position position(RunsQuery query, String cursor) {
        String[] parts = cursor.split("\\.", -1);
        try {
            if (parts.length == 4 && parts[0].equals(fingerprint(query))) {
                return new Position(Long.parseLong(parts[1]), decode(parts[2]), decode(parts[3]));
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    UsageException.Kind.CALLER, "not a cursor of runs: " + cursor, e);
        }
        throw new UsageException(
                UsageException.Kind.CALLER, "not a cursor of this query: " + cursor);
    }

    /// Of all but the range, which may move along with the clock from page to page.
    private static String fingerprint(RunsQuery query) {
        Map<String, String> filters = new TreeMap<>();
        query.filters().forEach((dimension, value) -> filters.put(dimension.name(), value));
        String text = query.order() + " " + query.tenant() + " " + query.status() + " " + filters;
        return Integer.toHexString(text.hashCode());
    }

    private static String encode(String text) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String decode(String text) {
        return new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
    }
}
