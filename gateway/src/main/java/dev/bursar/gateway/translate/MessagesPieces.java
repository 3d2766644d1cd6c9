package dev.bursar.gateway.translate;

import dev.bursar.gateway.translate.Piece.Reason;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads answers of Messages. Blocks follow each other. Thinking, and what tools of the server do, is
/// left out.
final class MessagesPieces implements PieceReader {

    private final ObjectNode usage = Trees.object();
    private boolean begun;
    private boolean said;
    private int calls;

    /// The call whose block is open: its arguments as the block began, until others come in pieces.
    private @Nullable JsonNode input;

    private boolean inCall;

    @Override
    public void event(String type, ObjectNode event, Consumer<Piece> out) {
        switch (event.path("type").asString(type)) {
            case "message_start" -> start(event.path("message"), out);
            case "content_block_start" -> blockStart(event.path("content_block"), out);
            case "content_block_delta" -> delta(event.path("delta"), out);
            case "content_block_stop" -> blockStop(out);
            case "message_delta" -> {
                used(event, out);
                stopped(event.path("delta"), out);
            }
            case "error" -> out.accept(Errors.inStream(event));
            default -> {
                // ping, message_stop, and what is not known yet.
            }
        }
    }

    @Override
    public void answer(ObjectNode answer, Consumer<Piece> out) {
        if (!answer.path("content").isArray()) {
            throw new TranslationException("answer", "has no content");
        }
        start(answer, out);
        for (JsonNode block : answer.path("content")) {
            blockStart(block, out);
            blockStop(out);
        }
        stopped(answer, out);
    }

    /// A stream may say twice that it starts. Where it has said more in between, it is another answer.
    private void start(JsonNode message, Consumer<Piece> out) {
        if (said) {
            throw new TranslationException("answer", "the provider began its answer anew");
        }
        if (!begun) {
            begun = true;
            out.accept(Piece.Begin.of(message.path("id").asString("")));
        }
        used(message, out);
    }

    private void blockStart(JsonNode block, Consumer<Piece> out) {
        said = true;
        switch (block.path("type").asString("")) {
            case "text" -> text(block.path("text"), out);
            case "tool_use" -> {
                inCall = true;
                input = block.path("input");
                out.accept(
                        new Piece.CallBegin(
                                calls,
                                block.path("id").asString(""),
                                block.path("name").asString("")));
            }
            default -> inCall = false;
        }
    }

    private void delta(JsonNode delta, Consumer<Piece> out) {
        switch (delta.path("type").asString("")) {
            case "text_delta" -> text(delta.path("text"), out);
            case "input_json_delta" -> {
                String json = delta.path("partial_json").asString("");
                if (inCall && !json.isEmpty()) {
                    input = null;
                    out.accept(new Piece.Arguments(calls, json));
                }
            }
            default -> {
                // Thinking and its signature, citations.
            }
        }
    }

    /// Arguments that came with the start of the block, or none at all, are told as a whole.
    private void blockStop(Consumer<Piece> out) {
        if (!inCall) {
            return;
        }
        JsonNode whole = input;
        if (whole != null) {
            out.accept(new Piece.Arguments(calls, whole.isObject() ? Trees.text(whole) : "{}"));
        }
        inCall = false;
        calls++;
    }

    private static void text(JsonNode text, Consumer<Piece> out) {
        if (text.isString() && !text.asString().isEmpty()) {
            out.accept(new Piece.Text(text.asString()));
        }
    }

    /// Later counts replace those that they name, and no others.
    private void used(JsonNode from, Consumer<Piece> out) {
        if (from.path("usage") instanceof ObjectNode told) {
            told.properties()
                    .forEach(field -> {
                        if (!field.getValue().isNull()) {
                            usage.set(field.getKey(), field.getValue());
                        }
                    });
            out.accept(new Piece.Usage(Usages.ofMessages(usage)));
        }
    }

    private static void stopped(JsonNode from, Consumer<Piece> out) {
        JsonNode reason = from.path("stop_reason");
        if (reason.isString()) {
            JsonNode sequence = from.path("stop_sequence");
            out.accept(
                    new Piece.Stop(
                            reason(reason.asString()),
                            sequence.isString() ? sequence.asString() : null));
        }
    }

    private static Reason reason(String reason) {
        return switch (reason) {
            case "max_tokens", "model_context_window_exceeded" -> Reason.LENGTH;
            case "stop_sequence" -> Reason.SEQUENCE;
            case "tool_use" -> Reason.CALLS;
            case "refusal" -> Reason.FILTERED;
            default -> Reason.END;
        };
    }
}
