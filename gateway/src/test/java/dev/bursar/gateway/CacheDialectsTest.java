package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.cache.CacheRule;
import dev.bursar.gateway.cache.CacheRule.Temperature;
import dev.bursar.gateway.cache.CacheSettings;
import dev.bursar.gateway.eventstream.FrameWriter;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import dev.bursar.pricing.Price;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The cache of answers in every dialect: what is asked again is answered without the provider, in the
/// form that is asked for.
@Timeout(120)
class CacheDialectsTest {

    private static final String RESPONSE =
            """
            {"id":"resp_1","object":"response","status":"completed","model":"house-model-2026",\
            "output":[{"type":"message","id":"msg_1","role":"assistant","status":"completed",\
            "content":[{"type":"output_text","text":"Hello!","annotations":[]}]}],\
            "usage":{"input_tokens":40,"output_tokens":20,"total_tokens":60}}\
            """;

    private static final String RESPONSES =
            "{\"model\":\"house-model\",\"store\":false,%s\"input\":\"Say hello\"}";

    private static final String GENERATED =
            """
            {"candidates":[{"content":{"parts":[{"text":"Hello!"}],"role":"model"},\
            "finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":40,\
            "candidatesTokenCount":20,"totalTokenCount":60},"modelVersion":"house-model-2026"}\
            """;

    private static final String CONVERSED =
            """
            {"output":{"message":{"role":"assistant","content":[{"text":"Hello!"}]}},\
            "stopReason":"end_turn","usage":{"inputTokens":40,"outputTokens":20,"totalTokens":60},\
            "metrics":{"latencyMs":1}}\
            """;

    private static final String COMPLETED =
            """
            {"id":"c1","object":"text_completion","model":"house-model-2026","choices":[{"index":0,\
            "text":"Hello!","finish_reason":"stop"}],"usage":{"prompt_tokens":40,\
            "completion_tokens":20,"total_tokens":60}}\
            """;

    private static final String EMBEDDED =
            """
            {"object":"list","data":[{"object":"embedding","embedding":[0.1,0.2],"index":0}],\
            "model":"house-model-2026","usage":{"prompt_tokens":60,"total_tokens":60}}\
            """;

    private static final String GEMINI = "/v1beta/models/house-model:";
    private static final String CONVERSE = "/model/acme.house-model-v1%3A0/converse";
    private static final String CONVERSE_REQUEST =
            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Say hello\"}]}]}";

    private static final String CLAUDE =
            Samples.CHAT.replace("house-model", "anthropic/house-model");

    /// An answer as a provider gives it, and how it is asked for.
    enum Asked {
        RESPONSES("/v1/responses", CacheDialectsTest.RESPONSES.formatted(""), RESPONSE),
        GENERATE(GEMINI + "generateContent", Samples.GENERATE, GENERATED),
        CONVERSE(CacheDialectsTest.CONVERSE, CONVERSE_REQUEST, CONVERSED),
        COMPLETIONS(
                "/v1/completions",
                "{\"model\":\"house-model\",\"prompt\":\"Say hello\",\"max_tokens\":100}",
                COMPLETED),
        EMBEDDINGS(
                "/v1/embeddings", "{\"model\":\"house-model\",\"input\":[\"a\",\"b\"]}", EMBEDDED),
        EMBED_CONTENT(
                GEMINI + "embedContent",
                "{\"content\":{\"parts\":[{\"text\":\"a\"}]}}",
                "{\"embedding\":{\"values\":[0.1]}}"),
        BATCH_EMBED_CONTENTS(
                GEMINI + "batchEmbedContents",
                "{\"requests\":[{\"model\":\"models/house-model\","
                        + "\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}",
                "{\"embeddings\":[{\"values\":[0.1]}]}");

        private final String path;
        private final String body;
        private final String answer;

        Asked(String path, String body, String answer) {
            this.path = path;
            this.body = body;
            this.answer = answer;
        }
    }

    /// A stream as a provider sends it.
    record Streamed(String path, String body, String contentType, String stream) {}

