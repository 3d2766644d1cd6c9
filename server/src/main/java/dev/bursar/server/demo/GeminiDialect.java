package dev.bursar.server.demo;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Gemini's generateContent and, as server-sent events, streamGenerateContent. Reasoning is counted
/// beside the tokens of the candidates and not shown.
final class GeminiDialect implements Dialect {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Override
    public String whole(Reply reply) {
        ObjectNode part = reply.tool() == null ? text(reply.text()) : call(reply);
        return JSON.writeValueAsString(chunk(reply, part, true));
    }

    @Override
    public List<Buffer> events(Reply reply, int tokensPerChunk, boolean includeUsage) {
        List<ObjectNode> parts = new ArrayList<>();
        Dialect.chunks(reply.pieces(), tokensPerChunk).forEach(piece -> parts.add(text(piece)));
        if (parts.isEmpty()) {
            parts.add(reply.tool() == null ? text("") : call(reply));
        }
        List<String> events = new ArrayList<>();
        for (ObjectNode part : parts) {
            boolean last = events.size() == parts.size() - 1;
            events.add(
                    "data: %s\r\n\r\n"
                            .formatted(JSON.writeValueAsString(chunk(reply, part, last))));
        }
        return Dialect.buffers(events);
    }

    @Override
    public String embeddings(byte[] body) {
        return SimulatedEmbeddings.gemini(body);
    }

    @Override
    public String error(int status, String message) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.putObject("error")
                .put("code", status)
                .put("message", message)
                .put(
                        "status",
                        switch (status) {
                            case 401 -> "UNAUTHENTICATED";
                            case 404 -> "NOT_FOUND";
                            case 429 -> "RESOURCE_EXHAUSTED";
                            default -> status < 500 ? "INVALID_ARGUMENT" : "INTERNAL";
                        });
        return JSON.writeValueAsString(root);
    }

    /// Every chunk tells the prompt's tokens, only the last one why and with how much it ended.
    private static ObjectNode chunk(Reply reply, ObjectNode part, boolean last) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ObjectNode candidate = root.putArray("candidates").addObject();
        ObjectNode content = candidate.putObject("content");
        content.putArray("parts").add(part);
        content.put("role", "model");
        candidate.put("index", 0);
        ObjectNode usage = root.putObject("usageMetadata");
        usage.put("promptTokenCount", reply.prompt());
        if (reply.cacheRead() > 0) {
            usage.put("cachedContentTokenCount", reply.cacheRead());
        }
        if (last) {
            candidate.put("finishReason", reply.cutOff() ? "MAX_TOKENS" : "STOP");
            usage.put("candidatesTokenCount", reply.output() - reply.reasoning());
            if (reply.reasoning() > 0) {
                usage.put("thoughtsTokenCount", reply.reasoning());
            }
        }
        usage.put("totalTokenCount", reply.prompt() + (last ? reply.output() : 0));
        root.put("modelVersion", reply.model());
        root.put("responseId", reply.serial());
        return root;
    }

    private static ObjectNode text(String text) {
        return JsonNodeFactory.instance.objectNode().put("text", text);
    }

    private static ObjectNode call(Reply reply) {
        ObjectNode part = JsonNodeFactory.instance.objectNode();
        part.putObject("functionCall")
                .put("name", reply.tool())
                .set("args", JSON.readTree(reply.arguments()));
        return part;
    }
}
