package dev.bursar.server.cycles;

import static dev.bursar.server.cycles.CyclesServer.newKey;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.server.cycles.CyclesServer.Reply;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Amounts up to the largest that the protocol has. A refusal changes nothing, and every page and list
/// that counts what was asked can still be read.
class LargeAmountsTest {

    private static final String MOST = "9223372036854775807";

    private static final String TENANTS =
            """
            acme:
              keys: [ { name: app, secret: acme-secret } ]
              budgets:
                - { name: hard, limit: 1000 tokens, scope: "tenant:acme/agent:hard" }
                - { name: capped, limit: 1000 tokens, scope: "tenant:acme/agent:capped" }
                - { name: owing, limit: 1000 tokens, overdraft: 500 tokens, scope: "tenant:acme/agent:owing" }
                - { name: soft, limit: 1000 tokens, mode: soft, scope: "tenant:acme/agent:soft" }
                - { name: wide, limit: 1000 tokens, scope: "tenant:acme/app:x" }
                - { name: narrow, limit: 700 tokens, scope: "tenant:acme/app:x/agent:y" }
                - { name: usd, limit: 10 USD, scope: "tenant:acme" }
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

    private static String subject(String agent) {
        return "\"subject\":{\"agent\":\"%s\"},\"action\":{\"kind\":\"a.b\",\"name\":\"c\"}"
                .formatted(agent);
    }

    private static String amount(String field, String unit, String amount) {
        return "\"%s\":{\"unit\":\"%s\",\"amount\":%s}".formatted(field, unit, amount);
    }

    private static Reply create(String agent, String amount, String more) {
        return server.post(
                "/v1/reservations",
                "{\"idempotency_key\":\"%s\",%s,%s%s}"
                        .formatted(
                                newKey(),
                                subject(agent),
                                amount("estimate", "TOKENS", amount),
                                more));
    }

    private static Reply commit(String agent, String policy, String actual) {
        Reply made = create(agent, "10", ",\"overage_policy\":\"" + policy + "\"");
        assertThat(made.status()).as(made.body()).isEqualTo(200);
        return server.post(
                "/v1/reservations/" + made.text("reservation_id") + "/commit",
                "{\"idempotency_key\":\"%s\",%s}"
                        .formatted(newKey(), amount("actual", "TOKENS", actual)));
    }

    private static Reply event(String agent, String policy, String actual) {
        return server.post(
                "/v1/events",
                "{\"idempotency_key\":\"%s\",%s,\"overage_policy\":\"%s\",%s}"
                        .formatted(
                                newKey(),
                                subject(agent),
                                policy,
                                amount("actual", "TOKENS", actual)));
    }

    private static long spent(String agent) {
        return server.get("/v1/balances?agent=" + agent)
                .json()
                .get("balances")
                .get(0)
                .get("spent")
                .get("amount")
                .asLong();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1000000000000001", "4000000000000000001", MOST})
    void create_moreThanEveryLimit_isRefusedLikeAnyOther(String amount) {
        for (String agent : new String[] {"hard", "soft"}) {
            boolean fits = agent.equals("soft") && amount.length() == 16;
            Reply reply = create(agent, amount, fits ? ",\"ttl_ms\":1000" : "");
            if (fits) {
                assertThat(reply.status()).as(reply.body()).isEqualTo(200);
                continue;
            }
            reply.refused(409, "BUDGET_EXCEEDED");
            assertThat(reply.json().get("details").get("requested").asString()).isEqualTo(amount);
            assertThat(reply.json().get("details").get("scope").asString())
                    .isEqualTo("tenant:acme/agent:" + agent);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "hard, REJECT, BUDGET_EXCEEDED",
        "owing, ALLOW_WITH_OVERDRAFT, OVERDRAFT_LIMIT_EXCEEDED",
        "soft, ALLOW_WITH_OVERDRAFT, BUDGET_EXCEEDED",
        "soft, ALLOW_IF_AVAILABLE, BUDGET_EXCEEDED",
    })
    void used_moreThanThereIs_isRefusedAndChangesNothing(String agent, String policy, String code) {
        commit(agent, policy, MOST).refused(409, code);
        event(agent, policy, MOST).refused(409, code);

        assertThat(spent(agent)).isZero();
    }

    @Test
    void used_ifAvailable_isCapped() {
        Reply reply = commit("capped", "ALLOW_IF_AVAILABLE", MOST);

        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(reply.json().get("charged").get("amount").asLong()).isEqualTo(1_000);
        event("capped", "ALLOW_IF_AVAILABLE", MOST).refused(409, "BUDGET_EXCEEDED");
        assertThat(spent("capped")).isEqualTo(1_000);
    }

    @Test
    void evaluation_ofTheLargestAmount_isDenied() {
        Reply reply = create("soft", MOST, ",\"dry_run\":true");

        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(reply.text("reason_code")).isEqualTo("BUDGET_EXCEEDED");
    }

    /// The sum of two of them is more than a `long`: no list and no page may break by it.
    @Test
    void denials_ofTheLargestAmount_leaveEverythingReadable() {
        for (int i = 0; i < 3; i++) {
            server.post(
                            "/v1/reservations",
                            "{\"idempotency_key\":\"%s\",%s,%s}"
                                    .formatted(
                                            newKey(),
                                            subject("any"),
                                            amount("estimate", "USD_MICROCENTS", MOST)))
                    .refused(409, "BUDGET_EXCEEDED");
        }
        server.follow();

        for (String path :
                new String[] {
                    "/api/spend?bucket=day",
                    "/api/spend?by=agent",
                    "/api/runs?tenant=acme",
                    "/api/exports/spend.csv",
                    "/api/live",
                    "/metrics"
                }) {
            Reply reply =
                    server.send(
                            server.request(path)
                                    .header("Authorization", "Bearer " + CyclesServer.ADMIN));
            assertThat(reply.status()).as(path + ": " + reply.body()).isEqualTo(200);
        }
        assertThat(server.get("/v1/events").body()).contains("\"requested_amount\":" + MOST);
    }

    /// Of an amount that was used the budget with the least left is told, not the widest.
    @Test
    void refusedOverage_namesTheBudgetWithTheLeastLeft() {
        String event =
                """
                {"idempotency_key":"%s","subject":{"app":"x","agent":"y"},
                "action":{"kind":"a.b","name":"c"},"overage_policy":"REJECT",%s}
                """
                        .formatted(newKey(), amount("actual", "TOKENS", "1001"));

        Reply reply = server.post("/v1/events", event);

        reply.refused(409, "BUDGET_EXCEEDED");
        assertThat(reply.json().get("details").get("scope").asString())
                .isEqualTo("tenant:acme/app:x/agent:y");
        assertThat(reply.json().get("details").get("remaining").asLong()).isEqualTo(700);
        server.follow();
        JsonNode denial =
                server.get("/v1/events?scope=tenant:acme/app:x").json().get("events").get(0);
        assertThat(denial.get("data").get("scope").asString())
                .isEqualTo("tenant:acme/app:x/agent:y");
        assertThat(denial.get("data").get("remaining").asLong()).isEqualTo(700);
    }
}
