package dev.bursar.server.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// Sends prepared requests in turn, and wants the same answer to each, byte for byte.
final class CannedTraffic implements LoadGenerator.Traffic {

    private final List<ByteBuffer> requests;
    private final byte[] expected;
    private int nextRequest;

    /// @param requests of which nothing is changed: others may send them, too
    /// @param expected the body, without its framing
    CannedTraffic(List<ByteBuffer> requests, byte[] expected) {
        this.requests = requests;
        this.expected = expected;
    }

    @Override
    public ByteBuffer next() {
        ByteBuffer next = requests.get(nextRequest).duplicate();
        nextRequest = (nextRequest + 1) % requests.size();
        return next;
    }

    boolean isExpected(int status, byte[] bytes, int start, int end) {
        return status == 200
                && (Arrays.equals(bytes, start, end, expected, 0, expected.length)
                        || isChunked(bytes, start));
    }

    @Override
    public void answered(int status, byte[] bytes, int start, int end) {
        if (!isExpected(status, bytes, start, end)) {
            int length = Math.min(end - start, 2_000);
            throw new IllegalStateException(
                    "not the expected answer: "
                            + status
                            + " "
                            + new String(bytes, start, length, StandardCharsets.ISO_8859_1));
        }
    }

    /// Whether chunks that begin here are the expected body.
    private boolean isChunked(byte[] bytes, int start) {
        int at = start;
        int matched = 0;
        while (true) {
            int size = 0;
            for (; bytes[at] != '\r'; at++) {
                int digit = Character.digit(bytes[at], 16);
                if (digit < 0 || size > expected.length) {
                    return false;
                }
                size = size * 16 + digit;
            }
            at += 2;
            if (size == 0) {
                return matched == expected.length;
            }
            if (matched + size > expected.length
                    || !Arrays.equals(bytes, at, at + size, expected, matched, matched + size)) {
                return false;
            }
            matched += size;
            at += size + 2;
        }
    }
}
