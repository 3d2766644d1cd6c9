package dev.bursar.usage;

import dev.bursar.ledger.ScopePath;
import dev.bursar.usage.Reservation.Status;
import dev.bursar.usage.ReservationsQuery.After;
import dev.bursar.usage.ReservationsQuery.Between;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Finds reservations in the read model.
final class ReservationsSql {

    /// Facts of an incident that its reservation has, where there is one.
    private static final List<String> OF_ITS_RESERVATION =
            List.of(
                    Incident.CREATED_MILLIS,
                    Incident.EXTENSIONS,
                    Incident.ACTION_KIND,
                    Incident.ACTION_NAME,
                    Incident.ACTION_TAGS,
                    Incident.DIMENSIONS);

    /// The incidents of a page, up to their conditions.
    private static final String INCIDENTS =
            "WITH page AS (SELECT * FROM reservation_incidents WHERE true";

    private static final String OF_RESERVATION =
            """
            ), its AS (
                SELECT id, count(*) AS extensions FROM reservation_extensions
                WHERE id IN (SELECT id FROM page) GROUP BY id)
            SELECT page.*, r.created_millis, r.kind AS action_kind, r.name AS action_name,
                r.tags AS action_tags, r.dimensions,
                CASE WHEN r.id IS NOT NULL THEN coalesce(its.extensions, 0) END AS extensions
            FROM page
            LEFT JOIN reservations r ON page.id <> '' AND r.id = page.id AND r.tenant = page.tenant
            LEFT JOIN its ON its.id = r.id
            ORDER BY page."position" DESC
            """;

    private final StringBuilder sql = new StringBuilder();
    private final List<Object> values = new ArrayList<>();

    private ReservationsSql() {}

    private ReservationsSql(String which, String value, Instant now) {
        sql.append(standing(which));
        values.add(now.toEpochMilli());
        values.addAll(List.of(value, value, value));
        sql.append(" WHERE true");
    }

    static Optional<Reservation> find(
            Connection connection, String id, Instant now, Duration timeout) throws SQLException {
        List<Reservation> found =
                new ReservationsSql("id = ?", id, now)
                        .run(connection, timeout, ReservationsSql::reservation);
        return found.stream().findFirst();
    }

    static List<Reservation> list(
            Connection connection, ReservationsQuery query, Instant now, Duration timeout)
            throws SQLException {
        ReservationsSql sql = new ReservationsSql("tenant = ?", query.tenant(), now);
        sql.and("\"key\" = ?", query.key());
        sql.and("status = ?", query.status() == null ? null : query.status().name());
        for (Map.Entry<String, String> level : query.levels().entrySet()) {
            sql.and("lower(" + column(level.getKey()) + ") = lower(?)", level.getValue());
        }
        if (query.scope() != null) {
            sql.and("starts_with(scope_path || '/', ?)", query.scope() + "/");
        }
        sql.between("created_millis", query.created());
        sql.between("expires_millis", query.expires());
        if (query.ended().from() != null || query.ended().to() != null) {
            sql.and("status IN ('COMMITTED', 'RELEASED')");
            sql.between("ended_millis", query.ended());
        }
        sql.page(query);
        return sql.run(connection, timeout, ReservationsSql::reservation);
    }

    static List<Incident> incidents(Connection connection, IncidentsQuery query, Duration timeout)
            throws SQLException {
        ReservationsSql sql = new ReservationsSql();
        sql.sql.append(INCIDENTS);
        sql.and("tenant = ?", query.tenant());
        sql.and("kind = ?", query.kind() == null ? null : query.kind().name());
        sql.and("id = ?", query.reservation());
        if (query.scope() != null) {
            sql.and("starts_with(scope || '/', ?)", query.scope() + "/");
        }
        sql.between("at_millis", new Between(query.from(), query.to()));
        sql.and("\"position\" < ?", query.before());
        sql.sql.append(" ORDER BY \"position\" DESC LIMIT ").append(query.limit());
        sql.sql.append(OF_RESERVATION);
        return sql.run(connection, timeout, ReservationsSql::incident);
    }

