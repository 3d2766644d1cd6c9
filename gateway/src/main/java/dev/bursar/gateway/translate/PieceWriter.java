package dev.bursar.gateway.translate;

import dev.bursar.pricing.TokenUsage;

/// Writes a stream for a client, piece by piece. Not thread-safe.
interface PieceWriter {

    void begin(Piece.Begin begin);

    void text(String text);

    void call(Piece.CallBegin call);

    void arguments(Piece.Arguments arguments);

    /// Closes what is open and tells why the answer stopped and what it used. The last one that is called.
    void end(Piece.Stop stop, TokenUsage usage);

    /// Ends the stream with an error instead.
    void failure(Piece.Failure failure);
}
