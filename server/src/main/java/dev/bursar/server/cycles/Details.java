package dev.bursar.server.cycles;

import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.StateRecord;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Unit;
import dev.bursar.usage.Reservation;
import dev.bursar.usage.Reservation.Status;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;

/// Writes reservations as they are shown.
final class Details {

    private Details() {}

    /// An open hold as a reservation. One that nobody can end any more counts as expired.
    static Reservation of(StateRecord.HoldState hold, Instant now) {
        Attribution attribution = hold.attribution();
        SortedMap<String, String> labels = attribution.labels();
        long ttl = attribution.numbers().getOrDefault(Facts.TTL, 0L);
        return new Reservation(
                hold.granted().hold().value(),
                hold.tenant().value(),
                hold.isDue(now) ? Status.EXPIRED : Status.ACTIVE,
                hold.key().value(),
                levels(hold.subject()),
                labels.get(Facts.DIMENSIONS),
                labels.getOrDefault(Facts.ACTION_KIND, ""),
                labels.getOrDefault(Facts.ACTION_NAME, ""),
                labels.get(Facts.ACTION_TAGS),
                hold.granted().held().unit(0).name(),
                hold.granted().held().value(0),
                -1,
                hold.granted().expiresAt().toEpochMilli() - ttl,
                hold.expiresAt().toEpochMilli(),
                -1,
                Scope.paths(hold.tenant(), hold.subject()).getLast().toString(),
                labels.get(Facts.METADATA),
                null);
    }

    private static SortedMap<String, String> levels(Subject subject) {
        SortedMap<String, String> levels = new TreeMap<>();
        for (String level : ScopePath.LEVELS.subList(1, ScopePath.LEVELS.size())) {
            String value = subject.get(level);
            if (value != null) {
                levels.put(level, value);
            }
        }
        return levels;
    }

    /// @param metadata whether to tell what the client kept with it
    static void write(JsonGenerator out, Reservation of, boolean metadata, boolean committed) {
        out.writeStringProperty("reservation_id", of.id());
        out.writeStringProperty("status", of.status().name());
        out.writeStringProperty("idempotency_key", ClientKeys.sent(of.key()));
        subject(out, of);
        action(out, of);
        Json.amount(out, "reserved", new Unit(of.unit()), of.reserved());
        if (of.committed() >= 0) {
            Json.amount(out, "committed", new Unit(of.unit()), of.committed());
        }
        out.writeNumberProperty("created_at_ms", of.createdMillis());
        out.writeNumberProperty("expires_at_ms", of.expiresMillis());
        if (of.status() == Status.COMMITTED || of.status() == Status.RELEASED) {
            out.writeNumberProperty("finalized_at_ms", of.endedMillis());
        }
        out.writeStringProperty("scope_path", of.scopePath());
        out.writeArrayPropertyStart("affected_scopes");
        ScopePath path = ScopePath.parse(of.scopePath());
        for (int depth = 1; depth <= path.depth(); depth++) {
            out.writeString(new ScopePath(path.segments().subList(0, depth)).toString());
        }
        out.writeEndArray();
        Json.raw(out, "metadata", metadata ? of.metadata() : null);
        Json.raw(out, "committed_metadata", committed ? of.committedMetadata() : null);
    }

    private static void subject(JsonGenerator out, Reservation of) {
        out.writeObjectPropertyStart("subject");
        out.writeStringProperty(Subject.TENANT, of.tenant());
        for (String level : ScopePath.LEVELS) {
            String value = of.levels().get(level);
            if (value != null) {
                out.writeStringProperty(level, value);
            }
        }
        Json.raw(out, "dimensions", of.dimensions());
        out.writeEndObject();
    }

    private static void action(JsonGenerator out, Reservation of) {
        out.writeObjectPropertyStart("action");
        out.writeStringProperty("kind", of.actionKind());
        out.writeStringProperty("name", of.actionName());
        Json.raw(out, "tags", of.tags());
        out.writeEndObject();
    }
}
