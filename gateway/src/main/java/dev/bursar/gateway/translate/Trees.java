package dev.bursar.gateway.translate;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/// JSON as a tree, with exact numbers. Whoever brings the bytes has bounded their number.
final class Trees {

    /// Deeper bodies are malformed, as for the whole gateway.
    private static final int MAX_DEPTH = 256;

    /// Parts of a body, each of which is an object in memory: a million of them take about 100 MB.
    private static final long MAX_TOKENS = 1_000_000;

    private static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(MAX_DEPTH)
                                                    .maxStringLength(Integer.MAX_VALUE)
                                                    .maxTokenCount(MAX_TOKENS)
                                                    .build())
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .build();

    private Trees() {}

    /// What these bytes are; a missing node when they are no JSON.
    static JsonNode read(byte[] json, int offset, int length) {
        try {
            return MAPPER.readTree(json, offset, length);
        } catch (JacksonException e) {
            return MissingNode.getInstance();
        }
    }

    /// The object that this text is, or null for anything else. A blank text is an empty object: models
    /// call tools without parameters that way.
    static @Nullable ObjectNode object(String json) {
        if (json.isBlank()) {
            return object();
        }
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return read(bytes, 0, bytes.length) instanceof ObjectNode object ? object : null;
    }

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    /// Halves of characters, which a stream may cut in two, are escaped.
    static byte[] bytes(JsonNode node) {
        return MAPPER.writeValueAsBytes(node);
    }

    static String text(JsonNode node) {
        return MAPPER.writeValueAsString(node);
    }

    /// Sets a field, unless the value is null.
    static void set(ObjectNode object, String name, @Nullable JsonNode value) {
        if (value != null) {
            object.set(name, value);
        }
    }
}
