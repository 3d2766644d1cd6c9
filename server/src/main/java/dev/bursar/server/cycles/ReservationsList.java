package dev.bursar.server.cycles;

import dev.bursar.ledger.Subject;
import dev.bursar.usage.Reservation;
import dev.bursar.usage.ReservationsQuery;
import dev.bursar.usage.ReservationsQuery.After;
import dev.bursar.usage.ReservationsQuery.Between;
import dev.bursar.usage.ReservationsQuery.Order;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Lists reservations by what a query asks for.
final class ReservationsList {

    private final Query query;
    private final ReservationsQuery asked;

    /// What the cursor belongs to.
    private final String list;

    private ReservationsList(Query query, ReservationsQuery asked, String list) {
        this.query = query;
        this.asked = asked;
        this.list = list;
    }

    /// A person has to name a tenant.
    ///
    /// @throws CyclesException for what is wrong with the query
    static ReservationsList of(Query query, Exchange exchange) {
        CyclesCaller caller = exchange.caller();
        boolean descending = oneOf(query, "sort_dir", "desc", "asc", "desc").equals("desc");
        Order order =
                Order.valueOf(
                        oneOf(
                                        query,
                                        "sort_by",
                                        "created_at_ms",
                                        Arrays.stream(Order.values())
                                                .map(o -> o.name().toLowerCase(Locale.ROOT))
                                                .toArray(String[]::new))
                                .toUpperCase(Locale.ROOT));
        ReservationsQuery first =
                new ReservationsQuery(
                        tenant(query, exchange),
                        ClientKeys.storedOrNone(query.text("idempotency_key")),
                        status(query),
                        query.levels(),
                        caller == null || caller.key().scope() == null
                                ? null
                                : caller.key().scope().toString(),
                        between(query, "from", "to"),
                        between(query, "expires_from", "expires_to"),
                        between(query, "finalized_from", "finalized_to"),
                        order,
                        descending,
                        null,
                        1);
        String list = "reservations " + first;
        After after = after(Cursor.after(query.text("cursor"), list), order);
        return new ReservationsList(query, first.page(after, query.limit() + 1), list);
    }

    /// @param reader finds what is asked for
    Answer answer(Function<ReservationsQuery, List<Reservation>> reader) {
        List<Reservation> found = reader.apply(asked);
        boolean more = found.size() == asked.limit();
        List<Reservation> page = more ? found.subList(0, asked.limit() - 1) : found;
        Set<String> include =
                Set.of(String.valueOf(query.text("include")).replace(" ", "").split(","));
        return Answer.of(
                200,
                Json.object(out -> {
                    out.writeArrayPropertyStart("reservations");
                    for (Reservation reservation : page) {
                        out.writeStartObject();
                        Details.write(
                                out,
                                reservation,
                                include.contains("metadata"),
                                include.contains("committed_metadata"));
                        out.writeEndObject();
                    }
                    out.writeEndArray();
                    if (more) {
                        Reservation last = page.getLast();
                        out.writeStringProperty(
                                "next_cursor",
                                Cursor.of(list, last.id() + ' ' + asked.order().value(last)));
                    }
                    out.writeBooleanProperty("has_more", more);
                }));
    }

    private static String tenant(Query query, Exchange exchange) {
        CyclesCaller caller = exchange.caller();
        String named = query.text(Subject.TENANT);
        String tenant = named == null && caller != null ? caller.tenant().value() : named;
        if (tenant == null) {
            // The specification's own words.
            throw CyclesException.invalid(
                    "tenant query parameter is required when using admin key authentication");
        }
        exchange.requireTenant(tenant);
        return tenant;
    }

    private static Reservation.@Nullable Status status(Query query) {
        if (query.text("status") == null) {
            return null;
        }
        return Reservation.Status.valueOf(
                oneOf(
                        query,
                        "status",
                        "",
                        Arrays.stream(Reservation.Status.values())
                                .map(Enum::name)
                                .toArray(String[]::new)));
    }

    private static String oneOf(Query query, String name, String usual, String... known) {
        String text = query.text(name);
        if (text == null) {
            return usual;
        }
        if (!List.of(known).contains(text)) {
            throw CyclesException.invalid(name + " must be one of " + List.of(known));
        }
        return text;
    }

    private static Between between(Query query, String from, String to) {
        Between between = new Between(query.time(from), query.time(to));
        if (between.from() != null
                && between.to() != null
                && between.from().isAfter(between.to())) {
            throw CyclesException.invalid(from + " is after " + to);
        }
        return between;
    }

    /// @param after the id of the last row and what it is ordered by
    private static @Nullable After after(@Nullable String after, Order order) {
        if (after == null) {
            return null;
        }
        int space = after.indexOf(' ');
        String value = after.substring(space + 1);
        boolean number = value.matches("-?[0-9]{1,18}");
        if (space < 0 || (order.isNumber() && !number)) {
            throw CyclesException.invalid("cursor is not one of this list, with these filters");
        }
        return new After(value, after.substring(0, space));
    }
}
