package dev.bursar.gateway.translate;

import dev.bursar.pricing.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// An answer that is put together from its pieces, whole.
///
/// @param blocks in the order in which they came; texts that follow each other are one
/// @param usage null when the provider told none
record Answer(String id, List<Block> blocks, Piece.Stop stop, @Nullable TokenUsage usage) {

    Answer {
        blocks = List.copyOf(blocks);
    }

    sealed interface Block {}

    record Said(String text) implements Block {}

    /// @param arguments as the model wrote them
    record Called(String id, String name, String arguments) implements Block {

        /// @throws TranslationException when the arguments are no JSON object
        ObjectNode parsed() {
            ObjectNode object = Trees.object(arguments);
            if (object == null) {
                throw new TranslationException(
                        "answer", "the arguments of a tool call are not a JSON object");
            }
            return object;
        }
    }

    /// All that was said.
    String text() {
        StringBuilder all = new StringBuilder();
        for (Block block : blocks) {
            if (block instanceof Said(String text)) {
                all.append(text);
            }
        }
        return all.toString();
    }

    List<Called> calls() {
        return blocks.stream().filter(Called.class::isInstance).map(Called.class::cast).toList();
    }

    /// Collects the pieces of one answer.
    static final class Builder {

        private final List<Open> open = new ArrayList<>();
        private final List<Open> calls = new ArrayList<>();
        private String id = "";
        private Piece.@Nullable Stop stop;
        private @Nullable TokenUsage usage;

        /// @param call null for a text
        private record Open(Piece.@Nullable CallBegin call, StringBuilder content) {}

        /// @throws TranslationException when the piece is a failure
        void take(Piece piece) {
            switch (piece) {
                case Piece.Begin(String told) -> id = told;
                case Piece.Text(String text) -> {
                    if (open.isEmpty() || open.getLast().call() != null) {
                        open.add(new Open(null, new StringBuilder()));
                    }
                    open.getLast().content().append(text);
                }
                case Piece.CallBegin call -> {
                    Open begun = new Open(call, new StringBuilder());
                    open.add(begun);
                    calls.add(begun);
                }
                case Piece.Arguments(int call, String json) ->
                        calls.get(call).content().append(json);
                case Piece.Stop told -> stop = told;
                case Piece.Usage(TokenUsage told) -> usage = told;
                case Piece.Failure failure ->
                        throw new TranslationException("answer", failure.message());
            }
        }

        /// @throws TranslationException when the answer has no end
        Answer answer() {
            Piece.Stop told = stop;
            if (told == null) {
                throw new TranslationException("answer", "does not say why it ended");
            }
            List<Block> blocks = new ArrayList<>();
            for (Open each : open) {
                String content = each.content().toString();
                Piece.CallBegin call = each.call();
                if (call == null) {
                    blocks.add(new Said(content));
                } else if (!told.cutsShort(content)) {
                    blocks.add(new Called(call.id(), call.name(), content));
                }
            }
            return new Answer(id, blocks, told, usage);
        }
    }
}
