package dev.bursar.gateway.translate;

import dev.bursar.pricing.TokenUsage;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// One stream on its way from a provider to a client. What was told is not kept, but for what is still open
/// in the client's form. After [#end()], [#stop] or an error everything returns nothing. Not thread-safe.
public final class StreamTranslation {

    private static final byte[] NOTHING = {};
    private static final String DONE = "[DONE]";

    private final Form client;
    private final PieceReader reader;
    private final PieceWriter writer;
    private final Frames out;
    private Piece.@Nullable Stop stop;
    private @Nullable TokenUsage usage;
    private boolean called;
    private boolean over;

    StreamTranslation(Form client, PieceReader reader, PieceWriter writer, Frames out) {
        this.client = client;
        this.reader = reader;
        this.writer = writer;
        this.out = out;
    }

    /// Takes one event of the provider.
    ///
    /// @param type of the event; empty where events have no names
    /// @param data of the event: for Converse, the payload of its message
    /// @return bytes for the client, often none
    /// @throws TranslationException when the event cannot be understood: the stream cannot go on then, and
    ///     [#error] is what is left to say
    public byte[] event(String type, byte[] data, int offset, int length) {
        if (over) {
            return NOTHING;
        }
        if (isDone(data, offset, length)) {
            done();
            return NOTHING;
        }
        JsonNode event = Trees.read(data, offset, length);
        if (!(event instanceof ObjectNode object)) {
            throw new TranslationException("answer", "an event is not a JSON object");
        }
        reader.event(type, object, this::take);
        return out.take();
    }

    /// The provider's stream is over. One that did not tell why it ended has broken off, which is an error.
    ///
    /// @return what the client's form still needs
    /// @throws TranslationException as [#event] does
    public byte[] end() {
        if (over) {
            return NOTHING;
        }
        Piece.Stop told = stop;
        if (told == null) {
            take(new Piece.Failure(502, "the provider's stream broke off", null));
        } else {
            finish(told, usage);
        }
        return out.take();
    }

    /// Ends the stream before the provider does, as if the answer had come to the bound of its output.
    ///
    /// @param usage that the client is told
    public byte[] stop(TokenUsage usage) {
        if (over) {
            return NOTHING;
        }
        finish(Piece.Stop.of(Piece.Reason.LENGTH), usage);
        return out.take();
    }

    /// Ends the stream with an error.
    ///
    /// @param envelope a JSON object in the client's form
    public byte[] error(byte[] envelope) {
        if (over) {
            return NOTHING;
        }
        over = true;
        out.event(client == Form.GENERATE ? null : "error", envelope);
        out.close();
        return out.take();
    }

    /// Some providers of chats say that it is over, but not why.
    private void done() {
        if (stop == null) {
            stop = Piece.Stop.of(called ? Piece.Reason.CALLS : Piece.Reason.END);
        }
    }

    private void take(Piece piece) {
        if (over) {
            return;
        }
        switch (piece) {
            case Piece.Begin begin -> writer.begin(begin);
            case Piece.Text(String text) -> writer.text(text);
            case Piece.CallBegin call -> {
                called = true;
                writer.call(call);
            }
            case Piece.Arguments arguments -> writer.arguments(arguments);
            case Piece.Stop told -> stop = told;
            case Piece.Usage(TokenUsage told) -> usage = told;
            case Piece.Failure failure -> {
                over = true;
                writer.failure(failure);
                out.close();
            }
        }
    }

    private void finish(Piece.Stop stop, @Nullable TokenUsage usage) {
        writer.end(stop, usage);
        over = true;
        out.close();
    }

    private static boolean isDone(byte[] data, int offset, int length) {
        return length < 16
                && new String(data, offset, length, StandardCharsets.UTF_8).strip().equals(DONE);
    }
}
