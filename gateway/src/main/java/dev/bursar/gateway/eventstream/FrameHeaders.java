package dev.bursar.gateway.eventstream;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The headers of a frame. Each is a name with its length in one byte, a type, and a value; those that
/// matter are texts.
record FrameHeaders(Map<String, String> texts) {

    static final String MESSAGE_TYPE = ":message-type";
    static final String EVENT_TYPE = ":event-type";
    static final String EXCEPTION_TYPE = ":exception-type";
    static final String CONTENT_TYPE = ":content-type";
    static final byte TEXT = 7;

    private static final String ERROR_CODE = ":error-code";
    private static final String ERROR_MESSAGE = ":error-message";
    private static final int BYTE_MASK = 0xFF;
    private static final int SHORT_MASK = 0xFFFF;

    FrameHeaders {
        texts = Map.copyOf(texts);
    }

    /// @return null when they are not what they should be
    static @Nullable FrameHeaders read(ByteBuffer in) {
        Map<String, String> texts = new HashMap<>();
        try {
            while (in.hasRemaining()) {
                String name = text(in, in.get() & BYTE_MASK);
                byte type = in.get();
                if (type == TEXT) {
                    texts.put(name, text(in, in.getShort() & SHORT_MASK));
                } else if (!skip(in, type)) {
                    return null;
                }
            }
            return new FrameHeaders(texts);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return null;
        }
    }

    Frame frame(byte[] payload) {
        return switch (texts.getOrDefault(MESSAGE_TYPE, "event")) {
            case "exception" -> new Frame(Frame.Kind.EXCEPTION, text(EXCEPTION_TYPE), payload);
            case "error" ->
                    new Frame(
                            Frame.Kind.ERROR,
                            text(ERROR_CODE),
                            text(ERROR_MESSAGE).getBytes(StandardCharsets.UTF_8));
            default -> new Frame(Frame.Kind.EVENT, text(EVENT_TYPE), payload);
        };
    }

    private String text(String name) {
        return texts.getOrDefault(name, "");
    }

    private static String text(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /// Passes over a value that is no text: a truth, a number, bytes, a moment or a UUID.
    private static boolean skip(ByteBuffer in, byte type) {
        int length =
                switch (type) {
                    case 0, 1 -> 0;
                    case 2 -> Byte.BYTES;
                    case 3 -> Short.BYTES;
                    case 4 -> Integer.BYTES;
                    case 5, 8 -> Long.BYTES;
                    case 6 -> in.getShort() & SHORT_MASK;
                    case 9 -> 2 * Long.BYTES;
                    default -> -1;
                };
        if (length < 0) {
            return false;
        }
        in.position(in.position() + length);
        return true;
    }
}
