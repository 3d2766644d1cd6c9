package dev.bursar.gateway.cache;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Requests whose parts have a `type`: those of OpenAI's dialect and of Anthropic's.
///
/// @param turns the field with the turns of the conversation
/// @param beside fields that change nothing in what is answered
/// @param stores whether the provider keeps the answer unless it is told not to
record TypedReading(String turns, Set<String> beside, boolean stores) implements Reading {

    static final TypedReading MESSAGES =
            new TypedReading(
                    "messages",
                    Set.of(
                            "model",
                            "stream",
                            "stream_options",
                            "user",
                            "metadata",
                            "safety_identifier",
                            "prompt_cache_key",
                            "prompt_cache_retention"),
                    false);

    /// The answer repeats `metadata`, `user` and the like of its request.
    static final TypedReading RESPONSES =
            new TypedReading("input", Set.of("model", "stream", "stream_options"), true);

    /// What the provider does on its side: search, run code, read files, remember.
    private static final List<String> ON_THE_PROVIDERS_SIDE =
            List.of(
                    "web_search_options",
                    "search_parameters",
                    "enable_search",
                    "plugins",
                    "data_sources",
                    "mcp_servers",
                    "container",
                    "context_management",
                    "previous_response_id",
                    "conversation",
                    "prompt",
                    "preset",
                    "audio",
                    "modalities");

    /// Where something is said.
    private static final List<String> SAID = List.of("system", "messages", "instructions", "input");

    private static final Set<String> TOOLS_OF_THE_CLIENT = Set.of("function", "custom");

    /// Parts and items that say all that they mean.
    private static final Set<String> PARTS =
            Set.of(
                    "text",
                    "refusal",
                    "image",
                    "image_url",
                    "tool_use",
                    "tool_result",
                    "thinking",
                    "redacted_thinking",
                    "message",
                    "input_text",
                    "output_text",
                    "input_image",
                    "function_call",
                    "function_call_output",
                    "custom_tool_call",
                    "custom_tool_call_output",
                    "reasoning");

    private static final Set<String> TEXTS = Set.of("text", "input_text");

    TypedReading {
        beside = Set.copyOf(beside);
    }

    @Override
    public boolean saysEverything(ObjectNode body) {
        return ON_THE_PROVIDERS_SIDE.stream().allMatch(name -> Reading.isUnset(body.path(name)))
                && isNotStored(body.path("store"))
                && Reading.isOff(body.path("background"))
                && toolsAreTheClients(body.path("tools"))
                && SAID.stream().allMatch(name -> allInside(body.path(name)));
    }

    @Override
    public JsonNode temperature(ObjectNode body) {
        return body.path("temperature");
    }

    @Override
    public @Nullable String takeText(ObjectNode body) {
        if (body.path(turns).isString()) {
            return Reading.take(body, turns);
        }
        ObjectNode last = Reading.lastOfUser(body.path(turns));
        if (last == null) {
            return null;
        }
        if (!(last.path("content") instanceof ArrayNode parts)) {
            return Reading.take(last, "content");
        }
        if (parts.size() != 1 || !(parts.get(0) instanceof ObjectNode part) || !isText(part)) {
            return null;
        }
        String text = Reading.take(part, "text");
        if (text != null) {
            last.remove("content");
        }
        return text;
    }

    /// A part that is a text and says nothing else.
    private static boolean isText(ObjectNode part) {
        return part.size() == 2 && TEXTS.contains(part.path("type").asString(""));
    }

    private boolean isNotStored(JsonNode store) {
        return Reading.isOff(store) && !(stores && Reading.isUnset(store));
    }

    /// Those of Messages may leave their type out.
    private static boolean toolsAreTheClients(JsonNode tools) {
        for (JsonNode tool : tools) {
            if (!TOOLS_OF_THE_CLIENT.contains(tool.path("type").asString("custom"))) {
                return false;
            }
        }
        return true;
    }

    /// Whether everything that is said is in the body itself.
    private static boolean allInside(JsonNode said) {
        if (said.isArray()) {
            for (JsonNode each : said) {
                if (!allInside(each)) {
                    return false;
                }
            }
        }
        if (!said.isObject()) {
            return true;
        }
        String type = said.path("type").asString("");
        return (Reading.isUnset(said.path("type")) || PARTS.contains(type))
                && isInside(said.path("image_url"))
                && isInside(said.path("source"))
                && Reading.isUnset(said.path("file_id"))
                && (!type.equals("reasoning") || said.path("encrypted_content").isString())
                && allInside(said.path("content"))
                && allInside(said.path("output"));
    }

    /// A picture at an address may change.
    private static boolean isInside(JsonNode picture) {
        if (Reading.isUnset(picture)) {
            return true;
        }
        JsonNode url = picture.isString() ? picture : picture.path("url");
        return url.isString()
                ? url.asString().startsWith("data:")
                : picture.path("type").asString("").equals("base64");
    }
}
