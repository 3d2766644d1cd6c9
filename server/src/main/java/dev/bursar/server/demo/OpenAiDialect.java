package dev.bursar.server.demo;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Chat completions.
final class OpenAiDialect implements Dialect {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// 2026-11-21T00:00:00Z in seconds. A fixed date keeps answers the same from run to run.
    static final long CREATED = 1_795_219_200L;

    @Override
    public String whole(Reply reply) {
        ObjectNode root = head(reply, "chat.completion");
        ObjectNode choice = root.putArray("choices").addObject();
        choice.put("index", 0);
        ObjectNode message = choice.putObject("message");
        message.put("role", "assistant");
        if (reply.tool() == null) {
            message.put("content", reply.text());
        } else {
            message.putNull("content");
            message.putArray("tool_calls").add(toolCall(reply));
        }
        message.putNull("refusal");
        choice.putNull("logprobs");
        choice.put("finish_reason", finish(reply));
        root.set("usage", usage(reply));
        root.put("system_fingerprint", "fp_simulated");
        return JSON.writeValueAsString(root);
    }

    @Override
    public List<Buffer> events(Reply reply, int tokensPerChunk, boolean includeUsage) {
        List<String> events = new ArrayList<>();
        ObjectNode role = delta();
        role.put("role", "assistant");
        role.put("content", "");
        events.add(chunk(reply, role, null, includeUsage));
        if (reply.tool() != null) {
            ObjectNode call = delta();
            call.putArray("tool_calls").add(toolCall(reply).put("index", 0));
            events.add(chunk(reply, call, null, includeUsage));
        }
        for (String text : Dialect.chunks(reply.pieces(), tokensPerChunk)) {
            events.add(chunk(reply, delta().put("content", text), null, includeUsage));
        }
        events.add(chunk(reply, delta(), finish(reply), includeUsage));
        if (includeUsage) {
            ObjectNode last = head(reply, "chat.completion.chunk");
            last.putArray("choices");
            last.set("usage", usage(reply));
            events.add(event(last));
        }
        events.add("data: [DONE]\n\n");
        return Dialect.buffers(events);
    }

    @Override
    public String embeddings(byte[] body) {
        return SimulatedEmbeddings.openAi(body);
    }

    @Override
    public String error(int status, String message) {
        ObjectNode root = delta();
        ObjectNode error = root.putObject("error");
        error.put("message", message);
        error.put("type", Dialect.errorType(status));
        error.putNull("param");
        error.putNull("code");
        return JSON.writeValueAsString(root);
    }

    private static ObjectNode delta() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static String chunk(
            Reply reply, ObjectNode delta, @Nullable String finish, boolean includeUsage) {
        ObjectNode root = head(reply, "chat.completion.chunk");
        ObjectNode choice = root.putArray("choices").addObject();
        choice.put("index", 0);
        choice.set("delta", delta);
        choice.putNull("logprobs");
        choice.put("finish_reason", finish);
        if (includeUsage) {
            root.putNull("usage");
        }
        return event(root);
    }

    private static String event(JsonNode root) {
        return "data: " + JSON.writeValueAsString(root) + "\n\n";
    }

    private static ObjectNode head(Reply reply, String object) {
        ObjectNode root = delta();
        root.put("id", "chatcmpl-" + reply.serial());
        root.put("object", object);
        root.put("created", CREATED);
        root.put("model", reply.model());
        return root;
    }

    private static ObjectNode toolCall(Reply reply) {
        ObjectNode call = delta();
        call.put("id", "call_" + reply.serial());
        call.put("type", "function");
        ObjectNode function = call.putObject("function");
        function.put("name", reply.tool());
        function.put("arguments", reply.arguments());
        return call;
    }

    private static String finish(Reply reply) {
        return reply.cutOff() ? "length" : reply.tool() == null ? "stop" : "tool_calls";
    }

    private static JsonNode usage(Reply reply) {
        return JSON.valueToTree(
                Map.of(
                        "prompt_tokens",
                        reply.prompt(),
                        "completion_tokens",
                        reply.output(),
                        "total_tokens",
                        reply.prompt() + reply.output(),
                        "prompt_tokens_details",
                        Map.of("cached_tokens", reply.cacheRead(), "audio_tokens", 0),
                        "completion_tokens_details",
                        Map.of("reasoning_tokens", reply.reasoning(), "audio_tokens", 0)));
    }
}
