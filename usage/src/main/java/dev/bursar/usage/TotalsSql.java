package dev.bursar.usage;

import dev.bursar.pricing.TokenClass;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Answers [TotalsQuery].
///
/// Buckets follow a zone by plain arithmetic: Java's rules of the zone give the offset of each stretch of
/// time within the range, and the SQL adds it. So they agree with the windows of budgets, which use the
/// same rules, and need nothing of DuckDB's calendar.
final class TotalsSql {

    private static final TokenClass[] CLASSES = TokenClass.values();

    private static final String SUMS =
            Stream.of(
                            "calls",
                            "tool_calls",
                            "denials",
                            "tokens",
                            "microcents",
                            "asked_microcents",
                            "cached",
                            "avoided_microcents")
                    .map(column -> Schema.sum(column) + " AS " + column)
                    .collect(Collectors.joining(", "));

    private static final String CLASS_SUMS =
            Stream.of(CLASSES)
                    .flatMap(c -> Stream.of(Schema.tokens(c), Schema.cost(c)))
                    .map(column -> Schema.sum(column) + " AS " + column)
                    .collect(Collectors.joining(", "));

    private static final String CLASS_CALLS =
            Stream.of(CLASSES)
                    .map(c ->
                            "count(*) FILTER (%s > 0 OR %s > 0) AS calls_%s"
                                    .formatted(Schema.tokens(c), Schema.cost(c), c.wire()))
                    .collect(Collectors.joining(", "));

    private static final Comparator<TotalsRow> ORDER =
            Comparator.comparing(TotalsRow::start)
                    .thenComparing(TotalsRow::other)
                    .thenComparing(TotalsRow::microcents, Comparator.reverseOrder())
                    .thenComparing(TotalsRow::deniedAskedMicrocents, Comparator.reverseOrder())
                    .thenComparing(TotalsRow::calls, Comparator.reverseOrder())
                    .thenComparing(row -> row.key() == null ? "" : row.key());

    private TotalsSql() {}

    static List<TotalsRow> run(Connection connection, TotalsQuery query, Duration timeout)
            throws SQLException {
        Dimension groupBy = query.groupBy();
        List<TotalsRow> rows =
                Dimension.TOKEN_CLASS.equals(groupBy)
                        ? byTokenClass(connection, query, timeout)
                        : byColumn(connection, query, groupBy, timeout);
        rows.sort(ORDER);
        return rows;
    }

    private static List<TotalsRow> byColumn(
            Connection connection, TotalsQuery query, @Nullable Dimension groupBy, Duration timeout)
            throws SQLException {
        String key = groupBy == null ? "''" : Schema.column(groupBy);
        String sql =
                """
                WITH g AS (
                    SELECT %s AS b, %s AS k, %s, %s
                    FROM calls WHERE %s GROUP BY b, k),
                top AS (
                    SELECT k FROM g GROUP BY k
                    ORDER BY sum(microcents) DESC, sum(asked_microcents) DESC, sum(calls) DESC, k
                    LIMIT ?),
                r AS (SELECT g.*, top.k AS t FROM g LEFT JOIN top USING (k))
                SELECT b, t, %s, %s FROM r GROUP BY b, t
                """
                        .formatted(
                                bucket(query),
                                key,
                                SUMS,
                                CLASS_SUMS,
                                Filters.sql(query.filters().keySet()),
                                SUMS,
                                CLASS_SUMS);
        try (PreparedStatement statement = Queries.prepare(connection, sql, timeout)) {
            int next = Filters.bind(statement, 1, query.from(), query.to(), query.filters());
            statement.setInt(next, query.limit());
            try (ResultSet result = statement.executeQuery()) {
                List<TotalsRow> rows = new ArrayList<>();
                while (result.next()) {
                    rows.add(row(query, groupBy, result));
                }
                return rows;
            }
        }
    }

    private static TotalsRow row(TotalsQuery query, @Nullable Dimension groupBy, ResultSet result)
            throws SQLException {
        String key = result.getString("t");
        return new TotalsRow(
                start(query, result.getLong("b")),
                groupBy == null ? null : key,
                key == null,
                result.getLong("calls"),
                result.getLong("tool_calls"),
                result.getLong("denials"),
                result.getLong("tokens"),
                result.getLong("microcents"),
                lines(result),
                result.getLong("asked_microcents"),
                result.getLong("cached"),
                result.getLong("avoided_microcents"));
    }

