package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Unit;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Calls that are denied for what they are: by their headers, keys, models and bodies.
class OwnDenialTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir private Path data;
    private House house;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    private static JsonNode error(HttpResponse<String> answer) {
        return JSON.readTree(answer.body()).path("error");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "X-Bursar-Colour|red|X-Bursar-Colour",
                "X-Bursar-Priority|urgent|X-Bursar-Priority",
                "X-Bursar-Request-Type|a b|X-Bursar-Request-Type",
                "X-Bursar-Tags|novalue|X-Bursar-Tags",
                "X-Bursar-Tags|a=1,a=2|X-Bursar-Tags",
                "X-Bursar-Tags|a b=1|X-Bursar-Tags",
                "X-Bursar-Run|''|X-Bursar-Run",
            })
    void header_unknownOrMalformed_isNamed(String name, String value, String field)
            throws Exception {
        HttpResponse<String> answer =
                house.send(house.request("/v1/chat/completions", Samples.CHAT).header(name, value));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(error(answer).path("message").asString()).contains(field);
        assertThat(error(answer).path("param").asString()).isEqualTo(field);
        assertThat(house.entries()).isEmpty();
    }

    @Test
    void header_tooLong_isNamed() throws Exception {
        HttpResponse<String> answer =
                house.send(
                        house.request("/v1/messages", Samples.MESSAGES)
                                .header("X-Bursar-User", "u".repeat(257)));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(error(answer).path("message").asString()).contains("X-Bursar-User");
    }

    @ParameterizedTest
    @CsvSource({
        "authorization,Bearer nobody,401,key_unknown,authentication_error",
        "x-api-key,nobody,401,key_unknown,authentication_error",
        "x-api-key,suspended,403,key_suspended,permission_error",
        "x-other,nothing,401,key_missing,authentication_error",
    })
    void key_missingWrongOrSuspended_isDenied(
            String header, String value, int status, String code, String type) throws Exception {
        for (String path : List.of("/v1/messages", "/v1/chat/completions")) {
            HttpResponse<String> answer =
                    house.send(
                            HttpRequest.newBuilder(house.uri(path))
                                    .header(header, value)
                                    .POST(HttpRequest.BodyPublishers.ofString(Samples.CHAT)));
            assertThat(answer.statusCode()).isEqualTo(status);
            assertThat(error(answer).path("code").asString()).isEqualTo(code);
            if (path.equals("/v1/messages")) {
                assertThat(error(answer).path("type").asString()).isEqualTo(type);
            }
        }
        assertThat(house.provider.received).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "X-Bursar-User, ann, 200",
        "X-Bursar-Agent, BOT, 200",
        "X-Bursar-Agent, other, 403",
        "X-Bursar-Workflow, nightly, 403",
    })
    void key_forAPartOfItsTenant_callsForNoOther(String header, String value, int status)
            throws Exception {
        HttpResponse<String> answer =
                house.send(
                        HttpRequest.newBuilder(house.uri("/v1/chat/completions"))
                                .header("Authorization", "Bearer narrow")
                                .header(header, value)
                                .POST(HttpRequest.BodyPublishers.ofString(Samples.CHAT)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        if (status == 403) {
            assertThat(error(answer).path("code").asString()).isEqualTo("key_out_of_scope");
            assertThat(house.provider.received).isEmpty();
            assertThat(house.entries(Entry.Refused.class))
                    .singleElement()
                    .satisfies(entry -> {
                        assertThat(entry.reason()).isEqualTo(Reason.KEY_OUT_OF_SCOPE);
                        assertThat(entry.subject().get(Subject.KEY)).isEqualTo("narrow");
                    });
        }
    }

    @Test
    void ownProviderKey_withABursarKeyBesideIt_isPassedOn() throws Exception {
        HttpResponse<String> answer =
                house.send(
                        HttpRequest.newBuilder(house.uri("/v1/chat/completions"))
                                .header("Authorization", "Bearer sk-mine")
                                .header("X-Bursar-Key", House.KEY)
                                .header(
                                        "traceparent",
                                        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                                .POST(HttpRequest.BodyPublishers.ofString(Samples.CHAT)));
        assertThat(answer.statusCode()).isEqualTo(200);
        var headers = house.provider.received.getFirst().headers();
        assertThat(headers.get("authorization")).isEqualTo("Bearer sk-mine");
        assertThat(headers.get("x-bursar-key")).isNull();
        assertThat(headers.get("traceparent")).startsWith("00-0af7");
        assertThat(house.committed().subject().get("run"))
                .isEqualTo("0af7651916cd43dd8448eb211c80319c");
    }

    @ParameterizedTest
    @CsvSource({
        "authorization,Bearer bursar-key-of-acme",
        "authorization,bearer  suspended",
        "authorization,bursar-key-of-acme",
        "x-api-key,suspended",
        "x-goog-api-key,bursar-key-of-acme",
        "api-key,bursar-key-of-acme",
        "x-cycles-api-key,anything",
    })
    void bursarKey_besideItself_neverReachesTheProvider(String header, String value)
            throws Exception {
        HttpResponse<String> answer =
                house.send(
                        HttpRequest.newBuilder(house.uri("/v1/chat/completions"))
                                .header(header, value)
                                .header("X-Bursar-Key", House.KEY)
                                .POST(HttpRequest.BodyPublishers.ofString(Samples.CHAT)));
        assertThat(answer.statusCode()).isEqualTo(200);
        var headers = house.provider.received.getFirst().headers();
        assertThat(headers.get("authorization")).isEqualTo("Bearer sk-provider");
        headers.forEach(sent ->
                assertThat(sent.getValue())
                        .doesNotContain(House.KEY)
                        .doesNotContain("suspended")
                        .doesNotContain("anything"));
    }

    @Test
    void model_withoutPriceOrProvider_isDenied() throws Exception {
        HttpResponse<String> unpriced =
                house.post(
                        "/v1/chat/completions", Samples.CHAT.replace("house-model", "unheard-of"));
        assertThat(unpriced.statusCode()).isEqualTo(403);
        assertThat(error(unpriced).path("code").asString()).isEqualTo("model_unpriced");
        assertThat(house.unpriced).hasValue(1);
        HttpResponse<String> other =
                house.post(
                        "/v1/embeddings", "{\"model\":\"anthropic/house-model\",\"input\":\"x\"}");
        assertThat(other.statusCode()).isEqualTo(404);
        assertThat(error(other).path("code").asString()).isEqualTo("model_not_found");
        assertThat(house.entries())
                .singleElement()
                .isInstanceOfSatisfying(
                        Entry.Refused.class,
                        entry -> {
                            assertThat(entry.reason()).isEqualTo(Reason.MODEL_UNPRICED);
                            assertThat(entry.subject().get(Subject.KEY)).isEqualTo("ci");
                            assertThat(entry.attribution().labels())
                                    .containsEntry(
                                            "call",
                                            unpriced.headers()
                                                    .firstValue("X-Bursar-Call")
                                                    .orElseThrow())
                                    .containsEntry("requested_model", "unheard-of");
                        });
    }

    @Test
    void denialThatCannotBeWrittenDown_isTheAuthoritysSilence() throws Exception {
        house.authority.close();

        HttpResponse<String> answer =
                house.post(
                        "/v1/chat/completions", Samples.CHAT.replace("house-model", "unheard-of"));

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(error(answer).path("code").asString()).isEqualTo("authority_unavailable");
        assertThat(house.provider.received).isEmpty();
    }

    @Test
    void settings_aliasCeilingAndStatus_areUsed() throws Exception {
        GatewaySettings now = house.settings();
        house.gateway.reconfigure(
                House.BOOK,
                new GatewaySettings(
                        now.providers(),
                        new TreeMap<>(Map.of("fast", new ModelAlias("openai", "unheard-of"))),
                        new GatewaySettings.Unpriced.Ceiling(1_000_000_000, 2_000_000_000),
                        10,
                        now.maxInputTokens(),
                        now.maxBodyBytes(),
                        now.clientGone(),
                        Map.of(Refusal.BUDGET_EXHAUSTED, 403),
                        now.breakers(),
                        new TreeMap<>(),
                        now.caches(),
                        now.routing()));
        HttpResponse<String> answer =
                house.post("/v1/chat/completions", Samples.CHAT.replace("house-model", "fast"));
        assertThat(answer.headers().firstValue("X-Bursar-Model")).hasValue("unheard-of");
        assertThat(house.provider.received.getFirst().body())
                .isEqualTo(Samples.CHAT.replace("house-model", "unheard-of"));
        assertThat(house.committed().actual().get(Unit.USD_MICROCENTS)).isEqualTo(80_000);
        assertThat(house.committed().attribution().labels())
                .containsEntry("provenance", "unpriced")
                .containsEntry("requested_model", "fast")
                .containsEntry("price", "ceiling");
        house.budget("none", Unit.USD_MICROCENTS, 0);
        assertThat(
                        house.post(
                                        "/v1/chat/completions",
                                        Samples.CHAT.replace("house-model", "fast"))
                                .statusCode())
                .isEqualTo(403);
    }

    @Test
    void authority_closed_answers503() throws Exception {
        house.authority.close();
        HttpResponse<String> answer = house.post("/v1/chat/completions", Samples.CHAT);
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(error(answer).path("code").asString()).isEqualTo("authority_unavailable");
        assertThat(Integer.parseInt(answer.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(1, 5);
        assertThat(house.provider.received).isEmpty();
    }

    @Test
    void malformed_body_isDeniedAndNothingIsHeld() throws Exception {
        HttpResponse<String> answer = house.post("/v1/messages", "{\"model\":7}");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(error(answer).path("type").asString()).isEqualTo("invalid_request_error");
        assertThat(error(answer).path("message").asString()).startsWith("model: ");
        assertThat(house.entries()).isEmpty();
    }
}
