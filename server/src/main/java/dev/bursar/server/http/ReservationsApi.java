package dev.bursar.server.http;

import dev.bursar.authority.Authority;
import dev.bursar.gateway.Quantity;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.StateRecord;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.server.config.BudgetWords;
import dev.bursar.server.config.Times;
import dev.bursar.server.directory.Action;
import dev.bursar.usage.Reservation;
import dev.bursar.usage.ReservationsQuery;
import dev.bursar.usage.ReservationsQuery.Between;
import dev.bursar.usage.ReservationsQuery.Order;
import dev.bursar.usage.Usage;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `/api/reservations`: what clients of a protocol have reserved, and how a person ends in their place what
/// they left open. Holds of calls are not among them: the gateway settles those.
final class ReservationsApi {

    /// The levels that a list can be filtered by, without the tenant.
    private static final List<String> LEVELS = ScopePath.LEVELS.subList(1, ScopePath.LEVELS.size());

    private static final String DIALECT = "cycles";

    /// What the audit log calls a person who does what is a tenant's to do.
    private static final String ON_BEHALF = "admin_on_behalf_of";

    private final Authority authority;
    private final Usage usage;

    ReservationsApi(Authority authority, Usage usage) {
        this.authority = authority;
        this.usage = usage;
    }

    /// What has to be known of a reservation to end it.
    ///
    /// @param over why it cannot be ended any more, as far as the read model knows
    record Found(TenantId tenant, HoldId hold, Unit unit, Optional<Reason> over) {}

    void mount(ApiRouter api) {
        api.on(ApiRoute.LIST_RESERVATIONS, this::list);
        api.on(ApiRoute.RESERVATION, this::one);
        api.on(ApiRoute.RELEASE_RESERVATION, this::release);
        api.onJson(ApiRoute.COMMIT_RESERVATION, this::commit);
    }

    private void list(RoutingContext context) {
        List<String> known =
                new ArrayList<>(
                        List.of(
                                "tenant", "status", "key", "scope", "from", "to", "limit",
                                "cursor"));
        known.addAll(LEVELS);
        Parameters parameters = Parameters.of(context, known);
        int limit =
                parameters.whole("limit", Page.DEFAULT_LIMIT, 1, ReservationsQuery.MAX_LIMIT - 1);
        ReservationsQuery query = query(parameters, limit + 1);
        Freshness.await(usage, authority);
        List<Reservation> found = usage.reservations(query);
        boolean more = found.size() > limit;
        List<Reservation> shown = more ? found.subList(0, limit) : found;
        ObjectNode page = ApiJson.object();
        ArrayNode items = page.putArray("items");
        shown.forEach(reservation -> items.add(ReservationJson.of(reservation)));
        page.put("next", more ? cursor(shown.getLast()) : null);
        Answers.json(context, 200, page);
    }

    private static ReservationsQuery query(Parameters parameters, int limit) {
        String tenant =
                parameters
                        .text("tenant")
                        .orElseThrow(() -> ApiException.badRequest("tenant: is missing"));
        SortedMap<String, String> levels = new TreeMap<>();
        LEVELS.forEach(
                level -> parameters.text(level).ifPresent(value -> levels.put(level, value)));
        Between ever = new Between(null, null);
        return new ReservationsQuery(
                tenant,
                parameters.text("key").orElse(null),
                parameters.choice("status", Reservation.Status.values()).orElse(null),
                levels,
                parameters.text("scope").map(ReservationsApi::scope).orElse(null),
                new Between(time(parameters, "from"), time(parameters, "to")),
                ever,
                ever,
                Order.CREATED_AT_MS,
                true,
                parameters.text("cursor").map(ReservationsApi::after).orElse(null),
                limit);
    }

    private static String scope(String written) {
        try {
            return ScopePath.parse(written).toString();
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest("scope: " + e.getMessage());
        }
    }

    private static @Nullable Instant time(Parameters parameters, String name) {
        Instant time = parameters.time(name, Instant.MIN);
        if (time.equals(Instant.MIN)) {
            return null;
        }
        if (time.isBefore(Instant.EPOCH) || time.isAfter(Times.END)) {
            throw ApiException.badRequest(name + " must be a time like 2026-01-31T00:00:00Z");
        }
        return time;
    }

    private static String cursor(Reservation last) {
        return Page.cursor(Order.CREATED_AT_MS.value(last) + ' ' + last.id());
    }

    private static ReservationsQuery.After after(String cursor) {
        String position = Page.position(cursor);
        if (!position.matches("[0-9]{1,18} .{1,64}")) {
            throw ApiException.badRequest("cursor must be one that a page gave as next");
        }
        int space = position.indexOf(' ');
        return new ReservationsQuery.After(
                position.substring(0, space), position.substring(space + 1));
    }

