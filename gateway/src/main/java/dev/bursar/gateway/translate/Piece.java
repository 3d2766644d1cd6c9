package dev.bursar.gateway.translate;

import dev.bursar.pricing.TokenUsage;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What an answer is made of, in the order in which it comes. An answer that is whole has the same pieces
/// as one that is streamed.
sealed interface Piece {

    /// The first piece.
    record Begin(String id) implements Piece {

        /// @param id of the answer, or empty where the provider tells none: then one is made up
        static Begin of(String id) {
            return new Begin(id.isEmpty() ? "msg_" + UUID.randomUUID() : id);
        }
    }

    record Text(String text) implements Piece {}

    /// The model begins to call a tool.
    ///
    /// @param call its place among the calls of the answer, from 0 without a gap
    record CallBegin(int call, String id, String name) implements Piece {}

    /// More of the arguments of a call: part of the text of a JSON object.
    record Arguments(int call, String json) implements Piece {}

    /// Why the model stopped.
    ///
    /// @param sequence that stopped it, or null when it is not told
    record Stop(Reason reason, @Nullable String sequence) implements Piece {

        static Stop of(Reason reason) {
            return new Stop(reason, null);
        }

        /// Whether a call is none that broke off so, or that the provider found malformed: nobody could run it.
        ///
        /// @param arguments of the call, as far as they came
        boolean cutsShort(String arguments) {
            return switch (reason) {
                case LENGTH, FILTERED -> Trees.object(arguments) == null;
                case END, SEQUENCE, CALLS -> false;
            };
        }
    }

    /// What the call used so far: the last one counts.
    record Usage(TokenUsage usage) implements Piece {}

    /// The provider reports an error instead of going on. Nothing follows it.
    ///
    /// @param status of HTTP that says it best
    record Failure(int status, String message, @Nullable String kind) implements Piece {}

    enum Reason {
        /// By itself.
        END,
        /// At a text that the client named.
        SEQUENCE,
        /// At the bound of its output or its context.
        LENGTH,
        /// It waits for the results of tools.
        CALLS,
        /// A filter or the model itself kept it from answering.
        FILTERED
    }
}
