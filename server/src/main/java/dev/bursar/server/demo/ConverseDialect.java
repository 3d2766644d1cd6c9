package dev.bursar.server.demo;

import dev.bursar.gateway.eventstream.FrameWriter;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Bedrock's Converse, and ConverseStream in binary frames. Reasoning is part of the output tokens and not
/// shown.
final class ConverseDialect implements Dialect {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final String INDEX = "contentBlockIndex";

    @Override
    public String whole(Reply reply) {
        ObjectNode root = object();
        ObjectNode message = root.putObject("output").putObject("message");
        message.put("role", "assistant");
        ObjectNode block = message.putArray("content").addObject();
        if (reply.tool() == null) {
            block.put("text", reply.text());
        } else {
            toolUse(reply, block).set("input", JSON.readTree(reply.arguments()));
        }
        root.put("stopReason", stopReason(reply));
        root.set("usage", usage(reply));
        root.putObject("metrics").put("latencyMs", 1);
        return JSON.writeValueAsString(root);
    }

    /// Blocks of text have no start.
    @Override
    public List<Buffer> events(Reply reply, int tokensPerChunk, boolean includeUsage) {
        List<Buffer> events = new ArrayList<>();
        events.add(frame("messageStart", object().put("role", "assistant")));
        for (String text : Dialect.chunks(reply.pieces(), tokensPerChunk)) {
            events.add(delta(object().put("text", text)));
        }
        if (reply.tool() != null) {
            ObjectNode start = object().put(INDEX, 0);
            toolUse(reply, start.putObject("start"));
            events.add(frame("contentBlockStart", start));
            ObjectNode arguments = object();
            arguments.putObject("toolUse").put("input", reply.arguments());
            events.add(delta(arguments));
        }
        events.add(frame("contentBlockStop", object().put(INDEX, 0)));
        events.add(frame("messageStop", object().put("stopReason", stopReason(reply))));
        ObjectNode metadata = object();
        metadata.set("usage", usage(reply));
        metadata.putObject("metrics").put("latencyMs", 1);
        events.add(frame("metadata", metadata));
        return events;
    }

    @Override
    public String streamType() {
        return "application/vnd.amazon.eventstream";
    }

    @Override
    public String error(int status, String message) {
        return JSON.writeValueAsString(object().put("message", message));
    }

    @Override
    public Map<String, String> errorHeaders(int status) {
        String type =
                switch (status) {
                    case 401, 403 -> "AccessDeniedException";
                    case 404 -> "ResourceNotFoundException";
                    case 429 -> "ThrottlingException";
                    case 503 -> "ServiceUnavailableException";
                    default -> status < 500 ? "ValidationException" : "InternalServerException";
                };
        return Map.of("x-amzn-errortype", type);
    }

    private static Buffer delta(ObjectNode delta) {
        ObjectNode root = object().put(INDEX, 0);
        root.set("delta", delta);
        return frame("contentBlockDelta", root);
    }

    private static Buffer frame(String type, ObjectNode payload) {
        return Buffer.buffer(FrameWriter.event(type, JSON.writeValueAsBytes(payload)));
    }

    private static ObjectNode toolUse(Reply reply, ObjectNode in) {
        return in.putObject("toolUse")
                .put("toolUseId", "tooluse_" + reply.serial())
                .put("name", reply.tool());
    }

    private static String stopReason(Reply reply) {
        return reply.cutOff() ? "max_tokens" : reply.tool() == null ? "end_turn" : "tool_use";
    }

    private static ObjectNode usage(Reply reply) {
        ObjectNode usage = object();
        usage.put("inputTokens", reply.prompt() - reply.cacheRead() - reply.cacheWrite());
        usage.put("outputTokens", reply.output());
        usage.put("totalTokens", reply.prompt() + reply.output());
        usage.put("cacheReadInputTokens", reply.cacheRead());
        usage.put("cacheWriteInputTokens", reply.cacheWrite());
        return usage;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
