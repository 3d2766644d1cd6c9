package dev.bursar.server.cycles;

import dev.bursar.usage.Incident;
import dev.bursar.usage.IncidentsQuery;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Lists what happened to a tenant's reservations that somebody may want to know: denials and expiries.
final class EventsList {

    private static final String CATEGORY = "reservation";

    private final IncidentsQuery asked;
    private final String list;

    private EventsList(IncidentsQuery asked, String list) {
        this.asked = asked;
        this.list = list;
    }

    /// @throws CyclesException for what is wrong with the query
    static EventsList of(Query query, CyclesCaller caller) {
        IncidentsQuery first =
                new IncidentsQuery(
                        caller.tenant().value(),
                        kind(query),
                        caller.key().scope() == null ? null : caller.key().scope().toString(),
                        query.time("from"),
                        query.time("to"),
                        null,
                        1);
        String list = "events " + first + query.text("category");
        String after = Cursor.after(query.text("cursor"), list);
        boolean other = query.text("category") != null && !CATEGORY.equals(query.text("category"));
        return new EventsList(first.page(before(after), other ? 0 : query.limit() + 1), list);
    }

    Answer answer(Function<IncidentsQuery, List<Incident>> reader) {
        List<Incident> found = asked.limit() == 0 ? List.of() : reader.apply(asked);
        boolean more = asked.limit() > 0 && found.size() == asked.limit();
        List<Incident> page = more ? found.subList(0, asked.limit() - 1) : found;
        return Answer.of(
                200,
                Json.object(out -> {
                    out.writeArrayPropertyStart("events");
                    page.forEach(incident -> write(out, incident));
                    out.writeEndArray();
                    if (more) {
                        out.writeStringProperty(
                                "next_cursor",
                                Cursor.of(list, Long.toString(page.getLast().position())));
                    }
                    out.writeBooleanProperty("has_more", more);
                }));
    }

    private static void write(JsonGenerator out, Incident incident) {
        out.writeStartObject();
        out.writeStringProperty(
                "event_id", Fingerprint.uuid("incident", Long.toString(incident.position())));
        out.writeStringProperty("event_type", type(incident.kind()));
        out.writeStringProperty("category", CATEGORY);
        out.writeStringProperty("timestamp", incident.at().toString());
        out.writeStringProperty("tenant_id", incident.tenant());
        out.writeStringProperty("scope", incident.scope());
        out.writeStringProperty("source", "bursar");
        out.writeObjectPropertyStart("data");
        incident.facts().forEach(out::writeStringProperty);
        out.writeEndObject();
        out.writeEndObject();
    }

    private static String type(Incident.Kind kind) {
        return switch (kind) {
            case DENIED -> "reservation.denied";
            case EXPIRED -> "reservation.expired";
        };
    }

    private static Incident.@Nullable Kind kind(Query query) {
        String type = query.text("event_type");
        if (type == null) {
            return null;
        }
        for (Incident.Kind kind : Incident.Kind.values()) {
            if (type(kind).equals(type)) {
                return kind;
            }
        }
        throw CyclesException.invalid(
                "event_type must be reservation.denied or reservation.expired");
    }

    private static @Nullable Long before(@Nullable String after) {
        if (after != null && !after.matches("[0-9]{1,18}")) {
            throw CyclesException.invalid("cursor is not one of this list, with these filters");
        }
        return after == null ? null : Long.valueOf(after);
    }
}
