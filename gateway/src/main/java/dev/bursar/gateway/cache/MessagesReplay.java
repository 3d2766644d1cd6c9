package dev.bursar.gateway.cache;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Answers of Messages: a `message` and the events that build it.
final class MessagesReplay {

    private MessagesReplay() {}

    /// The events of an answer: its start, each block with its pieces, why it stopped with the usage, and
    /// the end.
    static Optional<byte[]> stream(ObjectNode message) {
        if (!(message.path("content") instanceof ArrayNode content)
                || !(message.path("usage") instanceof ObjectNode usage)) {
            return Optional.empty();
        }
        Events.Writer out = new Events.Writer();
        ObjectNode begin = message.deepCopy();
        begin.putArray("content");
        begin.putNull("stop_reason");
        begin.putNull("stop_sequence");
        begin.set("usage", usage.deepCopy().put("output_tokens", 0));
        write(out, typed("message_start").set("message", begin));
        for (int index = 0; index < content.size(); index++) {
            if (!(content.get(index) instanceof ObjectNode block)) {
                return Optional.empty();
            }
            block(out, index, block);
        }
        ObjectNode stop = typed("message_delta");
        ObjectNode why = stop.putObject("delta");
        for (String field : List.of("stop_reason", "stop_sequence")) {
            JsonNode value = message.get(field);
            why.set(field, value == null ? why.nullNode() : value);
        }
        stop.set("usage", usage);
        write(out, stop);
        write(out, typed("message_stop"));
        return Optional.of(out.bytes());
    }

    private static void block(Events.Writer out, int index, ObjectNode block) {
        ObjectNode begin = block.deepCopy();
        List<ObjectNode> deltas = new ArrayList<>();
        switch (block.path("type").asString("")) {
            case "text" -> {
                take(begin, "text", "text_delta", deltas);
                if (begin.path("citations") instanceof ArrayNode citations) {
                    for (JsonNode citation : citations) {
                        deltas.add(typed("citations_delta").set("citation", citation));
                    }
                    begin.putArray("citations");
                }
            }
            case "thinking" -> {
                take(begin, "thinking", "thinking_delta", deltas);
                take(begin, "signature", "signature_delta", deltas);
            }
            case "tool_use" -> {
                String input = new String(Trees.bytes(begin.path("input")), StandardCharsets.UTF_8);
                deltas.add(typed("input_json_delta").put("partial_json", input));
                begin.putObject("input");
            }
            default -> {
                // Blocks of other kinds come as a whole in their start.
            }
        }
        write(out, typed("content_block_start").put("index", index).set("content_block", begin));
        for (ObjectNode delta : deltas) {
            write(out, typed("content_block_delta").put("index", index).set("delta", delta));
        }
        write(out, typed("content_block_stop").put("index", index));
    }

    /// Moves a text from the start of a block into a piece of it.
    private static void take(ObjectNode begin, String field, String type, List<ObjectNode> deltas) {
        if (begin.path(field).isString()) {
            deltas.add(typed(type).put(field, begin.path(field).asString()));
            begin.put(field, "");
        }
    }

    private static ObjectNode typed(String type) {
        return Trees.newObject().put("type", type);
    }

    private static void write(Events.Writer out, JsonNode event) {
        out.event(event.path("type").asString(), event);
    }

    /// The message that the events build. Empty when one of them is of a kind that is not known.
    static Optional<byte[]> whole(List<ObjectNode> events) {
        Builder builder = new Builder();
        for (ObjectNode event : events) {
            if (!builder.take(event)) {
                return Optional.empty();
            }
        }
        return builder.message();
    }

    /// A message that is put together event by event.
    private static final class Builder {

        private @Nullable ObjectNode message;
        private final List<ObjectNode> blocks = new ArrayList<>();
        private final StringBuilder input = new StringBuilder();
        private boolean ended;

        /// @return whether all of it is understood
        private boolean take(ObjectNode event) {
            String type = event.path("type").asString("");
            if (type.equals("ping")) {
                return true;
            }
            if (type.equals("message_start")) {
                boolean first = message == null;
                message = event.path("message") instanceof ObjectNode told ? told : null;
                return first && message != null;
            }
            if (message == null || ended) {
                return false;
            }
            return switch (type) {
                case "content_block_start" -> begin(event);
                case "content_block_delta" ->
                        isLast(event) && add(blocks.getLast(), event.path("delta"));
                case "content_block_stop" -> isLast(event) && close(blocks.getLast());
                case "message_delta" -> stop(message, event);
                case "message_stop" -> {
                    ended = true;
                    yield true;
                }
                default -> false;
            };
        }

        private Optional<byte[]> message() {
            ObjectNode built = message;
            if (built == null || !ended) {
                return Optional.empty();
            }
            ArrayNode content = built.putArray("content");
            blocks.forEach(content::add);
            return Optional.of(Trees.bytes(built));
        }

        private boolean begin(ObjectNode event) {
            if (event.path("index").asInt(-1) != blocks.size()
                    || !(event.path("content_block") instanceof ObjectNode block)) {
                return false;
            }
            blocks.add(block);
            input.setLength(0);
            return true;
        }

        private boolean isLast(ObjectNode event) {
            return !blocks.isEmpty() && event.path("index").asInt(-1) == blocks.size() - 1;
        }

        private boolean add(ObjectNode block, JsonNode delta) {
            switch (delta.path("type").asString("")) {
                case "text_delta" -> append(block, "text", delta);
                case "thinking_delta" -> append(block, "thinking", delta);
                case "signature_delta" -> append(block, "signature", delta);
                case "citations_delta" ->
                        block.withArrayProperty("citations").add(delta.path("citation"));
                case "input_json_delta" -> input.append(delta.path("partial_json").asString(""));
                default -> {
                    return false;
                }
            }
            return true;
        }

        private static void append(ObjectNode block, String field, JsonNode delta) {
            block.put(field, block.path(field).asString("") + delta.path(field).asString(""));
        }

        private boolean close(ObjectNode block) {
            if (input.isEmpty()) {
                return true;
            }
            Optional<ObjectNode> parsed =
                    Trees.object(input.toString().getBytes(StandardCharsets.UTF_8));
            parsed.ifPresent(value -> block.set("input", value));
            return parsed.isPresent();
        }

        private static boolean stop(ObjectNode message, ObjectNode event) {
            for (Map.Entry<String, JsonNode> field : event.path("delta").properties()) {
                message.set(field.getKey(), field.getValue());
            }
            if (event.path("usage") instanceof ObjectNode usage) {
                ObjectNode all = message.withObjectProperty("usage");
                usage.properties().forEach(field -> all.set(field.getKey(), field.getValue()));
            }
            return true;
        }
    }
}
