package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.gateway.eventstream.Frame;
import dev.bursar.gateway.eventstream.FrameReader;
import dev.bursar.gateway.eventstream.FrameWriter;
import dev.bursar.gateway.ladder.LadderSettings;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Budget.Step;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Calls of Bedrock's Converse API, whole and in binary frames.
class ConverseTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    private static final String MODEL = "acme.house-model-v1:0";
    private static final String WHOLE = "/model/acme.house-model-v1%3A0/converse";
    private static final String STREAM = WHOLE + "-stream";
    private static final String FRAMES = "application/vnd.amazon.eventstream";

    private static final String REQUEST =
            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Say hello\"}]}]}";

    private static final String USAGE =
            """
            {"inputTokens":10,"outputTokens":20,"totalTokens":66,"cacheReadInputTokens":30,\
            "cacheWriteInputTokens":6,"cacheDetails":[{"ttl":"1h","inputTokens":4},\
            {"ttl":"5m","inputTokens":2}]}\
            """;

    private static final String ANSWER =
            """
            {"metrics":{"latencyMs":1},"output":{"message":{"role":"assistant","content":[\
            {"text":"Hello!"},{"toolUse":{"toolUseId":"t1","name":"look","input":{"at":"it"}}}]}},\
            "stopReason":"tool_use","usage":%s,"serviceTier":{"type":"default"}}\
            """
                    .formatted(USAGE);

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

    private static byte[] event(String type, String json) {
        return FrameWriter.event(type, json.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] text(int block, String text) {
        return event(
                "contentBlockDelta",
                "{\"contentBlockIndex\":" + block + ",\"delta\":{\"text\":\"" + text + "\"}}");
    }

    private static byte[] joined(byte[]... frames) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Arrays.stream(frames).forEach(out::writeBytes);
        return out.toByteArray();
    }

    private static byte[] begin() {
        return joined(event("messageStart", "{\"role\":\"assistant\"}"), text(0, "Hello!"));
    }

    private static byte[] whole() {
        return joined(
                begin(),
                event("contentBlockStop", "{\"contentBlockIndex\":0}"),
                event(
                        "contentBlockStart",
                        "{\"contentBlockIndex\":1,\"start\":{\"toolUse\":{\"toolUseId\":\"t1\","
                                + "\"name\":\"look\"}}}"),
                event(
                        "contentBlockDelta",
                        "{\"contentBlockIndex\":1,\"delta\":{\"toolUse\":{\"input\":\"{}\"}}}"),
                event("contentBlockStop", "{\"contentBlockIndex\":1}"),
                event("messageStop", "{\"stopReason\":\"tool_use\"}"),
                event("metadata", "{\"usage\":" + USAGE + ",\"metrics\":{\"latencyMs\":1}}"));
    }

    private static FakeProvider.Answer write(FakeProvider.Answer answer, byte[] bytes) {
        answer.response().write(Buffer.buffer(bytes));
        return answer;
    }

    private void stream(byte[] bytes) {
        house.provider.script(answer -> write(answer.begin(FRAMES), bytes).end());
    }

    private HttpResponse<byte[]> ask(String path) throws Exception {
        HttpRequest request = house.request(path, REQUEST).build();
        return house.http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    private static List<Frame> frames(byte[] bytes) {
        List<Frame> frames = new ArrayList<>();
        FrameReader reader = new FrameReader(bytes.length, frames::add);
        reader.feed(bytes);
        assertThat(reader.isBetweenFrames()).as("ends with a whole frame").isTrue();
        return frames;
    }

    private static JsonNode payload(Frame frame) {
        return JSON.readTree(frame.payload());
    }

    private void assertSettled() throws Exception {
        Entry.Committed entry = house.committed();
        assertThat(entry.subject().get("model")).isEqualTo(MODEL);
        assertThat(entry.attribution().labels())
                .containsEntry("dialect", "bedrock.converse")
                .containsEntry("provenance", "priced")
                .containsEntry("stop_reason", "tool_use");
        assertThat(entry.attribution().numbers())
                .containsEntry("tokens_input", 10L)
                .containsEntry("tokens_cache_read", 30L)
                .containsEntry("tokens_cache_write_1h", 4L)
                .containsEntry("tokens_cache_write_5m", 2L)
                .containsEntry("tokens_output", 20L);
        assertThat(entry.actual().get(Unit.TOKENS)).isEqualTo(66);
        assertThat(entry.actual().get(Unit.TOOL_CALLS)).isEqualTo(1);
        assertThat(house.estimated).hasValue(0);
        House.await(() -> house.held() == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/model/", "/bedrock/model/"})
    void converse_answered_isSettledByItsUsage(String prefix) throws Exception {
        house.provider.script(answer -> answer.json(200, Map.of("x-amzn-requestid", "r1"), ANSWER));
        HttpResponse<String> answer = house.post(WHOLE.replace("/model/", prefix), REQUEST);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(ANSWER);
        assertThat(answer.headers().firstValue("x-amzn-requestid")).hasValue("r1");
        assertThat(answer.headers().firstValue("X-Bursar-Cost")).isPresent();
        assertSettled();
        FakeProvider.Received received = house.provider.received.getFirst();
        assertThat(received.uri()).isEqualTo(WHOLE);
        assertThat(received.headers().get("authorization")).isEqualTo("Bearer aws-provider");
        assertThat(
                        JSON.readTree(received.body())
                                .path("inferenceConfig")
                                .path("maxTokens")
                                .asLong())
                .isEqualTo(4_096);
    }

    @Test
    void converse_streamedInAnyPieces_passesByteForByte() throws Exception {
        byte[] bytes = whole();
        Random random = new Random(11);
        house.provider.script(answer -> {
            List<Buffer> pieces = new ArrayList<>();
            for (int from = 0; from < bytes.length; ) {
                int to = Math.min(bytes.length, from + 1 + random.nextInt(60));
                pieces.add(Buffer.buffer(Arrays.copyOfRange(bytes, from, to)));
                from = to;
            }
            answer.begin(FRAMES).pieces(pieces, answer::end);
        });
        HttpResponse<byte[]> answer = ask(STREAM);
        assertThat(answer.body()).isEqualTo(bytes);
        assertThat(answer.headers().firstValue("content-type")).hasValue(FRAMES);
        assertThat(house.provider.received.getFirst().uri()).isEqualTo(STREAM);
        assertSettled();
        assertThat(house.committed().attribution().labels()).containsEntry("status", "200");
    }

    @ParameterizedTest
    @CsvSource({
        "us.acme.house-model-v1:0",
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.acme.house-model-v1:0",
        "arn:aws:bedrock:us-east-1::foundation-model/acme.house-model-v1:0",
    })
    void model_ofAProfileOrAnArn_isPricedAndAskedForByThatName(String id) throws Exception {
        house.provider.script(answer -> answer.json(200, ANSWER));
        String encoded = id.replace(":", "%3A").replace("/", "%2F");
        HttpResponse<String> answer = house.post("/model/" + encoded + "/converse", REQUEST);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(house.provider.received.getFirst().uri())
                .isEqualTo("/model/" + encoded + "/converse");
        assertThat(house.spent(usd)).isPositive();
        house.post("/model/" + id + "/converse", REQUEST);
        assertThat(house.provider.received.getLast().uri())
                .isEqualTo("/model/" + encoded + "/converse");
    }

    @Test
    void call_beyondItsBudget_isAnExceptionThatIsNotTriedAgain() throws Exception {
        house.budget("little", Unit.USD_MICROCENTS, 10);
        HttpResponse<String> answer = house.post(STREAM, REQUEST);
        assertThat(answer.statusCode()).isEqualTo(402);
        assertThat(answer.headers().firstValue("x-amzn-ErrorType"))
                .hasValue("ServiceQuotaExceededException");
        assertThat(answer.headers().firstValue("x-amzn-RequestId"))
                .isEqualTo(answer.headers().firstValue("X-Bursar-Call"));
        JsonNode body = JSON.readTree(answer.body());
        assertThat(body.path("message").asString()).contains("the budget little");
        assertThat(body.path("code").asString()).isEqualTo("budget_exhausted");
        assertThat(body.path("budget").path("name").asString()).isEqualTo("little");
        assertThat(house.provider.received).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/model/acme.house-model-v1:0/converse,{},400,ValidationException",
        "/model/acme.unheard-of/converse,,403,AccessDeniedException",
        "/model/acme.house-model-v1:0/invoke,,404,ResourceNotFoundException",
        "/model/converse,,404,ResourceNotFoundException",
        "/bedrock/anything,,404,ResourceNotFoundException",
        "/guardrail/g/version/1/apply,,404,ResourceNotFoundException",
    })
    void request_thatIsRefused_hasTheExceptionOfItsCase(
            String path, String body, int status, String exception) throws Exception {
        HttpResponse<String> answer = house.post(path, body == null ? REQUEST : body);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("x-amzn-ErrorType")).hasValue(exception);
        assertThat(JSON.readTree(answer.body()).path("message").asString()).isNotEmpty();
        assertThat(house.provider.received).isEmpty();
    }

    @Test
    void signedRequest_withoutABearerKey_isDenied() throws Exception {
        HttpResponse<String> answer =
                house.send(
                        HttpRequest.newBuilder(house.uri(WHOLE))
                                .header(
                                        "Authorization",
                                        "AWS4-HMAC-SHA256 Credential=A/1/us-east-1/bedrock, Signature=b")
                                .POST(HttpRequest.BodyPublishers.ofString(REQUEST)));
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("x-amzn-ErrorType"))
                .hasValue("AccessDeniedException");
    }

    @Test
    void provider_thatThrottles_isPassedOnUntouched() throws Exception {
        String busy = "{\"message\":\"Too many tokens\"}";
        Map<String, String> type = Map.of("x-amzn-errortype", "ThrottlingException");
        house.provider.script(answer -> answer.json(429, type, busy));
        HttpResponse<String> answer = house.post(STREAM, REQUEST);
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.body()).isEqualTo(busy);
        assertThat(answer.headers().firstValue("x-amzn-errortype")).hasValue("ThrottlingException");
        house.released();
        assertThat(house.spent(usd)).isZero();
    }

    @Test
    void stream_brokenOffBetweenFrames_endsInAnException() throws Exception {
        house.provider.script(answer -> {
            write(answer.begin(FRAMES), begin());
            answer.after(50, answer::reset);
        });
        List<Frame> frames = frames(ask(STREAM).body());
        Frame last = frames.getLast();
        assertThat(frames).hasSize(3);
        assertThat(last.kind()).isEqualTo(Frame.Kind.EXCEPTION);
        assertThat(last.type()).isEqualTo("modelStreamErrorException");
        assertThat(payload(last).path("message").asString()).contains("broke off");
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().labels())
                .containsEntry("status", "broken_off")
                .containsEntry("provenance", "estimated");
        assertThat(entry.attribution().numbers().get("tokens_output")).isPositive();
    }

    @Test
    void stream_brokenOffInsideAFrame_isBrokenOffToo() throws Exception {
        byte[] half = Arrays.copyOf(text(0, "and more"), 40);
        house.provider.script(answer -> {
            write(answer.begin(FRAMES), joined(begin(), half));
            answer.after(50, answer::reset);
        });
        assertThatThrownBy(() -> ask(STREAM)).isInstanceOf(IOException.class);
        assertThat(house.committed().attribution().labels()).containsEntry("status", "broken_off");
    }

    @Test
    void stream_withAnExceptionInside_isSettledAsFailed() throws Exception {
        byte[] bytes =
                joined(
                        begin(),
                        FrameWriter.exception(
                                "throttlingException",
                                "{\"message\":\"slow\"}".getBytes(StandardCharsets.UTF_8)));
        stream(bytes);
        assertThat(ask(STREAM).body()).isEqualTo(bytes);
        assertThat(house.committed().attribution().labels())
                .containsEntry("status", "stream_error")
                .containsEntry("provenance", "estimated");
    }

    @Test
    void stream_endingWithoutItsEnd_isCutShort() throws Exception {
        stream(begin());
        assertThat(ask(STREAM).body()).isEqualTo(begin());
        assertThat(house.committed().attribution().labels())
                .containsEntry("status", "cut_short")
                .containsEntry("provenance", "estimated");
    }

    @Test
    void stream_thatCannotBeRead_passesUntouchedAndIsEstimatedByItsLength() throws Exception {
        byte[] damaged = text(0, "lost");
        damaged[damaged.length - 1] ^= 1;
        List<Long> output = new ArrayList<>();
        for (int unread : List.of(0, 4_000)) {
            byte[] bytes = joined(begin(), damaged, new byte[unread]);
            stream(bytes);
            assertThat(ask(STREAM).body()).isEqualTo(bytes);
            int calls = output.size() + 1;
            House.await(() -> house.entries(Entry.Committed.class).size() == calls);
            Entry.Committed entry = house.entries(Entry.Committed.class).getLast();
            assertThat(entry.attribution().labels())
                    .containsEntry("status", "cut_short")
                    .containsEntry("provenance", "estimated");
            output.add(entry.attribution().numbers().get("tokens_output"));
        }
        assertThat(output.getFirst()).isPositive();
        assertThat(output.getLast() - output.getFirst()).isEqualTo(1_000);
    }

    @Test
    void client_hangingUp_cutsTheProviderAndIsSettledForWhatCame() throws Exception {
        house.provider.script(answer -> write(answer.begin(FRAMES), begin()));
        try (RawClient client = new RawClient(house.uri("/"))) {
            client.send(RawClient.request(STREAM, REQUEST)).readUntil("Hello!");
            client.reset();
        }
        house.provider.awaitClosed();
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().labels())
                .containsEntry("status", "client_gone")
                .containsEntry("provenance", "estimated");
        assertThat(house.spent(usd)).isPositive();
    }

    /// The house holds 100 tokens of output, and the budget has room for a piece more.
    @Test
    void stream_thatOutgrowsItsHold_endsAsIfTheModelHadComeToItsBound() throws Exception {
        BudgetId little = house.budget("little", Unit.USD_MICROCENTS, 120_000);
        house.provider.script(answer -> {
            write(
                    answer.begin(FRAMES),
                    joined(begin(), event("contentBlockStop", "{\"contentBlockIndex\":0}")));
            endless(answer);
        });
        String body = REQUEST.replaceFirst("\\{", "{\"inferenceConfig\":{\"maxTokens\":100},");
        HttpResponse<byte[]> answer =
                house.http.send(
                        house.request(STREAM, body).build(),
                        HttpResponse.BodyHandlers.ofByteArray());
        List<Frame> frames = frames(answer.body());
        List<Frame> end = frames.subList(frames.size() - 3, frames.size());
        assertThat(end.stream().map(Frame::type))
                .containsExactly("contentBlockStop", "messageStop", "metadata");
        assertThat(payload(end.getFirst()).path("contentBlockIndex").asLong(-1)).isEqualTo(2);
        assertThat(payload(end.get(1)).path("stopReason").asString()).isEqualTo("max_tokens");
        JsonNode usage = payload(end.getLast()).path("usage");
        house.provider.awaitClosed();
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().labels()).containsEntry("status", "stopped");
        assertThat(usage.path("outputTokens").asLong())
                .isEqualTo(entry.attribution().numbers().get("tokens_output"))
                .isGreaterThan(100);
        House.await(() -> house.held() == 0);
        assertThat(house.spent(little)).isBetween(20_000L, 240_000L);
    }

    private static void endless(FakeProvider.Answer answer) {
        write(answer, text(2, "one more word and the next of it ".repeat(10)));
        answer.after(1, () -> endless(answer));
    }

    @Test
    void clamp_lessLeftThanAsked_forwardsWhatTheBudgetPays() throws Exception {
        LadderSettings ladder =
                new LadderSettings(new TreeMap<>(), 256, Duration.ofSeconds(20), 100);
        house.gateway.reconfigure(House.BOOK, house.settings().withLadders(Map.of("acme", ladder)));
        house.authority.submit(
                new Command.DefineBudget(
                        new Budget(
                                new BudgetId("acme/run"),
                                House.ACME,
                                "run",
                                new TreeMap<>(),
                                List.of(),
                                Unit.USD_MICROCENTS,
                                400_000,
                                new Window.Life(),
                                Budget.Mode.HARD,
                                List.of(new Step(100, Step.Action.CLAMP, List.of())))));
        house.provider.script(answer -> answer.json(200, ANSWER));
        String body = REQUEST.replaceFirst("}$", ",\"inferenceConfig\":{\"maxTokens\":4000}}");
        HttpResponse<String> answer = house.post(WHOLE, body);
        assertThat(answer.headers().firstValue("X-Bursar-Decision")).hasValue("clamped");
        String sent = house.provider.received.getFirst().body();
        long given = JSON.readTree(sent).path("inferenceConfig").path("maxTokens").asLong();
        assertThat(given).isBetween(1_500L, 1_999L);
        assertThat(sent).isEqualTo(body.replace("4000", Long.toString(given)));
    }

    @Test
    void guardrail_inTheTrace_isNotSilentlyFree() throws Exception {
        String traced =
                ANSWER.replaceFirst(
                                "\\{", "{\"trace\":{\"guardrail\":{\"actionReason\":\"none\"}},")
                        .replace("default", "flex");
        house.provider.script(answer -> answer.json(200, traced));
        house.post(WHOLE, REQUEST);
        assertThat(house.committed().attribution().labels())
                .containsEntry("unpriced_parts", "guardrail_requests=1,service_tier=flex")
                .containsEntry("service_tier", "flex")
                .containsEntry("provenance", "estimated");
    }

    @Test
    void promptRouter_namesTheModelThatAnswered() throws Exception {
        house.provider.script(answer ->
                answer.json(
                        200,
                        ANSWER.replaceFirst(
                                "\\{",
                                "{\"trace\":{\"promptRouter\":{\"invokedModelId\":\"chosen\"}},")));
        house.post(WHOLE, REQUEST);
        assertThat(house.committed().attribution().labels())
                .containsEntry("response_model", "chosen");
    }

    @Test
    void models_listed_areThoseOfTheBook() throws Exception {
        HttpResponse<String> answer =
                house.send(
                        HttpRequest.newBuilder(house.uri("/bedrock/foundation-models"))
                                .header("Authorization", "Bearer " + House.KEY)
                                .GET());
        JsonNode models = JSON.readTree(answer.body()).path("modelSummaries");
        assertThat(models.size()).isEqualTo(1);
        assertThat(models.get(0).path("modelId").asString()).isEqualTo(MODEL);
    }
}
