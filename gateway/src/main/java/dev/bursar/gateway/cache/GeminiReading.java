package dev.bursar.gateway.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Requests of Gemini's dialect, whose fields may be written in camel case or with underscores.
///
/// @param drawn whether the answer is drawn by chance: it is generated, and no embedding
record GeminiReading(boolean drawn) implements Reading {

    static final GeminiReading GENERATED = new GeminiReading(true);
    static final GeminiReading EMBEDDED = new GeminiReading(false);

    private static final Set<String> BESIDE = Set.of("labels");

    private static final String CONFIG = "generationConfig";
    private static final String SYSTEM = "systemInstruction";
    private static final String INLINE = "inlineData";

    private static final Set<String> PARTS =
            Set.of(
                    "text",
                    "thought",
                    "thoughtSignature",
                    INLINE,
                    "functionCall",
                    "functionResponse");

    @Override
    public Optional<ObjectNode> spelled(ObjectNode body) {
        boolean clear =
                camel(body)
                        && camel(body.path(CONFIG))
                        && camelEach(body.path("tools"))
                        && camelEach(body.path("requests"))
                        && contents(body).stream().allMatch(GeminiReading::camelContent);
        return clear ? Optional.of(body) : Optional.empty();
    }

    @Override
    public boolean saysEverything(ObjectNode body) {
        JsonNode config = body.path(CONFIG);
        return Reading.isUnset(body.path("cachedContent"))
                && Reading.isOff(body.path("store"))
                && Reading.isUnset(config.path("speechConfig"))
                && isTextOnly(config.path("responseModalities"))
                && each(body.path("tools")).stream().allMatch(GeminiReading::isTheClients)
                && contents(body).stream().allMatch(content -> areInside(content.path("parts")));
    }

    @Override
    public @Nullable JsonNode temperature(ObjectNode body) {
        return drawn ? body.path(CONFIG).path("temperature") : null;
    }

    @Override
    public Set<String> beside() {
        return BESIDE;
    }

    @Override
    public @Nullable String takeText(ObjectNode body) {
        ObjectNode last = drawn ? Reading.lastOfUser(body.path("contents")) : null;
        JsonNode parts = last == null ? null : last.path("parts");
        return parts != null
                        && parts.isArray()
                        && parts.size() == 1
                        && parts.get(0) instanceof ObjectNode part
                        && part.size() == 1
                ? Reading.take(part, "text")
                : null;
    }

    /// Everything in a body that has parts.
    private static List<JsonNode> contents(ObjectNode body) {
        List<JsonNode> contents = each(body.path("contents"));
        contents.add(body.path(SYSTEM));
        contents.add(body.path("content"));
        each(body.path("requests")).forEach(request -> contents.add(request.path("content")));
        return contents;
    }

    private static boolean isTextOnly(JsonNode modalities) {
        return each(modalities).stream().allMatch(one -> one.asString("").equals("TEXT"));
    }

    /// Functions are the client's to run; everything else Google runs.
    private static boolean isTheClients(JsonNode tool) {
        return tool.properties().stream()
                .allMatch(part -> part.getKey().equals("functionDeclarations"));
    }

    /// Whether all of some parts is in the body itself.
    private static boolean areInside(JsonNode parts) {
        return each(parts).stream()
                .allMatch(part ->
                        PARTS.containsAll(part.propertyNames())
                                && areInside(part.path("functionResponse").path("parts")));
    }

    /// The items of a list, or the one thing that Google's JSON takes for a list.
    private static List<JsonNode> each(JsonNode list) {
        List<JsonNode> items = new ArrayList<>();
        if (list.isArray()) {
            list.forEach(items::add);
        } else if (!Reading.isUnset(list)) {
            items.add(list);
        }
        return items;
    }

    private static boolean camelContent(JsonNode content) {
        return camel(content) && camelParts(content.path("parts"));
    }

    private static boolean camelParts(JsonNode parts) {
        return each(parts).stream()
                .allMatch(part ->
                        camel(part)
                                && camel(part.path(INLINE))
                                && camel(part.path("functionResponse"))
                                && camelParts(part.path("functionResponse").path("parts")));
    }

    private static boolean camelEach(JsonNode list) {
        return each(list).stream().allMatch(GeminiReading::camel);
    }

    /// Renames the fields of one object, not of those in it: there are names in them that others have
    /// given. False when two are the same then.
    private static boolean camel(JsonNode node) {
        if (node instanceof ObjectNode object) {
            for (String name : new TreeSet<>(object.propertyNames())) {
                String camel = camel(name);
                if (!camel.equals(name)) {
                    if (object.has(camel)) {
                        return false;
                    }
                    object.set(camel, object.remove(name));
                }
            }
        }
        return true;
    }

    private static String camel(String name) {
        StringBuilder camel = new StringBuilder(name.length());
        boolean upper = false;
        for (int at = 0; at < name.length(); at++) {
            char c = name.charAt(at);
            if (c == '_' && !camel.isEmpty()) {
                upper = true;
            } else {
                camel.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            }
        }
        return camel.toString();
    }
}
