package dev.bursar.server.demo;

import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The messages of one run of an agent, growing with each answer like a real agent's context does.
final class Conversation {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final String PROSE =
            "The customer wrote on Monday that the second order of the month has not arrived yet, and"
                    + " asks whether the invoice can be split between two departments. ";

    private static final int MAX_OUTPUT_TOKENS = 600;

    private final Role role;
    private final ArrayNode messages = JsonNodeFactory.instance.arrayNode();

    Conversation(Role role, String task) {
        this.role = role;
        if (!role.anthropic()) {
            say("system", instructions());
        }
        say("user", task + " " + prose(role.promptTokens() * 4));
    }

    /// English text of a length.
    static String prose(int characters) {
        return PROSE.repeat(characters / PROSE.length() + 1).substring(0, characters);
    }

    /// The body of the next request.
    String request() {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("model", role.model());
        if (role.anthropic()) {
            body.put("max_tokens", MAX_OUTPUT_TOKENS);
            ObjectNode system = body.putArray("system").addObject();
            system.put("type", "text").put("text", instructions());
            system.putObject("cache_control").put("type", "ephemeral");
        } else {
            body.put("max_completion_tokens", MAX_OUTPUT_TOKENS);
        }
        if (role.stream()) {
            body.put("stream", true);
        }
        if (!role.tool().isEmpty()) {
            offer(body.putArray("tools").addObject());
        }
        body.set("messages", messages);
        return JSON.writeValueAsString(body);
    }

    /// Takes in an answer and has the agent speak next.
    void heard(String answer) {
        if (role.stream()) {
            say("assistant", "Done with the first part.");
            say("user", "Go on with the next part. " + prose(200));
            return;
        }
        JsonNode message = JSON.readTree(answer);
        messages.addObject()
                .put("role", "assistant")
                .set("content", message.path("content").deepCopy());
        JsonNode block = message.path("content").path(0);
        if (block.path("type").asString("").equals("tool_use")) {
            messages.addObject()
                    .put("role", "user")
                    .putArray("content")
                    .addObject()
                    .put("type", "tool_result")
                    .put("tool_use_id", block.path("id").asString(""))
                    .put("content", "Page " + messages.size() + ": " + prose(1_190));
        } else {
            say("user", "Look further. " + prose(120));
        }
    }

    private void offer(ObjectNode tool) {
        tool.put("name", role.tool());
        tool.put("description", "Searches the web and returns what it found.");
        tool.putObject("input_schema").put("type", "object").putObject("properties");
    }

    private void say(String speaker, String text) {
        messages.addObject().put("role", speaker).put("content", text);
    }

    private String instructions() {
        return String.format(
                Locale.ROOT,
                "You are the %s agent of the %s workflow. Be brief and exact.",
                role.agent(),
                role.workflow());
    }
}
