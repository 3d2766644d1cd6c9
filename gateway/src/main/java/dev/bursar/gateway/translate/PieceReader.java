package dev.bursar.gateway.translate;

import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/// Takes the answers of a provider apart. One for each answer. Not thread-safe.
interface PieceReader {

    /// @param type of the event, or empty where the stream does not name it
    /// @throws TranslationException when the event cannot be understood
    void event(String type, ObjectNode data, Consumer<Piece> out);

    /// @throws TranslationException when the answer cannot be understood
    void answer(ObjectNode answer, Consumer<Piece> out);
}
