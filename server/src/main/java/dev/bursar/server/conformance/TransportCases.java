package dev.bursar.server.conformance;

import static dev.bursar.server.conformance.Case.must;
import static dev.bursar.server.conformance.Case.should;

import dev.bursar.server.conformance.Case.Failed;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Headers, keys, and requests that are wrong in themselves.
final class TransportCases {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    static final List<Case> ALL =
            List.of(
                    must(
                            "auth-missing",
                            "a request without a key is 401 UNAUTHORIZED",
                            t ->
                                    t.send(t.request("/v1/balances?tenant=x"))
                                            .error(401, "UNAUTHORIZED")),
                    must(
                            "auth-wrong",
                            "a request with a wrong key is 401 UNAUTHORIZED",
                            t ->
                                    t.send(
                                                    t.request("/v1/balances?tenant=x")
                                                            .header(
                                                                    "X-Cycles-API-Key",
                                                                    "not-a-key"))
                                            .error(401, "UNAUTHORIZED")),
                    must(
                            "headers-success",
                            "X-Request-Id and X-Cycles-Trace-Id are on every success",
                            t ->
                                    t.get("/v1/balances?tenant=" + t.settings().tenant())
                                            .status(200)
                                            .correlated()),
                    must(
                            "headers-error",
                            "X-Request-Id and X-Cycles-Trace-Id are on every error, as in its body",
                            TransportCases::headersOfError),
                    should(
                            "header-tenant",
                            "X-Cycles-Tenant is on every authenticated answer",
                            t ->
                                    equal(
                                            t.settings().tenant(),
                                            t.get("/v1/balances?tenant=" + t.settings().tenant())
                                                    .header("X-Cycles-Tenant"))),
                    must(
                            "request-id-own",
                            "X-Request-Id is the server's own, not the client's",
                            t ->
                                    differ(
                                            "mine",
                                            t.send(
                                                            t.keyed("/v1/balances?tenant=x")
                                                                    .header("X-Request-Id", "mine"))
                                                    .correlated()
                                                    .header("X-Request-Id"))),
                    should(
                            "trace-parent",
                            "the trace of a valid traceparent comes before X-Cycles-Trace-Id",
                            t ->
                                    equal(
                                            TRACE,
                                            t.send(
                                                            t.keyed("/v1/balances?tenant=x")
                                                                    .header(
                                                                            "X-Cycles-Trace-Id",
                                                                            "1".repeat(32))
                                                                    .header(
                                                                            "traceparent",
                                                                            "00-"
                                                                                    + TRACE
                                                                                    + "-b7ad6b7169203331-01"))
                                                    .header("X-Cycles-Trace-Id"))),
                    should(
                            "trace-id",
                            "a valid X-Cycles-Trace-Id is taken over",
                            t ->
                                    equal(
                                            TRACE,
                                            t.send(
                                                            t.keyed("/v1/balances?tenant=x")
                                                                    .header(
                                                                            "X-Cycles-Trace-Id",
                                                                            TRACE))
                                                    .header("X-Cycles-Trace-Id"))),
                    must(
                            "trace-malformed",
                            "malformed correlation headers are ignored, not refused",
                            TransportCases::malformedTrace),
                    must(
                            "idempotency-header",
                            "X-Idempotency-Key that is not the body's is 400 INVALID_REQUEST",
                            t ->
                                    t.send(
                                                    t.posting(
                                                            t.keyed("/v1/reservations")
                                                                    .header(
                                                                            "X-Idempotency-Key",
                                                                            "another"),
                                                            t.reserving(
                                                                    Target.newKey(),
                                                                    Target.SOME,
                                                                    "")))
                                            .error(400, "INVALID_REQUEST")),
                    must(
                            "body-unknown-field",
                            "an unknown field is 400 INVALID_REQUEST",
                            t -> bad(t, ",\"no_such_field\":1")),
                    must(
                            "body-no-key",
                            "a missing idempotency_key is 400 INVALID_REQUEST",
                            t ->
                                    t.post(
                                                    "/v1/reservations",
                                                    t.reserving("k", 1, "")
                                                            .replace(
                                                                    "\"idempotency_key\":\"k\",",
                                                                    ""))
                                            .error(400, "INVALID_REQUEST")),
                    must(
                            "body-key-length",
                            "an idempotency_key of more than 256 characters is 400",
                            t ->
                                    t.post("/v1/reservations", t.reserving("k".repeat(257), 1, ""))
                                            .error(400, "INVALID_REQUEST")),
                    must(
                            "body-malformed",
                            "a body that is not JSON is 400 INVALID_REQUEST",
                            t -> t.post("/v1/reservations", "{").error(400, "INVALID_REQUEST")),
                    must(
                            "body-negative",
                            "a negative amount is 400 INVALID_REQUEST",
                            t ->
                                    t.post("/v1/reservations", t.reserving(Target.newKey(), -1, ""))
                                            .error(400, "INVALID_REQUEST")),
                    must(
                            "body-text-amount",
                            "an amount in a string is 400 INVALID_REQUEST",
                            t -> amount(t, "\"1\"")),
                    must(
                            "body-fraction",
                            "an amount with a fraction is 400 INVALID_REQUEST",
                            t -> amount(t, "1.9")),
                    must(
                            "body-amount-too-large",
                            "an amount above 2^63 - 1 is 400 INVALID_REQUEST",
                            t -> amount(t, "9223372036854775808")),
                    must(
                            "body-no-action",
                            "a missing action is 400 INVALID_REQUEST",
                            TransportCases::withoutAction),
                    must(
                            "body-unit",
                            "an unknown unit is 400 INVALID_REQUEST",
                            t ->
                                    t.post(
                                                    "/v1/reservations",
                                                    t.reserving(Target.newKey(), 1, "")
                                                            .replace(
                                                                    t.settings().unit(),
                                                                    "NO_SUCH_UNIT"))
                                            .error(400, "INVALID_REQUEST")),
                    must(
                            "body-ttl",
                            "a ttl_ms below 1000 or above 86400000 is 400 INVALID_REQUEST",
                            t -> {
                                bad(t, ",\"ttl_ms\":999");
                                bad(t, ",\"ttl_ms\":86400001");
                            }),
                    must(
                            "body-grace",
                            "a grace_period_ms above 60000 is 400 INVALID_REQUEST",
                            t -> bad(t, ",\"grace_period_ms\":60001")),
                    must(
                            "body-policy",
                            "an unknown overage_policy is 400 INVALID_REQUEST",
                            t -> bad(t, ",\"overage_policy\":\"NO_SUCH_POLICY\"")),
                    must(
                            "subject-empty",
                            "a subject without any level is 400 INVALID_REQUEST",
                            t -> subject(t, "{}")),
                    must(
                            "subject-dimensions-only",
                            "a subject of dimensions alone is 400 INVALID_REQUEST",
                            t -> subject(t, "{\"dimensions\":{\"a\":\"b\"}}")),
                    must(
                            "subject-unknown-field",
                            "an unknown field of a subject is 400 INVALID_REQUEST",
                            t -> subject(t, with(t, "\"no_such_level\":\"a\""))),
                    must(
                            "subject-long",
                            "a level of more than 128 characters is 400 INVALID_REQUEST",
                            t -> subject(t, with(t, "\"agent\":\"" + "a".repeat(129) + "\""))),
                    must(
                            "subject-dimensions-many",
                            "more than 16 dimensions are 400 INVALID_REQUEST",
                            t -> subject(t, with(t, "\"dimensions\":" + dimensions(17)))),
                    must(
                            "subject-other-tenant",
                            "a subject of another tenant is 403 FORBIDDEN",
                            t ->
                                    t.post(
                                                    "/v1/reservations",
                                                    t.reserving(Target.newKey(), 1, "")
                                                            .replace(
                                                                    t.subject(),
                                                                    "{\"tenant\":\"no-such-tenant\"}"))
                                            .error(403, "FORBIDDEN")),
                    should(
                            "path-unknown",
                            "an unknown path is 404 NOT_FOUND",
                            t -> t.get("/v1/reservations/x/no-such-thing").error(404, "NOT_FOUND")),
                    should(
                            "method-wrong",
                            "a wrong method is 405 and names the right one",
                            t -> differ("", wrongMethod(t).status(405).header("Allow"))),
                    should(
                            "content-type",
                            "a body that is not application/json is 415",
                            t -> wrongType(t).status(415)));

