package dev.bursar.server.cycles;

import static dev.bursar.server.cycles.CyclesServer.newKey;
import static dev.bursar.server.cycles.CyclesServer.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.server.cycles.CyclesServer.Reply;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The life of reservations, over HTTP. Each test has an agent with a budget of its own.
class ReservationsTest {

    private static final String TENANTS =
            """
            acme:
              keys:
                - { name: app, secret: acme-secret }
                - { name: reader, secret: reader-secret, permissions: [ "balances:read" ] }
                - { name: part, secret: part-secret, scope: "tenant:acme/agent:part" }
              budgets:
                - { name: all, limit: 1000 USD, scope: "tenant:acme" }
                - { name: bot, limit: 1 USD, scope: "tenant:acme/agent:bot" }
                - { name: small, limit: 0.001 USD, scope: "tenant:acme/agent:small" }
                - { name: part, limit: 1 USD, scope: "tenant:acme/agent:part" }
            umbrella:
              keys: [ { name: app, secret: umbrella-secret } ]
            """;

    private static final String BOT = "{\"tenant\":\"acme\",\"agent\":\"bot\"}";

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

    private static Reply created(String body) {
        Reply reply = server.post("/v1/reservations", body);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        StrictBody.reserve(reply.json());
        return reply;
    }

    private static String newReservation(long estimate, String more) {
        return created(reserve(newKey(), BOT, estimate, more)).text("reservation_id");
    }

    private static Reply end(String id, String how, String body) {
        return server.post("/v1/reservations/" + id + "/" + how, body);
    }

    private static String commit(String key, long amount) {
        return "{\"idempotency_key\":\"%s\",\"actual\":{\"unit\":\"USD_MICROCENTS\",\"amount\":%d}}"
                .formatted(key, amount);
    }

    private static String key(String key) {
        return "{\"idempotency_key\":\"%s\"}".formatted(key);
    }

    private static String withoutTtl(String body) {
        return body.replaceAll("\"remaining_ttl_ms\":\\d+", "");
    }

    @Test
    void create_inABudget_holdsAndTellsWhere() {
        Instant before = Instant.now();
        Reply reply = created(reserve(newKey(), BOT, 5_000, ",\"ttl_ms\":60000"));
        Instant after = Instant.now();

        JsonNode body = reply.json();
        assertThat(body.get("decision").asString()).isEqualTo("ALLOW");
        assertThat(body.get("affected_scopes").toString())
                .isEqualTo("[\"tenant:acme\",\"tenant:acme/agent:bot\"]");
        assertThat(body.get("scope_path").asString()).isEqualTo("tenant:acme/agent:bot");
        assertThat(body.get("reserved").toString())
                .isEqualTo("{\"unit\":\"USD_MICROCENTS\",\"amount\":5000}");
        long expires = body.get("expires_at_ms").asLong();
        assertThat(expires - 60_000).isBetween(before.toEpochMilli(), after.toEpochMilli());
        assertThat(body.get("remaining_ttl_ms").asLong())
                .isBetween(expires - after.toEpochMilli(), 60_000L);
        assertThat(body.get("balances").size()).isEqualTo(2);
        assertThat(body.get("balances").get(1).get("scope").asString()).isEqualTo("agent:bot");
        assertThat(reply.header("X-Cycles-Tenant")).isEqualTo("acme");
        assertThat(reply.header("X-Request-Id")).hasSize(36);
        assertThat(reply.header("X-Cycles-Trace-Id")).matches("[0-9a-f]{32}");
    }

    @Test
    void create_repeated_isTheSameBytesButForTheTimeLeft() {
        String body = reserve(newKey(), BOT, 100, "");
        Reply first = created(body);
        Reply second = created(body);

        assertThat(withoutTtl(second.body())).isEqualTo(withoutTtl(first.body()));
        assertThat(second.header("X-Request-Id")).isNotEqualTo(first.header("X-Request-Id"));
        assertThat(end(first.text("reservation_id"), "release", key(newKey())).status())
                .isEqualTo(200);
        Reply third = created(body);
        assertThat(withoutTtl(third.body())).isEqualTo(withoutTtl(first.body()));
        assertThat(third.json().get("remaining_ttl_ms").asLong()).isZero();
    }

    @Test
    void create_repeatedWithFieldsInAnotherOrder_isARepeat() {
        String key = newKey();
        String id = created(reserve(key, BOT, 100, "")).text("reservation_id");
        String turned =
                """
                {"estimate":{"amount":100,"unit":"USD_MICROCENTS"},
                "action":{"name":"gpt","kind":"llm.completion"},
                "subject":{"agent":"bot","tenant":"acme"},"idempotency_key":"%s"}\
                """
                        .formatted(key);

        assertThat(created(turned).text("reservation_id")).isEqualTo(id);
    }

