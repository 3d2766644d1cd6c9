package dev.bursar.server.demo;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Responses of OpenAI: one item of output, a message or a call of a function.
final class ResponsesDialect implements Dialect {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Override
    public String whole(Reply reply) {
        return JSON.writeValueAsString(ended(reply));
    }

    @Override
    public List<Buffer> events(Reply reply, int tokensPerChunk, boolean includeUsage) {
        List<ObjectNode> events = new ArrayList<>();
        events.add(event("response.created").set("response", response(reply, "in_progress")));
        events.add(event("response.in_progress").set("response", response(reply, "in_progress")));
        events.add(ofItem("response.output_item.added").set("item", item(reply, "in_progress")));
        if (reply.tool() == null) {
            text(reply, tokensPerChunk, events);
        } else {
            arguments(reply, events);
        }
        events.add(ofItem("response.output_item.done").set("item", item(reply, "completed")));
        ObjectNode ended = ended(reply);
        events.add(event("response." + ended.path("status").asString()).set("response", ended));
        List<String> written = new ArrayList<>();
        for (ObjectNode event : events) {
            event.put("sequence_number", written.size());
            written.add(
                    "event: %s\ndata: %s\n\n"
                            .formatted(
                                    event.path("type").asString(), JSON.writeValueAsString(event)));
        }
        return Dialect.buffers(written);
    }

    @Override
    public String error(int status, String message) {
        return new OpenAiDialect().error(status, message);
    }

    private static void text(Reply reply, int tokensPerChunk, List<ObjectNode> events) {
        events.add(ofText("response.content_part.added", reply).set("part", part("")));
        for (String delta : Dialect.chunks(reply.pieces(), tokensPerChunk)) {
            ObjectNode event = ofText("response.output_text.delta", reply).put("delta", delta);
            event.putArray("logprobs");
            events.add(event);
        }
        ObjectNode done = ofText("response.output_text.done", reply).put("text", reply.text());
        done.putArray("logprobs");
        events.add(done);
        events.add(ofText("response.content_part.done", reply).set("part", part(reply.text())));
    }

    private static void arguments(Reply reply, List<ObjectNode> events) {
        String type = "response.function_call_arguments.";
        events.add(
                ofItem(type + "delta").put("item_id", id(reply)).put("delta", reply.arguments()));
        events.add(
                ofItem(type + "done")
                        .put("item_id", id(reply))
                        .put("name", reply.tool())
                        .put("arguments", reply.arguments()));
    }

    private static ObjectNode ended(Reply reply) {
        ObjectNode response = response(reply, reply.cutOff() ? "incomplete" : "completed");
        if (reply.cutOff()) {
            response.putObject("incomplete_details").put("reason", "max_output_tokens");
        }
        response.putArray("output").add(item(reply, "completed"));
        ObjectNode usage = response.putObject("usage");
        usage.put("input_tokens", reply.prompt());
        usage.putObject("input_tokens_details").put("cached_tokens", reply.cacheRead());
        usage.put("output_tokens", reply.output());
        usage.putObject("output_tokens_details").put("reasoning_tokens", reply.reasoning());
        usage.put("total_tokens", reply.prompt() + reply.output());
        return response;
    }

    private static ObjectNode response(Reply reply, String status) {
        ObjectNode response = JsonNodeFactory.instance.objectNode();
        response.put("id", "resp_" + reply.serial());
        response.put("object", "response");
        response.put("created_at", OpenAiDialect.CREATED);
        response.put("status", status);
        response.putNull("error");
        response.putNull("incomplete_details");
        response.putNull("instructions");
        response.putObject("metadata");
        response.put("model", reply.model());
        response.putArray("output");
        response.put("parallel_tool_calls", true);
        response.put("temperature", 1.0);
        response.put("tool_choice", "auto");
        response.putArray("tools");
        response.put("top_p", 1.0);
        response.putNull("usage");
        return response;
    }

    /// @param status `completed` for the whole item, else only its beginning
    private static ObjectNode item(Reply reply, String status) {
        boolean whole = status.equals("completed");
        ObjectNode item = JsonNodeFactory.instance.objectNode();
        item.put("id", id(reply)).put("status", status);
        if (reply.tool() == null) {
            item.put("type", "message").put("role", "assistant");
            if (whole) {
                item.putArray("content").add(part(reply.text()));
            } else {
                item.putArray("content");
            }
        } else {
            item.put("type", "function_call").put("call_id", "call_" + reply.serial());
            item.put("name", reply.tool()).put("arguments", whole ? reply.arguments() : "");
        }
        return item;
    }

    private static String id(Reply reply) {
        return (reply.tool() == null ? "msg_" : "fc_") + reply.serial();
    }

    private static ObjectNode part(String text) {
        ObjectNode part = event("output_text").put("text", text);
        part.putArray("annotations");
        part.putArray("logprobs");
        return part;
    }

    private static ObjectNode ofText(String type, Reply reply) {
        return ofItem(type).put("item_id", id(reply)).put("content_index", 0);
    }

    private static ObjectNode ofItem(String type) {
        return event(type).put("output_index", 0);
    }

    private static ObjectNode event(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }
}
