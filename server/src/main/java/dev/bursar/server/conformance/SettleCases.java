package dev.bursar.server.conformance;

import static dev.bursar.server.conformance.Case.must;
import static dev.bursar.server.conformance.TransportCases.equal;

import dev.bursar.server.conformance.Case.Failed;
import java.time.Duration;
import java.util.List;

/// Ending and extending reservations.
final class SettleCases {

    private static final String NONE = "01890000-0000-7000-8000-000000000000";

    static final Duration STEP = Duration.ofMillis(250);

    /// How often to look, a step apart, for a server that gives holds back in rounds.
    static final int STEPS = 60;

    static final List<Case> ALL =
            List.of(
                    must(
                            "commit-less",
                            "a commit of less charges that and returns the rest",
                            SettleCases::commitOfLess),
                    must(
                            "commit-replay",
                            "the repeat of a commit is the same bytes",
                            SettleCases::commitRepeated),
                    must(
                            "commit-mismatch",
                            "the same key with another amount is 409 IDEMPOTENCY_MISMATCH",
                            SettleCases::commitMismatch),
                    must(
                            "commit-zero",
                            "a commit of 0 charges nothing and returns all",
                            SettleCases::commitOfNothing),
                    must(
                            "commit-grace",
                            "in its grace a reservation may be committed",
                            SettleCases::commitInGrace),
                    must(
                            "release-grace",
                            "in its grace a reservation may be released",
                            t ->
                                    t.end(inGrace(t), "release", Target.keyOnly(Target.newKey()))
                                            .status(200)),
                    must(
                            "extend-grace",
                            "in its grace a reservation is 410 to an extension, and goes on",
                            SettleCases::extendInGrace),
                    must(
                            "commit-finalized",
                            "another commit of what has ended is 409 RESERVATION_FINALIZED",
                            t -> {
                                String id = committed(t);
                                t.end(id, "commit", t.committing(Target.newKey(), 1))
                                        .error(409, "RESERVATION_FINALIZED");
                            }),
                    must(
                            "commit-unit",
                            "a commit in another unit is 400 UNIT_MISMATCH and ends nothing",
                            SettleCases::commitInAnotherUnit),
                    must(
                            "commit-reject",
                            "more than reserved under REJECT is 409 BUDGET_EXCEEDED and ends nothing",
                            SettleCases::commitRejected),
                    must(
                            "commit-if-available",
                            "more than reserved under ALLOW_IF_AVAILABLE is charged where it fits",
                            SettleCases::commitOfMore),
                    must(
                            "commit-not-found",
                            "a commit of no reservation is 404 NOT_FOUND",
                            t ->
                                    t.end(NONE, "commit", t.committing(Target.newKey(), 1))
                                            .error(404, "NOT_FOUND")),
                    must(
                            "commit-other-tenant",
                            "a commit of another tenant's reservation is 403 FORBIDDEN",
                            t -> byOther(t, "commit", t.committing(Target.newKey(), 1))),
                    must(
                            "release",
                            "a release returns all, and its repeat is the same bytes",
                            SettleCases::release),
                    must(
                            "release-finalized",
                            "a release of what was committed is 409 RESERVATION_FINALIZED",
                            t ->
                                    t.end(committed(t), "release", Target.keyOnly(Target.newKey()))
                                            .error(409, "RESERVATION_FINALIZED")),
                    must(
                            "release-not-found",
                            "a release of no reservation is 404 NOT_FOUND",
                            t ->
                                    t.end(NONE, "release", Target.keyOnly(Target.newKey()))
                                            .error(404, "NOT_FOUND")),
                    must(
                            "release-other-tenant",
                            "a release of another tenant's reservation is 403 FORBIDDEN",
                            t -> byOther(t, "release", Target.keyOnly(Target.newKey()))),
                    must(
                            "extend",
                            "an extension counts from the current end, and repeats itself",
                            SettleCases::extend),
                    must(
                            "extend-bounds",
                            "extend_by_ms of 0 or above 86400000 is 400 INVALID_REQUEST",
                            SettleCases::extendBounds),
                    must(
                            "extend-finalized",
                            "an extension of what has ended is 409 RESERVATION_FINALIZED",
                            t ->
                                    t.end(
                                                    committed(t),
                                                    "extend",
                                                    Target.extending(Target.newKey(), 1_000))
                                            .error(409, "RESERVATION_FINALIZED")),
                    must(
                            "extend-too-often",
                            "at some time there is 409 MAX_EXTENSIONS_EXCEEDED",
                            SettleCases::extendTooOften),
                    must(
                            "expired",
                            "after its time and grace a reservation is 410, and returns what it held",
                            SettleCases::expired));

