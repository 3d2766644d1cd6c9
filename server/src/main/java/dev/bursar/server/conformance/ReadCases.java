package dev.bursar.server.conformance;

import static dev.bursar.server.conformance.Case.must;
import static dev.bursar.server.conformance.Case.should;
import static dev.bursar.server.conformance.TransportCases.equal;

import dev.bursar.server.conformance.Case.Failed;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Reading back.
final class ReadCases {

    static final List<Case> ALL =
            List.of(
                    must(
                            "balances",
                            "balances have the shape and the sum that the protocol says",
                            ReadCases::balances),
                    must(
                            "balances-filter",
                            "balances without any filter are 400 INVALID_REQUEST",
                            t -> t.get("/v1/balances").error(400, "INVALID_REQUEST")),
                    must(
                            "balances-other-tenant",
                            "balances of another tenant are 403 FORBIDDEN",
                            t ->
                                    t.get("/v1/balances?tenant=no-such-tenant")
                                            .error(403, "FORBIDDEN")),
                    must(
                            "introspect",
                            "a key is told that it is authenticated, as what, and what it may do",
                            ReadCases::introspect),
                    must(
                            "events-list",
                            "GET /v1/events is a page of events",
                            t -> Shape.page(t.get("/v1/events").status(200).json(), "events")),
                    should(
                            "find",
                            "a reservation that was made is found as it was made",
                            ReadCases::find),
                    should(
                            "find-committed",
                            "a committed reservation tells what was charged and when it ended",
                            ReadCases::findCommitted),
                    should(
                            "find-not-found",
                            "no reservation is 404 NOT_FOUND",
                            t ->
                                    t.get("/v1/reservations/01890000-0000-7000-8000-000000000000")
                                            .error(404, "NOT_FOUND")),
                    should(
                            "find-other-tenant",
                            "a reservation of another tenant is 403 FORBIDDEN",
                            ReadCases::findOfOther),
                    should(
                            "list",
                            "a reservation is listed by its idempotency key",
                            ReadCases::list),
                    should(
                            "list-expired",
                            "an expired reservation is listed as EXPIRED",
                            ReadCases::listExpired),
                    should(
                            "list-pages",
                            "pages have has_more and next_cursor, which belongs to its filters",
                            ReadCases::pages),
                    should(
                            "list-range",
                            "a range whose start is after its end is 400 INVALID_REQUEST",
                            t ->
                                    t.get(
                                                    "/v1/reservations?from=2020-01-02T00:00:00Z"
                                                            + "&to=2020-01-01T00:00:00Z")
                                            .error(400, "INVALID_REQUEST")),
                    should(
                            "list-sort",
                            "an unknown sort_by is 400 INVALID_REQUEST",
                            t ->
                                    t.get("/v1/reservations?sort_by=no_such_column")
                                            .error(400, "INVALID_REQUEST")),
                    should(
                            "list-other-tenant",
                            "a list of another tenant is 403 FORBIDDEN",
                            t ->
                                    t.get("/v1/reservations?tenant=no-such-tenant")
                                            .error(403, "FORBIDDEN")));

    private ReadCases() {}

    private static void balances(Target target) {
        Reply reply = target.get("/v1/balances?tenant=" + target.settings().tenant()).status(200);
        Shape.page(reply.json(), "balances");
        reply.field("balances").forEach(Shape::balance);
        target.balance();
    }

    private static void introspect(Target target) {
        Reply reply = target.get("/v1/auth/introspect").status(200);
        equal(true, reply.field("authenticated").asBoolean());
        equal("tenant", reply.text("auth_type"));
        if (!reply.field("permissions").isArray() || !reply.field("capabilities").isObject()) {
            throw new Failed("permissions or capabilities: " + reply.body());
        }
    }

    private static void find(Target target) {
        String key = Target.newKey();
        Reply made =
                target.post(
                                "/v1/reservations",
                                target.reserving(key, Target.SOME, ",\"metadata\":{\"a\":1}"))
                        .status(200);
        Reply found = target.get("/v1/reservations/" + made.text("reservation_id")).status(200);
        target.forget(made);
        Shape.detail(found.json());
        equal("ACTIVE", found.text("status"));
        equal(key, found.text("idempotency_key"));
        equal(1, found.json().path("metadata").path("a").asInt(0));
        equal(made.field("expires_at_ms").asLong(), found.field("expires_at_ms").asLong());
    }

    private static void findCommitted(Target target) {
        String id = target.reservation();
        target.end(id, "commit", target.committing(Target.newKey(), 3)).status(200);
        Reply found = target.get("/v1/reservations/" + id).status(200);
        Shape.detail(found.json());
        equal("COMMITTED", found.text("status"));
        equal(3L, Shape.of(found.json(), "committed"));
        found.field("finalized_at_ms");
    }

    private static void findOfOther(Target target) {
        String key = target.otherKey();
        Reply made = target.reserve("");
        Reply found =
                target.send(
                        target.request("/v1/reservations/" + made.text("reservation_id"))
                                .header("X-Cycles-API-Key", key));
        target.forget(made);
        found.error(403, "FORBIDDEN");
    }

    private static void list(Target target) {
        String key = Target.newKey();
        Reply made =
                target.post("/v1/reservations", target.reserving(key, Target.SOME, "")).status(200);
        Reply page = target.get("/v1/reservations?idempotency_key=" + key).status(200);
        target.forget(made);
        Shape.page(page.json(), "reservations");
        JsonNode listed = page.field("reservations");
        equal(1, listed.size());
        equal(made.text("reservation_id"), listed.get(0).path("reservation_id").asString(""));
    }

    /// Some servers see that a time is over only in rounds.
    private static void listExpired(Target target) {
        String id = target.expiredReservation();
        String status = "none";
        for (int i = 0; i < SettleCases.STEPS && !status.equals("EXPIRED"); i++) {
            Target.pause(SettleCases.STEP);
            for (JsonNode row :
                    target.get("/v1/reservations?limit=200").status(200).field("reservations")) {
                if (row.path("reservation_id").asString("").equals(id)) {
                    status = row.path("status").asString("none");
                }
            }
        }
        equal("EXPIRED", status);
    }

    private static void pages(Target target) {
        target.forget(target.reserve(""));
        target.forget(target.reserve(""));
        Reply first = target.get("/v1/reservations?limit=1").status(200);
        equal(true, first.field("has_more").asBoolean());
        String cursor = first.text("next_cursor");
        Reply second = target.get("/v1/reservations?limit=1&cursor=" + cursor).status(200);
        TransportCases.differ(
                first.field("reservations").get(0).path("reservation_id").asString(),
                second.field("reservations").get(0).path("reservation_id").asString());
        target.get("/v1/reservations?limit=1&status=ACTIVE&cursor=" + cursor)
                .error(400, "INVALID_REQUEST");
    }
}