    /// One row of sums per bucket, taken apart here. What came without classes is under `""`.
    private static List<TotalsRow> byTokenClass(
            Connection connection, TotalsQuery query, Duration timeout) throws SQLException {
        String sql =
                "SELECT %s AS b, %s, %s, %s FROM calls WHERE %s GROUP BY b"
                        .formatted(
                                bucket(query),
                                SUMS,
                                CLASS_SUMS,
                                CLASS_CALLS,
                                Filters.sql(query.filters().keySet()));
        try (PreparedStatement statement = Queries.prepare(connection, sql, timeout)) {
            Filters.bind(statement, 1, query.from(), query.to(), query.filters());
            try (ResultSet result = statement.executeQuery()) {
                List<TotalsRow> rows = new ArrayList<>();
                while (result.next()) {
                    rows.addAll(classRows(query, result));
                }
                return rows;
            }
        }
    }

    private static List<TotalsRow> classRows(TotalsQuery query, ResultSet result)
            throws SQLException {
        Instant start = start(query, result.getLong("b"));
        List<TotalsRow> rows = new ArrayList<>();
        long tokens = result.getLong("tokens");
        long microcents = result.getLong("microcents");
        for (TokenLine line : lines(result)) {
            tokens -= line.tokens();
            microcents -= line.microcents();
            rows.add(classRow(start, line, result.getLong("calls_" + line.tokenClass())));
        }
        if (tokens > 0 || microcents > 0) {
            rows.add(classRow(start, new TokenLine("", tokens, microcents), 0));
        }
        return rows;
    }

    private static TotalsRow classRow(Instant start, TokenLine line, long calls) {
        return new TotalsRow(
                start,
                line.tokenClass(),
                false,
                calls,
                0,
                0,
                line.tokens(),
                line.microcents(),
                line.tokenClass().isEmpty() ? List.of() : List.of(line),
                0,
                0,
                0);
    }

    private static List<TokenLine> lines(ResultSet result) throws SQLException {
        List<TokenLine> lines = new ArrayList<>();
        for (TokenClass tokenClass : CLASSES) {
            long tokens = result.getLong(Schema.tokens(tokenClass));
            long microcents = result.getLong(Schema.cost(tokenClass));
            if (tokens != 0 || microcents != 0) {
                lines.add(new TokenLine(tokenClass.wire(), tokens, microcents));
            }
        }
        return lines;
    }

    /// A number for the bucket of a call: see [#start] for what it means.
    private static String bucket(TotalsQuery query) {
        String local = "(at_millis + " + offset(query) + ")";
        return switch (query.bucket()) {
            case MINUTE -> "(at_millis - " + local + " % 60000)";
            case HOUR -> "(at_millis - " + local + " % 3600000)";
            case DAY -> "(" + local + " // 86400000)";
            case MONTH ->
                    "(datepart('year', %1$s) * 12 + datepart('month', %1$s) - 1)"
                            .formatted("make_timestamp(" + local + " * 1000)");
            case ALL -> "0::BIGINT";
        };
    }

    private static Instant start(TotalsQuery query, long bucket) {
        ZoneId zone = query.zone();
        return switch (query.bucket()) {
            case MINUTE, HOUR -> Instant.ofEpochMilli(bucket);
            case DAY -> LocalDate.ofEpochDay(bucket).atStartOfDay(zone).toInstant();
            case MONTH ->
                    LocalDate.of((int) (bucket / 12), (int) (bucket % 12) + 1, 1)
                            .atStartOfDay(zone)
                            .toInstant();
            case ALL -> query.from();
        };
    }

    /// The zone's offset in milliseconds at `at_millis`, for times within the range.
    private static String offset(TotalsQuery query) {
        StringBuilder sql = new StringBuilder("CASE");
        Instant at = query.from();
        int stretches = 0;
        while (true) {
            ZoneOffsetTransition change = query.zone().getRules().nextTransition(at);
            if (change == null || !change.getInstant().isBefore(query.to())) {
                break;
            }
            sql.append(" WHEN at_millis < ")
                    .append(change.getInstant().toEpochMilli())
                    .append(" THEN ")
                    .append(millis(query, at));
            at = change.getInstant();
            stretches++;
        }
        String last = Long.toString(millis(query, at));
        return stretches == 0 ? last : sql + " ELSE " + last + " END";
    }

    private static long millis(TotalsQuery query, Instant at) {
        return query.zone().getRules().getOffset(at).getTotalSeconds() * 1_000L;
    }
}
