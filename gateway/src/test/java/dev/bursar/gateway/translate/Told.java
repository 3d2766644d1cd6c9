package dev.bursar.gateway.translate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// What an answer says, read in the simplest way that could be right, so as to be compared.
///
/// @param calls each as its name and its arguments
/// @param stop one word of [#END], [#CALLS], [#LENGTH] and [#FILTERED]
/// @param input all tokens that were sent, cached ones included
/// @param output all tokens that were produced, reasoning included
record Told(String text, List<String> calls, String stop, long input, long output) {

    static final String END = "end";
    static final String CALLS = "calls";
    static final String LENGTH = "length";
    static final String FILTERED = "filtered";
    static final String NONE = "none";

    /// @param events a whole answer is one event
    static Told of(Form form, List<Recordings.Event> events, boolean stream) {
        Reading reading = new Reading();
        for (Recordings.Event event : events) {
            if (event.data().equals("[DONE]")) {
                continue;
            }
            JsonNode data = Wire.json(event.data());
            switch (form) {
                case CHAT -> reading.chat(data, stream ? "delta" : "message");
                case MESSAGES -> reading.messages(data);
                case GENERATE -> reading.generate(data);
                case CONVERSE -> reading.converse(event.type(), data);
                case RESPONSES -> reading.responses(data);
            }
        }
        return reading.told();
    }

    /// The same, with an end where none is told: some providers of chats do not say why they stop.
    Told ended() {
        return new Told(
                text,
                calls,
                stop.equals(NONE) ? calls.isEmpty() ? END : CALLS : stop,
                input,
                output);
    }

    private static final class Reading {

        private final StringBuilder text = new StringBuilder();
        private final List<String> names = new ArrayList<>();
        private final List<StringBuilder> arguments = new ArrayList<>();
        private final Map<String, Integer> places = new TreeMap<>();
        private final Map<String, Long> counts = new TreeMap<>();
        private String stop = NONE;
        private String block = "";

        private void chat(JsonNode chunk, String at) {
            JsonNode choice = chunk.path("choices").path(0);
            JsonNode message = choice.path(at);
            text.append(message.path("content").asString(""));
            message.path("content").forEach(part -> text.append(part.path("text").asString("")));
            text.append(message.path("refusal").asString(""));
            int position = 0;
            for (JsonNode call : message.path("tool_calls")) {
                String place = call.path("index").asString(Integer.toString(position++));
                if (!places.containsKey(place)) {
                    places.put(place, names.size());
                    begin(call.path("function").path("name").asString());
                }
                arguments
                        .get(places.get(place))
                        .append(call.path("function").path("arguments").asString(""));
            }
            stop(choice.path("finish_reason").asString(""));
            JsonNode usage = chunk.path("usage");
            if (usage.isObject()) {
                long prompt = usage.path("prompt_tokens").asLong();
                counts.put("in", prompt);
                counts.put(
                        "out",
                        Math.max(
                                usage.path("completion_tokens").asLong(),
                                usage.path("total_tokens").asLong() - prompt));
            }
        }

        private void messages(JsonNode event) {
            switch (event.path("type").asString("")) {
                case "message" -> {
                    for (JsonNode each : event.path("content")) {
                        start(each);
                    }
                    stop(event.path("stop_reason").asString(""));
                    usage(event.path("usage"));
                }
                case "message_start" -> usage(event.path("message").path("usage"));
                case "content_block_start" -> start(event.path("content_block"));
                case "content_block_delta" -> {
                    JsonNode delta = event.path("delta");
                    text.append(delta.path("text").asString(""));
                    if (block.equals("tool_use")) {
                        StringBuilder last = arguments.getLast();
                        if (last.toString().equals("{}")
                                && !delta.path("partial_json").asString("").isEmpty()) {
                            last.setLength(0);
                        }
                        last.append(delta.path("partial_json").asString(""));
                    }
                }
                case "message_delta" -> {
                    stop(event.path("delta").path("stop_reason").asString(""));
                    usage(event.path("usage"));
                }
                default -> {
                    // Nothing that is compared.
                }
            }
        }

        private void start(JsonNode told) {
            block = told.path("type").asString();
            if (block.equals("text")) {
                text.append(told.path("text").asString(""));
            } else if (block.equals("tool_use")) {
                begin(told.path("name").asString());
                arguments.getLast().append(told.path("input"));
            }
        }

