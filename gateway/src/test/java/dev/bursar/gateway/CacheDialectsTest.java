package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.eventstream.FrameWriter;
import dev.bursar.ledger.Entry;
import dev.bursar.pricing.Price;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The cache of answers in every dialect: what is asked again is answered without the provider, in the
/// form that is asked for.
class CacheDialectsTest extends WithCachedAnswers {

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

    private static final String CONVERSE = "/model/acme.house-model-v1%3A0/converse";
    private static final String CONVERSE_REQUEST =
            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Say hello\"}]}]}";

    /// An answer as a provider gives it, and how it is asked for.
    enum Asked {
        RESPONSES("/v1/responses", WithCachedAnswers.RESPONSES.formatted(""), RESPONSE),
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
}
