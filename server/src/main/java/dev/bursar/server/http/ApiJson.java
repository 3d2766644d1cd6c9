package dev.bursar.server.http;

import dev.bursar.gateway.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Values as the JSON of `/api`: names in snake case, times in ISO-8601 UTC, and money as a plain
/// decimal string of USD: a field `microcents` becomes `usd`, `microcents_per_hour` `usd_per_hour`.
final class ApiJson {

    private static final String MICROCENTS = "microcents";

    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private ApiJson() {}

    /// A record, list or map as JSON with money in USD.
    static JsonNode of(Object value) {
        return inUsd(MAPPER.valueToTree(value));
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /// A page of a list.
    static ObjectNode items(List<?> items) {
        ObjectNode page = object();
        page.set("items", of(items));
        return page;
    }

    static String text(JsonNode node) {
        return MAPPER.writeValueAsString(node);
    }

    /// Reads a request body.
    ///
    /// @throws ApiException 400 when it is not the JSON of `type`: says what and where
    static <T> T read(String body, Class<T> type) {
        try {
            T value = MAPPER.readValue(body, type);
            if (value == null) {
                throw ApiException.badRequest("the body is empty");
            }
            return value;
        } catch (JacksonException e) {
            String message = e.getOriginalMessage();
            int end = message.indexOf('\n');
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw ApiException.badRequest(
                    "the body, line "
                            + line
                            + ": "
                            + (end < 0 ? message : message.substring(0, end)));
        }
    }

    private static JsonNode inUsd(JsonNode node) {
        if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, inUsd(array.get(i)));
            }
            return array;
        }
        if (!(node instanceof ObjectNode object)) {
            return node;
        }
        ObjectNode converted = object();
        for (Map.Entry<String, JsonNode> field : new ArrayList<>(object.properties())) {
            String name = field.getKey();
            JsonNode value = field.getValue();
            if (name.contains(MICROCENTS) && value.isIntegralNumber()) {
                converted.put(name.replace(MICROCENTS, "usd"), Quantity.usd(value.longValue()));
            } else {
                converted.set(name, inUsd(value));
            }
        }
        return converted;
    }
}
