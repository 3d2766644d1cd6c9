package dev.bursar.gateway.translate;

import dev.bursar.gateway.translate.Piece.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads answers of Chat Completions. Only the first choice is looked at: no more than one is asked for.
final class ChatPieces implements PieceReader {

    /// The calls that have begun, by the ids or places that the provider gave them.
    private final List<String> calls = new ArrayList<>();

    private boolean begun;

    @Override
    public void event(String type, ObjectNode chunk, Consumer<Piece> out) {
        if (!chunk.path("error").isMissingNode() && !chunk.path("error").isNull()) {
            out.accept(Errors.inStream(chunk));
            return;
        }
        begin(chunk, out);
        JsonNode choice = first(chunk);
        said(choice.path("delta"), out);
        ended(choice, out);
        used(chunk, out);
    }

    @Override
    public void answer(ObjectNode answer, Consumer<Piece> out) {
        JsonNode choice = first(answer);
        if (!choice.path("message").isObject()) {
            throw new TranslationException("answer", "has no message");
        }
        begin(answer, out);
        said(choice.path("message"), out);
        ended(choice, out);
        used(answer, out);
    }

    private void begin(ObjectNode chunk, Consumer<Piece> out) {
        if (!begun) {
            begun = true;
            out.accept(Piece.Begin.of(chunk.path("id").asString("")));
        }
    }

    private static JsonNode first(ObjectNode chunk) {
        JsonNode choice = chunk.path("choices").path(0);
        return choice.path("index").asInt(0) == 0 ? choice : choice.path("delta").path("none");
    }

    private void said(JsonNode message, Consumer<Piece> out) {
        JsonNode content = message.path("content");
        text(content, out);
        // Mistral tells thoughts and texts as parts.
        content.forEach(part -> text(part.path("text"), out));
        text(message.path("refusal"), out);
        JsonNode told = message.path("tool_calls");
        for (int at = 0; at < told.size(); at++) {
            call(told.get(at), at, out);
        }
    }

    private static void text(JsonNode text, Consumer<Piece> out) {
        if (text.isString() && !text.asString().isEmpty()) {
            out.accept(new Piece.Text(text.asString()));
        }
    }

    /// @param at the place among the calls of this message, for providers that do not tell it
    private void call(JsonNode told, int at, Consumer<Piece> out) {
        JsonNode function = told.path("function");
        String id = told.path("id").asString("");
        String key =
                told.path("index").isNumber()
                        ? told.path("index").asString()
                        : id.isEmpty() ? Integer.toString(at) : id;
        int call = calls.indexOf(key);
        if (call < 0) {
            call = calls.size();
            calls.add(key);
            out.accept(
                    new Piece.CallBegin(
                            call,
                            id.isEmpty() ? "call_" + call : id,
                            function.path("name").asString("")));
        }
        String json = function.path("arguments").asString("");
        if (!json.isEmpty()) {
            out.accept(new Piece.Arguments(call, json));
        }
    }

    private void ended(JsonNode choice, Consumer<Piece> out) {
        JsonNode reason = choice.path("finish_reason");
        if (reason.isString()) {
            out.accept(Piece.Stop.of(reason(reason.asString())));
        }
    }

    private Reason reason(String reason) {
        return switch (reason) {
            case "length" -> Reason.LENGTH;
            case "content_filter" -> Reason.FILTERED;
            case "tool_calls", "function_call" -> Reason.CALLS;
            default -> calls.isEmpty() ? Reason.END : Reason.CALLS;
        };
    }

    private static void used(ObjectNode chunk, Consumer<Piece> out) {
        @Nullable JsonNode usage = chunk.get("usage");
        if (usage != null && usage.path("prompt_tokens").isNumber()) {
            out.accept(new Piece.Usage(Usages.ofChat(usage)));
        }
    }
}
