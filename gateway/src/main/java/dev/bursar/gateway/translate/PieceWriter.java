package dev.bursar.gateway.translate;

import dev.bursar.pricing.TokenUsage;
import org.jspecify.annotations.Nullable;

/// Writes a stream for a client, piece by piece. Not thread-safe.
interface PieceWriter {

    void begin(Piece.Begin begin);

    void text(String text);

    void call(Piece.CallBegin call);

    void arguments(Piece.Arguments arguments);

    /// Closes what is open and tells why the answer stopped and what it used. The last one that is called.
    ///
    /// @param usage null when the provider told none: where the form allows it, the client is told none either
    void end(Piece.Stop stop, @Nullable TokenUsage usage);

    /// Ends the stream with an error instead.
    void failure(Piece.Failure failure);
}