    @TempDir private Path data;
    private House house;
    private BudgetId usd;
    private CacheSettings caches = CacheSettings.OFF;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        usd = house.budget("usd", Unit.USD_MICROCENTS, 1_000_000_000);
        CacheRule rule =
                new CacheRule(
                        new TreeMap<>(),
                        Duration.ofMinutes(10),
                        Temperature.UNSET,
                        false,
                        Duration.ofSeconds(20),
                        null);
        CacheSettings.Tenant tenant = new CacheSettings.Tenant(List.of(rule), null);
        caches =
                new CacheSettings(
                        CacheSettings.DEFAULT_BYTES,
                        1_000,
                        100,
                        new TreeMap<>(Map.of("acme", tenant, "other", tenant)));
        house.gateway.reconfigure(House.BOOK, house.settings().withCaches(caches));
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    private void answers(String json) {
        house.provider.script(answer -> answer.json(200, json));
    }

    private void streams(String contentType, String text) {
        Buffer bytes = Buffer.buffer(text.getBytes(StandardCharsets.ISO_8859_1));
        house.provider.script(answer -> {
            answer.begin(contentType).response().write(bytes);
            answer.end();
        });
    }

    /// The body byte by byte, as frames are no text.
    private HttpResponse<String> ask(String path, String body) throws Exception {
        return house.http.send(
                house.request(path, body).build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.ISO_8859_1));
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("none");
    }

    private static void assertCached(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "X-Bursar-Decision")).isEqualTo("cached");
        assertThat(header(answer, "X-Bursar-Cost")).isEqualTo("0");
    }

    private static String frames(String... events) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < events.length; i += 2) {
            out.writeBytes(
                    FrameWriter.event(events[i], events[i + 1].getBytes(StandardCharsets.UTF_8)));
        }
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    private static String event(String type, String fields) {
        return "event: %1$s\ndata: {\"type\":\"%1$s\",%2$s}\n\n".formatted(type, fields);
    }

    private static String conversed() {
        return frames(
                "messageStart",
                "{\"role\":\"assistant\",\"p\":\"abc\"}",
                "contentBlockDelta",
                "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"Hello!\"}}",
                "contentBlockStop",
                "{\"contentBlockIndex\":0}",
                "messageStop",
                "{\"stopReason\":\"end_turn\"}",
                "metadata",
                "{\"usage\":{\"inputTokens\":40,\"outputTokens\":20,\"totalTokens\":60},"
                        + "\"metrics\":{\"latencyMs\":1}}");
    }

    private static Streamed response() {
        return new Streamed(
                "/v1/responses",
                RESPONSES.formatted("\"stream\":true,"),
                "text/event-stream",
                event(
                                "response.created",
                                "\"response\":{\"id\":\"resp_1\",\"status\":\"in_progress\"}")
                        + event("response.output_text.delta", "\"delta\":\"Hello!\"")
                        + event("response.completed", "\"response\":" + RESPONSE));
    }

    private static Streamed generated() {
        return new Streamed(
                GEMINI + "streamGenerateContent?alt=sse",
                Samples.GENERATE,
                "text/event-stream",
                "data: "
                        + GENERATED
                                .replace("Hello!", "Hel")
                                .replace("\"finishReason\":\"STOP\",", "")
                        + "\r\n\r\ndata: "
                        + GENERATED.replace("Hello!", "lo!")
                        + "\r\n\r\n");
    }

    private static Streamed array() {
        return new Streamed(
                GEMINI + "streamGenerateContent",
                Samples.GENERATE,
                "application/json",
                "[" + GENERATED + "\n]\n");
    }

    private static Streamed completed() {
        return new Streamed(
                "/v1/completions",
                "{\"model\":\"house-model\",\"prompt\":\"Say hello\",\"max_tokens\":100,"
                        + "\"stream\":true,\"stream_options\":{\"include_usage\":true}}",
                "text/event-stream",
                "data: {\"choices\":[{\"index\":0,\"text\":\"Hello!\",\"finish_reason\":\"stop\"}]}\n\n"
                        + Samples.CHAT_USAGE
                        + Samples.DONE);
    }

    private static Stream<Streamed> streams() {
        return Stream.of(
                response(),
                generated(),
                array(),
                new Streamed(
                        CONVERSE + "-stream",
                        CONVERSE_REQUEST,
                        "application/vnd.amazon.eventstream",
                        conversed()),
                completed());
    }

    @ParameterizedTest
    @EnumSource(Asked.class)
    void answer_askedForAgain_isToldAtNoCost(Asked asked) throws Exception {
        answers(asked.answer);
        assertThat(header(ask(asked.path, asked.body), "X-Bursar-Decision")).isEqualTo("allow");
        House.await(() -> house.spent(usd) > 0);
        long paid = house.spent(usd);
        HttpResponse<String> again = ask(asked.path, asked.body);
        assertCached(again);
        assertThat(again.body()).isEqualTo(asked.answer);
        assertThat(header(again, "Content-Type")).isEqualTo("application/json");
        assertThat(house.provider.received).hasSize(1);
        assertThat(house.spent(usd)).isEqualTo(paid);
        House.await(() -> !house.entries(Entry.Charged.class).isEmpty());
        assertThat(house.entries(Entry.Charged.class).getLast().attribution().numbers())
                .containsEntry("cost_avoided_microcents", paid);
        HttpResponse<String> others =
                house.send(
                        house.request(asked.path, asked.body)
                                .setHeader("Authorization", "Bearer " + House.OTHER_KEY));
        assertThat(header(others, "X-Bursar-Decision")).isEqualTo("allow");
    }

    @ParameterizedTest
    @MethodSource("streams")
    void stream_askedForAgain_isToldByteForByte(Streamed streamed) throws Exception {
        streams(streamed.contentType(), streamed.stream());
        HttpResponse<String> first = ask(streamed.path(), streamed.body());
        assertThat(first.body()).isEqualTo(streamed.stream());
        HttpResponse<String> again = ask(streamed.path(), streamed.body());
        assertCached(again);
        assertThat(again.body()).isEqualTo(streamed.stream());
        assertThat(header(again, "Content-Type")).startsWith(streamed.contentType());
        assertThat(house.provider.received).hasSize(1);
    }

    @Test
    void response_isToldInBothForms() throws Exception {
        answers(RESPONSE);
        ask("/v1/responses", RESPONSES.formatted(""));
        HttpResponse<String> stream = ask("/v1/responses", RESPONSES.formatted("\"stream\":true,"));
        assertCached(stream);
        assertThat(stream.body())
                .startsWith("event: response.created\n")
                .contains("\"delta\":\"Hello!\"", "\"total_tokens\":60");
        streams("text/event-stream", response().stream().replace("Hello!", "Good day!"));
        String other = RESPONSES.replace("Say hello", "Say good day");
        ask("/v1/responses", other.formatted("\"stream\":true,"));
        HttpResponse<String> whole = ask("/v1/responses", other.formatted(""));
        assertCached(whole);
        assertThat(whole.body()).isEqualTo(RESPONSE.replace("Hello!", "Good day!"));
        assertThat(house.provider.received).hasSize(2);
    }

    @Test
    void generated_isToldInAllForms() throws Exception {
        streams(generated().contentType(), generated().stream());
        ask(generated().path(), generated().body());
        HttpResponse<String> whole = ask(GEMINI + "generateContent", Samples.GENERATE);
        assertCached(whole);
        assertThat(whole.body()).contains("\"text\":\"Hello!\"", "\"totalTokenCount\":60");
        HttpResponse<String> array = ask(array().path(), Samples.GENERATE);
        assertCached(array);
        assertThat(header(array, "Content-Type")).isEqualTo("application/json");
        assertThat(array.body()).startsWith("[{").contains("\"text\":\"Hel\"").endsWith("}]");
        assertThat(house.provider.received).hasSize(1);
    }

    @Test
    void conversed_isToldInBothForms() throws Exception {
        streams("application/vnd.amazon.eventstream", conversed());
        ask(CONVERSE + "-stream", CONVERSE_REQUEST);
        HttpResponse<String> whole = ask(CONVERSE, CONVERSE_REQUEST);
        assertCached(whole);
        assertThat(whole.body()).contains("\"text\":\"Hello!\"", "\"totalTokens\":60");
        assertThat(header(whole, "x-amzn-RequestId")).isEqualTo(header(whole, "X-Bursar-Call"));
        answers(CONVERSED);
        String other = CONVERSE_REQUEST.replace("hello", "good day");
        ask(CONVERSE, other);
        HttpResponse<String> stream = ask(CONVERSE + "-stream", other);
        assertCached(stream);
        assertThat(header(stream, "Content-Type")).isEqualTo("application/vnd.amazon.eventstream");
        assertThat(stream.body()).contains("messageStart", "Hello!", "metadata");
        assertThat(house.provider.received).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"prompt/ABCDE12345,allow", "inference-profile/us.acme.house-model,cached"})
    void converse_withAnArn_isAnsweredAgainUnlessItIsThatOfAPrompt(String named, String decision)
            throws Exception {
        answers(CONVERSED);
        String arn = "arn:aws:bedrock:us-east-1:111122223333:" + named;
        Price price = Price.of("bedrock", arn, Instant.EPOCH, House.PRICE.rates());
        house.gateway.reconfigure(
                House.BOOK.with(List.of(price)), house.settings().withCaches(caches));
        String path = ConversePath.of(Operation.CONVERSE, arn);
        assertThat(header(ask(path, CONVERSE_REQUEST), "X-Bursar-Decision")).isEqualTo("allow");
        house.awaitEnded();
        assertThat(header(ask(path, CONVERSE_REQUEST), "X-Bursar-Decision")).isEqualTo(decision);
    }

    @Test
    void completion_askedForInAnotherForm_isAnotherQuestion() throws Exception {
        answers(COMPLETED);
        ask("/v1/completions", Asked.COMPLETIONS.body);
        Streamed stream = completed();
        streams(stream.contentType(), stream.stream());
        assertThat(header(ask(stream.path(), stream.body()), "X-Bursar-Decision"))
                .isEqualTo("allow");
        assertCached(ask(stream.path(), stream.body()));
        assertCached(ask("/v1/completions", Asked.COMPLETIONS.body));
        assertThat(house.provider.received).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"store\":true",
                "\"top_p\":1",
                "\"store\":false,\"conversation\":\"conv_1\"",
                "\"store\":false,\"tools\":[{\"type\":\"web_search\"}]",
            })
    void response_thatTheProviderRemembersOrWorksFor_isNotKept(String fields) throws Exception {
        answers(RESPONSE);
        String asked = RESPONSES.formatted("").replace("\"store\":false", fields);
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> answer = ask("/v1/responses", asked);
            assertThat(header(answer, "X-Bursar-Decision")).isEqualTo("allow");
        }
        assertThat(house.provider.received).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"MAX_TOKENS", "SAFETY"})
    void generated_thatIsNotTheWholeAnswer_isNotKept(String reason) throws Exception {
        answers(GENERATED.replace("STOP", reason));
        for (int i = 0; i < 2; i++) {
            ask(GEMINI + "generateContent", Samples.GENERATE);
        }
        assertThat(house.provider.received).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json|[%s", "text/event-stream|data: %s\n\ndata: {\"cand"})
    void stream_thatEndsInsideOfIt_isNotKept(String stream) throws Exception {
        String type = stream.substring(0, stream.indexOf('|'));
        streams(type, stream.substring(stream.indexOf('|') + 1).formatted(GENERATED));
        String path = type.equals("application/json") ? array().path() : generated().path();
        for (int i = 0; i < 2; i++) {
            ask(path, Samples.GENERATE);
        }
        assertThat(house.provider.received).hasSize(2);
    }

    @Test
    void answer_thatCallsATool_isNotKept() throws Exception {
        answers(
                RESPONSE.replace(
                        "\"output\":[",
                        "\"output\":[{\"type\":\"function_call\",\"id\":\"fc_1\",\"name\":\"look\","
                                + "\"arguments\":\"{}\"},"));
        for (int i = 0; i < 2; i++) {
            ask("/v1/responses", RESPONSES.formatted(""));
        }
        assertThat(house.provider.received).hasSize(2);
    }

    @Test
    void keyInTheQuery_isNoPartOfTheQuestion() throws Exception {
        answers(GENERATED);
        ask(GEMINI + "generateContent", Samples.GENERATE);
        HttpResponse<String> again =
                house.send(
                        house.request(GEMINI + "generateContent?key=" + House.KEY, Samples.GENERATE)
                                .setHeader("Authorization", ""));
        assertCached(again);
        HttpResponse<String> other =
                ask(GEMINI + "generateContent?prettyPrint=false", Samples.GENERATE);
        assertThat(header(other, "X-Bursar-Decision")).isEqualTo("allow");
    }

    @Test
    void headersOfGoogle_thatSayWhatIsAnswered_arePartOfTheQuestion() throws Exception {
        answers(GENERATED);
        ask(GEMINI + "generateContent", Samples.GENERATE);
        assertCached(askWith("X-Goog-Api-Client", "genai-js/1.0"));
        HttpResponse<String> masked = askWith("X-Goog-FieldMask", "usageMetadata");
        assertThat(header(masked, "X-Bursar-Decision")).isEqualTo("allow");
    }

    private HttpResponse<String> askWith(String header, String value) throws Exception {
        return house.send(
                house.request(GEMINI + "generateContent", Samples.GENERATE).header(header, value));
    }

    @Test
    void formInTheQuery_ofAWholeAnswer_isPartOfTheQuestion() throws Exception {
        answers(GENERATED);
        ask(GEMINI + "generateContent", Samples.GENERATE);
        HttpResponse<String> other = ask(GEMINI + "generateContent?alt=sse", Samples.GENERATE);
        assertThat(header(other, "X-Bursar-Decision")).isEqualTo("allow");
    }

    @Test
    void halvesOfSurrogatePairs_areToldApart() throws Exception {
        answers(Samples.CHAT_ANSWER);
        String asked = Samples.CHAT.replace("\"max", "\"temperature\":0,\"max");
        ask("/v1/chat/completions", asked.replace("Say hello", "a\\ud83d"));
        HttpResponse<String> other = ask("/v1/chat/completions", asked.replace("Say hello", "a?"));
        assertThat(header(other, "X-Bursar-Decision")).isEqualTo("allow");
    }

    @Test
    void equalEmbeddings_atTheSameTime_areAskedForOnce() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<Void> go = new CompletableFuture<>();
        house.provider.script(answer -> {
            asked.countDown();
            var _ = go.thenRun(() -> answer.json(200, EMBEDDED));
        });
        List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            calls.add(
                    house.http.sendAsync(
                            house.request(Asked.EMBEDDINGS.path, Asked.EMBEDDINGS.body).build(),
                            HttpResponse.BodyHandlers.ofString()));
        }
        assertThat(asked.await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        House.await(() -> house.gateway.calls() == 8);
        go.complete(null);
        for (CompletableFuture<HttpResponse<String>> call : calls) {
            assertThat(call.get(House.PATIENCE.toSeconds(), TimeUnit.SECONDS).body())
                    .isEqualTo(EMBEDDED);
        }
        assertThat(house.provider.received).hasSize(1);
        assertThat(house.held()).isZero();
    }

    @Test
    void translatedAnswer_isToldInBothForms() throws Exception {
        answers(Samples.MESSAGES_ANSWER);
        HttpResponse<String> first = ask("/v1/chat/completions", CLAUDE);
        HttpResponse<String> again = ask("/v1/chat/completions", CLAUDE);
        assertCached(again);
        assertThat(again.body()).isEqualTo(first.body()).contains("chat.completion", "Hello!");
        HttpResponse<String> stream =
                ask(
                        "/v1/chat/completions",
                        CLAUDE.replace(
                                "{\"model\"",
                                "{\"stream\":true,\"stream_options\":{\"include_usage\":true},\"model\""));
        assertCached(stream);
        assertThat(stream.body())
                .contains("\"content\":\"Hello!\"", "\"prompt_tokens\":40")
                .endsWith(Samples.DONE);
        assertThat(house.provider.received).hasSize(1);
    }

    @Test
    void translatedStream_isToldAsTheClientGotIt() throws Exception {
        streams(
                "text/event-stream",
                Samples.MESSAGE_START + Samples.MESSAGE_TEXT + Samples.MESSAGE_END);
        String plain = CLAUDE.replace("{\"model\"", "{\"stream\":true,\"model\"");
        HttpResponse<String> first = ask("/v1/chat/completions", plain);
        HttpResponse<String> again = ask("/v1/chat/completions", plain);
        assertCached(again);
        assertThat(again.body())
                .isEqualTo(first.body())
                .contains("Hello!")
                .endsWith(Samples.DONE)
                .doesNotContain("prompt_tokens");
        String withUsage =
                plain.replace("true,", "true,\"stream_options\":{\"include_usage\":true},");
        HttpResponse<String> other = ask("/v1/chat/completions", withUsage);
        assertThat(header(other, "X-Bursar-Decision")).isEqualTo("allow");
        assertThat(other.body()).contains("\"prompt_tokens\":40");
        assertCached(ask("/v1/chat/completions", withUsage));
        assertThat(house.provider.received).hasSize(2);
        HttpResponse<String> whole = ask("/v1/chat/completions", CLAUDE);
        assertCached(whole);
        assertThat(whole.body()).contains("\"content\":\"Hello!\"", "\"prompt_tokens\":40");
    }
}
