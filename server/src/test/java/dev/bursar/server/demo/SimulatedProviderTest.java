package dev.bursar.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.eventstream.Frame;
import dev.bursar.gateway.eventstream.FrameReader;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SimulatedProviderTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private SimulatedProvider provider;

    @BeforeEach
    void start() {
        provider = SimulatedProvider.start(vertx, 0, Simulation.IMMEDIATE);
    }

    @AfterEach
    void stop() {
        provider.close();
        http.close();
        vertx.close().await();
    }

    @Test
    void chat_withOutputAboveBound_isCutAtBoundAndSaysSo() {
        JsonNode answer = chat("\"max_tokens\":7", "Write a lot. <<simulate output=50>>");

        assertThat(answer.at("/choices/0/finish_reason").asString()).isEqualTo("length");
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(7);
        assertThat(answer.at("/choices/0/message/content").asString().split(" ", -1)).hasSize(7);
    }

    @Test
    void chat_thatIgnoresItsBound_runsOnAndEndsByItself() {
        JsonNode answer = chat("\"max_tokens\":7", "<<simulate output=50 bound=ignored>>");

        assertThat(answer.at("/choices/0/finish_reason").asString()).isEqualTo("stop");
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(50);
    }

    @Test
    void embedContent_hasTheVectorThatABatchHas() {
        String content =
                "{\"content\":{\"parts\":[{\"text\":\"Hello\"}]},\"outputDimensionality\":3}";
        JsonNode one = JSON.readTree(send("/v1beta/models/m:embedContent", content).body());
        JsonNode batch =
                JSON.readTree(
                        send(
                                        "/v1beta/models/m:batchEmbedContents",
                                        "{\"requests\":[" + content + "," + content + "]}")
                                .body());

        assertThat(one.at("/embedding/values").size()).isEqualTo(3);
        assertThat(batch.path("embeddings").values())
                .hasSize(2)
                .containsOnly(one.path("embedding"));
    }

    @Test
    void embedContent_withoutContent_isRefusedInTheDialect() {
        HttpResponse<String> answer = send("/v1beta/models/m:embedContent", "{}");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(answer.body()).at("/error/status").asString())
                .isEqualTo("INVALID_ARGUMENT");
    }

    @Test
    void chat_ofSameRequest_hasSameTextAndAnotherId() {
        JsonNode first = chat("\"n\":1", "Hello");
        JsonNode second = chat("\"n\":1", "Hello");

        assertThat(second.at("/choices/0/message")).isEqualTo(first.at("/choices/0/message"));
        assertThat(second.at("/id")).isNotEqualTo(first.at("/id"));
    }

    @Test
    void chat_withLongPromptAgain_readsItFromTheCache() {
        String prompt = "x".repeat(8_000);

        assertThat(cached(chat("\"n\":1", prompt))).isZero();
        assertThat(cached(chat("\"n\":1", prompt))).isEqualTo(1_920);
    }

    @Test
    void chat_ofReasoningModel_countsReasoningAsPartOfOutput() {
        JsonNode usage = chat("\"n\":1", "<<simulate output=50 reasoning=20>>").path("usage");

        assertThat(usage.path("completion_tokens").asInt()).isEqualTo(50);
        assertThat(usage.at("/completion_tokens_details/reasoning_tokens").asInt()).isEqualTo(20);
    }

    @Test
    void chatStream_withUsage_endsWithUsageAndDone() {
        String body =
                send(
                                "/v1/chat/completions",
                                chatBody(
                                        "\"stream\":true,"
                                                + "\"stream_options\":{\"include_usage\":true}",
                                        "Hi"))
                        .body();
        List<String> data = body.lines().filter(line -> line.startsWith("data: ")).toList();

        assertThat(data.getLast()).isEqualTo("data: [DONE]");
        JsonNode usage = JSON.readTree(data.get(data.size() - 2).substring(6));
        assertThat(usage.path("choices")).isEmpty();
        assertThat(usage.at("/usage/completion_tokens").asInt()).isPositive();
    }

    @Test
    void chatStream_withoutUsage_hasNone() {
        String body = send("/v1/chat/completions", chatBody("\"stream\":true", "Hi")).body();

        assertThat(body).doesNotContain("usage").endsWith("data: [DONE]\n\n");
    }

    @Test
    void messagesStream_hasTheSixEventsInOrder() {
        String body = send("/v1/messages", messagesBody("\"stream\":true")).body();

        assertThat(body.lines().filter(line -> line.startsWith("event: ")).distinct())
                .containsExactly(
                        "event: message_start",
                        "event: content_block_start",
                        "event: ping",
                        "event: content_block_delta",
                        "event: content_block_stop",
                        "event: message_delta",
                        "event: message_stop");
    }

    @Test
    void messages_withTools_callsTheFirstOnce() {
        JsonNode answer =
                JSON.readTree(
                        send("/v1/messages", messagesBody("\"tools\":[{\"name\":\"find\"}]"))
                                .body());

        assertThat(answer.path("stop_reason").asString()).isEqualTo("tool_use");
        assertThat(answer.at("/content/0/name").asString()).isEqualTo("find");
    }

    @Test
    void messages_withoutBound_isRefusedInTheDialect() {
        HttpResponse<String> answer =
                send("/v1/messages", "{\"model\":\"m\",\"messages\":[{\"content\":\"x\"}]}");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(answer.body()).at("/error/type").asString())
                .isEqualTo("invalid_request_error");
    }

    @Test
    void converse_withTools_callsTheFirstAndCountsAlike() {
        String tools = "\"toolConfig\":{\"tools\":[{\"toolSpec\":{\"name\":\"find\"}}]}";
        JsonNode answer =
                JSON.readTree(send("/model/acme.m%3A0/converse", converseBody(tools)).body());

        assertThat(answer.path("stopReason").asString()).isEqualTo("tool_use");
        assertThat(answer.at("/output/message/content/0/toolUse/name").asString())
                .isEqualTo("find");
        assertThat(answer.at("/usage/totalTokens").asInt())
                .isEqualTo(
                        answer.at("/usage/inputTokens").asInt()
                                + answer.at("/usage/outputTokens").asInt());
    }

    @Test
    void converseStream_hasTheEventsInOrderAndEndsAtItsBound() throws Exception {
        List<Frame> frames = new ArrayList<>();
        FrameReader reader = new FrameReader(100_000, frames::add);
        reader.feed(
                http.send(
                                HttpRequest.newBuilder(
                                                URI.create(
                                                        provider.bedrockUrl()
                                                                + "/model/m/converse-stream"))
                                        .POST(
                                                HttpRequest.BodyPublishers.ofString(
                                                        converseBody(
                                                                "\"inferenceConfig\":{\"maxTokens\":7}")))
                                        .build(),
                                HttpResponse.BodyHandlers.ofByteArray())
                        .body());

        assertThat(reader.isBetweenFrames()).isTrue();
        assertThat(frames.stream().map(Frame::type).distinct())
                .containsExactly(
                        "messageStart",
                        "contentBlockDelta",
                        "contentBlockStop",
                        "messageStop",
                        "metadata");
        JsonNode usage = JSON.readTree(frames.getLast().payload()).path("usage");
        assertThat(usage.path("outputTokens").asInt()).isEqualTo(7);
    }

    @Test
    void converse_withoutAConversation_isRefusedInTheDialect() {
        HttpResponse<String> answer = send("/model/m/converse", "{}");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("x-amzn-errortype")).hasValue("ValidationException");
    }

    private static String converseBody(String field) {
        return """
        {"messages":[{"role":"user","content":[{"text":"Go. <<simulate output=50>>"}]}],%s}\
        """
                .formatted(field);
    }

    @Test
    void abandonedCall_isNoticedWhileSilent() throws Exception {
        CountDownLatch noticed = new CountDownLatch(1);
        provider.whenAbandoned(noticed::countDown);
        byte[] body =
                chatBody("\"n\":1", "<<simulate silent=head>>").getBytes(StandardCharsets.UTF_8);
        CountDownLatch arrived = new CountDownLatch(1);
        vertx.setPeriodic(
                1,
                timer -> {
                    if (provider.requests() == 1) {
                        arrived.countDown();
                    }
                });
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), provider.port())) {
            socket.getOutputStream()
                    .write(
                            ("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: "
                                            + body.length
                                            + "\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(body);
            assertThat(arrived.await(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(noticed.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(provider.abandoned()).isEqualTo(1);
        assertThat(provider.answered()).isZero();
    }

    private static int cached(JsonNode answer) {
        return answer.at("/usage/prompt_tokens_details/cached_tokens").asInt();
    }

    private JsonNode chat(String field, String prompt) {
        return JSON.readTree(send("/v1/chat/completions", chatBody(field, prompt)).body());
    }

    private static String chatBody(String field, String prompt) {
        return "{\"model\":\"gpt-4o-mini\",%s,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
                .formatted(field, prompt);
    }

    private static String messagesBody(String field) {
        return """
        {"model":"claude-sonnet-4-5","max_tokens":300,%s,
         "messages":[{"role":"user","content":"Hello"}]}\
        """
                .formatted(field);
    }

    private HttpResponse<String> send(String path, String body) {
        try {
            return http.send(
                    HttpRequest.newBuilder(URI.create(provider.anthropicUrl() + path))
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
