package dev.bursar.gateway.cache;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Answers of Gemini's `generateContent`. A stream is a number of such answers, each with the next parts
/// of what is said, as events or as one array.
final class GenerateReplay {

    /// Of a part that goes on where the one before it ended.
    private static final Set<String> OF_A_TEXT = Set.of("text", "thought");

    private GenerateReplay() {}

    static Optional<byte[]> of(Answer answer, Form form) {
        return pieces(answer).flatMap(pieces -> tell(pieces, form));
    }

    private static Optional<List<ObjectNode>> pieces(Answer answer) {
        return switch (answer.form()) {
            case WHOLE -> Trees.object(answer.body()).map(List::of);
            case EVENTS -> Events.read(answer.body());
            case ARRAY -> Trees.objects(answer.body());
            case FRAMES -> Optional.empty();
        };
    }

    private static Optional<byte[]> tell(List<ObjectNode> pieces, Form form) {
        return switch (form) {
            case WHOLE -> whole(pieces);
            case EVENTS -> {
                Events.Writer out = new Events.Writer();
                pieces.forEach(piece -> out.event(null, piece));
                yield Optional.of(out.bytes());
            }
            case ARRAY -> {
                StringJoiner out = new StringJoiner(",\n", "[", "]");
                pieces.forEach(
                        piece -> out.add(new String(Trees.bytes(piece), StandardCharsets.UTF_8)));
                yield Optional.of(out.toString().getBytes(StandardCharsets.UTF_8));
            }
            case FRAMES -> Optional.empty();
        };
    }

    /// The answer that the pieces make. Empty when one of them has something of a kind that is not known.
    private static Optional<byte[]> whole(List<ObjectNode> pieces) {
        if (pieces.isEmpty()) {
            return Optional.empty();
        }
        ObjectNode candidate = Trees.newObject();
        ArrayNode parts = candidate.putObject("content").putArray("parts");
        ObjectNode answer = Trees.newObject();
        answer.putArray("candidates").add(candidate);
        for (ObjectNode piece : pieces) {
            for (Map.Entry<String, JsonNode> field : piece.properties()) {
                boolean understood =
                        switch (field.getKey()) {
                            case "candidates" -> take(field.getValue(), candidate, parts);
                            // Each tells of all that came so far.
                            case "usageMetadata", "modelVersion", "responseId", "createTime" -> {
                                answer.set(field.getKey(), field.getValue());
                                yield true;
                            }
                            default -> false;
                        };
                if (!understood) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(Trees.bytes(answer));
    }

    /// @return whether all of it is understood
    private static boolean take(JsonNode candidates, ObjectNode candidate, ArrayNode parts) {
        if (!candidates.isArray() || candidates.size() > 1) {
            return false;
        }
        for (Map.Entry<String, JsonNode> field : candidates.path(0).properties()) {
            boolean understood =
                    switch (field.getKey()) {
                        case "content" ->
                                takeContent(
                                        field.getValue(),
                                        (ObjectNode) candidate.path("content"),
                                        parts);
                        case "finishReason", "finishMessage", "index", "safetyRatings" -> {
                            candidate.set(field.getKey(), field.getValue());
                            yield true;
                        }
                        default -> false;
                    };
            if (!understood) {
                return false;
            }
        }
        return true;
    }

    private static boolean takeContent(JsonNode piece, ObjectNode content, ArrayNode parts) {
        for (Map.Entry<String, JsonNode> field : piece.properties()) {
            switch (field.getKey()) {
                case "role" -> content.set("role", field.getValue());
                case "parts" -> field.getValue().forEach(part -> add(part, parts));
                default -> {
                    return false;
                }
            }
        }
        return true;
    }

    /// A text goes on where the last part is one of the same kind, and neither has anything beside.
    private static void add(JsonNode part, ArrayNode parts) {
        if (!parts.isEmpty()
                && parts.get(parts.size() - 1) instanceof ObjectNode last
                && isText(last)
                && isText(part)
                && last.path("thought").equals(part.path("thought"))) {
            last.put("text", last.path("text").asString() + part.path("text").asString());
        } else {
            parts.add(part.deepCopy());
        }
    }

    private static boolean isText(JsonNode part) {
        return part.path("text").isString() && OF_A_TEXT.containsAll(part.propertyNames());
    }
}
