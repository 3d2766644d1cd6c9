package dev.bursar.gateway.eventstream;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

/// Frames byte by byte, for what [FrameWriter] never writes.
public final class RawFrames {

    private RawFrames() {}

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// A frame of any headers and payload.
    public static byte[] frame(byte[] headers, byte[] payload) {
        ByteBuffer out = ByteBuffer.allocate(16 + headers.length + payload.length);
        out.putInt(out.capacity()).putInt(headers.length);
        out.putInt(checksum(out.array(), 8)).put(headers).put(payload);
        return out.putInt(checksum(out.array(), out.position())).array();
    }

    static int checksum(byte[] bytes, int length) {
        CRC32 checksum = new CRC32();
        checksum.update(bytes, 0, length);
        return (int) checksum.getValue();
    }

    /// A header of type 7.
    public static byte[] text(String name, String value) {
        ByteBuffer out = ByteBuffer.allocate(4 + name.length() + utf8(value).length);
        out.put((byte) name.length()).put(utf8(name)).put((byte) 7);
        return out.putShort((short) utf8(value).length).put(utf8(value)).array();
    }

    public static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(out::writeBytes);
        return out.toByteArray();
    }
}
