package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Real answers of providers, streamed in pieces that may be split anywhere, pass byte for byte, and what
/// is settled is what they say at the end. The recordings are not part of the project.
class RecordedStreamsTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    /// Recordings of operations that the gateway has, by their names; others are of other interfaces, or of
    /// errors.
    private static final Map<Operation, Pattern> OF_INTEREST =
            Map.of(
                    Operation.MESSAGES,
                    Pattern.compile("anthropic__(?!skills).*"),
                    Operation.CHAT,
                    Pattern.compile(
                            "(openai__chat__azure|openai-compatible__chat__|deepseek__chat__"
                                    + "|mistral__(?!.*transcription)|xai__xai-).*"),
                    Operation.RESPONSES,
                    Pattern.compile("(openai|xai)__responses__(?!.*error).*"),
                    Operation.COMPLETIONS,
                    Pattern.compile("openai__completion__.*"),
                    Operation.EMBEDDINGS,
                    Pattern.compile("openai__embedding__.*"),
                    Operation.GENERATE,
                    Pattern.compile("google__google-(?!429).*"));

    /// Ends of recorded URLs.
    private static final Map<String, Operation> PATHS =
            Map.of(
                    "/chat/completions", Operation.CHAT,
                    "/v1/messages", Operation.MESSAGES,
                    "/responses", Operation.RESPONSES,
                    "/v1/embeddings", Operation.EMBEDDINGS,
                    ":generateContent", Operation.GENERATE,
                    ":streamGenerateContent", Operation.GENERATE);

    @TempDir private Path data;
    private House house;
    private int withoutUsage;

    /// @param answer as on the wire
    private record Recording(String name, Operation operation, boolean stream, String answer) {

        Dialect dialect() {
            return operation.dialect();
        }

        JsonNode finalUsage() {
            JsonNode last = JSON.createObjectNode();
            ObjectNode merged = JSON.createObjectNode();
            for (String line : stream ? answer.lines().toList() : List.of("data: " + answer)) {
                if (!line.startsWith("data:") || line.contains("[DONE]")) {
                    continue;
                }
                JsonNode event = JSON.readTree(line.substring(5));
                for (JsonNode usage :
                        List.of(
                                event.path("usage"),
                                event.path("usageMetadata"),
                                event.path("response").path("usage"),
                                event.path("message").path("usage"))) {
                    if (usage.isObject()) {
                        last = usage;
                        for (var field : usage.properties()) {
                            if (!field.getValue().isNull()) {
                                merged.set(field.getKey(), field.getValue());
                            }
                        }
                    }
                }
            }
            return dialect() == Dialect.ANTHROPIC ? merged : last;
        }
    }

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    @Test
    void recordings_ofStreamsAndAnswers_passByteForByteAndAreSettledByTheirFinalUsage()
            throws Exception {
        Path shared = shared();
        assumeTrue(Files.isDirectory(shared), "no recordings at " + shared);
        List<Recording> recordings = new ArrayList<>(files(shared.resolve("data/fixtures/sse")));
        recordings.addAll(calls(shared.resolve("data/fixtures/http/recorded-calls.jsonl")));
        assertThat(recordings).hasSizeGreaterThan(450);
        Random random = new Random(7);
        for (Recording recording : recordings) {
            check(recording, random);
        }
        assertThat(withoutUsage).isEqualTo(2);
        assertThat(house.estimated).hasValue(withoutUsage);
    }

    private void check(Recording recording, Random random) throws Exception {
        byte[] bytes = recording.answer().getBytes(StandardCharsets.UTF_8);
        house.provider.script(answer -> {
            if (recording.stream()) {
                answer.stream();
                answer.pieces(split(bytes, random), answer::end);
            } else {
                answer.json(200, recording.answer());
            }
        });
        int before = house.entries(Entry.Committed.class).size();
        HttpResponse<String> answer = ask(recording);
        assertThat(answer.body()).as(recording.name()).isEqualTo(recording.answer());
        House.await(() -> house.entries(Entry.Committed.class).size() > before);
        Entry.Committed entry = house.entries(Entry.Committed.class).getLast();
        JsonNode usage = recording.finalUsage();
        assertThat(usage.isEmpty()).as(recording.name()).isFalse();
        long[] expected = totals(recording.dialect(), usage);
        if (expected[0] + expected[1] == 0) {
            // Nothing used says nothing: what was seen is estimated.
            assertThat(entry.attribution().labels()).containsEntry("provenance", "estimated");
            withoutUsage++;
            return;
        }
        assertThat(new long[] {input(entry), output(entry)})
                .as(recording.name() + " " + usage)
                .isEqualTo(expected);
        assertThat(entry.actual().get(Unit.TOKENS))
                .isGreaterThanOrEqualTo(expected[0] + expected[1]);
    }

    private HttpResponse<String> ask(Recording recording) throws Exception {
        boolean stream = recording.stream();
        return switch (recording.operation()) {
            case CHAT ->
                    house.post(
                            "/v1/chat/completions",
                            stream ? Samples.CHAT_STREAM_WITH_USAGE : Samples.CHAT);
            case MESSAGES ->
                    house.post("/v1/messages", stream ? Samples.MESSAGES_STREAM : Samples.MESSAGES);
            case RESPONSES ->
                    house.post("/v1/responses", Samples.of("\"input\":\"Hi\"", stream, false));
            case COMPLETIONS ->
                    house.post("/v1/completions", Samples.of("\"prompt\":\"Hi\"", stream, true));
            case EMBEDDINGS ->
                    house.post("/v1/embeddings", Samples.of("\"input\":\"Hi\"", stream, false));
            default ->
                    house.post(
                            "/v1beta/models/house-model:"
                                    + (stream
                                            ? "streamGenerateContent?alt=sse"
                                            : "generateContent"),
                            Samples.GENERATE);
        };
    }

    private static long[] totals(Dialect dialect, JsonNode usage) {
        return switch (dialect) {
            case OPENAI -> openAiTotals(usage);
            case ANTHROPIC -> messageTotals(usage);
            case GEMINI -> geminiTotals(usage);
            case BEDROCK -> throw new IllegalArgumentException("not among these");
        };
    }

    private static long[] openAiTotals(JsonNode usage) {
        long prompt = usage.path("prompt_tokens").asLong(usage.path("input_tokens").asLong(0));
        long completion =
                usage.path("completion_tokens").asLong(usage.path("output_tokens").asLong(0));
        long total = usage.path("total_tokens").asLong(0);
        return new long[] {prompt, Math.max(completion, total - prompt)};
    }

    private static long[] geminiTotals(JsonNode usage) {
        long input =
                usage.path("promptTokenCount").asLong(0)
                        + usage.path("toolUsePromptTokenCount").asLong(0);
        return new long[] {input, usage.path("totalTokenCount").asLong(0) - input};
    }

    private static long[] messageTotals(JsonNode usage) {
        return new long[] {
            usage.path("input_tokens").asLong(0)
                    + usage.path("cache_read_input_tokens").asLong(0)
                    + usage.path("cache_creation_input_tokens").asLong(0),
            usage.path("output_tokens").asLong(0)
        };
    }

    private static long input(Entry.Committed entry) {
        return sum(
                entry,
                "input",
                "cache_read",
                "cache_write_5m",
                "cache_write_1h",
                "audio_input",
                "image_input");
    }

    private static long output(Entry.Committed entry) {
        return sum(entry, "output", "reasoning", "audio_output", "image_output");
    }

    private static long sum(Entry.Committed entry, String... classes) {
        return Arrays.stream(classes)
                .mapToLong(type -> entry.attribution().numbers().getOrDefault("tokens_" + type, 0L))
                .sum();
    }

    private static List<Buffer> split(byte[] bytes, Random random) {
        List<Buffer> pieces = new ArrayList<>();
        int longest = 1 + Math.max(7, bytes.length / 20);
        for (int from = 0; from < bytes.length; ) {
            int to = Math.min(bytes.length, from + 1 + random.nextInt(longest));
            pieces.add(Buffer.buffer(Arrays.copyOfRange(bytes, from, to)));
            from = to;
        }
        return pieces;
    }

    private static List<Recording> files(Path folder) throws IOException {
        List<Recording> recordings = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String name = String.valueOf(file.getFileName());
                for (Map.Entry<Operation, Pattern> entry : OF_INTEREST.entrySet()) {
                    if (entry.getValue().matcher(name).matches()) {
                        recordings.add(recording(name, entry.getKey(), Files.readString(file)));
                    }
                }
            }
        }
        return recordings;
    }

    private static Recording recording(String name, Operation operation, String text) {
        boolean stream = !name.endsWith(".json");
        return new Recording(name, operation, stream, stream ? events(operation, text) : text);
    }

    private static String events(Operation operation, String lines) {
        StringBuilder stream = new StringBuilder();
        for (String line : lines.lines().filter(line -> !line.isBlank()).toList()) {
            if (operation == Operation.MESSAGES || operation == Operation.RESPONSES) {
                stream.append("event: ")
                        .append(JSON.readTree(line).path("type").asString())
                        .append('\n');
            }
            stream.append("data: ").append(line).append("\n\n");
        }
        boolean done = operation == Operation.CHAT || operation == Operation.COMPLETIONS;
        return done ? stream + Samples.DONE : stream.toString();
    }

    private static List<Recording> calls(Path file) throws IOException {
        List<Recording> recordings = new ArrayList<>();
        int line = 0;
        for (String json : Files.readAllLines(file)) {
            line++;
            JsonNode call = JSON.readTree(json);
            String path = call.path("uri").asString().replaceFirst("\\?.*", "");
            JsonNode answer = call.path("resp");
            if (call.path("status").asInt() != 200 || isPending(answer)) {
                continue;
            }
            for (Map.Entry<String, Operation> entry : PATHS.entrySet()) {
                if (path.endsWith(entry.getKey())) {
                    recordings.add(
                            new Recording(
                                    "call " + line + " " + path.toLowerCase(Locale.ROOT),
                                    entry.getValue(),
                                    answer.isString(),
                                    answer.isString() ? answer.asString() : answer.toString()));
                }
            }
        }
        return recordings;
    }

    /// A response in the background has no usage yet.
    private static boolean isPending(JsonNode answer) {
        return answer.path("status").asString("").equals("queued");
    }

    /// The folder of recordings beside the project, which need not be there.
    static Path shared() {
        String named =
                System.getProperty(
                        "BURSAR_SHARED", System.getenv().getOrDefault("BURSAR_SHARED", ""));
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        Path root = Path.of("").toAbsolutePath();
        while (root != null && !Files.isDirectory(root.resolve(".mvn"))) {
            root = root.getParent();
        }
        return root == null ? Path.of("none") : root.resolveSibling("shared");
    }
}