    @Test
    void create_repeatedWithDefaultsSpelledOut_isARepeat() {
        String key = newKey();
        String id = created(reserve(key, BOT, 100, "")).text("reservation_id");
        String defaults =
                ",\"ttl_ms\":60000,\"grace_period_ms\":5000,\"dry_run\":false,"
                        + "\"overage_policy\":\"ALLOW_IF_AVAILABLE\"";

        assertThat(created(reserve(key, BOT, 100, defaults)).text("reservation_id")).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {",\"ttl_ms\":2000", ",\"dry_run\":true", ",\"metadata\":{\"a\":1}"})
    void create_sameKeyOtherPayload_isAMismatch(String more) {
        String key = newKey();
        created(reserve(key, BOT, 100, ""));

        server.post("/v1/reservations", reserve(key, BOT, 100, more))
                .refused(409, "IDEMPOTENCY_MISMATCH");
    }

    @Test
    void create_thatDoesNotFit_saysWhereAndHowMuchIsLeft() {
        String key = newKey();
        String small = "{\"tenant\":\"acme\",\"agent\":\"small\"}";

        Reply reply = server.post("/v1/reservations", reserve(key, small, 100_001, ""));

        reply.refused(409, "BUDGET_EXCEEDED");
        JsonNode details = reply.json().get("details");
        assertThat(details.get("scope").asString()).isEqualTo("tenant:acme/agent:small");
        assertThat(details.get("unit").asString()).isEqualTo("USD_MICROCENTS");
        assertThat(details.get("requested").asLong()).isEqualTo(100_001);
        assertThat(details.get("remaining").asLong()).isEqualTo(100_000);
        Reply again = server.post("/v1/reservations", reserve(key, small, 99_999, ""));
        assertThat(again.status()).as("a denied key may be used again").isEqualTo(200);
    }

    @Test
    void create_whereNoBudgetIs_isNotFoundOrOfAnotherUnit() {
        server.post(
                        CyclesServer.OTHER,
                        "/v1/reservations",
                        reserve(newKey(), "{\"agent\":\"bot\"}", 1, ""))
                .refused(404, "NOT_FOUND");

        Reply reply =
                server.post(
                        "/v1/reservations",
                        reserve(newKey(), BOT, 1, "").replace("USD_MICROCENTS", "TOKENS"));
        reply.refused(400, "UNIT_MISMATCH");
        assertThat(reply.json().get("details").toString())
                .isEqualTo(
                        "{\"scope\":\"tenant:acme/agent:bot\",\"requested_unit\":\"TOKENS\","
                                + "\"expected_units\":[\"USD_MICROCENTS\"]}");
    }

    @Test
    void create_withoutTenant_isOneOfTheKeys() {
        Reply reply = created(reserve(newKey(), "{\"agent\":\"Bot\"}", 1, ""));

        assertThat(reply.text("scope_path")).isEqualTo("tenant:acme/agent:bot");
    }

    @Test
    void create_ofAnotherTenant_isForbidden() {
        server.post("/v1/reservations", reserve(newKey(), "{\"tenant\":\"umbrella\"}", 1, ""))
                .refused(403, "FORBIDDEN");
    }

