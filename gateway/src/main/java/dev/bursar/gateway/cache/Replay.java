package dev.bursar.gateway.cache;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/// Tells an answer in the form that is asked for: as it came, or a stream as a whole answer and the other
/// way round, where nothing is lost by it.
final class Replay {

    private Replay() {}

    /// @return the bytes; empty when the answer cannot be told in that form exactly
    static Optional<byte[]> of(Wire wire, Answer answer, Form form) {
        if (answer.form() == form) {
            return Optional.of(answer.body());
        }
        return switch (wire) {
            case CHAT -> events(answer, form, ChatReplay::whole, ChatReplay::stream);
            case RESPONSES -> events(answer, form, ResponsesReplay::whole, ResponsesReplay::stream);
            case MESSAGES -> events(answer, form, MessagesReplay::whole, MessagesReplay::stream);
            case GENERATE -> GenerateReplay.of(answer, form);
            case CONVERSE -> ConverseReplay.of(answer, form);
            case COMPLETIONS, EMBEDDINGS, EMBED_CONTENT -> Optional.empty();
        };
    }

    /// Of a format whose streams are events.
    private static Optional<byte[]> events(
            Answer answer,
            Form form,
            Function<List<ObjectNode>, Optional<byte[]>> whole,
            Function<ObjectNode, Optional<byte[]>> stream) {
        return switch (form) {
            case WHOLE ->
                    answer.form() == Form.EVENTS
                            ? Events.read(answer.body()).flatMap(whole)
                            : Optional.empty();
            case EVENTS ->
                    answer.form() == Form.WHOLE
                            ? Trees.object(answer.body()).flatMap(stream)
                            : Optional.empty();
            case ARRAY, FRAMES -> Optional.empty();
        };
    }
}
