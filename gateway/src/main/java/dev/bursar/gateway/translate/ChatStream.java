package dev.bursar.gateway.translate;

import dev.bursar.pricing.TokenUsage;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes streams and answers of Chat Completions.
final class ChatStream implements PieceWriter {

    private final Frames out;
    private final Head head;
    private final boolean withUsage;
    private String id = "";

    /// @param withUsage whether the client asked for the chunk with the usage
    ChatStream(Frames out, Head head, boolean withUsage) {
        this.out = out;
        this.head = head;
        this.withUsage = withUsage;
    }

    @Override
    public void begin(Piece.Begin begin) {
        id = begin.id();
        ObjectNode delta = Trees.object().put("role", "assistant").put("content", "");
        chunk(delta, null);
    }

    @Override
    public void text(String text) {
        chunk(Trees.object().put("content", text), null);
    }

    @Override
    public void call(Piece.CallBegin call) {
        ObjectNode delta = Trees.object();
        delta.putArray("tool_calls")
                .addObject()
                .put("index", call.call())
                .put("id", call.id())
                .put("type", "function")
                .putObject("function")
                .put("name", call.name())
                .put("arguments", "");
        chunk(delta, null);
    }

    @Override
    public void arguments(Piece.Arguments arguments) {
        ObjectNode delta = Trees.object();
        delta.putArray("tool_calls")
                .addObject()
                .put("index", arguments.call())
                .putObject("function")
                .put("arguments", arguments.json());
        chunk(delta, null);
    }

    @Override
    public void end(Piece.Stop stop, @Nullable TokenUsage usage) {
        chunk(Trees.object(), reason(stop.reason()));
        if (withUsage && usage != null) {
            ObjectNode chunk = chunk();
            chunk.putArray("choices");
            chunk.set("usage", Usages.chat(usage));
            out.event(null, chunk);
        }
        out.done();
    }

    @Override
    public void failure(Piece.Failure failure) {
        out.event("error", Errors.envelope(Form.CHAT, failure));
    }

    private void chunk(JsonNode delta, @Nullable String finishReason) {
        ObjectNode chunk = chunk();
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.set("delta", delta);
        choice.put("finish_reason", finishReason);
        out.event(null, chunk);
    }

    private ObjectNode chunk() {
        return Trees.object()
                .put("id", id)
                .put("object", "chat.completion.chunk")
                .put("created", head.seconds())
                .put("model", head.model());
    }

    /// A whole answer.
    static ObjectNode answer(Answer answer, Head head) {
        ObjectNode json =
                Trees.object()
                        .put("id", answer.id())
                        .put("object", "chat.completion")
                        .put("created", head.seconds())
                        .put("model", head.model());
        ObjectNode choice = json.putArray("choices").addObject().put("index", 0);
        ObjectNode message = choice.putObject("message").put("role", "assistant");
        String text = answer.text();
        message.put("content", text.isEmpty() && !answer.calls().isEmpty() ? null : text);
        message.putNull("refusal");
        if (!answer.calls().isEmpty()) {
            var calls = message.putArray("tool_calls");
            for (Answer.Called call : answer.calls()) {
                calls.addObject()
                        .put("id", call.id())
                        .put("type", "function")
                        .putObject("function")
                        .put("name", call.name())
                        .put("arguments", call.arguments().isBlank() ? "{}" : call.arguments());
            }
        }
        choice.putNull("logprobs");
        choice.put("finish_reason", reason(answer.stop().reason()));
        if (answer.usage() != null) {
            json.set("usage", Usages.chat(answer.usage()));
        }
        return json;
    }

    private static String reason(Piece.Reason reason) {
        return switch (reason) {
            case END, SEQUENCE -> "stop";
            case LENGTH -> "length";
            case CALLS -> "tool_calls";
            case FILTERED -> "content_filter";
        };
    }
}