    private SettleCases() {}

    private static String committed(Target target) {
        String id = target.reservation();
        target.end(id, "commit", target.committing(Target.newKey(), 1)).status(200);
        return id;
    }

    private static void commitOfLess(Target target) {
        String id = target.reservation();
        Reply reply = target.end(id, "commit", target.committing(Target.newKey(), 4)).status(200);
        Shape.committed(reply.json());
        equal(4L, Shape.of(reply.json(), "charged"));
        equal(Target.SOME - 4, Shape.of(reply.json(), "released"));
    }

    private static void commitOfNothing(Target target) {
        String id = target.reservation();
        Reply reply = target.end(id, "commit", target.committing(Target.newKey(), 0)).status(200);
        Shape.committed(reply.json());
        equal(0L, reply.field("charged").path("amount").asLong(-1));
        equal(Target.SOME, Shape.of(reply.json(), "released"));
    }

    /// The id of a reservation whose time is over, but not its grace.
    private static String inGrace(Target target) {
        Reply reserved = target.reserve(",\"ttl_ms\":1000,\"grace_period_ms\":60000");
        Target.pause(Target.PAST_SHORTEST);
        return reserved.text("reservation_id");
    }

    private static void commitInGrace(Target target) {
        Reply reply =
                target.end(inGrace(target), "commit", target.committing(Target.newKey(), 3))
                        .status(200);
        equal(3L, Shape.of(reply.json(), "charged"));
    }

    private static void extendInGrace(Target target) {
        String id = inGrace(target);
        Reply refused = target.end(id, "extend", Target.extending(Target.newKey(), 1_000));
        Reply released = target.end(id, "release", Target.keyOnly(Target.newKey()));
        refused.error(410, "RESERVATION_EXPIRED");
        released.status(200);
    }

    private static void commitRepeated(Target target) {
        String id = target.reservation();
        String body = target.committing(Target.newKey(), 1);
        Reply first = target.end(id, "commit", body).status(200);
        equal(first.body(), target.end(id, "commit", body).status(200).body());
    }

    private static void commitMismatch(Target target) {
        String id = target.reservation();
        String key = Target.newKey();
        target.end(id, "commit", target.committing(key, 1)).status(200);
        target.end(id, "commit", target.committing(key, 2)).error(409, "IDEMPOTENCY_MISMATCH");
    }

    private static void commitInAnotherUnit(Target target) {
        String id = target.reservation();
        String other = target.settings().unit().equals("TOKENS") ? "CREDITS" : "TOKENS";
        target.end(
                        id,
                        "commit",
                        target.committing(Target.newKey(), 1)
                                .replace(target.settings().unit(), other))
                .error(400, "UNIT_MISMATCH");
        target.end(id, "release", Target.keyOnly(Target.newKey())).status(200);
    }

    private static void commitRejected(Target target) {
        Reply reply = target.reserve(",\"overage_policy\":\"REJECT\"");
        String id = reply.text("reservation_id");
        target.end(id, "commit", target.committing(Target.newKey(), Target.SOME + 1))
                .error(409, "BUDGET_EXCEEDED");
        target.end(id, "release", Target.keyOnly(Target.newKey())).status(200);
    }

