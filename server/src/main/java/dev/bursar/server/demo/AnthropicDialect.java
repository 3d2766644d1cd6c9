package dev.bursar.server.demo;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Messages. Reasoning is part of the output tokens and not shown.
final class AnthropicDialect implements Dialect {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Override
    public String whole(Reply reply) {
        ObjectNode message = message(reply);
        ObjectNode block = block(reply);
        if (reply.tool() == null) {
            block.put("text", reply.text());
        } else {
            block.set("input", JSON.readTree(reply.arguments()));
        }
        message.putArray("content").add(block);
        message.put("stop_reason", stopReason(reply));
        message.set("usage", usage(reply, reply.output()));
        return JSON.writeValueAsString(message);
    }

    @Override
    public List<Buffer> events(Reply reply, int tokensPerChunk, boolean includeUsage) {
        List<String> events = new ArrayList<>();
        ObjectNode message = message(reply);
        message.set("usage", usage(reply, 1));
        ObjectNode start = event("message_start");
        start.set("message", message);
        events.add(written(start));
        ObjectNode block = event("content_block_start").put("index", 0);
        block.set("content_block", block(reply));
        events.add(written(block));
        events.add(written(event("ping")));
        for (String text : Dialect.chunks(reply.pieces(), tokensPerChunk)) {
            events.add(delta("text_delta", "text", text));
        }
        if (reply.tool() != null) {
            events.add(delta("input_json_delta", "partial_json", reply.arguments()));
        }
        events.add(written(event("content_block_stop").put("index", 0)));
        ObjectNode end = event("message_delta");
        ObjectNode delta = end.putObject("delta");
        delta.put("stop_reason", stopReason(reply));
        delta.putNull("stop_sequence");
        end.set("usage", usage(reply, reply.output()));
        events.add(written(end));
        events.add(written(event("message_stop")));
        return Dialect.buffers(events);
    }

    @Override
    public String error(int status, String message) {
        ObjectNode root = event("error");
        ObjectNode error = root.putObject("error");
        error.put("type", Dialect.errorType(status));
        error.put("message", message);
        root.put("request_id", "req_simulated");
        return JSON.writeValueAsString(root);
    }

    private static ObjectNode event(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }

    private static String delta(String type, String field, String text) {
        ObjectNode root = event("content_block_delta").put("index", 0);
        root.putObject("delta").put("type", type).put(field, text);
        return written(root);
    }

    private static String written(ObjectNode event) {
        return "event: %s\ndata: %s\n\n"
                .formatted(event.path("type").asString(), JSON.writeValueAsString(event));
    }

    private static ObjectNode message(Reply reply) {
        ObjectNode message = JsonNodeFactory.instance.objectNode();
        message.put("id", "msg_01" + reply.serial());
        message.put("type", "message");
        message.put("role", "assistant");
        message.put("model", reply.model());
        message.putArray("content");
        message.putNull("stop_reason");
        message.putNull("stop_sequence");
        return message;
    }

    /// The one content block, without its text or with empty input.
    private static ObjectNode block(Reply reply) {
        @Nullable String tool = reply.tool();
        if (tool == null) {
            return event("text").put("text", "");
        }
        ObjectNode block = event("tool_use").put("id", "toolu_01" + reply.serial());
        block.put("name", tool);
        block.putObject("input");
        return block;
    }

    private static String stopReason(Reply reply) {
        return reply.cutOff() ? "max_tokens" : reply.tool() == null ? "end_turn" : "tool_use";
    }

    private static ObjectNode usage(Reply reply, int output) {
        ObjectNode usage = JsonNodeFactory.instance.objectNode();
        usage.put("input_tokens", reply.prompt() - reply.cacheRead() - reply.cacheWrite());
        usage.put("cache_creation_input_tokens", reply.cacheWrite());
        usage.put("cache_read_input_tokens", reply.cacheRead());
        ObjectNode creation = usage.putObject("cache_creation");
        creation.put("ephemeral_5m_input_tokens", reply.cacheWrite());
        creation.put("ephemeral_1h_input_tokens", 0);
        usage.put("output_tokens", output);
        usage.put("service_tier", "standard");
        return usage;
    }
}
