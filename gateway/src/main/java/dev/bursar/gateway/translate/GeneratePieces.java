package dev.bursar.gateway.translate;

import dev.bursar.gateway.translate.Piece.Reason;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads answers of Gemini. Each object of a stream looks like a whole answer. Only the first candidate is
/// looked at: no more than one is asked for. Thoughts are left out, but for the signatures of calls, which
/// go into their ids.
final class GeneratePieces implements PieceReader {

    private String id = "";
    private boolean begun;
    private int calls;

    @Override
    public void event(String type, ObjectNode answer, Consumer<Piece> out) {
        if (answer.path("error").isObject()) {
            out.accept(Errors.inStream(answer));
            return;
        }
        if (!begun) {
            begun = true;
            id = answer.path("responseId").asString("");
            out.accept(Piece.Begin.of(id));
        }
        JsonNode candidate = answer.path("candidates").path(0);
        for (JsonNode part : candidate.path("content").path("parts")) {
            part(part, out);
        }
        JsonNode usage = answer.path("usageMetadata");
        if (usage.path("promptTokenCount").isNumber()) {
            out.accept(new Piece.Usage(Usages.ofGenerate(usage)));
        }
        ended(answer, candidate, out);
    }

    @Override
    public void answer(ObjectNode answer, Consumer<Piece> out) {
        event("", answer, out);
    }

    private void part(JsonNode part, Consumer<Piece> out) {
        if (part.path("thought").asBoolean(false)) {
            return;
        }
        JsonNode text = part.path("text");
        if (text.isString() && !text.asString().isEmpty()) {
            out.accept(new Piece.Text(text.asString()));
        }
        if (part.path("functionCall") instanceof ObjectNode call) {
            call(call, part.path("thoughtSignature"), out);
        }
    }

    private void call(ObjectNode call, JsonNode signature, Consumer<Piece> out) {
        if (call.has("partialArgs") || call.has("willContinue")) {
            throw new TranslationException(
                    "answer", "arguments of a function call come in parts, which nobody asked for");
        }
        String told = call.path("id").asString("");
        String name = told.isEmpty() ? "call_" + (id.isEmpty() ? "" : id + "_") + calls : told;
        @Nullable String signed = signature.isString() ? signature.asString() : null;
        out.accept(
                new Piece.CallBegin(
                        calls, CallIds.signed(name, signed), call.path("name").asString("")));
        JsonNode arguments = call.path("args");
        out.accept(new Piece.Arguments(calls, arguments.isObject() ? Trees.text(arguments) : "{}"));
        calls++;
    }

    /// A prompt that is refused has no candidates.
    private void ended(ObjectNode answer, JsonNode candidate, Consumer<Piece> out) {
        JsonNode reason = candidate.path("finishReason");
        if (reason.isString()) {
            out.accept(Piece.Stop.of(reason(reason.asString())));
        } else if (answer.path("promptFeedback").path("blockReason").isString()) {
            out.accept(Piece.Stop.of(Reason.FILTERED));
        }
    }

    /// All that is neither an end nor the bound is a reason for which the answer is not what it should be:
    /// filters of several kinds, and calls that Gemini itself found malformed.
    private Reason reason(String reason) {
        return switch (reason) {
            case "STOP", "FINISH_REASON_UNSPECIFIED" -> calls == 0 ? Reason.END : Reason.CALLS;
            case "MAX_TOKENS" -> Reason.LENGTH;
            default -> Reason.FILTERED;
        };
    }
}
