package dev.bursar.server.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.SocketChannel;

/// Small moves on bytes and sockets, the same for both ends of a bench.
final class Sockets {

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

    static int indexOf(byte[] bytes, int length, byte[] wanted) {
        outer:
        for (int i = 0; i <= length - wanted.length; i++) {
            for (int j = 0; j < wanted.length; j++) {
                if (bytes[i + j] != wanted[j]) {
                    continue outer;
                }
            }
            return i;
        }
        return -1;
    }

    /// The decimal number that begins at `at`, after spaces.
    static int number(String text, int at) {
        int start = at;
        while (text.charAt(start) == ' ') {
            start++;
        }
        int end = start;
        while (Character.isDigit(text.charAt(end))) {
            end++;
        }
        return Integer.parseInt(text, start, end, 10);
    }

    static void closeQuietly(Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // it was of no more use
        }
    }
}
