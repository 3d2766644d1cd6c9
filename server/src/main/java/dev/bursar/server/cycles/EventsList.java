package dev.bursar.server.cycles;

import dev.bursar.ledger.ScopePath;
import dev.bursar.usage.Incident;
import dev.bursar.usage.IncidentsQuery;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Lists what happened to a tenant's reservations that somebody may want to know: denials and expiries.
/// What else the specification has events of is an empty list here.
final class EventsList {

    private final IncidentsQuery asked;

    /// Whether something is asked for that does not happen here.
    private final boolean nothing;

    private final String list;

    private EventsList(IncidentsQuery asked, boolean nothing, String list) {
        this.asked = asked;
        this.nothing = nothing;
        this.list = list;
    }

    /// @throws CyclesException for what is wrong with the query
    static EventsList of(Query query, CyclesCaller caller) {
        String type = query.text("event_type");
        String category = query.text("category");
        Incident.Kind kind = null;
        if (type != null) {
            EventTypes.requireType(type);
            kind = kind(type);
        }
        if (category != null) {
            EventTypes.requireCategory(category);
        }
        ScopePath wanted = query.path("scope");
        boolean apart = wanted != null && !caller.covers(wanted) && !contains(wanted, caller);
        IncidentsQuery first =
                new IncidentsQuery(
                        caller.tenant().value(),
                        kind,
                        narrower(wanted, caller),
                        query.text("correlation_id"),
                        query.time("from"),
                        query.time("to"),
                        null,
                        1);
        String list = "events " + first + ' ' + type + ' ' + category;
        String after = Cursor.after(query.text("cursor"), list);
        boolean nothing =
                apart
                        || (type != null && kind == null)
                        || (category != null && !category.equals(EventTypes.RESERVATION));
        return new EventsList(first.page(before(after), query.limit() + 1), nothing, list);
    }

    Answer answer(Function<IncidentsQuery, List<Incident>> reader) {
        List<Incident> found = nothing ? List.of() : reader.apply(asked);
        boolean more = found.size() == asked.limit();
        List<Incident> page = more ? found.subList(0, asked.limit() - 1) : found;
        return Answer.of(
                200,
                Json.object(out -> {
                    out.writeArrayPropertyStart("events");
                    page.forEach(incident -> Events.write(out, incident));
                    out.writeEndArray();
                    if (more) {
                        out.writeStringProperty(
                                "next_cursor",
                                Cursor.of(list, Long.toString(page.getLast().position())));
                    }
                    out.writeBooleanProperty("has_more", more);
                }));
    }

    /// Null for a type of what does not happen here.
    private static Incident.@Nullable Kind kind(String type) {
        return switch (type) {
            case EventTypes.DENIED -> Incident.Kind.DENIED;
            case EventTypes.EXPIRED -> Incident.Kind.EXPIRED;
            default -> null;
        };
    }

    private static boolean contains(ScopePath wanted, CyclesCaller caller) {
        ScopePath own = caller.key().scope();
        return own != null && wanted.contains(own);
    }

    /// What is asked for, within what the key is for.
    private static @Nullable String narrower(@Nullable ScopePath wanted, CyclesCaller caller) {
        ScopePath own = caller.key().scope();
        ScopePath path = wanted != null && caller.covers(wanted) ? wanted : own;
        return path == null ? null : path.toString();
    }

    private static @Nullable Long before(@Nullable String after) {
        if (after != null && !after.matches("[0-9]{1,18}")) {
            throw CyclesException.invalid("cursor is not one of this list, with these filters");
        }
        return after == null ? null : Long.valueOf(after);
    }
}
