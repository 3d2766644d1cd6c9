package dev.bursar.gateway.eventstream;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/// Writes frames whose payload is JSON.
public final class FrameWriter {

    private static final String JSON = "application/json";

    private FrameWriter() {}

    /// An event of the stream.
    ///
    /// @throws IllegalArgumentException when the frame would be longer than one can be
    public static byte[] event(String type, byte[] json) {
        return frame("event", FrameHeaders.EVENT_TYPE, type, json);
    }

    /// An error that the service declares.
    ///
    /// @throws IllegalArgumentException when the frame would be longer than one can be
    public static byte[] exception(String type, byte[] json) {
        return frame("exception", FrameHeaders.EXCEPTION_TYPE, type, json);
    }

    private static byte[] frame(String messageType, String typeHeader, String type, byte[] json) {
        int headersLength =
                length(typeHeader, type)
                        + length(FrameHeaders.CONTENT_TYPE, JSON)
                        + length(FrameHeaders.MESSAGE_TYPE, messageType);
        long length =
                (long) FrameReader.PRELUDE_BYTES
                        + headersLength
                        + json.length
                        + FrameReader.CHECKSUM_BYTES;
        if (length > FrameReader.MAX_FRAME_BYTES) {
            throw new IllegalArgumentException("a frame of " + length + " bytes");
        }
        ByteBuffer out = ByteBuffer.allocate((int) length);
        out.putInt((int) length).putInt(headersLength);
        out.putInt(checksum(out));
        header(out, typeHeader, type);
        header(out, FrameHeaders.CONTENT_TYPE, JSON);
        header(out, FrameHeaders.MESSAGE_TYPE, messageType);
        out.put(json);
        return out.putInt(checksum(out)).array();
    }

    /// A name, its length in a byte, the type of the value, and the value with its length in two.
    private static int length(String name, String value) {
        return Byte.BYTES + name.length() + Byte.BYTES + Short.BYTES + bytes(value).length;
    }

    private static void header(ByteBuffer out, String name, String value) {
        out.put((byte) name.length()).put(bytes(name)).put(FrameHeaders.TEXT);
        out.putShort((short) bytes(value).length).put(bytes(value));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// Of all that was written so far.
    private static int checksum(ByteBuffer out) {
        CRC32 checksum = new CRC32();
        checksum.update(out.duplicate().flip());
        return (int) checksum.getValue();
    }
}