    private TransportCases() {}

    private static Reply wrongMethod(Target target) {
        return target.get("/v1/decide");
    }

    private static Reply wrongType(Target target) {
        return target.send(
                target.posting(target.keyed("/v1/reservations"), "{}")
                        .setHeader("Content-Type", "text/plain"));
    }

    private static void headersOfError(Target target) {
        sameInBody(target.get("/v1/reservations/no-such-reservation").error(404, "NOT_FOUND"));
        sameInBody(target.send(target.request("/v1/balances?tenant=x")).error(401, "UNAUTHORIZED"));
        // Which errors these are is for other cases.
        sameInBody(wrongMethod(target));
        sameInBody(wrongType(target));
    }

    private static void sameInBody(Reply reply) {
        if (reply.response().statusCode() < 400) {
            throw new Failed(reply.asked() + ": no error: " + reply.response().statusCode());
        }
        reply.correlated();
        equal(reply.header("X-Request-Id"), reply.text("request_id"));
        String trace = reply.json().path("trace_id").asString("");
        if (!trace.isEmpty()) {
            equal(reply.header("X-Cycles-Trace-Id"), trace);
        }
    }

    private static void malformedTrace(Target target) {
        Reply reply =
                target.send(
                        target.keyed("/v1/balances?tenant=" + target.settings().tenant())
                                .header("traceparent", "nonsense")
                                .header("X-Cycles-Trace-Id", "0".repeat(32)));
        reply.status(200).correlated();
    }

    private static void bad(Target target, String more) {
        target.post("/v1/reservations", target.reserving(Target.newKey(), 1, more))
                .error(400, "INVALID_REQUEST");
    }

    private static void amount(Target target, String written) {
        target.post(
                        "/v1/reservations",
                        target.reserving(Target.newKey(), 1, "")
                                .replace("\"amount\":1", "\"amount\":" + written))
                .error(400, "INVALID_REQUEST");
    }

    private static void subject(Target target, String subject) {
        target.post(
                        "/v1/reservations",
                        target.reserving(Target.newKey(), 1, "").replace(target.subject(), subject))
                .error(400, "INVALID_REQUEST");
    }

    private static String with(Target target, String more) {
        return "{\"tenant\":\"%s\",%s}".formatted(target.settings().tenant(), more);
    }

    private static String dimensions(int count) {
        return IntStream.range(0, count)
                .mapToObj("\"d%d\":\"v\""::formatted)
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static void withoutAction(Target target) {
        String body = target.reserving(Target.newKey(), 1, "");
        target.post("/v1/reservations", body.replaceAll("\"action\":\\{[^}]*},", ""))
                .error(400, "INVALID_REQUEST");
    }

    static void equal(Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw new Failed("expected " + expected + ", not " + actual);
        }
    }

    static void differ(Object unwanted, Object actual) {
        if (unwanted.equals(actual)) {
            throw new Failed("not to be: '" + actual + "'");
        }
    }
}