    private void one(RoutingContext context) {
        Parameters.of(context, List.of());
        TenantId tenant = tenant(context);
        String id = Parameters.path(context, "id");
        Freshness.await(usage, authority);
        Reservation found =
                usage.reservation(id)
                        .filter(reservation -> reservation.tenant().equals(tenant.value()))
                        .orElseThrow(() -> none(id));
        Answers.json(context, 200, ReservationJson.of(found));
    }

    private void release(RoutingContext context) {
        Body body = Body.optional(context, List.of("reason"));
        Found found = find(context);
        String id = found.hold().value();
        Outcome.Released released =
                require(
                        Outcome.Released.class,
                        found,
                        new Command.Release(
                                Idempotency.key(context, id, List.of("release")),
                                found.tenant(),
                                found.hold(),
                                did(context, Action.RESERVATION_RELEASE, found, body)));
        ObjectNode answer = ApiJson.object();
        answer.put("id", id);
        answer.put("status", "released");
        answer.put("unit", Quantity.unit(found.unit()));
        CallJson.put(answer, "released", found.unit(), released.held().get(found.unit()));
        Answers.json(context, 200, answer);
    }

    private void commit(RoutingContext context) {
        Body body = Body.of(context, List.of("amount", "reason"));
        String written = body.required("amount");
        Found found = find(context);
        String id = found.hold().value();
        long amount = amount(written, found.unit());
        Outcome.Committed committed =
                require(
                        Outcome.Committed.class,
                        found,
                        new Command.Commit(
                                Idempotency.key(
                                        context, id, List.of("commit", Long.toString(amount))),
                                found.tenant(),
                                found.hold(),
                                Amounts.of(found.unit(), amount),
                                did(context, Action.RESERVATION_COMMIT, found, body)));
        ObjectNode answer = ApiJson.object();
        answer.put("id", id);
        answer.put("status", "committed");
        answer.put("unit", Quantity.unit(found.unit()));
        CallJson.put(answer, "reserved", found.unit(), committed.held().get(found.unit()));
        CallJson.put(answer, "actual", found.unit(), committed.actual().get(found.unit()));
        CallJson.put(answer, "charged", found.unit(), committed.charged().get(found.unit()));
        Answers.json(context, 200, answer);
    }

    private static long amount(String written, Unit unit) {
        try {
            return BudgetWords.amount("amount", written, unit);
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest(String.valueOf(e.getMessage()));
        }
    }

    /// The reservation that the path names, open or not.
    ///
    /// @throws ApiException 409 for the hold of a call: what it costs is not known before it ends, and would
    ///     be counted nowhere
    Found find(RoutingContext context) {
        TenantId tenant = tenant(context);
        String id = Parameters.path(context, "id");
        Optional<StateRecord.HoldState> open = hold(id).flatMap(authority::hold);
        if (open.isPresent()) {
            StateRecord.HoldState hold = open.get();
            if (!hold.tenant().equals(tenant)) {
                throw none(id);
            }
            if (!isReservation(hold)) {
                throw new ApiException(
                        409,
                        "call_in_flight",
                        id
                                + ": is held for a call, which settles it, or is charged for it at "
                                + hold.expiresAt());
            }
            return new Found(
                    tenant, hold.granted().hold(), hold.granted().held().unit(0), Optional.empty());
        }
        Freshness.await(usage, authority);
        return usage.reservation(id)
                .filter(reservation -> reservation.tenant().equals(tenant.value()))
                .map(reservation ->
                        new Found(
                                tenant,
                                new HoldId(id),
                                new Unit(reservation.unit()),
                                reservation.whyOver()))
                .orElseThrow(() -> none(id));
    }

    private static Optional<HoldId> hold(String id) {
        try {
            return Optional.of(new HoldId(id));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isReservation(StateRecord.HoldState hold) {
        return DIALECT.equals(hold.attribution().labels().get("dialect"));
    }

    /// What ended longer ago than the ledger remembers, the read model still knows.
    <T extends Outcome> T require(Class<T> wanted, Found found, Command command) {
        Outcome outcome = authority.submit(command);
        if (outcome instanceof Outcome.Refused refused
                && refused.reason() == Reason.HOLD_NOT_FOUND
                && found.over().isPresent()) {
            outcome = new Outcome.Refused(found.over().get(), List.of());
        }
        return LedgerAnswers.require(wanted, outcome, found.hold().value());
    }

    private static Attribution did(RoutingContext context, Action action, Found of, Body body) {
        SortedMap<String, String> more = new TreeMap<>(body.reason());
        more.putAll(onBehalfOf(of.tenant()));
        return Access.actor(context).did(action, of.hold().value(), Map.copyOf(more));
    }

    /// What every act in the place of a tenant's client says.
    static Map<String, String> onBehalfOf(TenantId tenant) {
        return Map.of("actor_type", ON_BEHALF, "on_behalf_of", tenant.value(), "dialect", DIALECT);
    }

    private static TenantId tenant(RoutingContext context) {
        return Body.tenantId("tenant", Parameters.path(context, "tenant"));
    }

    private static ApiException none(String id) {
        return ApiException.notFound("no reservation " + id);
    }
}
