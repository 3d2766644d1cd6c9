package dev.bursar.server.conformance;

import static dev.bursar.server.conformance.Case.must;
import static dev.bursar.server.conformance.Case.should;
import static dev.bursar.server.conformance.TransportCases.equal;

import java.util.List;

/// Decisions and events.
final class EvaluateCases {

    static final List<Case> ALL =
            List.of(
                    should(
                            "decide-allow",
                            "a decision on what fits is ALLOW and holds nothing",
                            EvaluateCases::decide),
                    should(
                            "decide-deny",
                            "a decision on what does not fit is 200 with DENY and a reason_code",
                            EvaluateCases::deny),
                    should(
                            "decide-replay",
                            "the repeat of a decision is the same bytes",
                            EvaluateCases::repeated),
                    should(
                            "decide-unit",
                            "a decision in a unit without budget is 400 UNIT_MISMATCH",
                            t -> mismatch(t, "/v1/decide", "estimate", "")),
                    should(
                            "event",
                            "an event is 201 with a body that strict clients read, and spends",
                            EvaluateCases::event),
                    should(
                            "event-replay",
                            "the repeat of an event is 201 with the same bytes and spends nothing",
                            EvaluateCases::eventRepeated),
                    should(
                            "event-unit",
                            "an event in a unit without budget is 400 UNIT_MISMATCH",
                            t -> mismatch(t, "/v1/events", "actual", "")),
                    must(
                            "reserve-dry-run-unit",
                            "a dry run in a unit without budget is 400 UNIT_MISMATCH",
                            t -> mismatch(t, "/v1/reservations", "estimate", ",\"dry_run\":true")),
                    should(
                            "event-mismatch",
                            "the same key with another amount is 409 IDEMPOTENCY_MISMATCH",
                            EvaluateCases::eventMismatch),
                    should(
                            "event-reject",
                            "an event that does not fit is 409 BUDGET_EXCEEDED under REJECT",
                            t ->
                                    t.post(
                                                    "/v1/events",
                                                    t.asking(
                                                            Target.newKey(),
                                                            "actual",
                                                            ReserveCases.tooMuch(t),
                                                            ",\"overage_policy\":\"REJECT\""))
                                            .error(409, "BUDGET_EXCEEDED")),
                    must(
                            "event-recovers",
                            "the key of a commit that came too late may be used for an event",
                            EvaluateCases::recovery),
                    must(
                            "event-after-finalized",
                            "the key of a commit of what had ended may be used for an event",
                            EvaluateCases::eventAfterFinalized));

    private EvaluateCases() {}

    private static void mismatch(Target target, String path, String name, String more) {
        String unit = target.settings().unit();
        String other = unit.equals("CREDITS") ? "RISK_POINTS" : "CREDITS";
        target.post(path, target.asking(Target.newKey(), name, 1, more).replace(unit, other))
                .error(400, "UNIT_MISMATCH");
    }

    private static long spent(Target target) {
        return Shape.of(target.balance(), "spent");
    }

    private static String body(String key, Target target) {
        return target.asking(key, "actual", 1, "");
    }

    private static void decide(Target target) {
        long before = Shape.of(target.balance(), "reserved");
        Reply reply =
                target.post("/v1/decide", target.reserving(Target.newKey(), Target.SOME, ""))
                        .status(200);
        Shape.decided(reply.json());
        if (!reply.text("decision").startsWith("ALLOW")) {
            throw new Case.Failed("decision: " + reply.text("decision"));
        }
        equal(before, Shape.of(target.balance(), "reserved"));
    }

    private static void deny(Target target) {
        Reply reply =
                target.post(
                                "/v1/decide",
                                target.reserving(Target.newKey(), ReserveCases.tooMuch(target), ""))
                        .status(200);
        Shape.decided(reply.json());
        equal("DENY", reply.text("decision"));
        equal("BUDGET_EXCEEDED", reply.text("reason_code"));
    }

    private static void repeated(Target target) {
        String body = target.reserving(Target.newKey(), Target.SOME, "");
        Reply first = target.post("/v1/decide", body).status(200);
        equal(first.body(), target.post("/v1/decide", body).status(200).body());
    }

    private static void event(Target target) {
        long before = spent(target);
        Reply reply = target.post("/v1/events", body(Target.newKey(), target)).status(201);
        Shape.applied(reply.json());
        equal(before + 1, spent(target));
    }

    private static void eventRepeated(Target target) {
        String body = body(Target.newKey(), target);
        Reply first = target.post("/v1/events", body).status(201);
        long before = spent(target);
        equal(first.body(), target.post("/v1/events", body).status(201).body());
        equal(before, spent(target));
    }

    private static void eventMismatch(Target target) {
        String key = Target.newKey();
        target.post("/v1/events", target.asking(key, "actual", 1, "")).status(201);
        target.post("/v1/events", target.asking(key, "actual", 2, ""))
                .error(409, "IDEMPOTENCY_MISMATCH");
    }

    /// A commit under a key that then becomes an event's, as clients do after a 410.
    private static void recovery(Target target) {
        String key = Target.newKey();
        String id = target.expiredReservation();
        target.end(id, "commit", target.committing(key, 1)).error(410, "RESERVATION_EXPIRED");
        recovered(target, key, id);
    }

    private static void eventAfterFinalized(Target target) {
        String key = Target.newKey();
        String id = target.reservation();
        target.end(id, "release", Target.keyOnly(Target.newKey())).status(200);
        target.end(id, "commit", target.committing(key, 1)).error(409, "RESERVATION_FINALIZED");
        recovered(target, key, id);
    }

    private static void recovered(Target target, String key, String id) {
        Reply event =
                target.post(
                                "/v1/events",
                                target.asking(
                                        key,
                                        "actual",
                                        1,
                                        ",\"metadata\":{\"recovered_reservation_id\":\"%s\"}"
                                                .formatted(id)))
                        .status(201);
        Shape.applied(event.json());
    }
}