    @Test
    void commit_ofLess_returnsTheRestAndRepeatsTheSameBytes() {
        String id = newReservation(1_000, "");
        String body = commit(newKey(), 400);

        Reply first = end(id, "commit", body);
        Reply second = end(id, "commit", body);

        assertThat(first.status()).as(first.body()).isEqualTo(200);
        StrictBody.commit(first.json());
        assertThat(first.json().get("charged").get("amount").asLong()).isEqualTo(400);
        assertThat(first.json().get("released").get("amount").asLong()).isEqualTo(600);
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.body()).isEqualTo(first.body());
        end(id, "commit", commit(newKey(), 400)).refused(409, "RESERVATION_FINALIZED");
        end(id, "release", key(newKey())).refused(409, "RESERVATION_FINALIZED");
        end(id, "extend", extend(newKey(), 1_000)).refused(409, "RESERVATION_FINALIZED");
    }

    @Test
    void commit_sameKeyOtherPayloadOrReservation_isAMismatch() {
        String key = newKey();
        String id = newReservation(1_000, "");
        assertThat(end(id, "commit", commit(key, 400)).status()).isEqualTo(200);

        end(id, "commit", commit(key, 401)).refused(409, "IDEMPOTENCY_MISMATCH");
        end(newReservation(1_000, ""), "commit", commit(key, 400))
                .refused(409, "IDEMPOTENCY_MISMATCH");
    }

    @Test
    void end_byTheIdOfTheReservationAsKey_isAKeyLikeAnother() {
        String id = newReservation(1_000, "");
        Reply first = end(id, "commit", commit(id, 400));

        assertThat(first.status()).as(first.body()).isEqualTo(200);
        assertThat(end(id, "commit", commit(id, 400)).body()).isEqualTo(first.body());
        end(id, "commit", commit(id, 401)).refused(409, "IDEMPOTENCY_MISMATCH");
        String other = newReservation(1_000, "");
        assertThat(end(other, "commit", commit(newKey(), 400)).status()).isEqualTo(200);
        end(other, "commit", commit(other, 400)).refused(409, "RESERVATION_FINALIZED");
    }

    @Test
    void commit_inAnotherUnit_isAMismatchAndLeavesTheReservation() {
        String id = newReservation(1_000, "");

        Reply reply = end(id, "commit", commit(newKey(), 1).replace("USD_MICROCENTS", "TOKENS"));

        reply.refused(400, "UNIT_MISMATCH");
        assertThat(reply.json().get("details").get("expected_units").get(0).asString())
                .isEqualTo("USD_MICROCENTS");
        assertThat(server.get("/v1/reservations/" + id).text("status")).isEqualTo("ACTIVE");
    }

    @Test
    void release_returnsAllAndRepeatsTheSameBytes() {
        String id = newReservation(1_000, "");
        String body = "{\"idempotency_key\":\"%s\",\"reason\":\"not needed\"}".formatted(newKey());

        Reply first = end(id, "release", body);

        assertThat(first.status()).as(first.body()).isEqualTo(200);
        StrictBody.release(first.json());
        assertThat(first.json().get("released").get("amount").asLong()).isEqualTo(1_000);
        assertThat(end(id, "release", body).body()).isEqualTo(first.body());
        end(id, "commit", commit(newKey(), 1)).refused(409, "RESERVATION_FINALIZED");
    }

    private static String extend(String key, long by) {
        return "{\"idempotency_key\":\"%s\",\"extend_by_ms\":%d}".formatted(key, by);
    }

    @Test
    void extend_countsFromTheCurrentEndAndAtMostTenTimes() {
        Reply reply = created(reserve(newKey(), BOT, 10, ",\"ttl_ms\":600000"));
        String id = reply.text("reservation_id");
        long expires = reply.json().get("expires_at_ms").asLong();

        String body = extend("beat-1", 1_000);
        Reply first = end(id, "extend", body);
        assertThat(first.status()).as(first.body()).isEqualTo(200);
        StrictBody.extend(first.json());
        assertThat(first.json().get("expires_at_ms").asLong()).isEqualTo(expires + 1_000);
        assertThat(withoutTtl(end(id, "extend", body).body())).isEqualTo(withoutTtl(first.body()));
        for (int beat = 2; beat <= 10; beat++) {
            assertThat(end(id, "extend", extend("beat-" + beat, 1_000)).status()).isEqualTo(200);
        }
        end(id, "extend", extend("beat-11", 1_000)).refused(409, "MAX_EXTENSIONS_EXCEEDED");
        assertThat(server.get("/v1/reservations/" + id).json().get("expires_at_ms").asLong())
                .isEqualTo(expires + 10_000);
    }

    @Test
    void extend_sameKeyForTwoReservations_extendsBoth() {
        String one = newReservation(10, "");
        String two = newReservation(10, "");

        assertThat(end(one, "extend", extend("beat", 1_000)).status()).isEqualTo(200);
        assertThat(end(two, "extend", extend("beat", 1_000)).status()).isEqualTo(200);
    }

    @Test
    void find_open_tellsWhatWasSent() {
        String key = newKey();
        String subject =
                "{\"agent\":\"Bot\",\"dimensions\":{\"user\":\"u1\",\"cost_center\":\"12\","
                        + "\"empty\":\"\"}}";
        String body =
                """
                {"idempotency_key":"%s","subject":%s,
                "action":{"kind":"tool.search","name":"web","tags":["a","b\\"c"]},
                "estimate":{"unit":"USD_MICROCENTS","amount":7},"metadata":{"z":1,"a":[1.50,null]}}\
                """
                        .formatted(key, subject);
        Reply created = created(body);

        Reply found = server.get("/v1/reservations/" + created.text("reservation_id"));

        assertThat(found.status()).as(found.body()).isEqualTo(200);
        StrictBody.detail(found.json());
        assertThat(found.text("idempotency_key")).isEqualTo(key);
        assertThat(found.json().get("subject").toString())
                .isEqualTo(
                        "{\"tenant\":\"acme\",\"agent\":\"Bot\",\"dimensions\":"
                                + "{\"cost_center\":\"12\",\"empty\":\"\",\"user\":\"u1\"}}");
        assertThat(found.json().get("action").toString())
                .isEqualTo(
                        "{\"kind\":\"tool.search\",\"name\":\"web\",\"tags\":[\"a\",\"b\\\"c\"]}");
        assertThat(found.body()).contains("\"metadata\":{\"a\":[1.50,null],\"z\":1}");
        long ttl =
                created.json().get("expires_at_ms").asLong()
                        - found.json().get("created_at_ms").asLong();
        assertThat(ttl).isEqualTo(60_000);
    }

    @Test
    void any_ofAReservationOfAnotherTenant_isForbidden() {
        String id = newReservation(10, "");
        String path = "/v1/reservations/" + id;

        server.send(server.as(CyclesServer.OTHER, path)).refused(403, "FORBIDDEN");
        server.post(CyclesServer.OTHER, path + "/commit", commit(newKey(), 1))
                .refused(403, "FORBIDDEN");
        server.post(CyclesServer.OTHER, path + "/release", key(newKey())).refused(403, "FORBIDDEN");
        server.post(CyclesServer.OTHER, path + "/extend", extend(newKey(), 1))
                .refused(403, "FORBIDDEN");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nothing",
                "019aa000-0000-7000-8000-000000000000",
                "call_1",
                "%2e%2e",
                "a b"
            })
    void any_ofNoReservation_isNotFound(String id) {
        String path = "/v1/reservations/" + id.replace(" ", "%20");
        server.get(path).refused(404, "NOT_FOUND");
        server.post(path + "/commit", commit(newKey(), 1)).refused(404, "NOT_FOUND");
        server.post(path + "/release", key(newKey())).refused(404, "NOT_FOUND");
        server.post(path + "/extend", extend(newKey(), 1)).refused(404, "NOT_FOUND");
    }

    @Test
    void key_withoutThePermission_isForbidden() {
        server.post("reader-secret", "/v1/reservations", reserve(newKey(), BOT, 1, ""))
                .refused(403, "FORBIDDEN");
        server.post("reader-secret", "/v1/decide", reserve(newKey(), BOT, 1, ""))
                .refused(403, "FORBIDDEN");
        String path = "/v1/reservations/" + newReservation(1, "");
        for (String how : new String[] {"/commit", "/release", "/extend"}) {
            server.post("reader-secret", path + how, key(newKey())).refused(403, "FORBIDDEN");
        }
        server.send(server.as("reader-secret", path)).refused(403, "FORBIDDEN");
        server.send(server.as("reader-secret", path)).refused(403, "FORBIDDEN");
        server.send(server.as("reader-secret", "/v1/reservations")).refused(403, "FORBIDDEN");
        server.send(server.as("reader-secret", "/v1/events")).refused(403, "FORBIDDEN");
        server.post("reader-secret", "/v1/events", reserve(newKey(), BOT, 1, ""))
                .refused(403, "FORBIDDEN");
    }

    @Test
    void key_ofAPart_mayNotLeaveIt() {
        server.post("part-secret", "/v1/reservations", reserve(newKey(), BOT, 1, ""))
                .refused(403, "FORBIDDEN");
        server.post(
                        "part-secret",
                        "/v1/reservations",
                        reserve(newKey(), "{\"tenant\":\"acme\"}", 1, ""))
                .refused(403, "FORBIDDEN");
        String id = newReservation(1, "");
        server.send(server.as("part-secret", "/v1/reservations/" + id)).refused(403, "FORBIDDEN");
        server.post("part-secret", "/v1/reservations/" + id + "/release", key(newKey()))
                .refused(403, "FORBIDDEN");
        Reply own =
                server.post(
                        "part-secret",
                        "/v1/reservations",
                        reserve(newKey(), "{\"agent\":\"part\"}", 1, ""));
        assertThat(own.status()).isEqualTo(200);
        assertThat(
                        server.post(
                                        "part-secret",
                                        "/v1/reservations/"
                                                + own.text("reservation_id")
                                                + "/release",
                                        key(newKey()))
                                .status())
                .isEqualTo(200);
    }

    @Test
    void key_missingOrWrong_isUnauthorized() {
        server.send(server.request("/v1/reservations/x")).refused(401, "UNAUTHORIZED");
        Reply wrong = server.post("nobody", "/v1/reservations", reserve(newKey(), BOT, 1, ""));
        wrong.refused(401, "UNAUTHORIZED");
        assertThat(wrong.header("X-Cycles-Tenant")).isEmpty();
        server.send(
                        server.request("/v1/reservations")
                                .header("X-Admin-API-Key", CyclesServer.ADMIN)
                                .POST(BodyPublishers.ofString(reserve(newKey(), BOT, 1, ""))))
                .refused(401, "UNAUTHORIZED");
    }

    @Test
    void release_byAnAdministrator_isWrittenDown() {
        String id = newReservation(10, "");
        long before = server.server().authority().journal().lastPosition();

        Reply reply =
                server.send(
                        server.request("/v1/reservations/" + id + "/release")
                                .header("X-Admin-API-Key", CyclesServer.ADMIN)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(key(newKey()))));

        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        StrictBody.release(reply.json());
        assertThat(server.server().authority().journal().read(before, 100))
                .anySatisfy(positioned ->
                        assertThat(positioned.entry().toString())
                                .startsWith("Released")
                                .contains("actor=administrator")
                                .contains("action=reservation.release")
                                .contains("actor_type=admin_on_behalf_of")
                                .contains("target=" + id));
    }

    @ParameterizedTest
    @CsvSource({"commit", "release", "extend"})
    void end_ofAReservationOutsideOfTheKeysScope_isForbidden_alsoAfterItEnded(String how) {
        String body =
                switch (how) {
                    case "commit" -> commit(newKey(), 1);
                    case "extend" ->
                            "{\"idempotency_key\":\"%s\",\"extend_by_ms\":1000}"
                                    .formatted(newKey());
                    default -> key(newKey());
                };
        String id = newReservation(10, "");
        String path = "/v1/reservations/" + id + "/" + how;
        server.post("part-secret", path, body).refused(403, "FORBIDDEN");
        assertThat(end(id, "commit", commit(newKey(), 1)).status()).isEqualTo(200);

        server.post("part-secret", path, body).refused(403, "FORBIDDEN");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET|/v1/decide|405|POST",
                "DELETE|/v1/reservations|405|POST, GET",
                "PUT|/v1/reservations/x|405|GET",
                "GET|/v1/reservations/x/commit|405|POST",
                "POST|/v1/balances|405|GET",
                "GET|/v1/reservations/x/nothing|404|''",
                "POST|/v1/reservations/|404|''",
                "GET|/v1/auth/nothing|404|''",
                "GET|/v1/admin/tenants|404|''",
                "GET|/v1/evidence/abc|404|''",
                "GET|/v1/action-kinds|404|''",
                "POST|/v1/action-kinds/llm.completion|404|''",
                "GET|/v1/admin/action-quota-counters|404|''",
            })
    void any_wrongPathOrMethod_isToldSo(String method, String path, int status, String allow) {
        Reply reply =
                server.send(
                        server.as(CyclesServer.KEY, path).method(method, BodyPublishers.noBody()));

        reply.refused(status, status == 404 ? "NOT_FOUND" : "INVALID_REQUEST");
        assertThat(reply.header("Allow")).isEqualTo(allow);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/xml", "application/json; charset=latin1"})
    void post_ofAnotherContentType_isUnsupported(String type) {
        server.send(
                        server.as(CyclesServer.KEY, "/v1/reservations")
                                .header("Content-Type", type)
                                .POST(BodyPublishers.ofString(reserve(newKey(), BOT, 1, ""))))
                .refused(415, "INVALID_REQUEST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "Application/JSON; Charset=\"UTF-8\""})
    void post_ofJson_isRead(String type) {
        Reply reply =
                server.send(
                        server.as(CyclesServer.KEY, "/v1/reservations")
                                .header("Content-Type", type)
                                .POST(BodyPublishers.ofString(reserve(newKey(), BOT, 1, ""))));
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/decide", "/v1/reservations", "/v1/events"})
    void post_thatDoesNotSayWhatItIs_isUnsupported(String path) {
        server.send(
                        server.as(CyclesServer.KEY, path)
                                .POST(BodyPublishers.ofString(reserve(newKey(), BOT, 1, ""))))
                .refused(415, "INVALID_REQUEST");
    }
}
