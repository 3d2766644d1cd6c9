package dev.bursar.server.cycles;

import static dev.bursar.server.cycles.CyclesServer.newKey;
import static dev.bursar.server.cycles.CyclesServer.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.cycles.CyclesServer.Reply;
import dev.bursar.server.directory.Role;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Decisions, dry runs, events, balances and what a key is told of itself, over HTTP.
class EvaluationsTest {

    private static final String TENANTS =
            """
            acme:
              keys:
                - { name: app, secret: acme-secret }
                - { name: runtime, secret: runtime-secret, permissions: [ "reservations:create", "reservations:commit", "balances:read" ] }
                - { name: biller, secret: biller-secret, permissions: [ "events:create" ] }
                - { name: part, secret: part-secret, scope: "tenant:acme/agent:b", permissions: [ "balances:read" ] }
              budgets:
                - { name: all, limit: 1000 USD, scope: "tenant:acme" }
                - { name: tokens, limit: 1000 tokens, scope: "tenant:acme" , at: { 50%: clamp, 80%: { disable: [search, shell] } } }
                - { name: a, limit: 0.00001 USD, scope: "tenant:acme/agent:a" }
                - { name: b, limit: 0.00001 USD, scope: "tenant:acme/agent:b" }
                - { name: c, limit: 0.00001 USD, overdraft: 0.000005 USD, scope: "tenant:acme/agent:c" }
                - { name: frozen, limit: 1 USD, scope: "tenant:acme/agent:frozen" }
                - { name: closed, limit: 1 USD, scope: "tenant:acme/agent:closed" }
            umbrella:
              keys: [ { name: app, secret: umbrella-secret } ]
            counted:
              keys: [ { name: app, secret: counted-secret } ]
              budgets:
                - { name: calls, limit: 10 calls }
                - { name: run, limit: 10 USD, match: { agent: b } }
            closed:
              keys: [ { name: app, secret: closed-secret } ]
              budgets: [ { name: all, limit: 1 USD, scope: "tenant:closed" } ]
            """;

    private static final String ACME = "{\"tenant\":\"acme\"}";

    @TempDir static Path directory;

    private static CyclesServer server;

    @BeforeAll
    static void start() throws IOException {
        server = CyclesServer.start(directory, TENANTS);
        status("acme/frozen", Budget.Status.FROZEN);
        status("acme/closed", Budget.Status.CLOSED);
        server.server()
                .authority()
                .submit(new Command.CloseTenant(new TenantId("closed"), 100, Attribution.NONE));
    }