    private static void commitOfMore(Target target) {
        Reply reserved = target.reserve(",\"overage_policy\":\"ALLOW_IF_AVAILABLE\"");
        Reply reply =
                target.end(
                                reserved.text("reservation_id"),
                                "commit",
                                target.committing(Target.newKey(), Target.SOME + 1))
                        .status(200);
        Shape.committed(reply.json());
        equal(Target.SOME + 1, Shape.of(reply.json(), "charged"));
    }

    private static void byOther(Target target, String how, String body) {
        String key = target.otherKey();
        Reply reserved = target.reserve("");
        String path = "/v1/reservations/" + reserved.text("reservation_id") + "/" + how;
        Reply reply =
                target.send(
                        target.posting(target.request(path).header("X-Cycles-API-Key", key), body));
        target.forget(reserved);
        reply.error(403, "FORBIDDEN");
    }

    private static void release(Target target) {
        String id = target.reservation();
        String body = Target.keyOnly(Target.newKey());
        Reply first = target.end(id, "release", body).status(200);
        Shape.released(first.json());
        equal(Target.SOME, Shape.of(first.json(), "released"));
        equal(first.body(), target.end(id, "release", body).status(200).body());
    }

    private static void extend(Target target) {
        Reply reserved = target.reserve("");
        String id = reserved.text("reservation_id");
        String body = Target.extending(Target.newKey(), 5_000);
        Reply first = target.end(id, "extend", body).status(200);
        Reply second = target.end(id, "extend", body).status(200);
        target.forget(reserved);
        Shape.extended(first.json());
        equal(
                reserved.field("expires_at_ms").asLong() + 5_000,
                first.field("expires_at_ms").asLong());
        equal(first.lasting(), second.lasting());
    }

    private static void extendBounds(Target target) {
        Reply reserved = target.reserve("");
        String id = reserved.text("reservation_id");
        Reply none = target.end(id, "extend", Target.extending(Target.newKey(), 0));
        Reply much = target.end(id, "extend", Target.extending(Target.newKey(), 86_400_001));
        target.forget(reserved);
        none.error(400, "INVALID_REQUEST");
        much.error(400, "INVALID_REQUEST");
    }

    private static void extendTooOften(Target target) {
        Reply reserved = target.reserve("");
        String id = reserved.text("reservation_id");
        Reply last = target.end(id, "extend", Target.extending(Target.newKey(), 1));
        for (int i = 0; i < 1_000 && last.response().statusCode() == 200; i++) {
            last = target.end(id, "extend", Target.extending(Target.newKey(), 1));
        }
        target.forget(reserved);
        last.error(409, "MAX_EXTENSIONS_EXCEEDED");
    }

    private static void expired(Target target) {
        long before = Shape.of(target.balance(), "reserved");
        String id = target.expiredReservation();
        target.end(id, "extend", Target.extending(Target.newKey(), 1_000))
                .error(410, "RESERVATION_EXPIRED");
        target.end(id, "commit", target.committing(Target.newKey(), 1))
                .error(410, "RESERVATION_EXPIRED");
        target.end(id, "release", Target.keyOnly(Target.newKey()))
                .error(410, "RESERVATION_EXPIRED");
        Reply found = target.get("/v1/reservations/" + id);
        if (found.response().statusCode() != 410) {
            throw new Failed("GET of an expired reservation is " + found.response().statusCode());
        }
        returned(target, before);
    }

    private static void returned(Target target, long before) {
        long reserved = Shape.of(target.balance(), "reserved");
        for (int i = 0; i < STEPS && reserved > before; i++) {
            Target.pause(STEP);
            reserved = Shape.of(target.balance(), "reserved");
        }
        if (reserved > before) {
            throw new Failed("reserved was " + before + " and is still " + reserved);
        }
    }
}
