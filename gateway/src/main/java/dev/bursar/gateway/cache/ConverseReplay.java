package dev.bursar.gateway.cache;

import dev.bursar.gateway.eventstream.Frame;
import dev.bursar.gateway.eventstream.FrameReader;
import dev.bursar.gateway.eventstream.FrameWriter;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Answers of Bedrock's Converse: one object, and the frames that build it.
final class ConverseReplay {

    /// Fills events up, so that their length tells nothing.
    private static final String PADDING = "p";

    private static final String INDEX = "contentBlockIndex";

    private ConverseReplay() {}

    static Optional<byte[]> of(Answer answer, Form form) {
        return switch (form) {
            case WHOLE -> whole(answer.body());
            case FRAMES -> Trees.object(answer.body()).flatMap(ConverseReplay::stream);
            case EVENTS, ARRAY -> Optional.empty();
        };
    }

    /// The frames of an answer: its start, each block with its pieces, why it stopped, and what it took.
    private static Optional<byte[]> stream(ObjectNode answer) {
        if (!(answer.path("output").path("message") instanceof ObjectNode message)
                || !message.path("role").isString()
                || !(message.path("content") instanceof ArrayNode content)) {
            return Optional.empty();
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ObjectNode begin = Trees.newObject();
        begin.set("role", message.path("role"));
        write(out, "messageStart", begin);
        for (int index = 0; index < content.size(); index++) {
            if (!block(out, index, content.get(index))) {
                return Optional.empty();
            }
        }
        ObjectNode stop = Trees.newObject();
        ObjectNode metadata = Trees.newObject();
        for (Map.Entry<String, JsonNode> field : answer.properties()) {
            switch (field.getKey()) {
                case "output" -> {}
                case "stopReason", "additionalModelResponseFields" ->
                        stop.set(field.getKey(), field.getValue());
                default -> metadata.set(field.getKey(), field.getValue());
            }
        }
        write(out, "messageStop", stop);
        write(out, "metadata", metadata);
        return Optional.of(out.toByteArray());
    }

    /// @return whether the block is of a kind that is known
    private static boolean block(ByteArrayOutputStream out, int index, JsonNode block) {
        if (block.size() != 1) {
            return false;
        }
        switch (block.propertyNames().iterator().next()) {
            case "text" -> delta(out, index, block);
            case "toolUse" -> {
                if (!(block.path("toolUse") instanceof ObjectNode call)) {
                    return false;
                }
                ObjectNode begin = call.deepCopy();
                begin.remove("input");
                ObjectNode start = Trees.newObject().put(INDEX, index);
                start.putObject("start").set("toolUse", begin);
                write(out, "contentBlockStart", start);
                ObjectNode input = Trees.newObject();
                input.putObject("toolUse")
                        .put(
                                "input",
                                new String(
                                        Trees.bytes(call.path("input")), StandardCharsets.UTF_8));
                delta(out, index, input);
            }
            case "reasoningContent" -> {
                JsonNode reasoning = block.path("reasoningContent");
                JsonNode pieces = reasoning.path("reasoningText");
                for (Map.Entry<String, JsonNode> piece :
                        (pieces.isObject() ? pieces : reasoning).properties()) {
                    ObjectNode delta = Trees.newObject();
                    delta.putObject("reasoningContent").set(piece.getKey(), piece.getValue());
                    delta(out, index, delta);
                }
            }
            default -> {
                return false;
            }
        }
        write(out, "contentBlockStop", Trees.newObject().put(INDEX, index));
        return true;
    }

    private static void delta(ByteArrayOutputStream out, int index, JsonNode delta) {
        ObjectNode event = Trees.newObject().put(INDEX, index);
        event.set("delta", delta);
        write(out, "contentBlockDelta", event);
    }

    private static void write(ByteArrayOutputStream out, String type, ObjectNode event) {
        out.writeBytes(FrameWriter.event(type, Trees.bytes(event)));
    }

    /// The answer that the frames build. Empty when one of them is of a kind that is not known.
    private static Optional<byte[]> whole(byte[] stream) {
        List<Frame> frames = new ArrayList<>();
        FrameReader reader = new FrameReader(Answer.MAX_BYTES, frames::add);
        reader.feed(stream);
        Builder builder = new Builder();
        for (Frame frame : frames) {
            Optional<ObjectNode> event = Trees.object(frame.payload());
            if (frame.kind() != Frame.Kind.EVENT
                    || event.isEmpty()
                    || !builder.take(frame.type(), event.get())) {
                return Optional.empty();
            }
        }
        return reader.isBetweenFrames() ? builder.answer() : Optional.empty();
    }

    /// An answer that is put together event by event.
    private static final class Builder {

        private final ObjectNode answer = Trees.newObject();
        private final ObjectNode message = Trees.newObject();
        private final ArrayNode content = message.putArray("content");
        private final StringBuilder input = new StringBuilder();

        /// The block that is open, or null.
        private @Nullable ObjectNode block;

        private boolean stopped;
        private boolean measured;

        /// @return whether all of it is understood
        private boolean take(String type, ObjectNode event) {
            event.remove(PADDING);
            return switch (type) {
                case "messageStart" -> addAll(message, event);
                case "contentBlockStart" -> isNext(event) && start(event.path("start"));
                case "contentBlockDelta" -> isNext(event) && add(event.path("delta"));
                case "contentBlockStop" -> isNext(event) && close();
                case "messageStop" -> {
                    stopped = true;
                    yield block == null && addAll(answer, event);
                }
                case "metadata" -> {
                    measured = true;
                    yield addAll(answer, event);
                }
                default -> false;
            };
        }

        private Optional<byte[]> answer() {
            if (!stopped || !measured) {
                return Optional.empty();
            }
            answer.putObject("output").set("message", message);
            return Optional.of(Trees.bytes(answer));
        }

        private static boolean addAll(ObjectNode to, ObjectNode from) {
            from.properties().forEach(field -> to.set(field.getKey(), field.getValue()));
            return true;
        }

        private boolean isNext(ObjectNode event) {
            return event.path(INDEX).asInt(-1) == content.size();
        }

        private boolean start(JsonNode start) {
            if (block != null || !(start.path("toolUse") instanceof ObjectNode call)) {
                return false;
            }
            block = Trees.newObject();
            block.set("toolUse", call);
            input.setLength(0);
            return true;
        }

        /// Blocks of text and of reasoning have no start.
        private boolean add(JsonNode delta) {
            ObjectNode open = block == null ? Trees.newObject() : block;
            block = open;
            for (Map.Entry<String, JsonNode> field : delta.properties()) {
                boolean understood =
                        switch (field.getKey()) {
                            case "text" -> append(open, "text", field.getValue());
                            case "toolUse" -> argue(field.getValue().path("input"));
                            case "reasoningContent" -> reason(open, field.getValue());
                            default -> false;
                        };
                if (!understood) {
                    return false;
                }
            }
            return true;
        }

        private boolean argue(JsonNode json) {
            input.append(json.asString(""));
            return json.isString();
        }

        private static boolean reason(ObjectNode open, JsonNode pieces) {
            ObjectNode reasoning = open.withObjectProperty("reasoningContent");
            for (Map.Entry<String, JsonNode> piece : pieces.properties()) {
                boolean understood =
                        switch (piece.getKey()) {
                            case "text", "signature" ->
                                    append(
                                            reasoning.withObjectProperty("reasoningText"),
                                            piece.getKey(),
                                            piece.getValue());
                            case "redactedContent" ->
                                    !reasoning.has(piece.getKey())
                                            && append(reasoning, piece.getKey(), piece.getValue());
                            default -> false;
                        };
                if (!understood) {
                    return false;
                }
            }
            return true;
        }

        private static boolean append(ObjectNode to, String field, JsonNode more) {
            to.put(field, to.path(field).asString("") + more.asString(""));
            return more.isString();
        }

        private boolean close() {
            ObjectNode closed = block;
            if (closed == null) {
                return false;
            }
            if (closed.path("toolUse") instanceof ObjectNode call) {
                String json = input.isEmpty() ? "{}" : input.toString();
                Optional<ObjectNode> read = Trees.object(json.getBytes(StandardCharsets.UTF_8));
                if (read.isEmpty()) {
                    return false;
                }
                call.set("input", read.get());
            }
            content.add(closed);
            block = null;
            return true;
        }
    }
}
