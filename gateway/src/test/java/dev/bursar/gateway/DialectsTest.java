package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What is asked for beside chats: each operation goes to its own path, is bounded in its own field, and
/// is settled by its own usage.
class DialectsTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    private static final String RESPONSE =
            """
            {"id":"resp_1","object":"response","status":"completed","model":"house-model-2026",\
            "output":[{"type":"reasoning","id":"rs_1","summary":[]},{"type":"message","id":"msg_1",\
            "content":[{"type":"output_text","text":"Hello!"}]},\
            {"type":"function_call","id":"fc_1","name":"look","arguments":"{}"}],\
            "usage":{"input_tokens":40,"input_tokens_details":{"cached_tokens":30},\
            "output_tokens":20,"output_tokens_details":{"reasoning_tokens":5},"total_tokens":60}}\
            """;

    private static final String GENERATED =
            """
            {"candidates":[{"content":{"parts":[{"text":"Hello!"},{"functionCall":{"name":"look",\
            "args":{"at":"it"}}}],"role":"model"},"finishReason":"STOP","index":0}],\
            "usageMetadata":{"promptTokenCount":40,"cachedContentTokenCount":30,\
            "candidatesTokenCount":15,"thoughtsTokenCount":5,"totalTokenCount":60},\
            "modelVersion":"house-model-2026"}\
            """;

    private static final String GENERATE =
            """
            {"contents":[{"role":"user","parts":[{"text":"Say hello"}]}]}\
            """;

    @TempDir private Path data;
    private House house;
    private BudgetId usd;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        usd = house.budget("all", Unit.USD_MICROCENTS, 1_000_000_000);
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    private void assertSettled(String dialect) throws Exception {
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().labels())
                .containsEntry("dialect", dialect)
                .containsEntry("provenance", "priced")
                .containsEntry("response_model", "house-model-2026");
        assertThat(entry.attribution().numbers())
                .containsEntry("tokens_input", 10L)
                .containsEntry("tokens_cache_read", 30L)
                .containsEntry("tokens_output", 15L)
                .containsEntry("tokens_reasoning", 5L);
        // 10 input at 100, 30 cached at 10, 20 output at 200 microcents.
        assertThat(house.spent(usd)).isEqualTo(5_300);
        assertThat(house.held()).isZero();
    }

    private JsonNode forwarded() {
        return JSON.readTree(house.provider.received.getFirst().body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/responses", "/openai/v1/responses"})
    void response_answered_isSettledByItsUsage(String path) throws Exception {
        house.provider.script(answer -> answer.json(200, RESPONSE));
        HttpResponse<String> answer =
                house.post(path, "{\"model\":\"house-model\",\"input\":\"Say hello\"}");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(RESPONSE);
        assertThat(answer.headers().firstValue("X-Bursar-Cost")).hasValue("0.000053");
        assertSettled("openai.responses");
        assertThat(house.committed().actual().get(Unit.TOOL_CALLS)).isEqualTo(1);
        assertThat(house.provider.received.getFirst().uri()).isEqualTo("/v1/responses");
        assertThat(forwarded().path("max_output_tokens").asLong()).isEqualTo(4_096);
    }

    @Test
    void response_streamed_isSettledByItsTerminalEvent() throws Exception {
        String stream =
                """
                event: response.created
                data: {"type":"response.created","response":{"id":"resp_1","status":"in_progress"}}

                event: response.output_text.delta
                data: {"type":"response.output_text.delta","delta":"Hello!"}

                event: response.completed
                data: {"type":"response.completed","response":%s}

                """
                        .formatted(RESPONSE);
        house.provider.script(answer -> answer.stream().write(stream).end());
        HttpResponse<String> answer =
                house.post(
                        "/v1/responses",
                        """
                        {"model":"house-model","stream":true,"max_output_tokens":50,
                         "input":[{"role":"user","content":"Say hello"}]}
                        """);
        assertThat(answer.body()).isEqualTo(stream);
        assertSettled("openai.responses");
        assertThat(house.committed().attribution().labels()).containsEntry("status", "200");
        assertThat(forwarded().path("max_output_tokens").asLong()).isEqualTo(50);
    }

    @Test
    void response_brokenOff_isChargedForWhatWasSeen() throws Exception {
        house.provider.script(answer ->
                answer.stream()
                        .write(
                                """
                                event: response.output_text.delta
                                data: {"type":"response.output_text.delta","delta":"Hello, hello"}

                                """)
                        .reset());
        HttpResponse<String> answer =
                house.post(
                        "/v1/responses",
                        "{\"model\":\"house-model\",\"stream\":true,\"input\":\"Say hello\"}");
        assertThat(answer.body())
                .contains("event: error\ndata: {\"type\":\"error\",\"message\":\"the provider ")
                .contains(",\"error\":{\"type\":\"server_error\",")
                .contains("\"code\":\"provider_unreachable\"");
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().labels()).containsEntry("provenance", "estimated");
        assertThat(entry.attribution().numbers().get("tokens_output")).isBetween(1L, 20L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"previous_response_id\":\"resp_0\"",
                "\"conversation\":{\"id\":\"conv_1\"}",
                "\"tools\":[{\"type\":\"web_search\"}]",
                "\"input\":[{\"type\":\"item_reference\",\"id\":\"msg_1\"}]",
            })
    void response_withInputThatTheProviderKeeps_holdsTheWindow(String field) throws Exception {
        house.provider.script(answer -> answer.json(200, RESPONSE));
        String input = field.contains("\"input\"") ? "" : ",\"input\":\"go on\"";
        house.post("/v1/responses", "{\"model\":\"house-model\"," + field + input + "}");
        Entry.Reserved reserved = house.entries(Entry.Reserved.class).getFirst();
        assertThat(reserved.asked().get(Unit.TOKENS))
                .isGreaterThan(GatewaySettings.MAX_INPUT_TOKENS);
    }

    @Test
    void completion_ofSeveralPrompts_holdsAnAnswerForEach() throws Exception {
        house.provider.script(answer ->
                answer.json(
                        200,
                        """
                        {"model":"house-model-2026","choices":[{"text":"a","finish_reason":"stop"}],
                        "usage":{"prompt_tokens":40,"completion_tokens":20,"total_tokens":60,
                        "prompt_tokens_details":{"cached_tokens":30},
                        "completion_tokens_details":{"reasoning_tokens":5}}}
                        """));
        house.post(
                "/v1/completions",
                "{\"model\":\"house-model\",\"prompt\":[\"a\",\"b\"],\"max_tokens\":100,\"n\":3}");
        assertSettled("openai.completions");
        assertThat(house.provider.received.getFirst().uri()).isEqualTo("/v1/completions");
        Entry.Reserved reserved = house.entries(Entry.Reserved.class).getFirst();
        assertThat(reserved.asked().get(Unit.TOKENS)).isBetween(600L, 700L);
    }

    @Test
    void embeddings_cost_onlyTheirInput() throws Exception {
        house.provider.script(answer ->
                answer.json(
                        200,
                        """
                        {"object":"list","data":[{"embedding":[0.1],"index":0}],
                        "model":"house-model","usage":{"prompt_tokens":8,"total_tokens":8}}
                        """));
        HttpResponse<String> answer =
                house.post("/v1/embeddings", "{\"model\":\"house-model\",\"input\":[[1,2],[3,4]]}");
        assertThat(answer.headers().firstValue("X-Bursar-Cost")).hasValue("0.000008");
        assertThat(house.committed().attribution().labels()).containsEntry("provenance", "priced");
        assertThat(house.spent(usd)).isEqualTo(800);
        Entry.Reserved reserved = house.entries(Entry.Reserved.class).getFirst();
        assertThat(reserved.asked().get(Unit.TOKENS)).isLessThan(100);
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/messages/count_tokens",
        "/anthropic/v1/messages/count_tokens",
    })
    void countTokens_isForwardedAndNeverCharged(String path) throws Exception {
        house.provider.script(answer -> answer.json(200, "{\"input_tokens\":7}"));
        HttpResponse<String> answer =
                house.post(
                        path,
                        "{\"model\":\"house-model\",\"messages\":"
                                + "[{\"role\":\"user\",\"content\":\"Hi\"}]}");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"input_tokens\":7}");
        FakeProvider.Received received = house.provider.received.getFirst();
        assertThat(received.uri()).isEqualTo("/v1/messages/count_tokens");
        assertThat(received.headers().get("x-api-key")).isEqualTo("sk-ant");
        assertThat(house.entries(Entry.Reserved.class)).isEmpty();
        assertThat(house.entries(Entry.Committed.class)).isEmpty();
    }

    @Test
    void countTokens_withAnErrorOfTheProvider_passesItOn() throws Exception {
        house.provider.script(answer -> answer.json(429, "{\"type\":\"error\"}"));
        HttpResponse<String> answer =
                house.post(
                        "/v1beta/models/house-model:countTokens",
                        "{\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}]}");
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.body()).isEqualTo("{\"type\":\"error\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1beta/models/house-model:generateContent",
        "/gemini/v1beta/models/house-model:generateContent",
        "/v1/models/house-model:generateContent",
        "/gemini/v1/models/house-model:generateContent",
    })
    void generate_answered_isSettledByItsUsage(String path) throws Exception {
        house.provider.script(answer -> answer.json(200, GENERATED));
        HttpResponse<String> answer = house.post(path, GENERATE);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(GENERATED);
        assertSettled("gemini.generate_content");
        FakeProvider.Received received = house.provider.received.getFirst();
        assertThat(received.uri()).isEqualTo("/v1beta/models/house-model:generateContent");
        assertThat(received.headers().get("x-goog-api-key")).isEqualTo("g-provider");
        assertThat(received.headers().contains("authorization")).isFalse();
        assertThat(forwarded().path("generationConfig").path("maxOutputTokens").asLong())
                .isEqualTo(4_096);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"generationConfig\":{}",
                "{\"generationConfig\":null",
                "{\"generationConfig\":{\"temperature\":0}",
                "{\"generation_config\":{\"max_output_tokens\":null}",
            })
    void generate_unbounded_isBoundWhereItsConfigurationIs(String begin) throws Exception {
        house.provider.script(answer -> answer.json(200, GENERATED));
        house.post(
                "/v1beta/models/house-model:generateContent", begin + "," + GENERATE.substring(1));
        JsonNode config = forwarded().path("generationConfig");
        JsonNode other = forwarded().path("generation_config");
        long bound =
                config.path("maxOutputTokens").asLong(0)
                        + other.path("max_output_tokens").asLong(0);
        assertThat(bound).isEqualTo(4_096);
    }

    @Test
    void generate_boundedWithUnderscores_isHeldForItsBound() throws Exception {
        house.provider.script(answer -> answer.json(200, GENERATED));
        String body =
                "{\"generation_config\":{\"max_output_tokens\":70},\"contents\":"
                        + "{\"parts\":{\"text\":\"Hi\"}}}";
        house.post("/v1beta/models/house-model:generateContent", body);
        assertThat(house.provider.received.getFirst().body()).isEqualTo(body);
        Entry.Reserved reserved = house.entries(Entry.Reserved.class).getFirst();
        assertThat(reserved.asked().get(Unit.TOKENS)).isBetween(70L, 170L);
    }

    @Test
    void generate_streamedAsEvents_isSettledByItsLastOne() throws Exception {
        String stream =
                """
                data: {"candidates":[{"content":{"parts":[{"text":"Hel"}]}}],\
                "usageMetadata":{"promptTokenCount":40,"totalTokenCount":40}}

                data: %s

                """
                        .formatted(GENERATED);
        house.provider.script(answer -> answer.stream().write(stream).end());
        HttpResponse<String> answer =
                house.post("/v1beta/models/house-model:streamGenerateContent?alt=sse", GENERATE);
        assertThat(answer.body()).isEqualTo(stream);
        assertThat(house.provider.received.getFirst().uri())
                .isEqualTo("/v1beta/models/house-model:streamGenerateContent?alt=sse");
        assertSettled("gemini.generate_content");
    }

    @Test
    void generate_streamedAsAnArray_goesOnAsItComes() throws Exception {
        String array = "[" + GENERATED.replace("\"STOP\"", "null") + ",\r\n" + GENERATED + "\n]";
        house.provider.script(answer -> answer.begin("application/json").write(array).end());
        HttpResponse<String> answer =
                house.post("/v1beta/models/house-model:streamGenerateContent", GENERATE);
        assertThat(answer.body()).isEqualTo(array);
        assertThat(answer.headers().firstValue("X-Bursar-Cost")).isEmpty();
        assertSettled("gemini.generate_content");
    }

    @Test
    void generate_arrayBrokenOff_endsInAnErrorThatIsJson() throws Exception {
        house.provider.script(
                answer -> answer.begin("application/json").write("[" + GENERATED).reset());
        HttpResponse<String> answer =
                house.post("/v1beta/models/house-model:streamGenerateContent", GENERATE);
        JsonNode parts = JSON.readTree(answer.body());
        assertThat(parts).hasSize(2);
        assertThat(parts.get(1).path("error").path("code").asInt()).isEqualTo(502);
        assertThat(parts.get(1).path("error").path("status").asString()).isEqualTo("UNAVAILABLE");
    }

    @Test
    void generate_withoutMoney_isDeniedInGooglesForm() throws Exception {
        house.budget("little", Unit.USD_MICROCENTS, 10);
        HttpResponse<String> answer =
                house.post("/v1beta/models/house-model:generateContent", GENERATE);
        assertThat(answer.statusCode()).isEqualTo(402);
        assertThat(answer.headers().firstValue("x-should-retry")).hasValue("false");
        JsonNode error = JSON.readTree(answer.body()).path("error");
        assertThat(error.path("code").asInt()).isEqualTo(402);
        assertThat(error.path("status").asString()).isEqualTo("RESOURCE_EXHAUSTED");
        assertThat(error.path("details").get(0).path("reason").asString())
                .isEqualTo("budget_exhausted");
        assertThat(error.path("budget").path("name").asString()).isEqualTo("little");
        assertThat(house.provider.received).isEmpty();
    }

    @Test
    void generate_withTheKeyInTheQuery_isAcceptedAndTheKeyStaysHere() throws Exception {
        house.provider.script(answer -> answer.json(200, GENERATED));
        HttpRequest request =
                HttpRequest.newBuilder(
                                house.uri(
                                        "/v1beta/models/house-model:generateContent?key="
                                                + House.KEY
                                                + "&x=1"))
                        .timeout(Duration.ofSeconds(30))
                        .POST(HttpRequest.BodyPublishers.ofString(GENERATE))
                        .build();
        HttpResponse<String> answer =
                house.http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        FakeProvider.Received received = house.provider.received.getFirst();
        assertThat(received.uri()).endsWith(":generateContent?x=1").doesNotContain(House.KEY);
        assertThat(received.headers().get("x-goog-api-key")).isEqualTo("g-provider");
    }

    @Test
    void embedContent_withoutUsage_isEstimated() throws Exception {
        house.provider.script(answer -> answer.json(200, "{\"embedding\":{\"values\":[0.1]}}"));
        HttpResponse<String> answer =
                house.post(
                        "/v1beta/models/house-model:embedContent",
                        "{\"content\":{\"parts\":[{\"text\":\"Hi there\"}]}}");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(house.committed().attribution().labels())
                .containsEntry("provenance", "estimated");
        assertThat(house.committed().attribution().numbers().get("tokens_input")).isPositive();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "/v1/responses|{\"model\":\"m\"}|input",
                "/v1/responses|{\"model\":\"m\",\"input\":7}|input",
                "/v1/responses|{\"model\":\"m\",\"input\":[7]}|input[0]",
                "/v1/responses|{\"model\":\"m\",\"input\":\"a\",\"background\":1}|background",
                "/v1/responses|{\"model\":\"m\",\"input\":\"a\",\"store\":1}|store",
                "/v1/completions|{\"model\":\"m\"}|prompt",
                "/v1/completions|{\"model\":\"m\",\"prompt\":[1,\"a\"]}|prompt[1]",
                "/v1/embeddings|{\"model\":\"m\",\"input\":[]}|input",
                "/v1/embeddings|{\"input\":\"a\"}|model",
            })
    void body_wrong_isRefusedWithTheFieldsPath(String path, String body, String field)
            throws Exception {
        HttpResponse<String> answer = house.post(path, body);
        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode error = JSON.readTree(answer.body()).path("error");
        assertThat(error.path("param").asString()).isEqualTo(field);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "{}|contents",
                "{\"contents\":[]}|contents",
                "{\"contents\":[{\"parts\":[7]}]}|contents[0].parts[0]",
                "{\"contents\":[{}],\"generationConfig\":{\"maxOutputTokens\":\"9\"}}|maxOutputTokens",
            })
    void generate_wrong_isRefusedWithTheFieldsPath(String body, String field) throws Exception {
        HttpResponse<String> answer =
                house.post("/v1beta/models/house-model:generateContent", body);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(answer.body()).path("error").path("message").asString())
                .startsWith(field + ":");
    }

    private HttpRequest.Builder asking(String path) {
        return HttpRequest.newBuilder(house.uri(path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + House.KEY);
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = asking(path);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return house.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void models_areListedInTheFormOfEachSdk() throws Exception {
        JsonNode openAi = JSON.readTree(get("/v1/models").body());
        assertThat(openAi.path("object").asString()).isEqualTo("list");
        assertThat(openAi.path("data").get(0).path("id").asString()).isEqualTo("house-model");
        JsonNode anthropic =
                JSON.readTree(get("/v1/models", "anthropic-version", "2023-06-01").body());
        assertThat(anthropic.path("first_id").asString()).isEqualTo("house-model");
        assertThat(anthropic.path("data").get(0).path("type").asString()).isEqualTo("model");
        JsonNode gemini = JSON.readTree(get("/v1beta/models").body());
        assertThat(gemini.path("models").get(0).path("name").asString())
                .isEqualTo("models/house-model");
        assertThat(get("/v1/models/house-model").statusCode()).isEqualTo(200);
        assertThat(get("/v1/models/none").statusCode()).isEqualTo(404);
    }

    @Test
    void head_ofTheModels_isAnsweredAsItsGetWithoutABody() throws Exception {
        HttpResponse<String> answer =
                house.http.send(
                        asking("/v1/models").HEAD().build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void models_withoutAKey_areNotTold() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(house.uri("/v1/models")).build();
        HttpResponse<String> answer =
                house.http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(401);
    }
}
