package dev.bursar.gateway.cache;

import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Whether a request would get the same answer again, and has no effect but its answer. What is not known
/// to be so is taken not to be.
final class Repeatable {

    /// What the provider does on its side: search, run code, read files, remember.
    private static final List<String> ON_THE_PROVIDERS_SIDE =
            List.of(
                    "web_search_options",
                    "mcp_servers",
                    "container",
                    "context_management",
                    "previous_response_id",
                    "conversation",
                    "prompt",
                    "audio",
                    "modalities");

    private static final Set<String> TOOLS_OF_THE_CLIENT = Set.of("function", "custom");

    /// Parts of messages that say all that they mean.
    private static final Set<String> PARTS =
            Set.of(
                    "text",
                    "refusal",
                    "image",
                    "image_url",
                    "tool_use",
                    "tool_result",
                    "thinking",
                    "redacted_thinking");

    private Repeatable() {}

    static boolean isRepeatable(ObjectNode body, CacheRule rule) {
        return temperatureFits(body.path("temperature"), rule.temperature())
                && ON_THE_PROVIDERS_SIDE.stream().allMatch(name -> isUnset(body.path(name)))
                && !body.path("store").asBoolean(false)
                && !body.path("background").asBoolean(false)
                && toolsAreTheClients(body.path("tools"))
                && allInside(body.path("system"))
                && allInside(body.path("messages"));
    }

    private static boolean temperatureFits(JsonNode value, CacheRule.Temperature wanted) {
        boolean unset = isUnset(value);
        boolean zero = value.isNumber() && value.decimalValue().signum() == 0;
        return switch (wanted) {
            case ZERO -> zero;
            case UNSET -> zero || unset;
            case ANY -> unset || value.isNumber();
        };
    }

    private static boolean isUnset(JsonNode value) {
        return value.isMissingNode() || value.isNull();
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
        JsonNode type = said.path("type");
        return (isUnset(type) || PARTS.contains(type.asString("")))
                && isInside(said.path("image_url"))
                && isInside(said.path("source"))
                && allInside(said.path("content"));
    }

    /// A picture at an address may change.
    private static boolean isInside(JsonNode picture) {
        if (isUnset(picture)) {
            return true;
        }
        JsonNode url = picture.isString() ? picture : picture.path("url");
        return url.isString()
                ? url.asString().startsWith("data:")
                : picture.path("type").asString("").equals("base64");
    }
}
