package dev.bursar.gateway.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// JSON as a tree, for the few bodies that are looked at as a whole: bounded, with exact numbers, and
/// nothing that two readers could understand differently.
final class Trees {

    private static final int MAX_DEPTH = 128;

    private static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(MAX_DEPTH)
                                                    .build())
                                    .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .build();

    private Trees() {}

    /// The object in these bytes; empty for anything else.
    static Optional<ObjectNode> object(byte[] json) {
        try {
            return MAPPER.readTree(json) instanceof ObjectNode object
                    ? Optional.of(object)
                    : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /// The objects in the array in these bytes; empty for anything else.
    static Optional<List<ObjectNode>> objects(byte[] json) {
        try {
            if (!(MAPPER.readTree(json) instanceof ArrayNode array)) {
                return Optional.empty();
            }
            List<ObjectNode> objects = new ArrayList<>();
            for (JsonNode each : array) {
                if (!(each instanceof ObjectNode object)) {
                    return Optional.empty();
                }
                objects.add(object);
            }
            return Optional.of(objects);
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    static ObjectNode newObject() {
        return MAPPER.createObjectNode();
    }

    static byte[] bytes(JsonNode node) {
        return MAPPER.writeValueAsBytes(node);
    }
}
