package dev.bursar.server.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/// Small moves on bytes and sockets, the same for both ends of a bench.
final class Sockets {

    private static final byte[] CONTENT_LENGTH =
            "\r\ncontent-length:".getBytes(StandardCharsets.US_ASCII);

    private Sockets() {}

    /// Writes a prepared buffer from its start. What is written fits the socket's send buffer as long as
    /// each side waits for the other, so the loop does not spin.
    static void writeAll(SocketChannel channel, ByteBuffer prepared) throws IOException {
        prepared.rewind();
        do {
            channel.write(prepared);
        } while (prepared.hasRemaining());
    }

    /// The position after the blank line that ends a head, or -1.
    static int headEnd(byte[] bytes, int length) {
        for (int i = 3; i < length; i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n') {
                return i + 1;
            }
        }
        return -1;
    }

    /// The number in `HTTP/1.1 200`.
    static int status(byte[] bytes) {
        return (bytes[9] - '0') * 100 + (bytes[10] - '0') * 10 + bytes[11] - '0';
    }

    static int indexOf(byte[] bytes, int start, int end, byte[] wanted) {
        outer:
        for (int i = start; i <= end - wanted.length; i++) {
            for (int j = 0; j < wanted.length; j++) {
                if (bytes[i + j] != wanted[j]) {
                    continue outer;
                }
            }
            return i;
        }
        return -1;
    }

    /// The `Content-Length` of a head that ends at `headEnd`, or -1.
    static int contentLength(byte[] bytes, int headEnd) {
        for (int i = 0; i + CONTENT_LENGTH.length < headEnd; i++) {
            if (bytes[i] == '\r' && begins(bytes, i, CONTENT_LENGTH)) {
                return (int) number(bytes, i + CONTENT_LENGTH.length);
            }
        }
        return -1;
    }

    /// @param wanted in lower case
    private static boolean begins(byte[] bytes, int at, byte[] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            byte one = bytes[at + i];
            if ((one >= 'A' && one <= 'Z' ? one + 32 : one) != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    /// The decimal number that begins at `at`, after spaces.
    static long number(byte[] bytes, int at) {
        int digit = at;
        while (bytes[digit] == ' ') {
            digit++;
        }
        long number = 0;
        for (; bytes[digit] >= '0' && bytes[digit] <= '9'; digit++) {
            number = number * 10 + bytes[digit] - '0';
        }
        return number;
    }

    static void closeQuietly(Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // it was of no more use
        }
    }
}
