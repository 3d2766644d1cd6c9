package dev.bursar.gateway;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Bytes that should be UTF-8. A provider may cut a character in two, and what follows in the same object, its
/// usage above all, is worth reading all the same.
final class Utf8 {

    private static final int MOST_AT_A_TIME = 4_096;

    private Utf8() {}

    /// @return null when there is nothing to mend, which costs one pass over the bytes where all are ASCII
    static byte @Nullable [] mended(byte[] bytes, int offset, int length) {
        if (isAscii(bytes, offset, length) || isWhole(bytes, offset, length)) {
            return null;
        }
        // Decoding puts the replacement character where there is none.
        return new String(bytes, offset, length, StandardCharsets.UTF_8)
                .getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isAscii(byte[] bytes, int offset, int length) {
        int all = 0;
        for (int at = offset; at < offset + length; at++) {
            all |= bytes[at];
        }
        return all >= 0;
    }

    private static boolean isWhole(byte[] bytes, int offset, int length) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes, offset, length);
        CharBuffer out = CharBuffer.allocate(Math.min(length, MOST_AT_A_TIME));
        for (; ; ) {
            CoderResult result = decoder.decode(in, out.clear(), true);
            if (!result.isOverflow()) {
                return !result.isError();
            }
        }
    }
}
