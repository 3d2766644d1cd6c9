package dev.bursar.gateway.translate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/// One object of a request and its place in it: whatever is wrong with a field is told with its path.
/// A field that is null counts as absent.
final class Fields {

    private static final Pattern CAPITAL = Pattern.compile("[A-Z]");

    private final ObjectNode node;
    private final String path;

    /// Whether `maxTokens` may also be written `max_tokens`.
    private final boolean spelledBothWays;

    private Fields(ObjectNode node, String path, boolean spelledBothWays) {
        this.node = node;
        this.path = path;
        this.spelledBothWays = spelledBothWays;
    }

    static Fields root(ObjectNode body) {
        return new Fields(body, "", false);
    }

    /// The body of an API that knows each field in camel case and in snake case.
    static Fields rootSpelledBothWays(ObjectNode body) {
        return new Fields(body, "", true);
    }

    /// The value of a field, or a missing node.
    JsonNode at(String name) {
        JsonNode value = node.get(name);
        if (value == null && spelledBothWays) {
            value = node.get(snake(name));
        }
        return value == null || value.isNull() ? MissingNode.getInstance() : value;
    }

    boolean has(String name) {
        return !at(name).isMissingNode();
    }

    String place(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    String path() {
        return path;
    }

    @Nullable String text(String name) {
        JsonNode value = at(name);
        if (value.isMissingNode()) {
            return null;
        }
        if (!value.isString()) {
            throw wrong(name, "must be a string");
        }
        return value.asString();
    }

    String neededText(String name) {
        String text = text(name);
        if (text == null) {
            throw wrong(name, "is missing");
        }
        return text;
    }

    String textOr(String name, String other) {
        String text = text(name);
        return text == null ? other : text;
    }

    boolean flag(String name) {
        JsonNode value = at(name);
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw wrong(name, "must be true or false");
        }
        return value.asBoolean(false);
    }

    @Nullable JsonNode number(String name) {
        JsonNode value = at(name);
        if (value.isMissingNode()) {
            return null;
        }
        if (!value.isNumber()) {
            throw wrong(name, "must be a number");
        }
        return value;
    }

    @Nullable Long count(String name) {
        JsonNode value = number(name);
        if (value == null) {
            return null;
        }
        if (!value.canConvertToExactIntegral() || !value.canConvertToLong()) {
            throw wrong(name, "must be a whole number");
        }
        return value.asLong();
    }

    @Nullable Fields object(String name) {
        JsonNode value = at(name);
        if (value.isMissingNode()) {
            return null;
        }
        return new Fields(tree(name), place(name), spelledBothWays);
    }

    Fields neededObject(String name) {
        Fields object = object(name);
        if (object == null) {
            throw wrong(name, "is missing");
        }
        return object;
    }

    /// A JSON value that is passed on as it is; an empty object when it is absent.
    ObjectNode tree(String name) {
        JsonNode value = at(name);
        if (value.isMissingNode()) {
            return Trees.object();
        }
        if (!(value instanceof ObjectNode object)) {
            throw wrong(name, "must be an object");
        }
        return object;
    }

    /// The objects of a list; none when it is absent.
    List<Fields> objects(String name) {
        List<Fields> all = new ArrayList<>();
        for (JsonNode each : list(name)) {
            String place = place(name) + "[" + all.size() + "]";
            if (!(each instanceof ObjectNode object)) {
                throw new TranslationException(place, "must be an object");
            }
            all.add(new Fields(object, place, spelledBothWays));
        }
        return all;
    }

    List<String> texts(String name) {
        List<String> all = new ArrayList<>();
        for (JsonNode each : list(name)) {
            if (!each.isString()) {
                throw new TranslationException(
                        place(name) + "[" + all.size() + "]", "must be a string");
            }
            all.add(each.asString());
        }
        return all;
    }

    private ArrayNode list(String name) {
        JsonNode value = at(name);
        if (value.isMissingNode()) {
            return Trees.array();
        }
        if (!(value instanceof ArrayNode array)) {
            throw wrong(name, "must be an array");
        }
        return array;
    }

    /// Refuses what would be lost: a field that is set and neither read nor harmless.
    void refuseOthers(Set<String> read, Set<String> harmless) {
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            String name = spelledBothWays ? camel(field.getKey()) : field.getKey();
            if (!read.contains(name) && !harmless.contains(name) && isSet(field.getValue())) {
                throw TranslationException.noCounterpart(place(field.getKey()));
            }
        }
    }

    /// Refuses these fields when they are set.
    void refuse(String... names) {
        for (String name : names) {
            if (isSet(at(name))) {
                throw TranslationException.noCounterpart(place(name));
            }
        }
    }

    /// Refuses a field that is there with any value but this one.
    void refuseUnless(String name, String value) {
        String text = text(name);
        if (text != null && !text.equals(value)) {
            throw TranslationException.noCounterpart(place(name));
        }
    }

    TranslationException wrong(String name, String message) {
        return new TranslationException(place(name), message);
    }

    private static boolean isSet(JsonNode value) {
        return !value.isNull()
                && !value.isMissingNode()
                && !(value.isBoolean() && !value.asBoolean())
                && !(value.isContainer() && value.isEmpty());
    }

    private static String snake(String name) {
        return CAPITAL.matcher(name)
                .replaceAll(capital -> "_" + capital.group().toLowerCase(Locale.ROOT));
    }

    private static String camel(String name) {
        StringBuilder camel = new StringBuilder(name.length());
        boolean upper = false;
        for (int at = 0; at < name.length(); at++) {
            char c = name.charAt(at);
            if (c == '_') {
                upper = !camel.isEmpty();
            } else {
                camel.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            }
        }
        return camel.toString();
    }
}
