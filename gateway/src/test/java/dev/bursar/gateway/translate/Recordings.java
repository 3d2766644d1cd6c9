package dev.bursar.gateway.translate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Real requests and answers of providers, which are not part of the project.
final class Recordings {

    private static final JsonMapper FIRST_VALUE =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    /// Beginnings of the names of files with answers.
    private static final Map<Pattern, Form> FILES =
            Map.of(
                    Pattern.compile("anthropic__(?!skills).*(?<!\\.error)\\.(json|chunks\\.txt)"),
                    Form.MESSAGES,
                    Pattern.compile(
                            "(openai__chat__azure|openai-compatible__chat__|deepseek__chat__"
                                    + "|mistral__(?!.*transcription)|xai__xai-).*"),
                    Form.CHAT,
                    Pattern.compile("google__google-(?!429).*"),
                    Form.GENERATE);

    /// Ends of recorded URLs.
    private static final Map<String, Form> PATHS =
            Map.of(
                    "/chat/completions", Form.CHAT,
                    "/v1/messages", Form.MESSAGES,
                    "/responses", Form.RESPONSES,
                    "/converse", Form.CONVERSE,
                    "/converse-stream", Form.CONVERSE,
                    ":generateContent", Form.GENERATE,
                    ":streamGenerateContent", Form.GENERATE);

    private static final Pattern CONVERSE_EVENT =
            Pattern.compile(
                    ":event-type\u0007\u0000.(\\w+)\r.*?\u0005event(?=\\{)", Pattern.DOTALL);

    private Recordings() {}

    /// @param type may be empty
    record Event(String type, String data) {}

    /// @param whole a missing node for a stream
    record Answered(String name, Form form, JsonNode whole, List<Event> events) {

        boolean isStream() {
            return whole.isMissingNode();
        }
    }

    record Asked(String name, Form form, JsonNode body) {}

    /// Where they are, if they are.
    static Path folder() {
        String named =
                System.getProperty(
                        "BURSAR_SHARED", System.getenv().getOrDefault("BURSAR_SHARED", ""));
        if (!named.isEmpty()) {
            return Path.of(named, "data", "fixtures");
        }
        Path root = Path.of("").toAbsolutePath();
        while (root != null && !Files.isDirectory(root.resolve(".mvn"))) {
            root = root.getParent();
        }
        return root == null ? Path.of("none") : root.resolveSibling("shared/data/fixtures");
    }

    static List<Answered> answers() throws IOException {
        List<Answered> answers = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder().resolve("sse"))) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                for (Map.Entry<Pattern, Form> form : FILES.entrySet()) {
                    if (form.getKey().matcher(name).matches()) {
                        answers.add(answered(name, form.getValue(), Files.readString(file)));
                    }
                }
            }
        }
        for (JsonNode call : calls()) {
            if (call.path("status").asInt() == 200) {
                JsonNode answer = call.path("resp");
                String text = answer.isString() ? answer.asString() : answer.toString();
                answers.add(answered(name(call), form(call), text));
            }
        }
        return answers;
    }

    static List<Asked> questions() throws IOException {
        return calls().stream()
                .filter(call -> call.path("status").asInt() == 200)
                .map(call -> new Asked(name(call), form(call), call.path("req")))
                .toList();
    }

    private static List<JsonNode> calls() throws IOException {
        List<JsonNode> calls = new ArrayList<>();
        for (String line : Files.readAllLines(folder().resolve("http/recorded-calls.jsonl"))) {
            JsonNode call = Wire.json(line);
            if (PATHS.keySet().stream().anyMatch(path(call)::endsWith)) {
                calls.add(call);
            }
        }
        return calls;
    }

    private static String name(JsonNode call) {
        return call.path("cassette").asString() + " " + call.path("i").asInt();
    }

    private static Form form(JsonNode call) {
        return PATHS.entrySet().stream()
                .filter(path -> path(call).endsWith(path.getKey()))
                .findFirst()
                .orElseThrow()
                .getValue();
    }

    private static String path(JsonNode call) {
        return call.path("uri").asString().replaceFirst("\\?.*", "");
    }

    private static Answered answered(String name, Form form, String text) {
        if (form == Form.CONVERSE && !text.startsWith("{")) {
            return new Answered(name, form, Wire.json("[]").path("none"), converse(text));
        }
        if (!name.endsWith(".chunks.txt") && text.strip().startsWith("{")) {
            return new Answered(name, form, Wire.json(text), List.of());
        }
        List<Event> events = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String data = line.startsWith("data:") ? line.substring(5).strip() : line.strip();
            if (data.startsWith("{") || data.equals("[DONE]")) {
                events.add(new Event("", data));
            }
        }
        return new Answered(name, form, Wire.json("[]").path("none"), events);
    }

    /// The binary frames were recorded as text, which spoiled their lengths, but not their payloads.
    private static List<Event> converse(String text) {
        List<Event> events = new ArrayList<>();
        Matcher frame = CONVERSE_EVENT.matcher(text);
        while (frame.find()) {
            events.add(
                    new Event(
                            frame.group(1),
                            FIRST_VALUE.readTree(text.substring(frame.end())).toString()));
        }
        return events;
    }
}
