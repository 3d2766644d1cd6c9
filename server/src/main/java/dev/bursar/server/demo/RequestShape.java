package dev.bursar.server.demo;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Where a request of a dialect keeps what a model reads and what bounds its answer.
enum RequestShape {
    CHAT("system", "messages"),
    MESSAGES("system", "messages"),
    RESPONSES("instructions", "input"),
    GEMINI("systemInstruction", "contents"),
    CONVERSE("system", "messages");

    private static final String TOOLS = "tools";
    private static final String TOOL_CONFIG = "toolConfig";

    private final String instructions;
    private final String conversation;

    RequestShape(String instructions, String conversation) {
        this.instructions = instructions;
        this.conversation = conversation;
    }

    /// Fields whose texts a model reads.
    List<String> read() {
        return List.of(instructions, conversation, this == CONVERSE ? TOOL_CONFIG : TOOLS);
    }

    /// Whether the request names the model in its path only.
    boolean modelInPath() {
        return this == GEMINI || this == CONVERSE;
    }

    /// The tools that are offered.
    JsonNode tools(JsonNode root) {
        return this == CONVERSE ? root.path(TOOL_CONFIG).path(TOOLS) : root.path(TOOLS);
    }

    /// The conversation's last part, or null when there is none.
    @Nullable JsonNode last(JsonNode root) {
        JsonNode parts = root.path(conversation);
        if (this == RESPONSES && parts.isString()) {
            return parts;
        }
        return parts.isArray() && !parts.isEmpty() ? parts.get(parts.size() - 1) : null;
    }

    /// The caller's bound on output tokens, or [Integer#MAX_VALUE].
    int bound(JsonNode root) {
        JsonNode from =
                switch (this) {
                    case CHAT, MESSAGES, RESPONSES -> root;
                    case GEMINI -> root.path("generationConfig");
                    case CONVERSE -> root.path("inferenceConfig");
                };
        for (String field : bounds()) {
            if (from.path(field).isIntegralNumber()) {
                return Math.max(1, from.path(field).asInt());
            }
        }
        return Integer.MAX_VALUE;
    }

    private List<String> bounds() {
        return switch (this) {
            case CHAT, MESSAGES -> List.of("max_completion_tokens", "max_tokens");
            case RESPONSES -> List.of("max_output_tokens");
            case GEMINI -> List.of("maxOutputTokens");
            case CONVERSE -> List.of("maxTokens");
        };
    }

    /// The name of the first tool that is offered, or null when there is none.
    @Nullable String firstTool(JsonNode root) {
        JsonNode first = tools(root).path(0);
        String name =
                switch (this) {
                    case CHAT -> first.path("function").path("name").asString("");
                    case MESSAGES, RESPONSES -> first.path("name").asString("");
                    case GEMINI ->
                            first.path("functionDeclarations").path(0).path("name").asString("");
                    case CONVERSE -> first.path("toolSpec").path("name").asString("");
                };
        return name.isEmpty() ? null : name;
    }

    /// Whether the last part of a conversation brings what a tool has found.
    boolean isToolResult(JsonNode last) {
        return switch (this) {
            case CHAT -> last.path("role").asString("").equals("tool");
            case MESSAGES ->
                    last.path("content")
                            .valueStream()
                            .anyMatch(
                                    block -> block.path("type").asString("").equals("tool_result"));
            case RESPONSES -> last.path("type").asString("").equals("function_call_output");
            case GEMINI ->
                    last.path("parts").valueStream().anyMatch(part -> part.has("functionResponse"));
            case CONVERSE ->
                    last.path("content").valueStream().anyMatch(block -> block.has("toolResult"));
        };
    }
}
