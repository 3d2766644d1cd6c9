package dev.bursar.gateway.translate;

import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// JSON schemas as providers want them.
final class Schemas {

    private Schemas() {}

    /// The schema of arguments, which some providers refuse without its type: tools without parameters may
    /// leave it out.
    static ObjectNode ofObject(ObjectNode schema) {
        return schema.has("type") ? schema : schema.deepCopy().put("type", "object");
    }

    /// Gemini's own schemas, which name types in capitals and say `nullable`, as JSON schemas.
    static ObjectNode fromGemini(ObjectNode schema) {
        ObjectNode json = Trees.object();
        for (Map.Entry<String, JsonNode> field : schema.properties()) {
            JsonNode value = field.getValue();
            switch (field.getKey()) {
                case "type" -> json.set("type", type(value));
                case "nullable", "propertyOrdering", "property_ordering" -> {
                    // The first is told by the type, the order by the properties themselves.
                }
                case "properties" -> json.set("properties", each(value));
                case "anyOf", "any_of" -> json.set("anyOf", each(value));
                case "items" -> json.set("items", schema(value));
                default -> json.set(bound(field.getKey()), value);
            }
        }
        if (schema.path("nullable").asBoolean(false) && json.path("type").isString()) {
            String type = json.path("type").asString();
            json.putArray("type").add(type).add("null");
        }
        return json;
    }

    private static JsonNode type(JsonNode type) {
        return type.isString()
                ? Trees.array().stringNode(type.asString().toLowerCase(Locale.ROOT))
                : type;
    }

    private static JsonNode schema(JsonNode value) {
        return value instanceof ObjectNode object ? fromGemini(object) : value;
    }

    private static JsonNode each(JsonNode value) {
        return switch (value) {
            case ObjectNode named -> {
                ObjectNode all = Trees.object();
                named.properties()
                        .forEach(field -> all.set(field.getKey(), schema(field.getValue())));
                yield all;
            }
            case ArrayNode list -> {
                ArrayNode all = Trees.array();
                list.forEach(each -> all.add(schema(each)));
                yield all;
            }
            default -> value;
        };
    }

    private static String bound(String name) {
        return switch (name) {
            case "min_items" -> "minItems";
            case "max_items" -> "maxItems";
            case "min_length" -> "minLength";
            case "max_length" -> "maxLength";
            case "min_properties" -> "minProperties";
            case "max_properties" -> "maxProperties";
            default -> name;
        };
    }
}
