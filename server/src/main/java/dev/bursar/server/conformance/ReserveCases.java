package dev.bursar.server.conformance;

import static dev.bursar.server.conformance.Case.must;
import static dev.bursar.server.conformance.Case.should;
import static dev.bursar.server.conformance.TransportCases.equal;

import dev.bursar.server.conformance.Case.Failed;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Making reservations.
final class ReserveCases {

    private static final long SAFE = (1L << 53) - 1;

    /// Less than the hour that servers give by default, and more than twice `CLOCKS_MILLIS`.
    private static final long TTL_MILLIS = Duration.ofMinutes(11).toMillis();

    /// How far the clock of the header `Date` may be from the one that reservations end by.
    private static final long CLOCKS_MILLIS = Duration.ofMinutes(5).toMillis();

    /// The start of 2020, which is over on every clock.
    private static final long PAST_MILLIS = 1_577_836_800_000L;

    static final List<Case> ALL =
            List.of(
                    must(
                            "reserve",
                            "a reservation that fits is 200 with a body that strict clients read",
                            t -> t.forget(t.reserve(""))),
                    must(
                            "reserve-scopes",
                            "affected_scopes are all prefixes from the tenant on",
                            ReserveCases::scopes),
                    must(
                            "reserve-holds",
                            "what is reserved is reserved in the tenant's balance",
                            ReserveCases::holds),
                    must("reserve-zero", "an estimate of 0 may be reserved", ReserveCases::zero),
                    must(
                            "reserve-replay",
                            "the same key and payload is the same answer but for remaining_ttl_ms",
                            ReserveCases::replay),
                    must(
                            "reserve-replay-order",
                            "the order of fields does not make another payload",
                            ReserveCases::replayInAnotherOrder),
                    must(
                            "reserve-replay-ended",
                            "the repeat of a reservation that has ended has no time left",
                            ReserveCases::replayOfEnded),
                    must(
                            "reserve-mismatch",
                            "the same key with another payload is 409 IDEMPOTENCY_MISMATCH",
                            t -> mismatch(t, ",\"metadata\":{\"a\":1}")),
                    must(
                            "reserve-mismatch-dry-run",
                            "dry_run makes another payload of the same key",
                            t -> mismatch(t, ",\"dry_run\":true")),
                    must(
                            "reserve-ttl",
                            "expires_at_ms is the server's time and ttl_ms, and remaining_ttl_ms tells"
                                    + " what is left",
                            ReserveCases::ttl),
                    must(
                            "reserve-exceeded",
                            "what does not fit is 409 BUDGET_EXCEEDED, never 200 with DENY",
                            t ->
                                    t.post(
                                                    "/v1/reservations",
                                                    t.reserving(Target.newKey(), tooMuch(t), ""))
                                            .error(409, "BUDGET_EXCEEDED")),
                    must(
                            "reserve-exceeded-largest",
                            "the largest amount, 2^63 - 1, is an amount that does not fit",
                            t ->
                                    t.post(
                                                    "/v1/reservations",
                                                    t.reserving(
                                                            Target.newKey(), Long.MAX_VALUE, ""))
                                            .error(409, "BUDGET_EXCEEDED")),
                    should(
                            "reserve-exceeded-details",
                            "a denial says scope, remaining and requested",
                            ReserveCases::details),
                    must(
                            "reserve-denied-key",
                            "the key of a denial may be used again",
                            ReserveCases::deniedKey),
                    must(
                            "reserve-unit",
                            "a unit that only budgets of other units apply in is 400 UNIT_MISMATCH",
                            ReserveCases::unit),
                    must(
                            "reserve-dry-run",
                            "a dry run holds nothing and has no reservation_id",
                            ReserveCases::dryRun),
                    must(
                            "reserve-dry-run-denied",
                            "a dry run that does not fit is 200 with DENY and a reason_code",
                            t ->
                                    denied(
                                            t.post(
                                                            "/v1/reservations",
                                                            t.reserving(
                                                                    Target.newKey(),
                                                                    tooMuch(t),
                                                                    ",\"dry_run\":true"))
                                                    .status(200))),
                    must(
                            "reserve-dimensions",
                            "dimensions are accepted and given back as they were sent",
                            ReserveCases::dimensions));

    private ReserveCases() {}

    /// More than the tenant's budget has left.
    static long tooMuch(Target target) {
        long remaining = Shape.of(target.balance(), "remaining");
        if (remaining + 1 > SAFE) {
            throw new Case.Skipped("the budget is too large to ask for more than it has");
        }
        return Math.max(1, remaining + 1);
    }

    private static void scopes(Target target) {
        String body =
                target.reserving(Target.newKey(), Target.SOME, "")
                        .replace(
                                target.subject(),
                                "{\"tenant\":\"%s\",\"agent\":\"kit\",\"app\":\"kit\"}"
                                        .formatted(target.settings().tenant()));
        Reply reply = target.post("/v1/reservations", body).status(200);
        String tenant = "tenant:" + target.settings().tenant();
        JsonNode scopes = reply.field("affected_scopes");
        equal(3, scopes.size());
        equal(tenant, scopes.get(0).asString());
        equal(tenant + "/app:kit", scopes.get(1).asString());
        equal(tenant + "/app:kit/agent:kit", scopes.get(2).asString());
        target.forget(reply);
    }

    private static void holds(Target target) {
        long before = Shape.of(target.balance(), "reserved");
        Reply reply = target.reserve("");
        long during = Shape.of(target.balance(), "reserved");
        target.forget(reply);
        if (during - before < Target.SOME) {
            throw new Failed("reserved was " + before + " and is " + during);
        }
    }

