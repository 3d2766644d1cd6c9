package dev.bursar.server.conformance;

import static dev.bursar.server.conformance.Case.must;
import static dev.bursar.server.conformance.Case.should;
import static dev.bursar.server.conformance.TransportCases.equal;

import dev.bursar.server.conformance.Case.Failed;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.stream.Stream;

/// What an idempotency key is unique within, and how long it is known.
final class KeyCases {

    /// So many requests of one key at a time.
    private static final int AT_A_TIME = 8;

    static final List<Case> ALL =
            List.of(
                    must(
                            "key-header-same",
                            "X-Idempotency-Key that is the body's is accepted",
                            KeyCases::sameInHeader),
                    must(
                            "key-longest",
                            "an idempotency_key of 256 characters is accepted",
                            KeyCases::longest),
                    must(
                            "key-per-endpoint",
                            "one key may be used once at each endpoint",
                            KeyCases::perEndpoint),
                    must(
                            "key-of-another-tenant",
                            "another tenant that repeats a commit is not told what it was answered",
                            KeyCases::repeatedByOther),
                    must(
                            "key-at-a-time",
                            "requests of one key at a time make one reservation",
                            KeyCases::atATime),
                    must(
                            "reserve-replay-expired",
                            "the repeat of a reservation that has expired is the same answer",
                            KeyCases::replayOfExpired),
                    should(
                            "decide-mismatch",
                            "the same key with another amount is 409 IDEMPOTENCY_MISMATCH",
                            KeyCases::decideMismatch),
                    must(
                            "release-mismatch",
                            "the same key with another reason is 409 IDEMPOTENCY_MISMATCH",
                            KeyCases::releaseMismatch),
                    must(
                            "extend-mismatch",
                            "the same key with another extend_by_ms is 409 IDEMPOTENCY_MISMATCH",
                            KeyCases::extendMismatch),
                    must(
                            "extend-replay-ended",
                            "the repeat of an extension of what has ended is the same answer",
                            KeyCases::extendRepeatedAfterTheEnd));

    private KeyCases() {}

    private static void sameInHeader(Target target) {
        String key = Target.newKey();
        Reply reply =
                target.send(
                        target.posting(
                                target.keyed("/v1/reservations").header("X-Idempotency-Key", key),
                                target.reserving(key, 1, "")));
        target.forget(reply.status(200));
    }

    private static void longest(Target target) {
        String key = (Target.newKey() + "k".repeat(256)).substring(0, 256);
        target.forget(target.post("/v1/reservations", target.reserving(key, 1, "")).status(200));
    }

    private static void perEndpoint(Target target) {
        String key = Target.newKey();
        String body = target.reserving(key, Target.SOME, "");
        target.post("/v1/decide", body).status(200);
        Reply reserved = target.post("/v1/reservations", body).status(200);
        String id = reserved.text("reservation_id");
        target.end(id, "extend", Target.extending(key, 1)).status(200);
        target.end(id, "commit", target.committing(key, 1)).status(200);
        target.post("/v1/events", target.asking(key, "actual", 1, "")).status(201);
        target.end(target.reservation(), "release", Target.keyOnly(key)).status(200);
    }

    private static void repeatedByOther(Target target) {
        String other = target.otherKey();
        String id = target.reservation();
        String body = target.committing(Target.newKey(), 1);
        target.end(id, "commit", body).status(200);
        String path = "/v1/reservations/" + id + "/commit";
        target.send(target.posting(target.request(path).header("X-Cycles-API-Key", other), body))
                .error(403, "FORBIDDEN");
    }

    /// Some may be told to come again; those that succeed are told of the same reservation.
    private static void atATime(Target target) {
        HttpRequest request =
                target.posting(
                                target.keyed("/v1/reservations"),
                                target.reserving(Target.newKey(), Target.SOME, ""))
                        .build();
        List<Reply> replies =
                target.sendAtATime(Stream.generate(() -> request).limit(AT_A_TIME).toList());
        List<Reply> good =
                replies.stream().filter(reply -> reply.response().statusCode() == 200).toList();
        good.stream().findFirst().ifPresent(target::forget);
        long made = good.stream().map(reply -> reply.text("reservation_id")).distinct().count();
        if (made != 1) {
            throw new Failed(made + " reservations were made");
        }
    }

    private static void replayOfExpired(Target target) {
        String body =
                target.reserving(
                        Target.newKey(), Target.SOME, ",\"ttl_ms\":1000,\"grace_period_ms\":0");
        Reply first = target.post("/v1/reservations", body).status(200);
        Target.pause(Target.PAST_SHORTEST);
        Reply second = target.post("/v1/reservations", body).status(200);
        equal(first.lasting(), second.lasting());
        equal(0L, second.field("remaining_ttl_ms").asLong());
    }

    private static void decideMismatch(Target target) {
        String key = Target.newKey();
        target.post("/v1/decide", target.reserving(key, 1, "")).status(200);
        target.post("/v1/decide", target.reserving(key, 2, "")).error(409, "IDEMPOTENCY_MISMATCH");
    }

    private static void releaseMismatch(Target target) {
        String id = target.reservation();
        String body = Target.keyOnly(Target.newKey());
        target.end(id, "release", body).status(200);
        target.end(id, "release", body.replace("}", ",\"reason\":\"another\"}"))
                .error(409, "IDEMPOTENCY_MISMATCH");
    }

    private static void extendMismatch(Target target) {
        Reply reserved = target.reserve("");
        String id = reserved.text("reservation_id");
        String key = Target.newKey();
        Reply first = target.end(id, "extend", Target.extending(key, 1_000));
        Reply second = target.end(id, "extend", Target.extending(key, 2_000));
        target.forget(reserved);
        first.status(200);
        second.error(409, "IDEMPOTENCY_MISMATCH");
    }

    private static void extendRepeatedAfterTheEnd(Target target) {
        Reply reserved = target.reserve("");
        String id = reserved.text("reservation_id");
        String body = Target.extending(Target.newKey(), 1_000);
        Reply first = target.end(id, "extend", body).status(200);
        target.forget(reserved);
        Reply second = target.end(id, "extend", body).status(200);
        equal(first.lasting(), second.lasting());
        equal(0L, second.field("remaining_ttl_ms").asLong());
    }
}
