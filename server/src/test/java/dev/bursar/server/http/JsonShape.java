package dev.bursar.server.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Compares an answer with its schema in an OpenAPI document, as far as ours go: types, enumerations, what
/// is required, and, stricter than the standard, that nothing is there which the schema does not know.
final class JsonShape {

    private final JsonNode document;
    private final List<String> mistakes = new ArrayList<>();

    private JsonShape(JsonNode document) {
        this.document = document;
    }

    /// @return what is wrong, with its place; empty when all is well
    static List<String> mistakes(JsonNode document, JsonNode schema, JsonNode answer) {
        JsonShape shape = new JsonShape(document);
        shape.check(schema, answer, "$");
        return shape.mistakes;
    }

    private void check(JsonNode written, JsonNode value, String at) {
        JsonNode schema = resolved(written);
        if (schema.has("oneOf")) {
            boolean any = false;
            for (JsonNode one : schema.path("oneOf")) {
                any |= mistakes(document, one, value).isEmpty();
            }
            require(any, at + " is none of " + schema.path("oneOf"));
            return;
        }
        require(isOfType(schema.path("type"), value), at + " is not " + schema.path("type"));
        if (schema.has("enum")) {
            require(contains(schema.path("enum"), value), at + " is not in " + schema.path("enum"));
        }
        if (schema.has("pattern") && value.isString()) {
            String pattern = schema.path("pattern").asString();
            require(value.asString().matches(pattern), at + " does not match " + pattern);
        }
        if (value.isArray()) {
            for (JsonNode item : value) {
                check(schema.path("items"), item, at + "[]");
            }
        }
        if (value.isObject()) {
            properties(schema, value, at);
        }
    }

    private void properties(JsonNode schema, JsonNode value, String at) {
        for (JsonNode name : schema.path("required")) {
            require(value.has(name.asString()), at + " has no " + name.asString());
        }
        for (Map.Entry<String, JsonNode> property : value.properties()) {
            String place = at + "." + property.getKey();
            JsonNode of = schema.path("properties").path(property.getKey());
            if (of.isMissingNode()) {
                of = schema.path("additionalProperties");
            }
            require(of.isObject(), place + " is not described");
            if (of.isObject()) {
                check(of, property.getValue(), place);
            }
        }
    }

    private JsonNode resolved(JsonNode schema) {
        JsonNode reference = schema.path("$ref");
        return reference.isMissingNode()
                ? schema
                : resolved(document.at(reference.asString().substring(1)));
    }

    private static boolean isOfType(JsonNode type, JsonNode value) {
        if (type.isArray()) {
            for (JsonNode one : type) {
                if (isOfType(one, value)) {
                    return true;
                }
            }
            return false;
        }
        return switch (type.asString()) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isString();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> false;
        };
    }

    private static boolean contains(JsonNode array, JsonNode value) {
        for (JsonNode one : array) {
            if (one.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private void require(boolean condition, String mistake) {
        if (!condition) {
            mistakes.add(mistake);
        }
    }
}
