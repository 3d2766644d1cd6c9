package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.eventstream.FrameWriter;
import dev.bursar.gateway.eventstream.RawFrames;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import io.vertx.core.buffer.Buffer;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Calls whose model speaks another dialect than their client: translated on the way, and paid for by what
/// the provider says in its own words.
class CrossingTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String CLAUDE =
            Samples.CHAT.replace("house-model", "anthropic/house-model");

    private static final String CLAUDE_STREAM =
            Samples.CHAT_STREAM.replace("house-model", "anthropic/house-model");

    private static final String BEDROCK =
            Samples.CHAT.replace("house-model", "bedrock/acme.house-model-v1:0");

    private static final String BEDROCK_STREAM =
            Samples.CHAT_STREAM.replace("house-model", "bedrock/acme.house-model-v1:0");

    private static final JsonMapper MAPPER = new JsonMapper();

    @TempDir private Path data;
    private House house;
    private BudgetId budget;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        budget = house.budget("all", Unit.USD_MICROCENTS, 1_000_000_000);
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    private static JsonNode json(String text) {
        return MAPPER.readTree(text);
    }

    @Test
    void chat_forAModelOfAnthropic_isAskedAndAnsweredInEachOnesWords() throws Exception {
        house.provider.script(answer -> answer.json(200, Samples.MESSAGES_ANSWER));
        HttpResponse<String> answer = house.post(CHAT, CLAUDE);
        assertThat(answer.statusCode()).isEqualTo(200);
        FakeProvider.Received asked = house.provider.received.getFirst();
        assertThat(asked.uri()).isEqualTo("/v1/messages");
        assertThat(asked.headers().get("x-api-key")).isEqualTo("sk-ant");
        assertThat(asked.headers().get("anthropic-version")).isNotEmpty();
        assertThat(asked.headers().contains("authorization")).isFalse();
        JsonNode question = json(asked.body());
        assertThat(question.path("model").asString()).isEqualTo("house-model");
        assertThat(question.path("max_tokens").asInt()).isEqualTo(100);
        JsonNode told = json(answer.body());
        assertThat(told.path("object").asString()).isEqualTo("chat.completion");
        JsonNode choice = told.path("choices").path(0);
        assertThat(choice.path("message").path("content").asString()).isEqualTo("Hello!");
        assertThat(choice.path("finish_reason").asString()).isEqualTo("stop");
        assertThat(told.path("usage").path("prompt_tokens").asInt()).isEqualTo(40);
        // 10 of input, 30 cached at a tenth, 20 of output.
        assertThat(answer.headers().firstValue("X-Bursar-Cost")).hasValue("0.000053");
        assertThat(answer.headers().firstValue("X-Bursar-Model")).hasValue("house-model");
        assertThat(house.spent(budget)).isEqualTo(10 * 100 + 30 * 10 + 20 * 200);
        assertThat(house.committed().attribution().labels())
                .containsEntry("dialect", "openai.chat")
                .containsEntry("translated_to", "anthropic.messages")
                .containsEntry("provider", "anthropic")
                .containsEntry("status", "200");
        assertThat(house.held()).isZero();
    }

    @Test
    void stream_forAModelOfAnthropic_isAStreamOfChats() throws Exception {
        house.provider.script(answer ->
                answer.stream()
                        .write(Samples.MESSAGE_START)
                        .write(Samples.MESSAGE_TEXT)
                        .write(Samples.MESSAGE_END)
                        .end());
        HttpResponse<String> answer = house.post(CHAT, CLAUDE_STREAM);
        assertThat(answer.headers().firstValue("content-type").orElse(""))
                .startsWith("text/event-stream");
        assertThat(answer.body())
                .contains("chat.completion.chunk", "Hello!", "\"finish_reason\":\"stop\"")
                .endsWith("data: [DONE]\n\n")
                .doesNotContain("message_start", "event:", "prompt_tokens");
        house.committed();
        assertThat(house.spent(budget)).isEqualTo(10 * 100 + 30 * 10 + 20 * 200);
    }

    @Test
    void stream_thatBreaksOff_isAnErrorOfTheClientsDialect() throws Exception {
        house.provider.script(answer -> {
            answer.stream().write(Samples.MESSAGE_START).write(Samples.MESSAGE_TEXT);
            answer.after(50, answer::reset);
        });
        HttpResponse<String> answer = house.post(CHAT, CLAUDE_STREAM);
        assertThat(answer.body()).contains("Hello!", "provider_unreachable");
        assertThat(house.committed().attribution().labels()).containsEntry("status", "broken_off");
        assertThat(house.spent(budget)).isPositive();
    }

    @Test
    void stream_thatEndsWithoutAnEnd_isAnError() throws Exception {
        house.provider.script(answer ->
                answer.stream().write(Samples.MESSAGE_START).write(Samples.MESSAGE_TEXT).end());
        HttpResponse<String> answer = house.post(CHAT, CLAUDE_STREAM);
        assertThat(answer.body())
                .contains("Hello!", "\"error\"")
                .doesNotContain("finish_reason\":\"s");
        assertThat(house.committed().attribution().labels()).containsEntry("status", "cut_short");
    }

    @ParameterizedTest
    @CsvSource({"'{', unreadable_answer", "'[1]', unreadable_answer"})
    void answer_thatCannotBeRead_isAnErrorAndPaidFor(String body, String status) throws Exception {
        house.provider.script(answer -> answer.json(200, body));
        HttpResponse<String> answer = house.post(CHAT, CLAUDE);
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(json(answer.body()).path("error").path("code").asString())
                .isEqualTo("provider_unreachable");
        assertThat(house.committed().attribution().labels()).containsEntry("status", status);
        assertThat(house.held()).isZero();
    }

    @Test
    void event_thatCannotBeRead_endsTheStreamWithAnError() throws Exception {
        house.provider.script(answer -> {
            answer.stream().write(Samples.MESSAGE_START).write(Samples.MESSAGE_TEXT);
            answer.write("event: content_block_delta\ndata: {nonsense\n\n");
        });
        HttpResponse<String> answer = house.post(CHAT, CLAUDE_STREAM);
        assertThat(answer.body()).contains("Hello!", "provider_unreachable");
        house.provider.awaitClosed();
        assertThat(house.committed().attribution().labels())
                .containsEntry("status", "unreadable_answer");
    }

    @Test
    void errorOfTheProvider_isToldInTheClientsEnvelope() throws Exception {
        house.provider.script(answer ->
                answer.json(
                        429,
                        Map.of("retry-after", "7"),
                        "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\","
                                + "\"message\":\"slow down\"}}"));
        HttpResponse<String> answer = house.post(CHAT, CLAUDE);
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("retry-after")).hasValue("7");
        assertThat(json(answer.body()).path("error").path("message").asString())
                .isEqualTo("slow down");
        assertThat(json(answer.body()).has("type")).isFalse();
        assertThat(house.spent(budget)).isZero();
        assertThat(house.held()).isZero();
    }

    @Test
    void field_thatHasNoCounterpart_isNamedAndNothingIsAsked() throws Exception {
        HttpResponse<String> answer =
                house.post(CHAT, CLAUDE.replace("\"max_tokens\"", "\"n\":2,\"max_tokens\""));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer.body()).path("error").path("param").asString()).isEqualTo("n");
        assertThat(house.provider.received).isEmpty();
        assertThat(house.held()).isZero();
        assertThat(house.spent(budget)).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/messages, gemini, /v1beta/models/house-model:generateContent",
        "/v1/messages, openai, /v1/chat/completions",
        "/v1/responses, anthropic, /v1/messages",
        "/v1/chat/completions, gemini, /v1beta/models/house-model:generateContent",
    })
    void client_ofEveryDialect_reachesEveryOther(String path, String provider, String uri)
            throws Exception {
        String asked = path.endsWith("responses") ? responses() : Samples.MESSAGES;
        house.provider.script(answer ->
                answer.json(
                        200,
                        switch (provider) {
                            case "openai" -> Samples.CHAT_ANSWER;
                            case "anthropic" -> Samples.MESSAGES_ANSWER;
                            default -> GENERATED;
                        }));
        HttpResponse<String> answer =
                house.post(path, asked.replace("house-model", provider + "/house-model"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains("Hello!");
        assertThat(house.provider.received.getFirst().uri()).isEqualTo(uri);
        assertThat(house.committed().attribution().labels())
                .containsEntry("status", "200")
                .containsEntry("provider", provider)
                .containsEntry("provenance", "priced");
    }

    private static final String GENERATED =
            """
            {"candidates":[{"content":{"role":"model","parts":[{"text":"Hello!"}]},"finishReason":"STOP"}],\
            "usageMetadata":{"promptTokenCount":40,"candidatesTokenCount":20,"totalTokenCount":60},\
            "modelVersion":"house-model-2026","responseId":"r1"}\
            """;

    private static String responses() {
        return Samples.of("\"max_output_tokens\":100,\"input\":\"Say hello\"", false, false);
    }

    @Test
    void clientOfGemini_withoutEvents_getsOneArray() throws Exception {
        house.provider.script(answer ->
                answer.stream()
                        .write(Samples.CHAT_DELTA_1)
                        .write(Samples.CHAT_DELTA_2)
                        .write(Samples.CHAT_USAGE)
                        .write(Samples.DONE)
                        .end());
        HttpResponse<String> answer =
                house.post(
                        "/v1beta/models/openai%2Fhouse-model:streamGenerateContent",
                        Samples.GENERATE);
        assertThat(answer.headers().firstValue("content-type").orElse(""))
                .startsWith("application/json");
        JsonNode array = json(answer.body());
        assertThat(array.isArray()).isTrue();
        assertThat(answer.body()).contains("Hel", "lo!", "\"finishReason\":\"STOP\"");
        house.committed();
        assertThat(house.spent(budget)).isEqualTo(40 * 100 + 20 * 200);
    }

    @Test
    void stream_thatOutgrowsItsHold_endsInTheClientsWay() throws Exception {
        house.budget("little", Unit.USD_MICROCENTS, 60_000);
        house.provider.script(answer -> endless(answer.stream().write(Samples.MESSAGE_START), 0));
        HttpResponse<String> answer = house.post(CHAT, CLAUDE_STREAM);
        assertThat(answer.body())
                .contains("\"finish_reason\":\"length\"")
                .endsWith("data: [DONE]\n\n");
        house.provider.awaitClosed();
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().labels()).containsEntry("status", "stopped");
        House.await(() -> house.held() == 0);
    }

    private static void endless(FakeProvider.Answer answer, int number) {
        answer.write(Samples.MESSAGE_TEXT.replace("Hello!", "words and ".repeat(20)));
        if (number < 10_000) {
            answer.after(1, () -> endless(answer, number + 1));
        }
    }

    private static final String CONVERSED =
            """
            {"output":{"message":{"role":"assistant","content":[{"text":"Hello!"}]}},"stopReason":"end_turn",\
            "usage":{"inputTokens":10,"outputTokens":20,"totalTokens":60,"cacheReadInputTokens":30,\
            "cacheWriteInputTokens":0},"metrics":{"latencyMs":7}}\
            """;

    @ParameterizedTest
    @CsvSource({"/v1/chat/completions", "/v1/messages"})
    void client_ofAModelOfBedrock_isAskedByConverse(String path) throws Exception {
        house.provider.script(answer -> answer.json(200, CONVERSED));
        HttpResponse<String> answer =
                house.post(
                        path,
                        Samples.MESSAGES.replace("house-model", "bedrock/acme.house-model-v1:0"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains("Hello!");
        FakeProvider.Received asked = house.provider.received.getFirst();
        assertThat(asked.uri()).isEqualTo("/model/acme.house-model-v1%3A0/converse");
        assertThat(json(asked.body()).at("/inferenceConfig/maxTokens").asInt()).isEqualTo(100);
        house.committed();
        assertThat(house.spent(budget)).isEqualTo(10 * 100 + 30 * 10 + 20 * 200);
    }

    @Test
    void stream_ofBinaryFrames_isAStreamOfChats() throws Exception {
        house.provider.script(answer -> {
            answer.begin("application/vnd.amazon.eventstream");
            frame(answer, "messageStart", "{\"role\":\"assistant\"}");
            frame(
                    answer,
                    "contentBlockDelta",
                    "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"Hello!\"}}");
            frame(answer, "contentBlockStop", "{\"contentBlockIndex\":0}");
            frame(answer, "messageStop", "{\"stopReason\":\"end_turn\"}");
            frame(
                    answer,
                    "metadata",
                    "{\"usage\":{\"inputTokens\":10,\"outputTokens\":20,\"totalTokens\":30}}");
            answer.end();
        });
        HttpResponse<String> answer = house.post(CHAT, BEDROCK_STREAM);
        assertThat(answer.headers().firstValue("content-type")).hasValue("text/event-stream");
        assertThat(answer.body())
                .contains("chat.completion.chunk", "Hello!", "\"finish_reason\":\"stop\"")
                .endsWith("data: [DONE]\n\n");
        assertThat(house.provider.received.getFirst().uri())
                .isEqualTo("/model/acme.house-model-v1%3A0/converse-stream");
        assertThat(house.committed().attribution().labels())
                .containsEntry("translated_to", "bedrock.converse")
                .containsEntry("status", "200");
        assertThat(house.spent(budget)).isEqualTo(10 * 100 + 20 * 200);
    }

    private static void frame(FakeProvider.Answer answer, String type, String payload) {
        byte[] frame = FrameWriter.event(type, payload.getBytes(StandardCharsets.UTF_8));
        answer.response().write(Buffer.buffer(frame));
    }

    @Test
    void framesThatEndInAnError_tellItsTextAndCode() throws Exception {
        house.provider.script(answer -> {
            answer.begin("application/vnd.amazon.eventstream");
            frame(answer, "messageStart", "{\"role\":\"assistant\"}");
            byte[] headers =
                    RawFrames.joined(
                            RawFrames.text(":message-type", "error"),
                            RawFrames.text(":error-code", "InternalFailure"),
                            RawFrames.text(":error-message", "it broke"));
            answer.response().write(Buffer.buffer(RawFrames.frame(headers, new byte[0])));
            answer.end();
        });
        HttpResponse<String> answer = house.post(CHAT, BEDROCK_STREAM);
        assertThat(answer.body())
                .contains(
                        "\"message\":\"it broke\"",
                        "\"code\":\"InternalFailure\"",
                        "\"type\":\"server_error\"");
    }

    @Test
    void errorOfBedrock_keepsTheTypeThatItsHeaderTells() throws Exception {
        house.provider.script(answer ->
                answer.json(
                        403,
                        Map.of("x-amzn-ErrorType", "AccessDeniedException:http://internal/"),
                        "{\"message\":\"Not you\"}"));
        HttpResponse<String> answer = house.post(CHAT, BEDROCK);
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(json(answer.body()).at("/error/message").asString()).isEqualTo("Not you");
        assertThat(json(answer.body()).at("/error/code").asString())
                .isEqualTo("AccessDeniedException");
    }

    @Test
    void client_goneInsideAnEvent_isAClientThatWent() throws Exception {
        house.provider.script(answer -> {
            answer.stream().write(Samples.MESSAGE_START).write(Samples.MESSAGE_TEXT);
            answer.write("event: content_block_delta\ndata: {\"type\":\"content_blo");
        });
        try (RawClient client = new RawClient(house.uri("/"))) {
            client.send(RawClient.request(CHAT, CLAUDE_STREAM));
            client.readUntil("Hello!");
        }
        assertThat(house.committed().attribution().labels()).containsEntry("status", "client_gone");
    }

    @Test
    void frames_cutInside_endInAnErrorOfTheClient() throws Exception {
        house.provider.script(answer -> {
            answer.begin("application/vnd.amazon.eventstream");
            frame(answer, "messageStart", "{\"role\":\"assistant\"}");
            frame(
                    answer,
                    "contentBlockDelta",
                    "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"Hello!\"}}");
            answer.response().write(Buffer.buffer(new byte[] {0, 0, 0, 90, 0}));
            answer.after(50, answer::reset);
        });
        HttpResponse<String> answer = house.post(CHAT, BEDROCK_STREAM);
        assertThat(answer.body()).contains("Hello!", "provider_unreachable");
        assertThat(house.committed().attribution().labels()).containsEntry("status", "broken_off");
    }

    @ParameterizedTest
    @CsvSource({
        "'',sent no answer",
        "'{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"no such region\"}}',"
                + "no such region",
        "'{\"error\":{\"type\":\"odd\"}}',odd"
    })
    void answer_thatIsNone_costsNothingAndIsToldWhy(String body, String why) throws Exception {
        house.provider.script(answer -> answer.json(200, body));
        HttpResponse<String> answer = house.post(CHAT, CLAUDE);
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(json(answer.body()).at("/error/message").asString()).contains(why);
        assertThat(house.released().attribution().labels()).containsEntry("status", "no_answer");
        assertThat(house.spent(budget)).isZero();
    }

    @Test
    void body_ofMillionsOfParts_isRefused() throws Exception {
        String parts = "[],".repeat(1_000_000) + "[]";
        HttpResponse<String> answer =
                house.post(
                        CHAT,
                        CLAUDE.replace("\"max_tokens\"", "\"x\":[" + parts + "],\"max_tokens\""));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(house.provider.received).isEmpty();
    }
}
