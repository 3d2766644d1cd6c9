package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bursar.gateway.eventstream.FrameWriter;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import dev.bursar.pricing.PriceBook;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/// Recorded calls of Bedrock, asked again as they were asked: models have their price in the book, every
/// answer passes byte for byte, and is settled by what it says it used.
class ConverseRecordingsTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    /// The recordings of streams have lost the bytes that are no text: checksums and some lengths. What
    /// frames were made of is still there.
    private static final Pattern EVENT =
            Pattern.compile(
                    ":event-type\\x07\\x00.([A-Za-z]+)\r:content-type.{3}application/json"
                            + "\r:message-type\\x07\\x00\\x05event",
                    Pattern.DOTALL);

    private static final ObjectReader FIRST =
            JSON.readerFor(JsonNode.class).without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    @TempDir private Path data;
    private House house;
    private final Set<String> unpriced = new HashSet<>();

    private record Recording(String path, String request, Buffer answer, JsonNode usage) {

        boolean stream() {
            return path.endsWith("-stream");
        }
    }

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        GatewaySettings usual = house.settings();
        house.gateway.reconfigure(
                PriceBook.bundled(),
                new GatewaySettings(
                        usual.providers(),
                        usual.models(),
                        new GatewaySettings.Unpriced.Ceiling(1_000_000_000, 2_000_000_000),
                        usual.maxOutputTokens(),
                        usual.maxInputTokens(),
                        usual.maxBodyBytes(),
                        usual.clientGone(),
                        usual.statuses(),
                        usual.breakers(),
                        usual.ladders(),
                        usual.caches(),
                        usual.routing()));
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    @Test
    void recordings_askedAgain_passByteForByteAndAreSettledByTheirUsage() throws Exception {
        Path calls =
                RecordedStreamsTest.shared().resolve("data/fixtures/http/recorded-calls.jsonl");
        assumeTrue(Files.isRegularFile(calls), "no recordings at " + calls);
        List<Recording> recordings = new ArrayList<>();
        for (String line : Files.readAllLines(calls)) {
            JsonNode call = JSON.readTree(line);
            String uri = call.path("uri").asString();
            boolean converse = uri.endsWith("/converse") || uri.endsWith("/converse-stream");
            if (converse && call.path("status").asInt() == 200) {
                recordings.add(recording(URI.create(uri).getRawPath(), call));
            }
        }
        assertThat(recordings).hasSizeGreaterThan(65);
        assertThat(recordings.stream().filter(Recording::stream)).hasSize(3);
        for (Recording recording : recordings) {
            check(recording);
        }
        assertThat(house.estimated).hasValue(0);
        assertThat(unpriced)
                .as("models that the book does not have")
                .containsExactlyInAnyOrder(
                        "anthropic.claude-v2",
                        "nvidia.nemotron-nano-12b-v2",
                        "us.writer.palmyra-x4-v1:0",
                        "zai.glm-4.7-flash");
    }

    private static Recording recording(String path, JsonNode call) {
        JsonNode answer = call.path("resp");
        String request = call.path("req").toString();
        if (!answer.isString()) {
            byte[] json = answer.toString().getBytes(StandardCharsets.UTF_8);
            return new Recording(path, request, Buffer.buffer(json), answer.path("usage"));
        }
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        JsonNode usage = JSON.createObjectNode();
        Matcher event = EVENT.matcher(answer.asString());
        while (event.find()) {
            JsonNode payload = FIRST.readValue(answer.asString().substring(event.end()));
            byte[] json = payload.toString().getBytes(StandardCharsets.UTF_8);
            frames.writeBytes(FrameWriter.event(event.group(1), json));
            usage = payload.path("usage");
        }
        return new Recording(path, request, Buffer.buffer(frames.toByteArray()), usage);
    }

    private void check(Recording recording) throws Exception {
        String type =
                recording.stream() ? "application/vnd.amazon.eventstream" : "application/json";
        house.provider.script(answer -> {
            answer.response().putHeader("content-type", type);
            answer.response().end(recording.answer());
        });
        int before = house.entries(Entry.Committed.class).size();
        HttpRequest request = house.request(recording.path(), recording.request()).build();
        HttpResponse<byte[]> answer =
                house.http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        assertThat(answer.body()).as(recording.path()).isEqualTo(recording.answer().getBytes());
        assertThat(house.provider.received.getLast().uri()).isEqualTo(recording.path());
        House.await(() -> house.entries(Entry.Committed.class).size() > before);
        Entry.Committed entry = house.entries(Entry.Committed.class).getLast();
        JsonNode usage = recording.usage();
        assertThat(entry.attribution().numbers().get("tokens_input"))
                .as(recording.path() + " " + usage)
                .isEqualTo(usage.path("inputTokens").asLong(-1));
        // The provider's own sum: the cache is beside the input.
        assertThat(entry.actual().get(Unit.TOKENS)).isEqualTo(usage.path("totalTokens").asLong(-1));
        if ("unpriced".equals(entry.attribution().labels().get("provenance"))) {
            unpriced.add(entry.subject().get("model"));
        }
    }
}
