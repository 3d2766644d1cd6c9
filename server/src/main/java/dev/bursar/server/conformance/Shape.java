package dev.bursar.server.conformance;

import dev.bursar.server.conformance.Case.Failed;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Bodies as the strictest clients read them: no field too many or too few, no null, integers that a
/// double holds, units that are known.
final class Shape {

    private static final Set<String> UNITS =
            Set.of("USD_MICROCENTS", "TOKENS", "CREDITS", "RISK_POINTS");

    private static final long MAX_EXACT = (1L << 53) - 1;

    private Shape() {}

    static void reserved(JsonNode body) {
        fields(
                body,
                "decision affected_scopes reservation_id reserved expires_at_ms",
                "remaining_ttl_ms scope_path caps balances retry_after_ms cycles_evidence");
        decision(body, false);
        text(body, "reservation_id");
        amount(body, "reserved");
        integer(body, "expires_at_ms");
        integer(body, "remaining_ttl_ms");
        balances(body);
    }

    static void dryRun(JsonNode body) {
        fields(
                body,
                "decision affected_scopes",
                "scope_path reserved caps reason_code retry_after_ms balances cycles_evidence");
        decision(body, true);
        balances(body);
    }

    static void decided(JsonNode body) {
        fields(body, "decision", "affected_scopes caps reason_code retry_after_ms cycles_evidence");
        decision(body, true);
    }

    static void committed(JsonNode body) {
        fields(body, "status charged", "released balances cycles_evidence");
        oneOf(body, "status", Set.of("COMMITTED"));
        amount(body, "charged");
        amount(body, "released");
        balances(body);
    }

    static void released(JsonNode body) {
        fields(body, "status released", "balances cycles_evidence");
        oneOf(body, "status", Set.of("RELEASED"));
        amount(body, "released");
        balances(body);
    }

    static void extended(JsonNode body) {
        fields(body, "status expires_at_ms", "remaining_ttl_ms balances");
        oneOf(body, "status", Set.of("ACTIVE"));
        integer(body, "expires_at_ms");
        integer(body, "remaining_ttl_ms");
        balances(body);
    }

    static void applied(JsonNode body) {
        fields(body, "status event_id", "charged balances cycles_evidence");
        oneOf(body, "status", Set.of("APPLIED"));
        text(body, "event_id");
        amount(body, "charged");
        balances(body);
    }

    static void detail(JsonNode body) {
        fields(
                body,
                "reservation_id status subject action reserved created_at_ms expires_at_ms"
                        + " scope_path affected_scopes",
                "idempotency_key committed finalized_at_ms metadata committed_metadata evidence");
        oneOf(body, "status", Set.of("ACTIVE", "COMMITTED", "RELEASED", "EXPIRED"));
        fields(body.path("subject"), "", "tenant workspace app workflow agent toolset dimensions");
        fields(body.path("action"), "kind name", "tags");
        amount(body, "reserved");
        amount(body, "committed");
    }

    static void page(JsonNode body, String items) {
        fields(body, items, "next_cursor has_more");
        if (!body.path(items).isArray()) {
            throw new Failed(items + " is not a list: " + body);
        }
    }

    static void listedEvent(JsonNode event) {
        fields(
                event,
                "event_id event_type category timestamp tenant_id source",
                "scope actor data correlation_id request_id trace_id metadata");
        String type = event.path("event_type").asString("");
        String category = event.path("category").asString("");
        if (!type.startsWith(category + ".")) {
            throw new Failed("the category is not the one of the type: " + event);
        }
    }

    static void balance(JsonNode balance) {
        fields(
                balance,
                "scope scope_path remaining",
                "reserved spent allocated debt overdraft_limit is_over_limit");
        for (String name : new String[] {"reserved", "spent", "allocated", "debt"}) {
            amount(balance, name);
        }
        if (balance.has("allocated") && balance.has("spent") && balance.has("reserved")) {
            long remaining =
                    of(balance, "allocated")
                            - of(balance, "spent")
                            - of(balance, "reserved")
                            - of(balance, "debt");
            if (of(balance, "remaining") != remaining) {
                throw new Failed(
                        "remaining is not allocated - spent - reserved - debt: " + balance);
            }
        }
    }

    static void error(JsonNode body) {
        fields(body, "error message request_id", "trace_id details cycles_evidence");
    }

    static long of(JsonNode body, String name) {
        return body.path(name).path("amount").asLong(0);
    }

    private static void balances(JsonNode body) {
        body.path("balances").forEach(Shape::balance);
    }

    private static void decision(JsonNode body, boolean mayDeny) {
        oneOf(
                body,
                "decision",
                mayDeny
                        ? Set.of("ALLOW", "ALLOW_WITH_CAPS", "DENY")
                        : Set.of("ALLOW", "ALLOW_WITH_CAPS"));
        if (body.has("caps") != body.path("decision").asString().equals("ALLOW_WITH_CAPS")) {
            throw new Failed("caps go with ALLOW_WITH_CAPS and nothing else: " + body);
        }
    }

    private static void fields(JsonNode node, String required, String optional) {
        if (!node.isObject()) {
            throw new Failed("not an object: " + node);
        }
        Set<String> there = new HashSet<>(node.propertyNames());
        for (String name : required.split(" ", -1)) {
            if (!name.isEmpty() && !there.contains(name)) {
                throw new Failed("no " + name + " in " + node);
            }
        }
        there.removeAll(List.of((required + " " + optional).split(" ")));
        if (!there.isEmpty()) {
            throw new Failed("fields that strict clients do not know: " + there + " in " + node);
        }
        for (String name : node.propertyNames()) {
            if (node.path(name).isNull()) {
                throw new Failed(name + " is null in " + node);
            }
        }
    }

    private static void amount(JsonNode body, String name) {
        JsonNode amount = body.path(name);
        if (!amount.isMissingNode()) {
            fields(amount, "unit amount", "");
            oneOf(amount, "unit", UNITS);
            integer(amount, "amount");
        }
    }

    private static void integer(JsonNode body, String name) {
        JsonNode number = body.path(name);
        boolean good =
                number.isMissingNode()
                        || (number.isIntegralNumber()
                                && number.asLong() >= 0
                                && number.asLong() <= MAX_EXACT);
        if (!good) {
            throw new Failed(name + " is no integer that a client can count with: " + body);
        }
    }

    private static void text(JsonNode body, String name) {
        if (!body.path(name).isString() || body.path(name).asString().isEmpty()) {
            throw new Failed(name + " is no text: " + body);
        }
    }

    private static void oneOf(JsonNode body, String name, Set<String> known) {
        if (!known.contains(body.path(name).asString(""))) {
            throw new Failed(name + " is not one of " + known + ": " + body);
        }
    }
}
