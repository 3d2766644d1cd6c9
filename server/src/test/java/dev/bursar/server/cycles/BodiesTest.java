package dev.bursar.server.cycles;

import static dev.bursar.server.cycles.CyclesServer.newKey;
import static dev.bursar.server.cycles.CyclesServer.reserve;
import static java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.server.JournalCount;
import dev.bursar.server.cycles.CyclesServer.Reply;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Bodies and headers that are wrong or odd: an error that names the field, and nothing changes.
class BodiesTest {

    private static final String TENANTS =
            """
            acme:
              keys: [ { name: app, secret: acme-secret } ]
              budgets: [ { name: all, limit: 1000 USD, scope: "tenant:acme" } ]
            """;

    private static final String SUBJECT = "{\"tenant\":\"acme\"}";

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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "\"amount\":5|\"amount\":\"5\"|estimate.amount must be an integer",
                "\"amount\":5|\"amount\":1.9|estimate.amount must be an integer",
                "\"amount\":5|\"amount\":1e3|estimate.amount must be an integer",
                "\"amount\":5|\"amount\":-1|estimate.amount must be 0",
                "\"amount\":5|\"amount\":9223372036854775807.0|estimate.amount must be an integer",
                "\"amount\":5|\"amount\":9223372036854775808|estimate.amount must be an integer of 64",
                "\"amount\":5|\"amount\":null|estimate.amount is required",
                "\"amount\":5|\"amount\":true|estimate.amount must be an integer",
                "\"amount\":5|\"amount\":5,\"extra\":1|estimate.extra is not a field",
                "\"amount\":5|\"amount\":5,\"amount\":6|Duplicate",
                "USD_MICROCENTS|EUR|estimate.unit must be one of",
                "{\"tenant\":\"acme\"}|{}|subject needs one of",
                "{\"tenant\":\"acme\"}|{\"dimensions\":{\"a\":\"b\"}}|subject needs one of",
                "{\"tenant\":\"acme\"}|{\"agent\":\"a b\"}|subject.agent may have letters",
                "{\"tenant\":\"acme\"}|{\"agent\":5}|subject.agent must be a string",
                "{\"tenant\":\"acme\"}|{\"agent\":\"\"}|subject.agent must have 1 to 128",
                "{\"tenant\":\"acme\"}|{\"team\":\"x\"}|subject.team is not a field",
                "{\"tenant\":\"acme\"}|[]|subject must be an object",
                "\"kind\":\"llm.completion\",||action.kind is required",
                "\"name\":\"gpt\"|\"name\":\"\"|action.name must have 1 to 256",
                "\"name\":\"gpt\"|\"name\":\"\\ud800\"|action.name has half a character",
                "\"name\":\"gpt\"|\"name\":\"gpt\",\"tags\":\"a\"|action.tags must be an array",
                "\"name\":\"gpt\"|\"name\":\"gpt\",\"tags\":[1]|action.tags.0 must be a string",
                "\"action\"|\"ttl_ms\":999,\"action\"|ttl_ms must be 1000 to 86400000",
                "\"action\"|\"grace_period_ms\":60001,\"action\"|grace_period_ms must be 0 to 60000",
                "\"action\"|\"overage_policy\":\"NO\",\"action\"|overage_policy must be",
                "\"action\"|\"dry_run\":\"true\",\"action\"|dry_run must be true or false",
                "\"action\"|\"metadata\":[],\"action\"|metadata must be an object",
                "\"action\"|\"surprise\":1,\"action\"|surprise is not a field",
                "\"idempotency_key\":\"k\",||idempotency_key is required",
                "\"idempotency_key\":\"k\"|\"idempotency_key\":\"\"|idempotency_key must have 1 to 256",
                "}}|}|not valid JSON",
                "}}|}} {}|goes on",
            })
    void create_wrong_namesTheField(String good, String bad, String message) {
        String body = reserve("k", SUBJECT, 5, "");
        assertThat(body).contains(good);
        JournalCount journal = new JournalCount(server.server().authority().journal());
        long before = journal.entries().asked();

        Reply reply = server.post("/v1/reservations", body.replace(good, bad == null ? "" : bad));

        reply.refused(400, "INVALID_REQUEST");
        assertThat(reply.text("message")).contains(message);
        assertThat(journal.entries().asked()).isEqualTo(before);
    }

    @Test
    void create_deep_isRefused() {
        String deep = "{\"a\":".repeat(40) + "1" + "}".repeat(40);

        server.post("/v1/reservations", reserve("k", SUBJECT, 5, ",\"metadata\":" + deep))
                .refused(400, "INVALID_REQUEST");
    }

    @Test
    void create_notUtf8_isRefused() {
        byte[] body =
                reserve("k", SUBJECT, 5, "")
                        .replace("gpt", "g\u00FCt")
                        .getBytes(StandardCharsets.ISO_8859_1);
        Reply reply =
                server.send(
                        server.as(CyclesServer.KEY, "/v1/reservations")
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofByteArray(body)));

        reply.refused(400, "INVALID_REQUEST");
        assertThat(reply.text("message")).contains("UTF-8");
    }

    @Test
    void create_tooLarge_isRefused() {
        server.post("/v1/reservations", " ".repeat(BodyReader.MAX_BYTES + 1))
                .refused(413, "INVALID_REQUEST");
        server.post(
                        "/v1/reservations",
                        reserve(
                                "k",
                                SUBJECT,
                                5,
                                ",\"metadata\":{\"a\":\""
                                        + "x".repeat(Requests.MAX_METADATA)
                                        + "\"}"))
                .refused(400, "INVALID_REQUEST");
    }

    @Test
    void create_withoutBody_isRefused() {
        server.post("/v1/reservations", "").refused(400, "INVALID_REQUEST");
        server.post("/v1/reservations", "[]").refused(400, "INVALID_REQUEST");
    }

    @Test
    void create_nullsInOptionalFields_areNotThere() {
        String body =
                reserve(newKey(), "{\"tenant\":\"acme\",\"agent\":null,\"dimensions\":null}", 5, "")
                        .replace("\"estimate\"", "\"ttl_ms\":null,\"metadata\":null,\"estimate\"");

        Reply reply = server.post("/v1/reservations", body);

        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        StrictBody.reserve(reply.json());
    }

    private static Reply withHeader(String name, String value, String body) {
        return server.send(
                server.as(CyclesServer.KEY, "/v1/reservations")
                        .header(name, value)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body)));
    }

    @Test
    void idempotencyHeader_mustBeTheBodysKey() {
        String key = newKey();
        String body = reserve(key, SUBJECT, 5, "");

        withHeader("X-Idempotency-Key", "another", body).refused(400, "INVALID_REQUEST");
        assertThat(withHeader("X-Idempotency-Key", key, body).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "traceparent, 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01,"
                + " 0af7651916cd43dd8448eb211c80319c",
        "X-Cycles-Trace-Id, 11111111111111111111111111111111, 11111111111111111111111111111111",
    })
    void trace_valid_isTheAnswers(String name, String value, String trace) {
        Reply reply = withHeader(name, value, reserve(newKey(), SUBJECT, 5, ""));

        assertThat(reply.header("X-Cycles-Trace-Id")).isEqualTo(trace);
    }

    @ParameterizedTest
    @CsvSource({
        "traceparent, 00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "traceparent, 01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "traceparent, nonsense",
        "X-Cycles-Trace-Id, 00000000000000000000000000000000",
        "X-Cycles-Trace-Id, 0AF7651916CD43DD8448EB211C80319C",
    })
    void trace_malformed_isReplaced(String name, String value) {
        Reply reply = withHeader(name, value, reserve(newKey(), SUBJECT, 5, ""));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("X-Cycles-Trace-Id"))
                .matches("[0-9a-f]{32}")
                .doesNotMatch("0+")
                .doesNotContain("0af7651916cd43dd8448eb211c80319c");
    }

    @Test
    void trace_ofBothHeaders_isTheTraceparents() {
        Reply reply =
                server.send(
                        server.as(CyclesServer.KEY, "/v1/reservations")
                                .header("X-Cycles-Trace-Id", "1".repeat(32))
                                .header(
                                        "traceparent",
                                        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                                .header("X-Request-Id", "mine")
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(reserve(newKey(), SUBJECT, 5, ""))));

        assertThat(reply.header("X-Cycles-Trace-Id")).isEqualTo("0af7651916cd43dd8448eb211c80319c");
        assertThat(reply.header("X-Request-Id")).isNotEqualTo("mine");
    }

    @Test
    void answers_sayWhenTheyWereMade() {
        Instant before = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Reply granted = server.post("/v1/reservations", reserve(newKey(), SUBJECT, 5, ""));
        Reply refused = server.post("/v1/reservations", "[]");
        Instant after = Instant.now();

        for (Reply reply : List.of(granted, refused)) {
            assertThat(reply.header("Date")).matches("[A-Z][a-z]{2}, \\d{2} .{17} GMT");
            Instant said = RFC_1123_DATE_TIME.parse(reply.header("Date"), Instant::from);
            assertThat(said).isBetween(before, after);
        }
    }

    @Test
    void readiness_isWhereClientsProbe() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        Reply reply =
                server.send(
                        server.request("/actuator/health/readiness")
                                .header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01"));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("X-Request-Id")).matches("[0-9a-f-]{36}");
        assertThat(reply.header("X-Cycles-Trace-Id")).isEqualTo(trace);
    }
}
