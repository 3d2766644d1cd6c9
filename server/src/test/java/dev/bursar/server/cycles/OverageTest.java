package dev.bursar.server.cycles;

import static dev.bursar.server.cycles.CyclesServer.newKey;
import static dev.bursar.server.cycles.CyclesServer.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.server.cycles.CyclesServer.Reply;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What is spent above its reservation, by each policy, with where the budget stands afterwards. Each
/// agent has a budget of 1,000 microcents of its own.
class OverageTest {

    private static final String TENANTS =
            """
            acme:
              keys: [ { name: app, secret: acme-secret } ]
              budgets:
                - { name: a, limit: 0.00001 USD, scope: "tenant:acme/agent:a" }
                - { name: b, limit: 0.00001 USD, scope: "tenant:acme/agent:b" }
                - { name: c, limit: 0.00001 USD, overdraft: 0.000005 USD, scope: "tenant:acme/agent:c" }
                - { name: d, limit: 0.00001 USD, overdraft: 0.000005 USD, scope: "tenant:acme/agent:d" }
                - { name: e, limit: 0.00001 USD, scope: "tenant:acme/agent:e" }
            """;

    @TempDir static Path directory;

    private static CyclesServer server;

    @BeforeAll
    static void start() throws IOException {
        server = CyclesServer.start(directory, TENANTS);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Reply commit(String agent, long reserved, long actual, String policy) {
        Reply reply = create(agent, reserved, policy);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return server.post(
                "/v1/reservations/" + reply.text("reservation_id") + "/commit",
                "{\"idempotency_key\":\"%s\",\"actual\":{\"unit\":\"USD_MICROCENTS\",\"amount\":%d}}"
                        .formatted(newKey(), actual));
    }

    private static Reply create(String agent, long reserved, String policy) {
        return server.post(
                "/v1/reservations",
                reserve(
                        newKey(),
                        "{\"agent\":\"%s\"}".formatted(agent),
                        reserved,
                        ",\"overage_policy\":\"%s\"".formatted(policy)));
    }

    private static long charged(Reply reply) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        StrictBody.commit(reply.json());
        return reply.json().get("charged").get("amount").asLong();
    }

    private static long of(Reply reply, String field) {
        return reply.json().get("balances").get(0).path(field).path("amount").asLong(0);
    }

    @Test
    void reject_aboveTheReservation_isRefusedAndLeavesIt() {
        Reply reply = commit("a", 400, 401, "REJECT");

        reply.refused(409, "BUDGET_EXCEEDED");
        JsonNode details = reply.json().get("details");
        assertThat(details.get("scope").asString()).isEqualTo("tenant:acme/agent:a");
        assertThat(details.has("remaining") && details.has("requested")).isTrue();
        assertThat(charged(commit("a", 400, 400, "REJECT"))).isEqualTo(400);
    }

    @Test
    void ifAvailable_isCappedAndBlocksUntilFunded() {
        Reply fits = commit("b", 400, 600, "ALLOW_IF_AVAILABLE");
        assertThat(charged(fits)).isEqualTo(600);
        assertThat(of(fits, "remaining")).isEqualTo(400);

        Reply capped = commit("b", 300, 5_000, "ALLOW_IF_AVAILABLE");

        assertThat(charged(capped)).isEqualTo(400);
        assertThat(of(capped, "remaining")).isZero();
        assertThat(capped.json().get("balances").get(0).get("is_over_limit").asBoolean()).isTrue();
        create("b", 1, "REJECT").refused(409, "OVERDRAFT_LIMIT_EXCEEDED");
    }

    @Test
    void withOverdraft_owesUpToItsLimitAndBlocksWhileInDebt() {
        Reply tooMuch = commit("c", 500, 1_501, "ALLOW_WITH_OVERDRAFT");
        tooMuch.refused(409, "OVERDRAFT_LIMIT_EXCEEDED");
        assertThat(tooMuch.json().get("details").get("scope").asString())
                .isEqualTo("tenant:acme/agent:c");

        Reply owing = commit("d", 500, 1_500, "ALLOW_WITH_OVERDRAFT");

        assertThat(charged(owing)).isEqualTo(1_500);
        assertThat(of(owing, "debt")).isEqualTo(500);
        assertThat(of(owing, "overdraft_limit")).isEqualTo(500);
        assertThat(of(owing, "remaining")).isEqualTo(-500);
        create("d", 1, "REJECT").refused(409, "DEBT_OUTSTANDING");
    }

    @Test
    void withOverdraft_whereThereIsNone_isCapped() {
        Reply capped = commit("e", 500, 1_500, "ALLOW_WITH_OVERDRAFT");

        assertThat(charged(capped)).isEqualTo(1_000);
        assertThat(capped.json().get("balances").get(0).get("is_over_limit").asBoolean()).isTrue();
    }
}
