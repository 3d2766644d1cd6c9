package dev.bursar.gateway.translate;

import dev.bursar.pricing.TokenUsage;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes streams and answers of Messages. One block is open at a time.
final class MessagesStream implements PieceWriter {

    private final Frames out;
    private final Head head;

    /// Of the block that is open, else of the next one.
    private int index;

    private boolean open;

    /// The call whose block is open, or -1.
    private int call = -1;

    MessagesStream(Frames out, Head head) {
        this.out = out;
        this.head = head;
    }

    @Override
    public void begin(Piece.Begin begin) {
        ObjectNode event = typed("message_start");
        ObjectNode message = event.putObject("message");
        head(message, begin.id(), head);
        message.putArray("content");
        message.putNull("stop_reason");
        message.putNull("stop_sequence");
        message.set("usage", Usages.messages(TokenUsage.NONE));
        write(event);
    }

    @Override
    public void text(String text) {
        if (!open || call >= 0) {
            start(typed("text").put("text", ""));
        }
        delta(typed("text_delta").put("text", text));
    }

    @Override
    public void call(Piece.CallBegin begin) {
        ObjectNode block = typed("tool_use").put("id", begin.id()).put("name", begin.name());
        block.putObject("input");
        start(block);
        call = begin.call();
    }

    @Override
    public void arguments(Piece.Arguments arguments) {
        if (arguments.call() != call) {
            throw new TranslationException(
                    "answer", "more of a tool call comes after another one began");
        }
        delta(typed("input_json_delta").put("partial_json", arguments.json()));
    }

    @Override
    public void end(Piece.Stop stop, @Nullable TokenUsage usage) {
        close();
        ObjectNode event = typed("message_delta");
        stop(event.putObject("delta"), stop);
        event.set("usage", used(usage));
        write(event);
        write(typed("message_stop"));
    }

    @Override
    public void failure(Piece.Failure failure) {
        write(Errors.envelope(Form.MESSAGES, failure));
    }

    private void start(ObjectNode block) {
        close();
        open = true;
        write(typed("content_block_start").put("index", index).set("content_block", block));
    }

    private void delta(ObjectNode delta) {
        write(typed("content_block_delta").put("index", index).set("delta", delta));
    }

    private void close() {
        if (open) {
            write(typed("content_block_stop").put("index", index));
            index++;
        }
        open = false;
        call = -1;
    }

    private void write(ObjectNode event) {
        out.event(event.path("type").asString(), event);
    }

    /// A whole answer.
    static ObjectNode answer(Answer answer, Head head) {
        ObjectNode json = Trees.object();
        head(json, answer.id(), head);
        ArrayNode content = json.putArray("content");
        for (Answer.Block block : answer.blocks()) {
            switch (block) {
                case Answer.Said(String text) -> content.add(typed("text").put("text", text));
                case Answer.Called called ->
                        content.add(
                                typed("tool_use")
                                        .put("id", called.id())
                                        .put("name", called.name())
                                        .set("input", called.parsed()));
            }
        }
        stop(json, answer.stop());
        json.set("usage", used(answer.usage()));
        return json;
    }

    private static void head(ObjectNode message, String id, Head head) {
        message.put("id", id);
        message.put("type", "message");
        message.put("role", "assistant");
        message.put("model", head.model());
    }

    /// The form has no word for what is unknown.
    private static ObjectNode used(@Nullable TokenUsage usage) {
        return Usages.messages(usage == null ? TokenUsage.NONE : usage);
    }

    private static void stop(ObjectNode json, Piece.Stop stop) {
        @Nullable String sequence = stop.sequence();
        json.put("stop_reason", reason(stop.reason()));
        json.put("stop_sequence", sequence);
    }

    private static String reason(Piece.Reason reason) {
        return switch (reason) {
            case END -> "end_turn";
            case SEQUENCE -> "stop_sequence";
            case LENGTH -> "max_tokens";
            case CALLS -> "tool_use";
            case FILTERED -> "refusal";
        };
    }

    private static ObjectNode typed(String type) {
        return Trees.object().put("type", type);
    }
}
