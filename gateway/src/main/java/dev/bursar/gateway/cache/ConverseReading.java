package dev.bursar.gateway.cache;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Requests of Bedrock's Converse: blocks, each with one field that says what it is.
record ConverseReading() implements Reading {

    static final ConverseReading CONVERSED = new ConverseReading();

    private static final Set<String> BESIDE = Set.of("requestMetadata");

    /// What a guardrail reads, and a prompt that is kept at AWS.
    private static final List<String> NOT_OF_THE_BODY =
            List.of("guardrailConfig", "promptVariables");

    /// What a model may do on its side, when its own fields tell it to.
    private static final List<String> ON_THE_PROVIDERS_SIDE =
            List.of("tools", "mcp_servers", "container", "context_management");

    private static final Set<String> TOOLS = Set.of("toolSpec", "cachePoint");

    @Override
    public boolean saysEverything(ObjectNode body) {
        JsonNode own = body.path("additionalModelRequestFields");
        return NOT_OF_THE_BODY.stream().allMatch(name -> Reading.isUnset(body.path(name)))
                && ON_THE_PROVIDERS_SIDE.stream().allMatch(name -> Reading.isUnset(own.path(name)))
                && body.path("toolConfig")
                        .path("tools")
                        .valueStream()
                        .allMatch(tool -> TOOLS.containsAll(tool.propertyNames()))
                && areInside(body.path("system"))
                && body.path("messages")
                        .valueStream()
                        .allMatch(message -> areInside(message.path("content")));
    }

    @Override
    public JsonNode temperature(ObjectNode body) {
        return body.path("inferenceConfig").path("temperature");
    }

    @Override
    public Set<String> beside() {
        return BESIDE;
    }

    @Override
    public @Nullable String takeText(ObjectNode body) {
        ObjectNode last = Reading.lastOfUser(body.path("messages"));
        JsonNode blocks = last == null ? null : last.path("content");
        return blocks != null
                        && blocks.size() == 1
                        && blocks.get(0) instanceof ObjectNode block
                        && block.size() == 1
                ? Reading.take(block, "text")
                : null;
    }

    /// Whether all of some blocks is in the body itself.
    private static boolean areInside(JsonNode blocks) {
        return blocks.valueStream().allMatch(ConverseReading::isInside);
    }

    private static boolean isInside(JsonNode block) {
        return block.propertyStream()
                .allMatch(part ->
                        switch (part.getKey()) {
                            case "text", "json", "reasoningContent", "cachePoint" -> true;
                            case "image" -> isInSource(part.getValue().path("source"));
                            case "toolUse" -> isTheClients(part.getValue());
                            case "toolResult" ->
                                    isTheClients(part.getValue())
                                            && areInside(part.getValue().path("content"));
                            default -> false;
                        });
    }

    /// A picture in a bucket may change.
    private static boolean isInSource(JsonNode source) {
        return source.size() == 1 && source.has("bytes");
    }

    /// Tools that run at AWS have a type.
    private static boolean isTheClients(JsonNode call) {
        return Reading.isUnset(call.path("type"));
    }
}
