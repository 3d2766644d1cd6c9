package dev.bursar.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// How a question and its answer look in each operation that streams.
enum ChaosWire {
    CHAT("/v1/chat/completions", 115),
    COMPLETIONS("/v1/completions", 115),
    RESPONSES("/v1/responses", 115),
    MESSAGES("/v1/messages", 150),
    GENERATE("/v1beta/models/%s:streamGenerateContent?alt=sse", 150),
    /// A stream of Gemini that is one long array.
    GENERATE_ARRAY("/v1beta/models/%s:streamGenerateContent", 150);

    static final int MAX_OUTPUT = 100;

    private final String streamPath;

    /// What an estimate adds to a count.
    final int percent;

    ChaosWire(String streamPath, int percent) {
        this.streamPath = streamPath;
        this.percent = percent;
    }

    /// What a provider says that a call has used.
    record Usage(long input, long cached, long output) {

        long total() {
            return input + output;
        }
    }

    /// A whole stream, event by event.
    ///
    /// @param first what comes before any text
    /// @param texts one for each piece of text
    /// @param last what comes after it
    record Script(List<String> first, List<String> texts, List<String> last) {

        String all() {
            List<String> all = new ArrayList<>(first);
            all.addAll(texts);
            all.addAll(last);
            return String.join("", all);
        }
    }

    boolean isGemini() {
        return this == GENERATE || this == GENERATE_ARRAY;
    }

    /// Whether a stream begins with the usage of its input.
    boolean tellsInputFirst() {
        return this == MESSAGES;
    }

    String path(String model, boolean stream) {
        String path = streamPath.formatted(model);
        return stream || !isGemini()
                ? path
                : path.substring(0, path.indexOf(":stream")) + ":generateContent";
    }

    String contentType() {
        return this == GENERATE_ARRAY ? "application/json" : "text/event-stream";
    }

    /// Bytes that say nothing.
    String heartbeat() {
        return this == GENERATE_ARRAY ? " " : ": still here\n\n";
    }

    String request(String model, boolean stream, String text) {
        String head = "{\"model\":\"" + model + "\"," + (stream ? "\"stream\":true," : "");
        return switch (this) {
            case CHAT, MESSAGES ->
                    head
                            + "\"max_tokens\":%d,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
                                    .formatted(MAX_OUTPUT, text);
            case COMPLETIONS ->
                    head + "\"max_tokens\":%d,\"prompt\":\"%s\"}".formatted(MAX_OUTPUT, text);
            case RESPONSES ->
                    head + "\"max_output_tokens\":%d,\"input\":\"%s\"}".formatted(MAX_OUTPUT, text);
            case GENERATE, GENERATE_ARRAY ->
                    """
                    {"generationConfig":{"maxOutputTokens":%d},\
                    "contents":[{"role":"user","parts":[{"text":"%s"}]}]}\
                    """
                            .formatted(MAX_OUTPUT, text);
        };
    }

    /// An answer that is not streamed, with its usage at the end.
    ///
    /// @param usages of which the last one counts; none for an answer without
    String whole(String model, String text, List<Usage> usages) {
        String start =
                switch (this) {
                    case CHAT ->
                            """
                            {"id":"c1","model":"%s","choices":[{"index":0,"message":{\
                            "role":"assistant","content":"%s"},"finish_reason":"stop"}]\
                            """;
                    case COMPLETIONS ->
                            """
                            {"id":"c1","model":"%s","choices":[{"index":0,"text":"%s",\
                            "finish_reason":"stop"}]\
                            """;
                    case RESPONSES ->
                            """
                            {"id":"r1","object":"response","status":"completed","model":"%s",\
                            "output":[{"type":"message","content":[{"type":"output_text",\
                            "text":"%s"}]}]\
                            """;
                    case MESSAGES ->
                            """
                            {"id":"m1","type":"message","role":"assistant","model":"%s",\
                            "content":[{"type":"text","text":"%s"}],"stop_reason":"end_turn"\
                            """;
                    case GENERATE, GENERATE_ARRAY ->
                            """
                            {"modelVersion":"%s","candidates":[{"index":0,"content":{"parts":[\
                            {"text":"%s"}],"role":"model"},"finishReason":"STOP"}]\
                            """;
                };
        return start.formatted(model, text)
                + usages.stream()
                        .map(usage -> ",\"%s\":%s".formatted(usageName(), json(usage)))
                        .collect(Collectors.joining())
                + "}";
    }

    Script stream(String model, List<String> texts, List<Usage> usages) {
        return switch (this) {
            case CHAT -> chat(model, "\"delta\":{\"content\":\"%s\"}", texts, usages);
            case COMPLETIONS -> chat(model, "\"text\":\"%s\"", texts, usages);
            case RESPONSES -> response(model, texts, usages);
            case MESSAGES -> message(model, texts, usages);
            case GENERATE -> generation(model, texts, usages, "data: ", "\n\n");
            case GENERATE_ARRAY -> {
                Script objects = generation(model, texts, usages, ",\n", "");
                String first = objects.texts().getFirst();
                List<String> rest = objects.texts().subList(1, texts.size());
                List<String> last = new ArrayList<>(objects.last());
                last.add("]");
                List<String> opened = new ArrayList<>(List.of("[" + first.substring(2)));
                opened.addAll(rest);
                yield new Script(List.of(), opened, last);
            }
        };
    }

