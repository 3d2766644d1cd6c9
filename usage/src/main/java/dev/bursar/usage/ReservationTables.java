package dev.bursar.usage;

import dev.bursar.authority.JournalReader.Positioned;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.usage.Reservation.Status;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/// The tables of reservations that were made over a protocol: what was reserved, how it was extended, and
/// how it ended. Rows are only ever added.
final class ReservationTables implements AutoCloseable {

    static final List<String> NAMES =
            List.of(
                    "reservations",
                    "reservation_extensions",
                    "reservation_ends",
                    "reservation_incidents");

    static final List<String> DEFINITIONS =
            List.of(
                    "CREATE TABLE reservations (id VARCHAR, tenant VARCHAR, \"key\" VARCHAR,"
                            + " workspace VARCHAR, app VARCHAR, workflow VARCHAR, agent VARCHAR,"
                            + " toolset VARCHAR, dimensions VARCHAR, kind VARCHAR, name VARCHAR,"
                            + " tags VARCHAR, unit VARCHAR, reserved BIGINT, created_millis BIGINT,"
                            + " expires_millis BIGINT, grace_millis BIGINT, scope_path VARCHAR,"
                            + " metadata VARCHAR)",
                    "CREATE TABLE reservation_extensions (id VARCHAR, tenant VARCHAR,"
                            + " expires_millis BIGINT)",
                    "CREATE TABLE reservation_ends (id VARCHAR, tenant VARCHAR, status VARCHAR,"
                            + " at_millis BIGINT, committed BIGINT, metadata VARCHAR)",
                    "CREATE TABLE reservation_incidents (\"position\" BIGINT, at_millis BIGINT,"
                            + " kind VARCHAR, tenant VARCHAR, scope VARCHAR, id VARCHAR,"
                            + " facts MAP(VARCHAR, VARCHAR))");

    /// The dialects that make reservations of this kind.
    static final String DIALECT = "cycles";

    /// The length of their ids, which are UUIDs. Those of model calls are not.
    private static final int ID_LENGTH = 36;

    private final DuckDBAppender made;
    private final DuckDBAppender extended;
    private final DuckDBAppender ended;
    private final DuckDBAppender incidents;

    ReservationTables(DuckDBConnection connection) throws SQLException {
        made = connection.createAppender("reservations");
        extended = connection.createAppender("reservation_extensions");
        ended = connection.createAppender("reservation_ends");
        incidents = connection.createAppender("reservation_incidents");
    }

    void append(Positioned positioned) throws SQLException {
        switch (positioned.entry()) {
            case Entry.Reserved e when isOurs(e.attribution()) -> made(e);
            case Entry.Extended e when isReservation(e.hold()) ->
                    extended.beginRow()
                            .append(e.hold().value())
                            .append(e.tenant().value())
                            .append(e.expiresAt().toEpochMilli())
                            .endRow();
            case Entry.Committed e when isReservation(e.hold()) && !e.charged().isEmpty() ->
                    end(
                            e.hold(),
                            e.tenant(),
                            Status.COMMITTED,
                            e.at(),
                            e.charged().value(0),
                            e.attribution());
            case Entry.Released e when isReservation(e.hold()) ->
                    end(e.hold(), e.tenant(), Status.RELEASED, e.at(), -1, e.attribution());
            case Entry.Expired e when isReservation(e.hold()) ->
                    end(e.hold(), e.tenant(), Status.EXPIRED, e.at(), -1, Attribution.NONE);
            default -> {}
        }
        Incident incident = Incidents.of(positioned);
        if (incident != null) {
            append(incident);
        }
    }

    private void append(Incident incident) throws SQLException {
        incidents
                .beginRow()
                .append(incident.position())
                .append(incident.at().toEpochMilli())
                .append(incident.kind().name())
                .append(incident.tenant())
                .append(incident.scope())
                .append(incident.reservation())
                .append(incident.facts())
                .endRow();
    }

    void flush() throws SQLException {
        made.flush();
        extended.flush();
        ended.flush();
        incidents.flush();
    }

    @Override
    public void close() throws SQLException {
        try (made;
                extended;
                ended;
                incidents) {
            // All of them, whichever fails.
        }
    }

    static boolean isOurs(Attribution attribution) {
        return DIALECT.equals(attribution.labels().get("dialect"));
    }

    static boolean isReservation(HoldId hold) {
        return hold.value().length() == ID_LENGTH;
    }

    private void made(Entry.Reserved entry) throws SQLException {
        SortedMap<String, String> labels = entry.attribution().labels();
        Subject subject = entry.subject();
        made.beginRow()
                .append(entry.granted().hold().value())
                .append(entry.tenant().value())
                .append(entry.key().value());
        for (String level : ScopePath.LEVELS.subList(1, ScopePath.LEVELS.size())) {
            text(made, subject.get(level));
        }
        text(made, labels.get("dimensions"));
        made.append(labels.getOrDefault("action_kind", ""))
                .append(labels.getOrDefault("action_name", ""));
        text(made, labels.get("action_tags"));
        made.append(entry.granted().held().unit(0).name())
                .append(entry.granted().held().value(0))
                .append(entry.at().toEpochMilli())
                .append(entry.granted().expiresAt().toEpochMilli())
                .append(entry.grace().toMillis())
                .append(ScopePath.of(entry.tenant(), subject).getLast().toString());
        text(made, labels.get("metadata"));
        made.endRow();
    }

    private void end(
            HoldId hold,
            TenantId tenant,
            Status status,
            Instant at,
            long committed,
            Attribution attribution)
            throws SQLException {
        ended.beginRow()
                .append(hold.value())
                .append(tenant.value())
                .append(status.name())
                .append(at.toEpochMilli())
                .append(committed);
        text(ended, attribution.labels().get("metadata"));
        ended.endRow();
    }

    private static void text(DuckDBAppender row, @Nullable String text) throws SQLException {
        if (text == null) {
            row.appendNull();
        } else {
            row.append(text);
        }
    }
}
