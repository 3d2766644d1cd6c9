package dev.bursar.server.conformance;

import static dev.bursar.server.conformance.Case.must;
import static dev.bursar.server.conformance.Case.should;
import static dev.bursar.server.conformance.TransportCases.equal;

import dev.bursar.server.conformance.Case.Skipped;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Spending above budgets. What is tried with is used up: the budget of the one agent is over its limit
/// afterwards, that of the other in debt, until somebody funds them. The cases follow each other.
final class OverageCases {

    private static final String IF_AVAILABLE = ",\"overage_policy\":\"ALLOW_IF_AVAILABLE\"";

    private static final String WITH_OVERDRAFT = ",\"overage_policy\":\"ALLOW_WITH_OVERDRAFT\"";

    static final List<Case> ALL =
            List.of(
                    must(
                            "commit-capped",
                            "what ALLOW_IF_AVAILABLE cannot cover is not charged, and no debt",
                            OverageCases::commitCapped),
                    must(
                            "over-limit",
                            "a scope over its limit refuses with 409 OVERDRAFT_LIMIT_EXCEEDED",
                            OverageCases::overLimit),
                    should(
                            "event-capped",
                            "an event that is capped is 201 and tells what was charged",
                            OverageCases::eventCapped),
                    must(
                            "commit-overdraft-exceeded",
                            "a commit beyond the overdraft is 409 OVERDRAFT_LIMIT_EXCEEDED and ends"
                                    + " nothing",
                            OverageCases::commitBeyondOverdraft),
                    must(
                            "commit-overdraft",
                            "what ALLOW_WITH_OVERDRAFT cannot cover is charged and is debt",
                            OverageCases::commitWithOverdraft),
                    must(
                            "debt",
                            "a scope in debt refuses with 409 DEBT_OUTSTANDING",
                            t ->
                                    t.post("/v1/reservations", asking(t, debtor(t), "estimate", 1))
                                            .error(409, "DEBT_OUTSTANDING")),
                    should(
                            "debt-decide",
                            "a decision on a scope in debt is 200 with DENY and DEBT_OUTSTANDING",
                            OverageCases::decideInDebt),
                    should(
                            "event-overdraft-exceeded",
                            "an event beyond the overdraft is 409 OVERDRAFT_LIMIT_EXCEEDED",
                            OverageCases::eventBeyondOverdraft));

    private OverageCases() {}

    private static String spare(Target target) {
        String agent = target.settings().spareAgent();
        if (agent == null) {
            throw new Skipped("needs an agent whose budget may be used up");
        }
        return agent;
    }

    private static String debtor(Target target) {
        String agent = target.settings().overdraftAgent();
        if (agent == null) {
            throw new Skipped("needs an agent whose budget has an overdraft");
        }
        return agent;
    }

    private static String asking(Target target, String agent, String name, long amount) {
        return asking(target, agent, name, amount, "");
    }

    private static String asking(
            Target target, String agent, String name, long amount, String more) {
        return target.asking(Target.newKey(), name, amount, more)
                .replace(
                        target.subject(),
                        "{\"tenant\":\"%s\",\"agent\":\"%s\"}"
                                .formatted(target.settings().tenant(), agent));
    }

    private static long remaining(JsonNode balance) {
        return Shape.of(balance, "remaining");
    }

    /// A balance that was not used up by a run before.
    private static JsonNode untouched(Target target, String agent) {
        JsonNode balance = target.balanceOf(agent);
        if (balance.path("is_over_limit").asBoolean(false)
                || Shape.of(balance, "debt") > 0
                || remaining(balance) < 2) {
            throw new Skipped("the budget of the agent " + agent + " has to be funded before");
        }
        return balance;
    }

    private static void commitCapped(Target target) {
        String agent = spare(target);
        long room = remaining(untouched(target, agent));
        Reply reserved =
                target.post("/v1/reservations", asking(target, agent, "estimate", 1, IF_AVAILABLE))
                        .status(200);
        Reply reply =
                target.end(
                                reserved.text("reservation_id"),
                                "commit",
                                target.committing(Target.newKey(), room + 5))
                        .status(200);
        Shape.committed(reply.json());
        equal(room, Shape.of(reply.json(), "charged"));
        JsonNode after = target.balanceOf(agent);
        equal(0L, remaining(after));
        equal(0L, Shape.of(after, "debt"));
        equal(true, after.path("is_over_limit").asBoolean(false));
    }

    private static void overLimit(Target target) {
        String agent = spare(target);
        if (!target.balanceOf(agent).path("is_over_limit").asBoolean(false)) {
            throw new Skipped("the agent " + agent + " is not over its limit");
        }
        target.post("/v1/reservations", asking(target, agent, "estimate", 1))
                .error(409, "OVERDRAFT_LIMIT_EXCEEDED");
    }

    private static void eventCapped(Target target) {
        String agent = spare(target);
        long room = Math.max(0, remaining(target.balanceOf(agent)));
        Reply reply =
                target.post("/v1/events", asking(target, agent, "actual", room + 5, IF_AVAILABLE))
                        .status(201);
        Shape.applied(reply.json());
        equal(room, reply.field("charged").path("amount").asLong(-1));
    }

    private static void commitBeyondOverdraft(Target target) {
        String agent = debtor(target);
        JsonNode balance = untouched(target, agent);
        long most = remaining(balance) + Shape.of(balance, "overdraft_limit");
        String id = reserved(target, agent);
        Reply refused = target.end(id, "commit", target.committing(Target.newKey(), most + 1));
        Reply released = target.end(id, "release", Target.keyOnly(Target.newKey()));
        refused.error(409, "OVERDRAFT_LIMIT_EXCEEDED");
        released.status(200);
    }

    private static void commitWithOverdraft(Target target) {
        String agent = debtor(target);
        JsonNode balance = untouched(target, agent);
        if (Shape.of(balance, "overdraft_limit") < 1) {
            throw new Skipped("the budget of the agent " + agent + " has no overdraft");
        }
        long actual = remaining(balance) + 1;
        String id = reserved(target, agent);
        Reply reply =
                target.end(id, "commit", target.committing(Target.newKey(), actual)).status(200);
        Shape.committed(reply.json());
        equal(actual, Shape.of(reply.json(), "charged"));
        JsonNode after = target.balanceOf(agent);
        Shape.balance(after);
        equal(1L, Shape.of(after, "debt"));
        equal(-1L, remaining(after));
    }

    private static String reserved(Target target, String agent) {
        return target.post("/v1/reservations", asking(target, agent, "estimate", 1, WITH_OVERDRAFT))
                .status(200)
                .text("reservation_id");
    }

    private static void decideInDebt(Target target) {
        String agent = debtor(target);
        Reply reply = target.post("/v1/decide", asking(target, agent, "estimate", 1)).status(200);
        Shape.decided(reply.json());
        equal("DENY", reply.text("decision"));
        equal("DEBT_OUTSTANDING", reply.text("reason_code"));
    }

    private static void eventBeyondOverdraft(Target target) {
        String agent = debtor(target);
        JsonNode balance = target.balanceOf(agent);
        long most = Math.max(0, remaining(balance)) + Shape.of(balance, "overdraft_limit");
        target.post("/v1/events", asking(target, agent, "actual", most + 1, WITH_OVERDRAFT))
                .error(409, "OVERDRAFT_LIMIT_EXCEEDED");
        equal(Shape.of(balance, "debt"), Shape.of(target.balanceOf(agent), "debt"));
    }
}