    private static void status(String budget, Budget.Status status) {
        server.server()
                .authority()
                .submit(
                        new Command.SetBudgetStatus(
                                List.of(new BudgetId(budget)), status, Attribution.NONE));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String agent(String name) {
        return "{\"agent\":\"%s\"}".formatted(name);
    }

    private static Reply decide(String secret, String subject, long estimate) {
        return server.post(secret, "/v1/decide", reserve(newKey(), subject, estimate, ""));
    }

    private static Reply dryRun(String secret, String subject, long estimate) {
        return server.post(
                secret,
                "/v1/reservations",
                reserve(newKey(), subject, estimate, ",\"dry_run\":true"));
    }

    private static String event(String key, String subject, long actual, String more) {
        return reserve(key, subject, actual, more).replace("\"estimate\"", "\"actual\"");
    }

    @ParameterizedTest
    @CsvSource({
        "acme-secret, a, 1000, ALLOW, ''",
        "acme-secret, a, 1001, DENY, BUDGET_EXCEEDED",
        "acme-secret, frozen, 1, DENY, BUDGET_FROZEN",
        "acme-secret, closed, 1, DENY, BUDGET_CLOSED",
        "umbrella-secret, a, 1, DENY, BUDGET_NOT_FOUND",
        "counted-secret, a, 1, DENY, BUDGET_NOT_FOUND",
        "closed-secret, a, 1, DENY, TENANT_CLOSED",
    })
    void decideAndDryRun_tellWithoutHolding(
            String secret, String agent, long estimate, String decision, String reason) {
        Reply decided = decide(secret, agent(agent), estimate);
        assertThat(decided.status()).as(decided.body()).isEqualTo(200);
        StrictBody.decide(decided.json());
        assertThat(decided.text("decision")).isEqualTo(decision);
        assertThat(decided.text("reason_code")).isEqualTo(reason);

        Reply tried = dryRun(secret, agent(agent), estimate);
        assertThat(tried.status()).as(tried.body()).isEqualTo(200);
        StrictBody.dryRun(tried.json());
        assertThat(tried.text("decision")).isEqualTo(decision);
        assertThat(tried.text("reason_code")).isEqualTo(reason);
        assertThat(decide(secret, agent(agent), estimate).text("decision"))
                .as("nothing was held")
                .isEqualTo(decision);
    }

    @ParameterizedTest
    @CsvSource({
        "acme-secret, frozen, 409, BUDGET_FROZEN",
        "acme-secret, closed, 409, BUDGET_CLOSED",
        "umbrella-secret, a, 404, NOT_FOUND",
        "counted-secret, a, 404, NOT_FOUND",
        "closed-secret, a, 409, TENANT_CLOSED",
    })
    void createAndEvent_areRefusedForTheSame(String secret, String agent, int status, String code) {
        server.post(secret, "/v1/reservations", reserve(newKey(), agent(agent), 1, ""))
                .refused(status, code);
        server.post(secret, "/v1/events", event(newKey(), agent(agent), 1, ""))
                .refused(status, code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/decide", "/v1/reservations", "/v1/events"})
    void any_inAUnitWithoutBudget_isAMismatch(String path) {
        String body = reserve(newKey(), ACME, 1, "").replace("USD_MICROCENTS", "RISK_POINTS");

        Reply reply =
                server.post(
                        path,
                        path.equals("/v1/events")
                                ? body.replace("\"estimate\"", "\"actual\"")
                                : body);

        reply.refused(400, "UNIT_MISMATCH");
        assertThat(reply.json().get("details").get("expected_units").toString())
                .isEqualTo("[\"TOKENS\",\"USD_MICROCENTS\"]");
    }

    @Test
    void mismatch_namesUnitsOfTheProtocolOnly() {
        Reply reply =
                server.post(
                        "counted-secret",
                        "/v1/reservations",
                        reserve(newKey(), agent("b"), 1, "").replace("USD_MICROCENTS", "TOKENS"));

        reply.refused(400, "UNIT_MISMATCH");
        assertThat(reply.json().get("details").get("expected_units").toString())
                .isEqualTo("[\"USD_MICROCENTS\"]");
    }

    @Test
    void decide_repeated_isTheSameBytes() {
        String body = reserve(newKey(), ACME, 5, "");

        Reply first = server.post("/v1/decide", body);

        assertThat(server.post("/v1/decide", body).body()).isEqualTo(first.body());
        server.post("/v1/decide", body.replace(":5}", ":6}")).refused(409, "IDEMPOTENCY_MISMATCH");
    }

    /// A tenant whose only budget there counts what the protocol cannot speak of.
    @ParameterizedTest
    @CsvSource({"/v1/decide, ''", "/v1/reservations, ',\"dry_run\":true'"})
    void denialForWantOfABudget_isAnAnswerToItsKey(String path, String more) {
        String key = newKey();
        Reply first = server.post("counted-secret", path, reserve(key, agent("a"), 1, more));

        assertThat(first.text("reason_code")).as(first.body()).isEqualTo("BUDGET_NOT_FOUND");
        assertThat(server.post("counted-secret", path, reserve(key, agent("a"), 1, more)).body())
                .isEqualTo(first.body());
        server.post("counted-secret", path, reserve(key, agent("a"), 2, more))
                .refused(409, "IDEMPOTENCY_MISMATCH");
    }

    /// Only success is replayed.
    @ParameterizedTest
    @CsvSource({"/v1/decide, ''", "/v1/reservations, ',\"dry_run\":true'"})
    void mismatchOfUnits_leavesItsKeyFree(String path, String more) {
        String body = reserve(newKey(), ACME, 1, more);
        server.post(path, body.replace("USD_MICROCENTS", "RISK_POINTS"))
                .refused(400, "UNIT_MISMATCH");

        assertThat(server.post(path, body).text("decision")).isEqualTo("ALLOW");
    }

    @Test
    void dryRun_sharesTheKeysOfReservations() {
        String key = newKey();
        Reply first = server.post("/v1/reservations", reserve(key, ACME, 5, ",\"dry_run\":true"));

        assertThat(
                        server.post("/v1/reservations", reserve(key, ACME, 5, ",\"dry_run\":true"))
                                .body())
                .isEqualTo(first.body());
        server.post("/v1/reservations", reserve(key, ACME, 5, ""))
                .refused(409, "IDEMPOTENCY_MISMATCH");
    }

    @Test
    void event_isCreatedAndRepeatsTheSameBytes() {
        String body =
                event(
                        newKey(),
                        ACME,
                        50,
                        ",\"metrics\":{\"tokens_input\":3,\"model_version\":\"m-1\"},"
                                + "\"client_time_ms\":1");

        Reply first = server.post("/v1/events", body);

        assertThat(first.status()).as(first.body()).isEqualTo(201);
        StrictBody.event(first.json());
        assertThat(first.json().has("charged")).isFalse();
        Reply second = server.post("/v1/events", body);
        assertThat(second.status()).isEqualTo(201);
        assertThat(second.body()).isEqualTo(first.body());
        Reply later =
                server.post(
                        "/v1/events", body.replace("\"client_time_ms\":1", "\"client_time_ms\":2"));
        assertThat(later.body()).as("a later try says a later time").isEqualTo(first.body());
        server.post("/v1/events", body.replace("\"amount\":50", "\"amount\":51"))
                .refused(409, "IDEMPOTENCY_MISMATCH");
    }

    @ParameterizedTest
    @CsvSource({"runtime-secret, 201", "biller-secret, 201", "part-secret, 403"})
    void event_wantsAKeyThatMayCommit(String secret, int status) {
        Reply reply = server.post(secret, "/v1/events", event(newKey(), ACME, 1, ""));

        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
    }

    @Test
    void event_aboveTheBudget_followsItsPolicy() {
        server.post(
                        "/v1/events",
                        event(newKey(), agent("b"), 1_500, ",\"overage_policy\":\"REJECT\""))
                .refused(409, "BUDGET_EXCEEDED");
        Reply capped = server.post("/v1/events", event(newKey(), agent("b"), 1_500, ""));
        assertThat(capped.status()).isEqualTo(201);
        StrictBody.event(capped.json());
        assertThat(capped.json().get("charged").get("amount").asLong()).isEqualTo(1_000);

        String owing = ",\"overage_policy\":\"ALLOW_WITH_OVERDRAFT\"";
        server.post("/v1/events", event(newKey(), agent("c"), 1_501, owing))
                .refused(409, "OVERDRAFT_LIMIT_EXCEEDED");
        Reply inDebt = server.post("/v1/events", event(newKey(), agent("c"), 1_500, owing));
        assertThat(inDebt.status()).isEqualTo(201);
        JsonNode balance = inDebt.json().get("balances").get(1);
        assertThat(balance.get("debt").get("amount").asLong()).isEqualTo(500);
        assertThat(server.post("/v1/events", event(newKey(), agent("c"), 0, "")).status())
                .as("debt does not stop what has happened already")
                .isEqualTo(201);
    }

    @Test
    void reservationThatExpired_isGoneAndItsSpendingIsAnEventOfTheSameKey() throws Exception {
        Reply created =
                server.post(
                        "/v1/reservations",
                        reserve(newKey(), ACME, 100, ",\"ttl_ms\":1000,\"grace_period_ms\":0"));
        String id = created.text("reservation_id");
        String key = newKey();
        String commit =
                "{\"idempotency_key\":\"%s\",\"actual\":{\"unit\":\"USD_MICROCENTS\",\"amount\":80}}"
                        .formatted(key);
        long end = created.json().get("expires_at_ms").asLong();
        while (System.currentTimeMillis() <= end) {
            Thread.onSpinWait();
        }

        server.post("/v1/reservations/" + id + "/commit", commit)
                .refused(410, "RESERVATION_EXPIRED");
        server.post(
                        "/v1/reservations/" + id + "/extend",
                        "{\"idempotency_key\":\"%s\",\"extend_by_ms\":1}".formatted(newKey()))
                .refused(410, "RESERVATION_EXPIRED");
        Reply event =
                server.post(
                        "/v1/events",
                        event(
                                key,
                                ACME,
                                80,
                                ",\"metadata\":{\"recovered_reservation_id\":\"" + id + "\"}"));
        assertThat(event.status()).as(event.body()).isEqualTo(201);
        StrictBody.event(event.json());
    }

    @Test
    void event_ofARecovery_hasRoomForWhatTheClientAdds() {
        String full = "\"a\":\"%s\"".formatted("x".repeat(Requests.MAX_METADATA - 8));
        String added =
                ",\"recovered_reservation_id\":\"%s\",\"recovery_reason\":\"RESERVATION_EXPIRED\""
                        .formatted("r".repeat(128));
        String id = dryRunless(",\"metadata\":{" + full + "}");
        Reply committed =
                server.post(
                        "/v1/reservations/" + id + "/commit",
                        commit(newKey(), ",\"metadata\":{" + full + "}"));
        assertThat(committed.status()).as(committed.body()).isEqualTo(200);

        Reply event =
                server.post(
                        "/v1/events",
                        event(newKey(), ACME, 80, ",\"metadata\":{" + full + added + "}"));

        assertThat(event.status()).as(event.body()).isEqualTo(201);
        server.post(
                        "/v1/events",
                        event(
                                newKey(),
                                ACME,
                                80,
                                ",\"metadata\":{" + full + ",\"b\":\"" + "x".repeat(1024) + "\"}"))
                .refused(400, "INVALID_REQUEST");
    }

    private static String dryRunless(String more) {
        Reply reply = server.post("/v1/reservations", reserve(newKey(), ACME, 100, more));
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return reply.text("reservation_id");
    }

    private static String commit(String key, String more) {
        return "{\"idempotency_key\":\"%s\",\"actual\":{\"unit\":\"USD_MICROCENTS\",\"amount\":80}%s}"
                .formatted(key, more);
    }

    @Test
    void capsOfALadder_areToldAsItFills() {
        Reply clamped =
                server.post(
                        "/v1/decide",
                        reserve(newKey(), ACME, 600, "").replace("USD_MICROCENTS", "TOKENS"));
        assertThat(clamped.text("decision")).isEqualTo("ALLOW_WITH_CAPS");
        StrictBody.decide(clamped.json());
        assertThat(clamped.json().get("caps").get("max_tokens").asLong()).isEqualTo(1_000);

        Reply disabled =
                server.post(
                        "/v1/decide",
                        reserve(newKey(), ACME, 900, "").replace("USD_MICROCENTS", "TOKENS"));
        assertThat(disabled.json().get("caps").get("tool_denylist").toString())
                .isEqualTo("[\"search\",\"shell\"]");
    }

    @Test
    void balances_areThoseOfTheAskedSegments() {
        Reply all = server.get("/v1/balances?tenant=acme&limit=3");
        assertThat(all.status()).as(all.body()).isEqualTo(200);
        JsonNode page = all.json();
        assertThat(page.get("balances").size()).isEqualTo(3);
        page.get("balances").forEach(StrictBody::balance);
        assertThat(page.get("has_more").asBoolean()).isTrue();

        Reply rest =
                server.get("/v1/balances?tenant=acme&cursor=" + page.get("next_cursor").asString());
        assertThat(rest.json().get("balances").size()).isEqualTo(4);
        assertThat(rest.json().has("next_cursor")).isFalse();
        assertThat(rest.json().get("has_more").asBoolean()).isFalse();

        JsonNode one = server.get("/v1/balances?agent=A&include_children=true").json();
        assertThat(one.get("balances").size()).isEqualTo(1);
        assertThat(one.get("balances").get(0).get("scope_path").asString())
                .isEqualTo("tenant:acme/agent:a");
    }

    @Test
    void balances_wrongQuestions_areRefused() {
        server.get("/v1/balances").refused(400, "INVALID_REQUEST");
        server.get("/v1/balances?tenant=umbrella").refused(403, "FORBIDDEN");
        server.get("/v1/balances?tenant=acme&limit=0").refused(400, "INVALID_REQUEST");
        server.get("/v1/balances?tenant=acme&limit=1e1").refused(400, "INVALID_REQUEST");
        server.get("/v1/balances?tenant=acme&cursor=abc").refused(400, "INVALID_REQUEST");
        String cursor = server.get("/v1/balances?tenant=acme&limit=1").text("next_cursor");
        server.get("/v1/balances?agent=a&cursor=" + cursor).refused(400, "INVALID_REQUEST");
    }

    @Test
    void balances_ofAKeyOfAPart_areThoseOfThePart() {
        JsonNode page = server.send(server.as("part-secret", "/v1/balances?tenant=acme")).json();

        assertThat(page.get("balances").size()).isEqualTo(1);
        assertThat(page.get("balances").get(0).get("scope").asString()).isEqualTo("agent:b");
    }

    private static JsonNode introspected(String header, String secret) {
        Reply reply = server.send(server.request("/v1/auth/introspect").header(header, secret));
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return reply.json();
    }

    /// What of it is true, in its order.
    private static String capabilities(JsonNode introspected) {
        return introspected.get("capabilities").properties().stream()
                .filter(capability -> capability.getValue().asBoolean())
                .map(Map.Entry::getKey)
                .collect(Collectors.joining(" "));
    }

    @Test
    void introspect_tellsWhatAKeyMayDo() {
        JsonNode part = introspected("X-Cycles-API-Key", "part-secret");
        assertThat(part.get("auth_type").asString()).isEqualTo("tenant");
        assertThat(part.get("tenant_id").asString()).isEqualTo("acme");
        assertThat(part.get("permissions").toString()).isEqualTo("[\"balances:read\"]");
        assertThat(part.get("scope_filter").toString()).isEqualTo("[\"tenant:acme/agent:b\"]");
        assertThat(capabilities(part)).isEmpty();
        server.send(server.request("/v1/auth/introspect")).refused(401, "UNAUTHORIZED");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "budgets:read|budgets:read|view_budgets",
                "budgets:write|budgets:write|manage_budgets",
                "events:read events:create gateway:call|events:read|view_events",
                "reservations:list|reservations:list|view_reservations",
                "reservations:extend balances:read|reservations:extend balances:read"
                        + "|view_reservations manage_reservations",
            })
    void introspect_followsTheTableOfTheSpecification(
            String granted, String told, String capabilities) {
        String name = "key-" + granted.hashCode();
        Reply made =
                server.send(
                        server.request("/api/keys")
                                .header("Authorization", "Bearer " + CyclesServer.ADMIN)
                                .header("Content-Type", "application/json")
                                .POST(
                                        BodyPublishers.ofString(
                                                "{\"tenant\":\"acme\",\"name\":\"%s\",\"permissions\":[\"%s\"]}"
                                                        .formatted(
                                                                name,
                                                                granted.replace(" ", "\",\"")))));
        assertThat(made.status()).as(made.body()).isEqualTo(201);

        JsonNode key = introspected("X-Cycles-API-Key", made.text("secret"));

        assertThat(key.get("permissions").toString())
                .isEqualTo("[\"" + told.replace(" ", "\",\"") + "\"]");
        assertThat(capabilities(key)).isEqualTo(capabilities);
    }

    @Test
    void introspect_tellsAPersonWhatTheRoleMayDo() {
        String views =
                "view_overview view_budgets view_events view_audit view_tenants view_api_keys"
                        + " view_reservations";
        JsonNode admin = introspected("X-Admin-API-Key", CyclesServer.ADMIN);
        assertThat(admin.get("auth_type").asString()).isEqualTo("admin");
        assertThat(admin.has("tenant_id")).isFalse();
        assertThat(admin.get("permissions").toString()).isEqualTo("[\"*\"]");
        assertThat(capabilities(admin))
                .isEqualTo(
                        views
                                + " manage_budgets manage_tenants manage_api_keys"
                                + " manage_reservations");

        for (String tenant : List.of("", "acme")) {
            JsonNode operator =
                    introspected("X-Admin-API-Key", server.token(Role.OPERATOR, tenant));
            assertThat(operator.get("permissions").toString())
                    .contains("reservations:release")
                    .doesNotContain("*");
            assertThat(capabilities(operator))
                    .isEqualTo(views + " manage_budgets manage_api_keys manage_reservations");
            JsonNode viewer = introspected("X-Admin-API-Key", server.token(Role.VIEWER, tenant));
            assertThat(viewer.get("permissions").toString())
                    .isEqualTo("[\"reservations:list\",\"admin:read\"]");
            assertThat(capabilities(viewer)).isEqualTo(views);
            assertThat(viewer.has("tenant_id")).isFalse();
        }
        JsonNode bound = introspected("X-Admin-API-Key", server.token(Role.ADMIN, "acme"));
        assertThat(bound.get("permissions").toString()).doesNotContain("*");
        assertThat(capabilities(bound)).doesNotContain("manage_tenants");
    }
}