    private static void zero(Target target) {
        Reply reply =
                target.post("/v1/reservations", target.reserving(Target.newKey(), 0, ""))
                        .status(200);
        target.forget(reply);
        Shape.reserved(reply.json());
    }

    private static void replay(Target target) {
        String body = target.reserving(Target.newKey(), Target.SOME, "");
        Reply first = target.post("/v1/reservations", body).status(200);
        Reply second = target.post("/v1/reservations", body).status(200);
        equal(first.lasting(), second.lasting());
        target.forget(first);
    }

    private static void replayInAnotherOrder(Target target) {
        String key = Target.newKey();
        Reply first =
                target.post("/v1/reservations", target.reserving(key, Target.SOME, "")).status(200);
        String turned =
                """
                {"estimate":%s,"action":{"name":"case","kind":"conformance.case"},\
                "subject":%s,"idempotency_key":"%s"}\
                """
                        .formatted(target.amount(Target.SOME), target.subject(), key);
        Reply second = target.post("/v1/reservations", turned).status(200);
        equal(first.text("reservation_id"), second.text("reservation_id"));
        target.forget(first);
    }

    private static void replayOfEnded(Target target) {
        String body = target.reserving(Target.newKey(), Target.SOME, "");
        Reply first = target.post("/v1/reservations", body).status(200);
        target.forget(first);
        Reply second = target.post("/v1/reservations", body).status(200);
        equal(first.lasting(), second.lasting());
        equal(0L, second.field("remaining_ttl_ms").asLong());
    }

    private static void mismatch(Target target, String more) {
        String key = Target.newKey();
        Reply first =
                target.post("/v1/reservations", target.reserving(key, Target.SOME, "")).status(200);
        target.post("/v1/reservations", target.reserving(key, Target.SOME, more))
                .error(409, "IDEMPOTENCY_MISMATCH");
        target.forget(first);
    }

    private static void ttl(Target target) {
        Reply reply = target.reserve(",\"ttl_ms\":" + TTL_MILLIS);
        long left = reply.field("remaining_ttl_ms").asLong();
        long end = reply.field("expires_at_ms").asLong();
        target.forget(reply);
        if (left < TTL_MILLIS - 10_000 || left > TTL_MILLIS) {
            throw new Failed("remaining_ttl_ms of " + TTL_MILLIS + " is " + left);
        }
        if (end < PAST_MILLIS) {
            throw new Failed("expires_at_ms is " + end + ", which is long ago");
        }
        long expected = date(reply) + TTL_MILLIS;
        if (Math.abs(end - expected) > CLOCKS_MILLIS) {
            throw new Failed("expires_at_ms is " + end + ", not about " + expected);
        }
    }

    /// The server's time in ms, as `Date` tells it.
    private static long date(Reply reply) {
        String date = reply.header("Date");
        if (date.isEmpty()) {
            throw new Case.Skipped("no Date to compare expires_at_ms with");
        }
        try {
            return ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant()
                    .toEpochMilli();
        } catch (DateTimeParseException e) {
            throw new Failed("Date: " + date);
        }
    }

    private static void details(Target target) {
        long asked = tooMuch(target);
        Reply reply =
                target.post("/v1/reservations", target.reserving(Target.newKey(), asked, ""))
                        .error(409, "BUDGET_EXCEEDED");
        JsonNode details = reply.json().path("details");
        if (!details.has("scope") || !details.has("remaining") || !details.has("requested")) {
            throw new Failed("details: " + details);
        }
    }

    private static void deniedKey(Target target) {
        String key = Target.newKey();
        target.post("/v1/reservations", target.reserving(key, tooMuch(target), ""))
                .error(409, "BUDGET_EXCEEDED");
        target.forget(
                target.post("/v1/reservations", target.reserving(key, Target.SOME, ""))
                        .status(200));
    }

    private static void unit(Target target) {
        String other = target.settings().unit().equals("RISK_POINTS") ? "CREDITS" : "RISK_POINTS";
        Reply reply =
                target.post(
                                "/v1/reservations",
                                target.reserving(Target.newKey(), 1, "")
                                        .replace(target.settings().unit(), other))
                        .error(400, "UNIT_MISMATCH");
        JsonNode details = reply.json().path("details");
        equal(other, details.path("requested_unit").asString(""));
        if (!details.path("expected_units").isArray() || !details.has("scope")) {
            throw new Failed("details: " + details);
        }
    }

    private static void dryRun(Target target) {
        long before = Shape.of(target.balance(), "reserved");
        String body = target.reserving(Target.newKey(), Target.SOME, ",\"dry_run\":true");
        Reply reply = target.post("/v1/reservations", body).status(200);
        Shape.dryRun(reply.json());
        equal(before, Shape.of(target.balance(), "reserved"));
        equal(reply.body(), target.post("/v1/reservations", body).status(200).body());
    }

    private static void denied(Reply reply) {
        Shape.dryRun(reply.json());
        equal("DENY", reply.text("decision"));
        equal("BUDGET_EXCEEDED", reply.text("reason_code"));
    }

    private static void dimensions(Target target) {
        String dimensions = "{\"user\":\"u-1\",\"cost_center\":\"12\"}";
        String body =
                target.reserving(Target.newKey(), Target.SOME, "")
                        .replace(
                                target.subject(),
                                "{\"tenant\":\"%s\",\"dimensions\":%s}"
                                        .formatted(target.settings().tenant(), dimensions));
        Reply reply = target.post("/v1/reservations", body).status(200);
        JsonNode back =
                target.get("/v1/reservations/" + reply.text("reservation_id"))
                        .status(200)
                        .json()
                        .path("subject")
                        .path("dimensions");
        target.forget(reply);
        equal("u-1", back.path("user").asString(""));
        equal("12", back.path("cost_center").asString(""));
        equal(2, back.size());
    }
}
