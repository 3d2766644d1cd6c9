package dev.bursar.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Requests that cannot be served: each gets a clear error in its dialect, and nothing else happens.
class BadInputTest extends WithServer {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final String CHAT = "/v1/chat/completions";
    private static final String MESSAGES = "/v1/messages";

    private static final String SOUND =
            """
            {"model":"gpt-4o-mini","max_tokens":5,
             "messages":[{"role":"user","content":"x"}]}\
            """;

    /// A request, and what its answer must be.
    ///
    /// @param says what the message must contain
    record Bad(
            String path, String body, int status, String code, String says, List<String> headers) {

        Bad(String path, String body, int status, String code, String says) {
            this(path, body, status, code, says, List.of());
        }
    }

    static List<Bad> bad() {
        return List.of(
                new Bad(CHAT, "{\"model\":", 400, "malformed", "JSON"),
                new Bad(MESSAGES, "{\"model\":", 400, "malformed", "JSON"),
                new Bad(CHAT, "[]", 400, "malformed", ""),
                new Bad(CHAT, SOUND.replace("\"gpt-4o-mini\"", "7"), 400, "malformed", "model"),
                new Bad(CHAT, SOUND.replace("5", "\"many\""), 400, "malformed", "max_tokens"),
                new Bad(CHAT, SOUND.replace("5", "-5"), 400, "malformed", "max_tokens"),
                new Bad(
                        CHAT,
                        SOUND.replace("5,", "5,\"stream\":\"yes\","),
                        400,
                        "malformed",
                        "stream"),
                new Bad(
                        MESSAGES,
                        SOUND.replace("[{", "{").replace("}]", "}"),
                        400,
                        "malformed",
                        "messages"),
                new Bad(
                        CHAT,
                        SOUND.replace("gpt-4o-mini", "no-such-model"),
                        403,
                        "model_unpriced",
                        "no-such-model"),
                new Bad(
                        MESSAGES,
                        SOUND.replace("gpt-4o-mini", "claude-99"),
                        403,
                        "model_unpriced",
                        "claude-99"),
                new Bad(
                        CHAT,
                        SOUND,
                        400,
                        "malformed",
                        "X-Bursar-Rum",
                        List.of("X-Bursar-Rum", "r")),
                new Bad(
                        CHAT,
                        SOUND,
                        400,
                        "malformed",
                        "X-Bursar-Priority",
                        List.of("X-Bursar-Priority", "urgent")),
                new Bad(
                        CHAT,
                        SOUND,
                        400,
                        "malformed",
                        "X-Bursar-Tags",
                        List.of("X-Bursar-Tags", "novalue")),
                new Bad(
                        MESSAGES,
                        SOUND,
                        400,
                        "malformed",
                        "X-Bursar-Run",
                        List.of("X-Bursar-Run", "r".repeat(300))));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void badRequest_isRefusedWithItsReason(Bad bad) {
        long before = provider.requests();

        HttpResponse<String> answer =
                bursar.post(bad.path, Setup.KEY, bad.body, bad.headers.toArray(String[]::new));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(bad.status);
        JsonNode error = JSON.readTree(answer.body()).path("error");
        assertThat(error.path("code").asString()).isEqualTo(bad.code);
        assertThat(error.path("message").asString()).containsIgnoringCase(bad.says);
        assertThat(provider.requests()).isEqualTo(before);
    }

    @Test
    void missingKey_isUnauthorized() {
        HttpResponse<String> answer = bursar.post(CHAT, null, SOUND);

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(JSON.readTree(answer.body()).at("/error/code").asString())
                .isEqualTo("key_missing");
    }

    @Test
    void wrongKey_isUnauthorizedInTheDialect() {
        HttpResponse<String> answer = bursar.post(MESSAGES, "not-a-key-of-anyone", SOUND);

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(JSON.readTree(answer.body()).at("/error/type").asString())
                .isEqualTo("authentication_error");
        assertThat(answer.body()).doesNotContain("not-a-key-of-anyone");
    }

    @Test
    void bodyOverTheLimit_isTooLarge() {
        try (Wire wire = new Wire(bursar.port())) {
            wire.announce(CHAT, 40 << 20);
            String head = wire.readHead();

            assertThat(head).startsWith("http/1.1 413");
            String body = new String(wire.readBody(head), StandardCharsets.UTF_8);
            assertThat(JSON.readTree(body).at("/error/code").asString())
                    .isEqualTo("body_too_large");
        }
    }

    @AfterAll
    void nothingWasSpent() {
        assertThat(provider.requests()).isZero();
        assertThat(bursar.metric("agent_llm_cost_usd_total")).isZero();
        assertThat(bursar.output()).doesNotContain(Setup.KEY, Setup.PROVIDER_KEY, "Exception");
    }
}