        private void usage(JsonNode usage) {
            for (String name :
                    List.of(
                            "input_tokens",
                            "cache_creation_input_tokens",
                            "cache_read_input_tokens",
                            "output_tokens")) {
                if (usage.path(name).isNumber()) {
                    counts.put(name, usage.path(name).asLong());
                }
            }
            counts.put(
                    "in",
                    counts.getOrDefault("input_tokens", 0L)
                            + counts.getOrDefault("cache_creation_input_tokens", 0L)
                            + counts.getOrDefault("cache_read_input_tokens", 0L));
            counts.put("out", counts.getOrDefault("output_tokens", 0L));
        }

        private void generate(JsonNode answer) {
            JsonNode candidate = answer.path("candidates").path(0);
            for (JsonNode part : candidate.path("content").path("parts")) {
                if (!part.path("thought").asBoolean(false)) {
                    text.append(part.path("text").asString(""));
                    JsonNode call = part.path("functionCall");
                    if (call.isObject()) {
                        begin(call.path("name").asString());
                        JsonNode args = call.path("args");
                        arguments.getLast().append(args.isObject() ? args.toString() : "{}");
                    }
                }
            }
            stop(candidate.path("finishReason").asString(""));
            JsonNode usage = answer.path("usageMetadata");
            if (usage.has("promptTokenCount")) {
                long in =
                        usage.path("promptTokenCount").asLong()
                                + usage.path("toolUsePromptTokenCount").asLong(0);
                counts.put("in", in);
                counts.put("out", usage.path("totalTokenCount").asLong() - in);
            }
        }

        private void converse(String type, JsonNode event) {
            for (JsonNode told : event.path("output").path("message").path("content")) {
                text.append(told.path("text").asString(""));
                if (told.has("toolUse")) {
                    begin(told.path("toolUse").path("name").asString());
                    arguments.getLast().append(told.path("toolUse").path("input"));
                }
            }
            if (event.path("start").has("toolUse")) {
                begin(event.path("start").path("toolUse").path("name").asString());
            }
            if (type.equals("contentBlockDelta")) {
                JsonNode delta = event.path("delta");
                text.append(delta.path("text").asString(""));
                if (delta.has("toolUse")) {
                    arguments.getLast().append(delta.path("toolUse").path("input").asString(""));
                }
            }
            stop(event.path("stopReason").asString(""));
            JsonNode usage = event.path("usage");
            if (usage.isObject()) {
                counts.put(
                        "in",
                        usage.path("inputTokens").asLong()
                                + usage.path("cacheReadInputTokens").asLong(0)
                                + usage.path("cacheWriteInputTokens").asLong(0));
                counts.put("out", usage.path("outputTokens").asLong());
            }
        }

        /// Of a stream the last event has all of it.
        private void responses(JsonNode event) {
            JsonNode response = event.has("output") ? event : event.path("response");
            if (!response.path("usage").isObject()) {
                return;
            }
            for (JsonNode item : response.path("output")) {
                item.path("content").forEach(part -> text.append(part.path("text").asString("")));
                if (item.path("type").asString().equals("function_call")) {
                    begin(item.path("name").asString());
                    arguments.getLast().append(item.path("arguments").asString());
                }
            }
            String why = response.path("incomplete_details").path("reason").asString("");
            stop(why.isEmpty() ? response.path("status").asString() : why);
            counts.put("in", response.path("usage").path("input_tokens").asLong());
            counts.put("out", response.path("usage").path("output_tokens").asLong());
        }

        private void begin(String name) {
            names.add(name);
            arguments.add(new StringBuilder());
        }

        private void stop(String reason) {
            if (reason.isEmpty()) {
                return;
            }
            stop =
                    switch (reason) {
                        case "stop",
                                "end_turn",
                                "stop_sequence",
                                "pause_turn",
                                "STOP",
                                "completed" ->
                                END;
                        case "tool_calls", "tool_use" -> CALLS;
                        case "length", "max_tokens", "MAX_TOKENS", "max_output_tokens" -> LENGTH;
                        default -> FILTERED;
                    };
        }

        private Told told() {
            List<String> calls = new ArrayList<>();
            for (int at = 0; at < names.size(); at++) {
                String json = arguments.get(at).toString();
                calls.add(names.get(at) + " " + Wire.json(json.isBlank() ? "{}" : json));
            }
            // Some forms have no word for it.
            String why = stop.equals(END) && !calls.isEmpty() ? CALLS : stop;
            return new Told(
                    text.toString(),
                    calls,
                    why,
                    counts.getOrDefault("in", 0L),
                    counts.getOrDefault("out", 0L));
        }
    }
}
