package dev.bursar.usage;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The part of a WHERE that picks calls by time and dimensions. Values are always bound, never written
/// into the SQL.
final class Filters {

    private Filters() {}

    static String sql(Collection<Dimension> dimensions) {
        StringBuilder sql = new StringBuilder("at_millis >= ? AND at_millis < ?");
        dimensions.stream()
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .forEach(d -> sql.append(" AND ").append(Schema.column(d)).append(" = ?"));
        return sql.toString();
    }

    /// @return the index of the next parameter
    static int bind(
            PreparedStatement statement,
            int first,
            Instant from,
            Instant to,
            Map<Dimension, String> filters)
            throws SQLException {
        int next = first;
        statement.setLong(next++, firstMillis(from));
        statement.setLong(next++, firstMillis(to));
        SortedMap<String, String> sorted = new TreeMap<>();
        filters.forEach((dimension, value) -> sorted.put(dimension.name(), value));
        for (String value : sorted.values()) {
            statement.setString(next++, value);
        }
        return next;
    }

    /// A bound for whole milliseconds, null when there is none.
    static @Nullable Long millis(@Nullable Instant at) {
        return at == null ? null : Long.valueOf(firstMillis(at));
    }

    /// The first whole millisecond that is not before `at`; the ends of time for what is beyond them.
    private static long firstMillis(Instant at) {
        if (at.getEpochSecond() > Long.MAX_VALUE / 1_000 - 1) {
            return Long.MAX_VALUE;
        }
        if (at.getEpochSecond() < Long.MIN_VALUE / 1_000 + 1) {
            return Long.MIN_VALUE;
        }
        return Math.ceilDiv(at.getNano(), 1_000_000) + at.getEpochSecond() * 1_000;
    }
}
