package dev.bursar.gateway.cache;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Answers of Responses: a `response`, and the events that tell of it. The last event repeats all of it.
final class ResponsesReplay {

    private static final String COMPLETED = "completed";
    private static final String END = "response.completed";

    /// Of an item or a part, what comes in pieces.
    private static final List<String> LISTS = List.of("content", "summary", "annotations");

    private static final List<String> TEXTS = List.of("text", "refusal", "arguments", "input");

    private ResponsesReplay() {}

    /// The response that a stream ends with. Empty when it does not end well.
    static Optional<byte[]> whole(List<ObjectNode> events) {
        return !events.isEmpty()
                        && events.getLast().path("type").asString("").equals(END)
                        && events.getLast().path("response") instanceof ObjectNode response
                        && isCompleted(response)
                ? Optional.of(Trees.bytes(response))
                : Optional.empty();
    }

    private static boolean isCompleted(ObjectNode response) {
        return response.path("status").asString("").equals(COMPLETED);
    }

    /// The events of a response: that it has begun, each item with its pieces, and the response.
    static Optional<byte[]> stream(ObjectNode response) {
        if (!isCompleted(response) || !(response.path("output") instanceof ArrayNode output)) {
            return Optional.empty();
        }
        Script script = new Script();
        ObjectNode begun = response.deepCopy();
        begun.put("status", "in_progress").putArray("output");
        begun.putNull("usage");
        begun.remove("completed_at");
        script.event("response.created").set("response", begun);
        script.event("response.in_progress").set("response", begun);
        for (int index = 0; index < output.size(); index++) {
            if (!(output.get(index) instanceof ObjectNode item)) {
                return Optional.empty();
            }
            script.item(index, item);
        }
        script.event(END).set("response", response);
        return Optional.of(script.bytes());
    }

    /// Events in their order, each with its number.
    private static final class Script {

        private final ArrayNode events = Trees.newObject().putArray("events");

        private ObjectNode event(String type) {
            int number = events.size();
            return events.addObject().put("type", type).put("sequence_number", number);
        }

        private byte[] bytes() {
            Events.Writer out = new Events.Writer();
            events.forEach(event -> out.event(event.path("type").asString(), event));
            return out.bytes();
        }

        /// Items of other kinds come as a whole in their start.
        private void item(int index, ObjectNode item) {
            ObjectNode place =
                    Trees.newObject()
                            .put("item_id", item.path("id").asString(""))
                            .put("output_index", index);
            String type = item.path("type").asString("");
            boolean inPieces =
                    switch (type) {
                        case "message", "reasoning", "function_call", "custom_tool_call" -> true;
                        default -> false;
                    };
            event("response.output_item.added")
                    .put("output_index", index)
                    .set("item", inPieces ? begun(item) : item);
            switch (type) {
                case "message" -> parts(place, item, "content", "response.content_part");
                case "reasoning" -> {
                    parts(place, item, "summary", "response.reasoning_summary_part");
                    parts(place, item, "content", "response.content_part");
                }
                case "function_call" ->
                        text(place, "response.function_call_arguments", item, "arguments");
                case "custom_tool_call" ->
                        text(place, "response.custom_tool_call_input", item, "input");
                default -> {}
            }
            event("response.output_item.done").put("output_index", index).set("item", item);
        }

        private static ObjectNode begun(JsonNode whole) {
            ObjectNode begun = (ObjectNode) whole.deepCopy();
            LISTS.stream().filter(begun::has).forEach(begun::putArray);
            TEXTS.stream().filter(begun::has).forEach(name -> begun.put(name, ""));
            if (begun.has("status")) {
                begun.put("status", "in_progress");
            }
            return begun;
        }

        private void parts(ObjectNode item, ObjectNode of, String list, String kind) {
            int at = 0;
            for (JsonNode part : of.path(list)) {
                if (part instanceof ObjectNode) {
                    ObjectNode place = item.deepCopy();
                    place.put(list.equals("summary") ? "summary_index" : "content_index", at);
                    event(kind + ".added").setAll(place).set("part", begun(part));
                    part(place, part);
                    event(kind + ".done").setAll(place).set("part", part);
                }
                at++;
            }
        }

        /// Parts of other kinds come as a whole in their end.
        private void part(ObjectNode place, JsonNode part) {
            switch (part.path("type").asString("")) {
                case "output_text" -> {
                    ObjectNode scored = place.deepCopy();
                    scored.set(
                            "logprobs",
                            part.path("logprobs").isArray()
                                    ? part.path("logprobs")
                                    : scored.arrayNode());
                    text(scored, "response.output_text", part, "text");
                    int at = 0;
                    for (JsonNode annotation : part.path("annotations")) {
                        event("response.output_text.annotation.added")
                                .setAll(place)
                                .put("annotation_index", at++)
                                .set("annotation", annotation);
                    }
                }
                case "refusal" -> text(place, "response.refusal", part, "refusal");
                case "summary_text" -> text(place, "response.reasoning_summary_text", part, "text");
                case "reasoning_text" -> text(place, "response.reasoning_text", part, "text");
                default -> {}
            }
        }

        private void text(ObjectNode place, String kind, JsonNode of, String field) {
            String text = of.path(field).asString("");
            event(kind + ".delta").setAll(place).put("delta", text);
            event(kind + ".done").setAll(place).put(field, text);
        }
    }
}
