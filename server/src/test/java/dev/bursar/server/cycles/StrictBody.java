package dev.bursar.server.cycles;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Looks at bodies as strict clients do: no field too many or too few, no null, integers that a double
/// holds, units that are known.
final class StrictBody {

    private static final Set<String> UNITS =
            Set.of("USD_MICROCENTS", "TOKENS", "CREDITS", "RISK_POINTS");

    private static final long MAX_EXACT = (1L << 53) - 1;

    private StrictBody() {}

    /// @param shape required fields as they are named, optional ones with a `?` behind
    private static void fields(JsonNode node, String... shape) {
        assertThat(node.isObject()).as(node.toString()).isTrue();
        Set<String> there = new HashSet<>(node.propertyNames());
        for (String field : shape) {
            String name = field.replace("?", "");
            if (field.equals(name)) {
                assertThat(there).as(node.toString()).contains(name);
            }
            there.remove(name);
        }
        assertThat(there).as("unknown fields of " + node).isEmpty();
        node.forEach(value -> assertThat(value.isNull()).as(node.toString()).isFalse());
    }

    private static void amount(JsonNode amount, boolean signed) {
        if (amount.isMissingNode()) {
            return;
        }
        fields(amount, "unit", "amount");
        assertThat(UNITS).contains(amount.get("unit").asString());
        integer(amount.get("amount"), signed);
    }

    private static void integer(JsonNode number, boolean signed) {
        if (number.isMissingNode()) {
            return;
        }
        assertThat(number.isIntegralNumber()).as(number.toString()).isTrue();
        assertThat(number.asLong()).isBetween(signed ? -MAX_EXACT : 0, MAX_EXACT);
    }

    private static void oneOf(JsonNode text, String... values) {
        assertThat(text.isString()).as(text.toString()).isTrue();
        assertThat(text.asString()).isIn(Arrays.asList((Object[]) values));
    }

    private static void balances(JsonNode balances) {
        for (JsonNode balance : balances) {
            balance(balance);
        }
    }

    static void balance(JsonNode balance) {
        fields(
                balance,
                "scope",
                "scope_path",
                "remaining",
                "reserved?",
                "spent?",
                "allocated?",
                "debt?",
                "overdraft_limit?",
                "is_over_limit?");
        amount(balance.get("remaining"), true);
        for (String name :
                new String[] {"reserved", "spent", "allocated", "debt", "overdraft_limit"}) {
            amount(balance.path(name), false);
        }
        long remaining =
                of(balance, "allocated")
                        - of(balance, "spent")
                        - of(balance, "reserved")
                        - of(balance, "debt");
        assertThat(of(balance, "remaining")).as(balance.toString()).isEqualTo(remaining);
    }

    private static long of(JsonNode balance, String name) {
        return balance.path(name).path("amount").asLong(0);
    }

    private static void caps(JsonNode body) {
        boolean capped = body.get("decision").asString().equals("ALLOW_WITH_CAPS");
        assertThat(body.has("caps")).as(body.toString()).isEqualTo(capped);
        if (capped) {
            fields(
                    body.get("caps"),
                    "max_tokens?",
                    "max_steps_remaining?",
                    "tool_allowlist?",
                    "tool_denylist?",
                    "cooldown_ms?");
        }
    }

    static void reserve(JsonNode body) {
        fields(
                body,
                "decision",
                "affected_scopes",
                "reservation_id",
                "reserved",
                "expires_at_ms",
                "remaining_ttl_ms",
                "scope_path",
                "caps?",
                "balances?");
        oneOf(body.get("decision"), "ALLOW", "ALLOW_WITH_CAPS");
        caps(body);
        amount(body.get("reserved"), false);
        integer(body.get("expires_at_ms"), false);
        integer(body.get("remaining_ttl_ms"), false);
        balances(body.path("balances"));
    }

    static void dryRun(JsonNode body) {
        fields(body, "decision", "affected_scopes", "scope_path?", "caps?", "reason_code?");
        oneOf(body.get("decision"), "ALLOW", "ALLOW_WITH_CAPS", "DENY");
        caps(body);
        assertThat(body.has("reason_code"))
                .isEqualTo(body.get("decision").asString().equals("DENY"));
    }

    static void decide(JsonNode body) {
        fields(body, "decision", "affected_scopes?", "caps?", "reason_code?");
        oneOf(body.get("decision"), "ALLOW", "ALLOW_WITH_CAPS", "DENY");
        caps(body);
    }

    static void commit(JsonNode body) {
        fields(body, "status", "charged", "released?", "balances?");
        oneOf(body.get("status"), "COMMITTED");
        amount(body.get("charged"), false);
        amount(body.path("released"), false);
        balances(body.path("balances"));
    }

    static void release(JsonNode body) {
        fields(body, "status", "released", "balances?");
        oneOf(body.get("status"), "RELEASED");
        amount(body.get("released"), false);
        balances(body.path("balances"));
    }

    static void extend(JsonNode body) {
        fields(body, "status", "expires_at_ms", "remaining_ttl_ms", "balances?");
        oneOf(body.get("status"), "ACTIVE");
        integer(body.get("expires_at_ms"), false);
        integer(body.get("remaining_ttl_ms"), false);
        balances(body.path("balances"));
    }

    static void event(JsonNode body) {
        fields(body, "status", "event_id", "charged?", "balances?");
        oneOf(body.get("status"), "APPLIED");
        amount(body.path("charged"), false);
        balances(body.path("balances"));
    }

    static void listedEvent(JsonNode body) {
        fields(
                body,
                "event_id",
                "event_type",
                "category",
                "timestamp",
                "tenant_id",
                "scope?",
                "actor?",
                "source",
                "data?",
                "correlation_id?",
                "request_id?",
                "trace_id?",
                "metadata?");
        oneOf(body.get("category"), "reservation");
        oneOf(body.get("event_type"), "reservation.denied", "reservation.expired");
        fields(body.get("actor"), "type", "key_id?");
    }

    static void detail(JsonNode body) {
        fields(
                body,
                "reservation_id",
                "status",
                "idempotency_key?",
                "subject",
                "action",
                "reserved",
                "committed?",
                "created_at_ms",
                "expires_at_ms",
                "finalized_at_ms?",
                "scope_path",
                "affected_scopes",
                "metadata?",
                "committed_metadata?");
        oneOf(body.get("status"), "ACTIVE", "COMMITTED", "RELEASED", "EXPIRED");
        fields(
                body.get("subject"),
                "tenant?",
                "workspace?",
                "app?",
                "workflow?",
                "agent?",
                "toolset?",
                "dimensions?");
        fields(body.get("action"), "kind", "name", "tags?");
        amount(body.get("reserved"), false);
        amount(body.path("committed"), false);
    }

    static void error(JsonNode body) {
        fields(body, "error", "message", "request_id", "trace_id?", "details?");
        for (Map.Entry<String, JsonNode> field : body.properties()) {
            assertThat(field.getKey().equals("details") || field.getValue().isString()).isTrue();
        }
    }
}
