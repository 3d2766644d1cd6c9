package dev.bursar.gateway.cache;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Answers of Chat Completions: a `chat.completion` and its `chat.completion.chunk`s.
final class ChatReplay {

    private static final String CHUNK = "chat.completion.chunk";

    /// Of an answer, those that are not the same in each of its chunks.
    private static final Set<String> OWN = Set.of("object", "choices", "usage");

    /// Texts that come in pieces.
    private static final Set<String> PIECES =
            Set.of("content", "refusal", "reasoning_content", "reasoning");

    private ChatReplay() {}

    /// The chunks of an answer: for each choice what it says, then why it stopped; then the usage, and the
    /// mark of the end. A client that did not ask for the usage does not want that chunk.
    static Optional<byte[]> stream(ObjectNode answer) {
        if (!(answer.path("choices") instanceof ArrayNode choices) || choices.isEmpty()) {
            return Optional.empty();
        }
        Events.Writer out = new Events.Writer();
        for (JsonNode each : choices) {
            if (!(each instanceof ObjectNode choice)
                    || !(choice.path("message") instanceof ObjectNode message)) {
                return Optional.empty();
            }
            ObjectNode said = choice.deepCopy();
            said.remove("message");
            said.set("delta", delta(message));
            said.putNull("finish_reason");
            out.event(null, chunk(answer, said));
            ObjectNode stop = Trees.newObject();
            stop.set("index", choice.path("index"));
            stop.putObject("delta");
            stop.set("finish_reason", choice.path("finish_reason"));
            out.event(null, chunk(answer, stop));
        }
        if (answer.path("usage").isObject()) {
            ObjectNode usage = chunk(answer, null);
            usage.set("usage", answer.path("usage"));
            out.event(null, usage);
        }
        return Optional.of(out.done().bytes());
    }

    /// Tool calls of a stream have their place among them.
    private static ObjectNode delta(ObjectNode message) {
        ObjectNode delta = message.deepCopy();
        if (delta.path("tool_calls") instanceof ArrayNode calls) {
            int index = 0;
            for (JsonNode call : calls) {
                if (call instanceof ObjectNode known) {
                    known.put("index", index++);
                }
            }
        }
        return delta;
    }

    private static ObjectNode chunk(ObjectNode answer, @Nullable ObjectNode choice) {
        ObjectNode chunk = answer.deepCopy();
        chunk.remove(OWN);
        chunk.put("object", CHUNK);
        ArrayNode choices = chunk.putArray("choices");
        if (choice != null) {
            choices.add(choice);
        }
        return chunk;
    }

    /// The answer that the chunks are pieces of. Empty when a piece is of a kind that is not known.
    static Optional<byte[]> whole(List<ObjectNode> chunks) {
        if (chunks.isEmpty()) {
            return Optional.empty();
        }
        ObjectNode answer = chunks.getFirst().deepCopy();
        answer.remove(OWN);
        Map<Integer, ObjectNode> choices = new TreeMap<>();
        JsonNode usage = null;
        for (ObjectNode chunk : chunks) {
            for (JsonNode choice : chunk.path("choices")) {
                if (!take(choice, choices)) {
                    return Optional.empty();
                }
            }
            usage = chunk.path("usage").isObject() ? chunk.path("usage") : usage;
        }
        if (choices.isEmpty() || usage == null) {
            return Optional.empty();
        }
        answer.put("object", "chat.completion");
        ArrayNode all = answer.putArray("choices");
        choices.values().forEach(all::add);
        answer.set("usage", usage);
        return Optional.of(Trees.bytes(answer));
    }

    /// @return whether all of it is understood
    private static boolean take(JsonNode piece, Map<Integer, ObjectNode> choices) {
        ObjectNode choice =
                choices.computeIfAbsent(piece.path("index").asInt(0), ChatReplay::newChoice);
        for (Map.Entry<String, JsonNode> field : piece.properties()) {
            JsonNode value = field.getValue();
            boolean understood =
                    switch (field.getKey()) {
                        case "index" -> true;
                        case "delta" -> add(value, (ObjectNode) choice.path("message"));
                        case "finish_reason" -> {
                            if (!value.isNull()) {
                                choice.set("finish_reason", value);
                            }
                            yield true;
                        }
                        default -> value.isNull();
                    };
            if (!understood) {
                return false;
            }
        }
        return true;
    }

    private static ObjectNode newChoice(int index) {
        ObjectNode choice = Trees.newObject();
        choice.put("index", index);
        choice.putObject("message").put("role", "assistant").putNull("content");
        choice.putNull("logprobs");
        choice.putNull("finish_reason");
        return choice;
    }

    private static boolean add(JsonNode delta, ObjectNode message) {
        for (Map.Entry<String, JsonNode> field : delta.properties()) {
            String name = field.getKey();
            JsonNode value = field.getValue();
            if (name.equals("role") && value.isString()) {
                message.set(name, value);
            } else if (PIECES.contains(name) && value.isString()) {
                message.put(name, message.path(name).asString("") + value.asString());
            } else if (name.equals("tool_calls") && value.isArray()) {
                for (JsonNode call : value) {
                    if (!addCall(call, message.withArrayProperty(name))) {
                        return false;
                    }
                }
            } else if (!value.isNull()) {
                return false;
            }
        }
        return true;
    }

    /// The first piece of a call has all of it but the end of its arguments.
    private static boolean addCall(JsonNode piece, ArrayNode calls) {
        int index = piece.path("index").asInt(-1);
        if (index == calls.size() && piece instanceof ObjectNode first) {
            ObjectNode call = first.deepCopy();
            call.remove("index");
            calls.add(call);
            return call.path("function").isObject();
        }
        if (index < 0
                || index >= calls.size()
                || !(calls.get(index).path("function") instanceof ObjectNode function)) {
            return false;
        }
        String more = piece.path("function").path("arguments").asString("");
        function.put("arguments", function.path("arguments").asString("") + more);
        return true;
    }
}
