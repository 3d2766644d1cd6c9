package dev.bursar.server.conformance;

import static dev.bursar.server.conformance.Case.must;
import static dev.bursar.server.conformance.Case.should;
import static dev.bursar.server.conformance.TransportCases.equal;

import dev.bursar.server.conformance.Case.Failed;
import dev.bursar.server.conformance.Case.Skipped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// What lists can be asked, what events tell, and what a key is held to.
final class ListCases {

    private static final List<String> WINDOWS =
            List.of("from", "to", "expires_from", "expires_to", "finalized_from", "finalized_to");

    private static final Set<String> PERMISSIONS =
            Set.of(
                    "reservations:create",
                    "reservations:commit",
                    "reservations:release",
                    "reservations:extend",
                    "reservations:list",
                    "balances:read",
                    "budgets:read",
                    "budgets:write",
                    "policies:read",
                    "policies:write",
                    "webhooks:read",
                    "webhooks:write",
                    "events:read");

    static final List<Case> ALL = all();

    private ListCases() {}

    private static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        addWindows(cases);
        addIncludes(cases);
        cases.add(sort("reservation_id", "reservation_id"));
        cases.add(sort("tenant", "subject/tenant"));
        cases.add(sort("scope_path", "scope_path"));
        cases.add(sort("status", "status"));
        cases.add(sort("reserved", "reserved/amount"));
        cases.add(sort("created_at_ms", "created_at_ms"));
        cases.add(sort("expires_at_ms", "expires_at_ms"));
        addKeys(cases);
        addEvents(cases);
        return List.copyOf(cases);
    }

    private static void addWindows(List<Case> cases) {
        cases.add(
                should(
                        "list-window-created",
                        "from and to are about the making of a reservation and include their ends",
                        ListCases::created));
        cases.add(
                should(
                        "list-window-expires",
                        "expires_from and expires_to are about its end and include their ends",
                        ListCases::expires));
        cases.add(
                should(
                        "list-window-finalized",
                        "finalized_from and finalized_to include their ends, and what has ended"
                                + " only",
                        ListCases::finalized));
        cases.add(
                should("list-window-blank", "a blank bound of a window is none", ListCases::blank));
        for (String name : WINDOWS) {
            cases.add(
                    should(
                            "list-window-malformed-" + name.replace('_', '-'),
                            name + " that is no time is 400 INVALID_REQUEST",
                            t ->
                                    t.get("/v1/reservations?" + name + "=yesterday")
                                            .error(400, "INVALID_REQUEST")));
        }
    }

    private static void addIncludes(List<Case> cases) {
        cases.add(
                should(
                        "list-include",
                        "metadata is listed only when include names it; unknown names are ignored",
                        ListCases::include));
        cases.add(
                should(
                        "list-include-cursor",
                        "a cursor goes on with another include, which is no filter",
                        ListCases::includeWithCursor));
        cases.add(
                should(
                        "list-sort-direction",
                        "an unknown sort_dir is 400 INVALID_REQUEST",
                        t ->
                                t.get("/v1/reservations?sort_dir=sideways")
                                        .error(400, "INVALID_REQUEST")));
    }

    private static void addKeys(List<Case> cases) {
        cases.add(
                must(
                        "introspect-permissions",
                        "a tenant's key is told permissions of the protocol's list only",
                        ListCases::permissions));
        cases.add(
                should(
                        "permission-missing",
                        "what a key has no permission for is 403 FORBIDDEN",
                        ListCases::withoutPermission));
    }

    private static void addEvents(List<Case> cases) {
        cases.add(
                must(
                        "events-list-shape",
                        "every listed event has the fields that the protocol says",
                        t ->
                                t.get("/v1/events")
                                        .status(200)
                                        .field("events")
                                        .forEach(Shape::listedEvent)));
        cases.add(
                should(
                        "events-list-denied",
                        "a decision that denies is an event with its reason and its request",
                        ListCases::denied));
        cases.add(
                must(
                        "events-list-nothing",
                        "a type of event that did not happen is an empty page",
                        t -> {
                            Reply page = t.get("/v1/events?event_type=custom.conformance");
                            Shape.page(page.status(200).json(), "events");
                            equal(0, page.field("events").size());
                        }));
        cases.add(
                must(
                        "events-list-type",
                        "an unknown event_type is 400 INVALID_REQUEST",
                        t ->
                                t.get("/v1/events?event_type=no.such_type")
                                        .error(400, "INVALID_REQUEST")));
        cases.add(
                must(
                        "events-list-category",
                        "an unknown category is 400 INVALID_REQUEST",
                        t ->
                                t.get("/v1/events?category=no_such_category")
                                        .error(400, "INVALID_REQUEST")));
    }

    private static Case sort(String key, String path) {
        return should(
                "list-sort-" + key.replace('_', '-'),
                "sort_by=" + key + " orders in both directions",
                target -> sorted(target, key, "/" + path));
    }

    /// Each of a window that ends where something is, and of windows that end a moment before and begin
    /// a moment after it.
    private static void window(Target target, String id, String from, String to, long millis) {
        Instant at = Instant.ofEpochMilli(millis);
        equal(true, lists(target, id, from + "=" + at + "&" + to + "=" + at));
        equal(false, lists(target, id, to + "=" + at.minusMillis(1)));
        equal(false, lists(target, id, from + "=" + at.plusMillis(1)));
    }

    private static boolean lists(Target target, String id, String query) {
        Reply page = target.get("/v1/reservations?limit=200&" + query).status(200);
        Shape.page(page.json(), "reservations");
        for (JsonNode listed : page.field("reservations")) {
            if (listed.path("reservation_id").asString("").equals(id)) {
                return true;
            }
        }
        return false;
    }

    private static void created(Target target) {
        Reply made = target.reserve("");
        String id = made.text("reservation_id");
        long millis =
                target.get("/v1/reservations/" + id).status(200).field("created_at_ms").asLong();
        window(target, id, "from", "to", millis);
        target.forget(made);
    }

    private static void expires(Target target) {
        Reply made = target.reserve(",\"ttl_ms\":3000000");
        window(
                target,
                made.text("reservation_id"),
                "expires_from",
                "expires_to",
                made.field("expires_at_ms").asLong());
        target.forget(made);
    }

    private static void finalized(Target target) {
        Reply open = target.reserve("");
        String ended = target.reservation();
        target.end(ended, "release", Target.keyOnly(Target.newKey())).status(200);
        long millis =
                target.get("/v1/reservations/" + ended)
                        .status(200)
                        .field("finalized_at_ms")
                        .asLong();
        window(target, ended, "finalized_from", "finalized_to", millis);
        equal(
                false,
                lists(target, open.text("reservation_id"), "finalized_from=2000-01-01T00:00:00Z"));
        target.forget(open);
    }

    private static void blank(Target target) {
        Reply made = target.reserve("");
        equal(true, lists(target, made.text("reservation_id"), String.join("=&", WINDOWS) + "="));
        target.forget(made);
    }

    private static void include(Target target) {
        String key = Target.newKey();
        Reply made =
                target.post(
                                "/v1/reservations",
                                target.reserving(key, Target.SOME, ",\"metadata\":{\"a\":1}"))
                        .status(200);
        String query = "/v1/reservations?idempotency_key=" + key;
        JsonNode plain = target.get(query).status(200).field("reservations").path(0);
        JsonNode full =
                target.get(query + "&include=no_such_name,metadata")
                        .status(200)
                        .field("reservations")
                        .path(0);
        target.forget(made);
        equal(false, plain.has("metadata"));
        equal(1, full.path("metadata").path("a").asInt(0));
    }

    private static void includeWithCursor(Target target) {
        target.forget(target.reserve(""));
        target.forget(target.reserve(""));
        String cursor = target.get("/v1/reservations?limit=1").status(200).text("next_cursor");
        target.get("/v1/reservations?limit=1&include=metadata&cursor=" + cursor).status(200);
    }

    private static void sorted(Target target, String key, String path) {
        Reply first = target.reserve("");
        Reply second =
                target.post(
                                "/v1/reservations",
                                target.reserving(
                                        Target.newKey(), Target.SOME + 1, ",\"ttl_ms\":120000"))
                        .status(200);
        target.forget(first);
        Comparator<JsonNode> order =
                Comparator.comparing(
                        (JsonNode listed) -> listed.at(path),
                        (one, other) ->
                                one.isNumber()
                                        ? Long.compare(one.asLong(), other.asLong())
                                        : one.asString("").compareTo(other.asString("")));
        inOrder(target, key, "asc", order);
        inOrder(target, key, "desc", order.reversed());
        target.forget(second);
    }

    private static void inOrder(
            Target target, String key, String direction, Comparator<JsonNode> order) {
        Reply page =
                target.get("/v1/reservations?limit=200&sort_by=" + key + "&sort_dir=" + direction)
                        .status(200);
        JsonNode before = null;
        for (JsonNode listed : page.field("reservations")) {
            if (before != null && order.compare(before, listed) > 0) {
                throw new Failed(
                        "sort_by=%s&sort_dir=%s: %s before %s"
                                .formatted(key, direction, before, listed));
            }
            before = listed;
        }
        equal(true, page.field("reservations").size() > 1);
    }

    private static void permissions(Target target) {
        for (JsonNode permission :
                target.get("/v1/auth/introspect").status(200).field("permissions")) {
            String name = permission.asString("");
            if (!PERMISSIONS.contains(name) && !name.startsWith("admin:")) {
                throw new Failed("not a permission of the protocol: " + permission);
            }
        }
    }

    private static void withoutPermission(Target target) {
        String key = target.otherKey();
        Reply told = asked(target, key, "/v1/auth/introspect").status(200);
        String permissions = told.field("permissions").toString();
        String tenant = told.text("tenant_id");
        String path =
                !permissions.contains("balances:read")
                        ? "/v1/balances?tenant=" + tenant
                        : !permissions.contains("events:read")
                                ? "/v1/events"
                                : !permissions.contains("reservations:list")
                                        ? "/v1/reservations"
                                        : "";
        if (path.isEmpty() || permissions.contains("admin:read")) {
            throw new Skipped("the key of another tenant may read everything");
        }
        asked(target, key, path).error(403, "FORBIDDEN");
    }

    private static Reply asked(Target target, String key, String path) {
        return target.send(target.request(path).header("X-Cycles-API-Key", key));
    }

    private static void denied(Target target) {
        long tooMuch = ReserveCases.tooMuch(target);
        Reply decided =
                target.post("/v1/decide", target.reserving(Target.newKey(), tooMuch, ""))
                        .status(200);
        equal("DENY", decided.text("decision"));
        for (JsonNode event :
                target.get("/v1/events?event_type=reservation.denied&limit=100")
                        .status(200)
                        .field("events")) {
            if (event.path("request_id").asString("").equals(decided.header("X-Request-Id"))) {
                equal(decided.header("X-Cycles-Trace-Id"), event.path("trace_id").asString(""));
                JsonNode data = event.path("data");
                equal(decided.text("reason_code"), data.path("reason_code").asString(""));
                equal(tooMuch, data.path("requested_amount").asLong());
                return;
            }
        }
        throw new Failed("no event of the denied " + decided.asked());
    }
}