    private static Incident incident(ResultSet row) throws SQLException {
        SortedMap<String, String> facts = new TreeMap<>();
        for (Map.Entry<?, ?> fact : ((Map<?, ?>) row.getObject("facts")).entrySet()) {
            facts.put(String.valueOf(fact.getKey()), String.valueOf(fact.getValue()));
        }
        for (String fact : OF_ITS_RESERVATION) {
            String value = row.getString(fact);
            if (value != null) {
                facts.putIfAbsent(fact, value);
            }
        }
        return new Incident(
                row.getLong("position"),
                Instant.ofEpochMilli(row.getLong("at_millis")),
                Incident.Kind.valueOf(row.getString("kind")),
                row.getString("tenant"),
                row.getString("scope"),
                row.getString("id"),
                facts);
    }

    private static String column(String level) {
        if (!ScopePath.LEVELS.contains(level)) {
            throw new IllegalArgumentException("not a level: " + level);
        }
        return level;
    }

    private void and(String condition) {
        sql.append(" AND ").append(condition);
    }

    private void and(String condition, @Nullable Object value) {
        if (value != null) {
            and(condition);
            values.add(value);
        }
    }

    private void between(String column, Between between) {
        and(column + " >= ?", between.from() == null ? null : between.from().toEpochMilli());
        and(column + " <= ?", between.to() == null ? null : between.to().toEpochMilli());
    }

    private void page(ReservationsQuery query) {
        String column = query.order().column();
        String direction = query.descending() ? " DESC" : " ASC";
        After after = query.after();
        if (after != null) {
            and("(" + column + ", id) " + (query.descending() ? "<" : ">") + " (?, ?)");
            values.add(query.order().isNumber() ? Long.valueOf(after.value()) : after.value());
            values.add(after.id());
        }
        sql.append(" ORDER BY ").append(column).append(direction);
        sql.append(", id").append(direction).append(" LIMIT ").append(query.limit());
    }

    /// Every reservation of a condition, as it stands at a time. One that ran out counts as expired from
    /// then on, also before that is in the journal.
    private static String standing(String which) {
        return """
        WITH standing AS (
            SELECT r.* EXCLUDE (expires_millis),
                coalesce(x.until, r.expires_millis) AS expires_millis,
                coalesce(e.status, CASE
                    WHEN coalesce(x.until, r.expires_millis) + r.grace_millis < ?
                    THEN 'EXPIRED' ELSE 'ACTIVE' END) AS status,
                e.at_millis AS ended_millis, e.committed, e.metadata AS committed_metadata
            FROM (SELECT * FROM reservations WHERE %1$s) r
            LEFT JOIN (SELECT * FROM reservation_ends WHERE %1$s) e ON e.id = r.id
            LEFT JOIN (
                SELECT id, max(expires_millis) AS until FROM reservation_extensions
                WHERE %1$s GROUP BY id) x ON x.id = r.id)
        SELECT * FROM standing
        """
                .formatted(which);
    }

    private interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private <T> List<T> run(Connection connection, Duration timeout, Reader<T> reader)
            throws SQLException {
        List<T> found = new ArrayList<>();
        try (PreparedStatement statement = Queries.prepare(connection, sql.toString(), timeout)) {
            for (int i = 0; i < values.size(); i++) {
                statement.setObject(i + 1, values.get(i));
            }
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(reader.read(row));
                }
            }
        }
        return found;
    }

    private static Reservation reservation(ResultSet row) throws SQLException {
        SortedMap<String, String> levels = new TreeMap<>();
        for (String level : ScopePath.LEVELS.subList(1, ScopePath.LEVELS.size())) {
            String value = row.getString(level);
            if (value != null) {
                levels.put(level, value);
            }
        }
        Status status = Status.valueOf(row.getString("status"));
        return new Reservation(
                row.getString("id"),
                row.getString("tenant"),
                status,
                row.getString("key"),
                levels,
                row.getString("dimensions"),
                row.getString("kind"),
                row.getString("name"),
                row.getString("tags"),
                row.getString("unit"),
                row.getLong("reserved"),
                status == Status.COMMITTED ? row.getLong("committed") : -1,
                row.getLong("created_millis"),
                row.getLong("expires_millis"),
                status == Status.ACTIVE ? -1 : row.getLong("ended_millis"),
                row.getString("scope_path"),
                row.getString("metadata"),
                row.getString("committed_metadata"));
    }
}
