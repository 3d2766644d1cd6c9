package dev.bursar.server.cycles;

import static dev.bursar.server.cycles.CyclesServer.newKey;
import static dev.bursar.server.cycles.CyclesServer.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.server.cycles.CyclesServer.Reply;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What clients may call themselves and their actions: odd names are kept as they were sent.
class SubjectsTest {

    private static final String TENANTS =
            """
            acme:
              keys:
                - { name: app, secret: acme-secret }
                - name: full
                  secret: full-secret
                  defaults: { DEFAULTS }
              budgets:
                - { name: all, limit: 1000 USD, scope: "tenant:acme" }
                - { name: center, limit: 0.001 USD, match: { tag.costCenter: cc1 } }
            """;

    @TempDir static Path directory;

    private static CyclesServer server;

    @BeforeAll
    static void start() throws IOException {
        StringBuilder defaults = new StringBuilder("tag.d0: x");
        for (int i = 1; i < 40; i++) {
            defaults.append(", tag.d").append(i).append(": x");
        }
        server = CyclesServer.start(directory, TENANTS.replace("DEFAULTS", defaults));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Reply created(String body) {
        Reply reply = server.post("/v1/reservations", body);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        StrictBody.reserve(reply.json());
        return server.get("/v1/reservations/" + reply.text("reservation_id"));
    }

    private static String subject(String dimensions) {
        return "{\"agent\":\"a\",\"dimensions\":" + dimensions + "}";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"CamelCase\":\"R&D\",\"a b\":\"1\",\"\u00c4/\ud83d\ude00\":\"\ud83d\ude00\"}",
                "{\"Team\":\"x\",\"tenant\":\"other\"}",
            })
    void dimensions_ofOddNames_areKeptAsSent(String dimensions) {
        Reply found = created(reserve(newKey(), subject(dimensions), 1, ""));

        StrictBody.detail(found.json());
        assertThat(found.json().get("subject").get("dimensions").toString()).isEqualTo(dimensions);
    }

    @Test
    void dimensions_withCapitals_areWhatBudgetsMatch() {
        Reply reply =
                server.post(
                        "/v1/reservations",
                        reserve(newKey(), subject("{\"costCenter\":\"cc1\"}"), 100_001, ""));

        reply.refused(409, "BUDGET_EXCEEDED");
        assertThat(reply.json().get("details").get("scope").asString()).isEqualTo("budget:center");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\u0000", "a\\nb", ""})
    void dimensions_ofImpossibleNames_areRefused(String name) {
        Reply reply =
                server.post(
                        "/v1/reservations",
                        reserve(newKey(), subject("{\"%s\":\"b\"}".formatted(name)), 1, ""));

        reply.refused(400, "INVALID_REQUEST");
        assertThat(reply.text("message")).startsWith("subject.dimensions");
    }

    @Test
    void texts_areCountedInCharacters_notInHalves() {
        String face = "\ud83d\ude00";
        String own = newKey();
        String key = own + face.repeat(256 - own.length());
        String body =
                reserve(key, subject("{\"user\":\"%s\"}".formatted(face.repeat(256))), 1, "")
                        .replace("llm.completion", face.repeat(64))
                        .replace("gpt", face.repeat(256));

        Reply found = created(body);

        StrictBody.detail(found.json());
        assertThat(found.text("idempotency_key")).isEqualTo(key);
        assertThat(found.json().get("action").get("kind").asString()).isEqualTo(face.repeat(64));
        assertThat(found.json().get("action").get("name").asString()).isEqualTo(face.repeat(256));
        assertThat(found.json().get("subject").get("dimensions").get("user").asString())
                .isEqualTo(face.repeat(256));
        String id = found.text("reservation_id");
        String extend =
                "{\"idempotency_key\":\"%s\",\"extend_by_ms\":1}".formatted(face.repeat(256));
        assertThat(server.post("/v1/reservations/" + id + "/extend", extend).status())
                .isEqualTo(200);
        for (String wrong :
                new String[] {
                    body.replace(face.repeat(64), face.repeat(65)),
                    body.replace(key, face.repeat(257)),
                    body.replace("\"name\":\"" + face, "\"name\":\"" + face + face),
                }) {
            server.post("/v1/reservations", wrong).refused(400, "INVALID_REQUEST");
        }
        server.follow();
        Reply listed =
                server.get(
                        "/v1/reservations?idempotency_key="
                                + URLEncoder.encode(key, StandardCharsets.UTF_8));
        assertThat(listed.json().get("reservations").size()).as(listed.body()).isEqualTo(1);
    }

    @Test
    void dimensions_aboveTheirBounds_areRefused() {
        String long257 = "{\"%s\":\"b\"}".formatted("k".repeat(257));
        server.post("/v1/reservations", reserve(newKey(), subject(long257), 1, ""))
                .refused(400, "INVALID_REQUEST");

        StringBuilder many = new StringBuilder("{\"n\":\"b\"");
        for (int i = 0; i < 15; i++) {
            many.append(",\"n").append(i).append("\":\"b\"");
        }
        Reply reply =
                server.post(
                        "full-secret",
                        "/v1/reservations",
                        reserve(newKey(), subject(many + "}"), 1, ""));
        reply.refused(400, "INVALID_REQUEST");
        assertThat(reply.text("message")).contains("the key's defaults");
        created(reserve(newKey(), subject(many + "}"), 1, ""));
        server.post("/v1/reservations", reserve(newKey(), subject(many + ",\"m\":\"\"}"), 1, ""))
                .refused(400, "INVALID_REQUEST");
    }
}