    private static Script chat(String model, String piece, List<String> texts, List<Usage> usages) {
        String head = "{\"id\":\"c1\",\"model\":\"" + model + "\",\"choices\":[";
        List<String> last = new ArrayList<>();
        last.add(
                data(
                        head
                                + "{\"index\":0,%s,\"finish_reason\":\"stop\"}]}"
                                        .formatted(piece.formatted(""))));
        for (Usage usage : usages) {
            last.add(data(head + "],\"usage\":" + CHAT.json(usage) + "}"));
        }
        last.add("data: [DONE]\n\n");
        return new Script(
                List.of(),
                texts.stream()
                        .map(text ->
                                data(
                                        head
                                                + "{\"index\":0,%s,\"finish_reason\":null}]}"
                                                        .formatted(piece.formatted(text))))
                        .toList(),
                last);
    }

    private static Script response(String model, List<String> texts, List<Usage> usages) {
        String created =
                """
                {"type":"response.created","response":{"id":"r1","status":"in_progress",\
                "model":"%s"}}\
                """
                        .formatted(model);
        // Without usage, or said again, it is still the event that ends the stream.
        List<String> completed = new ArrayList<>();
        for (String usage : usages.isEmpty() ? List.of("null") : RESPONSES.json(usages)) {
            completed.add(
                    event(
                            "response.completed",
                            """
                            {"type":"response.completed","response":{"id":"r1","status":"completed",\
                            "model":"%s","output":[],"usage":%s}}\
                            """
                                    .formatted(model, usage)));
        }
        return new Script(
                List.of(event("response.created", created)),
                texts.stream()
                        .map(text ->
                                event(
                                        "response.output_text.delta",
                                        """
                                        {"type":"response.output_text.delta","delta":"%s"}\
                                        """
                                                .formatted(text)))
                        .toList(),
                completed);
    }

    private static Script message(String model, List<String> texts, List<Usage> usages) {
        String told =
                usages.isEmpty()
                        ? ""
                        : ",\"usage\":" + MESSAGES.json(usages.getLast()).replaceAll("\\d+}", "1}");
        String start =
                "{\"type\":\"message_start\",\"message\":{\"id\":\"m1\",\"model\":\"%s\",\"content\":[]%s}}"
                        .formatted(model, told);
        List<String> last = new ArrayList<>();
        if (usages.isEmpty()) {
            last.add(event("message_delta", messageDelta("")));
        }
        for (Usage usage : usages) {
            String output = ",\"usage\":{\"output_tokens\":" + usage.output() + "}";
            last.add(event("message_delta", messageDelta(output)));
        }
        last.add(event("message_stop", "{\"type\":\"message_stop\"}"));
        return new Script(
                List.of(
                        event("message_start", start),
                        event(
                                "content_block_start",
                                """
                                {"type":"content_block_start","index":0,\
                                "content_block":{"type":"text","text":""}}\
                                """)),
                texts.stream()
                        .map(text ->
                                event(
                                        "content_block_delta",
                                        """
                                        {"type":"content_block_delta","index":0,\
                                        "delta":{"type":"text_delta","text":"%s"}}\
                                        """
                                                .formatted(text)))
                        .toList(),
                last);
    }

    private static String messageDelta(String usage) {
        return "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}" + usage + "}";
    }

    /// Usage in every object but the last one is what was used so far.
    private static Script generation(
            String model, List<String> texts, List<Usage> usages, String before, String after) {
        String object =
                """
                %s{"modelVersion":"%s","candidates":[{"index":0,"content":{"parts":[{"text":"%s"}],\
                "role":"model"}%s}]%s}%s\
                """;
        List<String> ends = GENERATE.json(usages);
        List<String> last = new ArrayList<>();
        for (int i = 0; i < Math.max(1, ends.size()); i++) {
            String usage = ends.isEmpty() ? "" : ",\"usageMetadata\":" + ends.get(i);
            boolean end = i >= ends.size() - 1;
            String reason = end ? ",\"finishReason\":\"STOP\"" : "";
            last.add(object.formatted(before, model, "", reason, usage, after));
        }
        return new Script(
                List.of(),
                texts.stream()
                        .map(text -> object.formatted(before, model, text, "", "", after))
                        .toList(),
                last);
    }

    private static String data(String json) {
        return "data: " + json + "\n\n";
    }

    private static String event(String name, String json) {
        return "event: " + name + "\n" + data(json);
    }

    private String usageName() {
        return isGemini() ? "usageMetadata" : "usage";
    }

    private List<String> json(List<Usage> usages) {
        return usages.stream().map(this::json).toList();
    }

    private String json(Usage usage) {
        return switch (this) {
            case CHAT, COMPLETIONS ->
                    """
                    {"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d,\
                    "prompt_tokens_details":{"cached_tokens":%d}}\
                    """
                            .formatted(
                                    usage.input(), usage.output(), usage.total(), usage.cached());
            case RESPONSES ->
                    """
                    {"input_tokens":%d,"output_tokens":%d,"total_tokens":%d,\
                    "input_tokens_details":{"cached_tokens":%d}}\
                    """
                            .formatted(
                                    usage.input(), usage.output(), usage.total(), usage.cached());
            case MESSAGES ->
                    """
                    {"input_tokens":%d,"cache_read_input_tokens":%d,\
                    "cache_creation_input_tokens":0,"output_tokens":%d}\
                    """
                            .formatted(
                                    usage.input() - usage.cached(), usage.cached(), usage.output());
            case GENERATE, GENERATE_ARRAY ->
                    """
                    {"promptTokenCount":%d,"cachedContentTokenCount":%d,\
                    "candidatesTokenCount":%d,"totalTokenCount":%d}\
                    """
                            .formatted(
                                    usage.input(), usage.cached(), usage.output(), usage.total());
        };
    }
}
