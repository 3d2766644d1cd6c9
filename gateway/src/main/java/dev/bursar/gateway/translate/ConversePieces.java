package dev.bursar.gateway.translate;

import dev.bursar.gateway.translate.Piece.Reason;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads answers of Bedrock's Converse, which have no ids. What an event is stands in the header of its
/// message. Reasoning is left out.
final class ConversePieces implements PieceReader {

    private int calls;

    /// Whether the block that is open is a call.
    private boolean inCall;

    private boolean argued;

    @Override
    public void event(String type, ObjectNode event, Consumer<Piece> out) {
        switch (type) {
            case "messageStart" -> begin(out);
            case "contentBlockStart" -> {
                if (event.path("start").path("toolUse") instanceof ObjectNode call) {
                    call(call, out);
                }
            }
            case "contentBlockDelta" -> {
                JsonNode delta = event.path("delta");
                text(delta.path("text"), out);
                arguments(delta.path("toolUse").path("input").asString(""), out);
            }
            case "contentBlockStop" -> blockStop(out);
            case "messageStop" -> stopped(event, out);
            case "metadata" -> used(event, out);
            case "error" -> out.accept(Errors.inStream(event));
            default -> {
                if (type.endsWith("Exception")) {
                    out.accept(
                            new Piece.Failure(
                                    Errors.status(type), Errors.read(500, event).message(), type));
                }
            }
        }
    }

    @Override
    public void answer(ObjectNode answer, Consumer<Piece> out) {
        JsonNode content = answer.path("output").path("message").path("content");
        if (!content.isArray()) {
            throw new TranslationException("answer", "has no message");
        }
        begin(out);
        for (JsonNode block : content) {
            text(block.path("text"), out);
            if (block.path("toolUse") instanceof ObjectNode call) {
                call(call, out);
                if (call.path("input").isObject()) {
                    arguments(Trees.text(call.path("input")), out);
                }
                blockStop(out);
            }
        }
        used(answer, out);
        stopped(answer, out);
    }

    private static void begin(Consumer<Piece> out) {
        out.accept(Piece.Begin.of(""));
    }

    private static void text(JsonNode text, Consumer<Piece> out) {
        if (text.isString() && !text.asString().isEmpty()) {
            out.accept(new Piece.Text(text.asString()));
        }
    }

    private void call(ObjectNode call, Consumer<Piece> out) {
        inCall = true;
        argued = false;
        out.accept(
                new Piece.CallBegin(
                        calls,
                        call.path("toolUseId").asString(""),
                        call.path("name").asString("")));
    }

    private void arguments(String json, Consumer<Piece> out) {
        if (inCall && !json.isEmpty()) {
            argued = true;
            out.accept(new Piece.Arguments(calls, json));
        }
    }

    private void blockStop(Consumer<Piece> out) {
        if (!inCall) {
            return;
        }
        if (!argued) {
            out.accept(new Piece.Arguments(calls, "{}"));
        }
        inCall = false;
        calls++;
    }

    private static void used(ObjectNode event, Consumer<Piece> out) {
        if (event.path("usage").isObject()) {
            out.accept(new Piece.Usage(Usages.ofConverse(event.path("usage"))));
        }
    }

    private static void stopped(ObjectNode event, Consumer<Piece> out) {
        JsonNode reason = event.path("stopReason");
        if (reason.isString()) {
            out.accept(Piece.Stop.of(reason(reason.asString())));
        }
    }

    private static Reason reason(String reason) {
        return switch (reason) {
            case "max_tokens", "model_context_window_exceeded" -> Reason.LENGTH;
            case "stop_sequence" -> Reason.SEQUENCE;
            case "tool_use" -> Reason.CALLS;
            case "guardrail_intervened",
                    "content_filtered",
                    "malformed_model_output",
                    "malformed_tool_use" ->
                    Reason.FILTERED;
            default -> Reason.END;
        };
    }
}
