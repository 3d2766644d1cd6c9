package dev.bursar.server.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// A closed loop of requests over a fixed number of connections, on the calling thread. Each connection
/// sends its next request when the answer to the one before is complete, and every answer is compared
/// byte for byte with what it should be.
final class LoadGenerator {

    /// The largest answer, head and body.
    private static final int MAX_ANSWER_BYTES = 64 << 10;

    /// How long a connection may wait for any byte before the bench gives up.
    private static final long STALL_MILLIS = 10_000;

    /// @param requests answered within the measured time
    record Result(long requests, double seconds, long p50Micros, long p99Micros) {

        double requestsPerSecond() {
            return requests / seconds;
        }
    }

    private final List<ByteBuffer> requests;
    private final byte[] expected;
    private int nextRequest;
    private int[] latencies = new int[1 << 16];
    private int answers;
    private boolean measuring;

    LoadGenerator(List<ByteBuffer> requests, byte[] expected) {
        this.requests = requests;
        this.expected = expected;
    }

    /// Runs for `settle` without counting, then counts for `measured`.
    ///
    /// @param whenMeasuring runs at the start and at the end of the counted time
    /// @throws IllegalStateException when an answer is not the expected one, or none comes
    Result run(
            InetSocketAddress target,
            int connections,
            Duration settle,
            Duration measured,
            Runnable whenMeasuring) {
        answers = 0;
        measuring = false;
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < connections; i++) {
                new Connection(selector, target).send();
            }
            drive(selector, System.nanoTime() + settle.toNanos());
            whenMeasuring.run();
            long start = System.nanoTime();
            measuring = true;
            drive(selector, start + measured.toNanos());
            double seconds = (System.nanoTime() - start) / 1e9;
            whenMeasuring.run();
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            return result(seconds);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void drive(Selector selector, long untilNanos) throws IOException {
        while (System.nanoTime() < untilNanos) {
            if (selector.select(LoadGenerator::ready, STALL_MILLIS) == 0) {
                throw new IllegalStateException("no answer within " + STALL_MILLIS + " ms");
            }
        }
    }

    private static void ready(SelectionKey key) {
        try {
            if (key.attachment() instanceof Connection connection) {
                connection.read();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Result result(double seconds) {
        int[] sorted = Arrays.copyOf(latencies, answers);
        Arrays.sort(sorted);
        if (answers == 0) {
            throw new IllegalStateException("nothing was answered in the measured time");
        }
        return new Result(answers, seconds, sorted[answers / 2], sorted[(int) (answers * 0.99)]);
    }

    private void record(long nanos) {
        if (!measuring) {
            return;
        }
        if (answers == latencies.length) {
            latencies = Arrays.copyOf(latencies, answers * 2);
        }
        latencies[answers++] = (int) (nanos / 1_000);
    }

    private final class Connection {

        private final SocketChannel channel;
        private final ByteBuffer in = ByteBuffer.allocate(MAX_ANSWER_BYTES);
        private long sentAt;
        private int bodyStart = -1;
        private int bodyEnd = -1;

        Connection(Selector selector, InetSocketAddress target) throws IOException {
            channel = SocketChannel.open(target);
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.register(selector, SelectionKey.OP_READ, this);
        }

        void send() throws IOException {
            in.clear();
            bodyStart = -1;
            bodyEnd = -1;
            sentAt = System.nanoTime();
            Sockets.writeAll(channel, requests.get(nextRequest));
            nextRequest = (nextRequest + 1) % requests.size();
        }

        void read() throws IOException {
            if (channel.read(in) < 0) {
                throw new IllegalStateException("connection closed: " + text());
            }
            if (bodyStart < 0) {
                readHead();
            }
            if (bodyStart < 0 || !complete()) {
                return;
            }
            record(System.nanoTime() - sentAt);
            if (!expectedBody()) {
                throw new IllegalStateException("not the expected answer: " + text());
            }
            send();
        }

        private void readHead() {
            bodyStart = Sockets.headEnd(in.array(), in.position());
            if (bodyStart < 0) {
                return;
            }
            String head =
                    new String(in.array(), 0, bodyStart, StandardCharsets.ISO_8859_1)
                            .toLowerCase(Locale.ROOT);
            if (!head.startsWith("http/1.1 200")) {
                throw new IllegalStateException("not a 200: " + text());
            }
            int length = head.indexOf("\r\ncontent-length:");
            bodyEnd = length < 0 ? -1 : bodyStart + Sockets.number(head, length + 17);
        }

        /// A chunked body ends with an empty chunk; no event can end like that.
        private boolean complete() {
            int end = in.position();
            if (bodyEnd >= 0) {
                return end >= bodyEnd;
            }
            byte[] bytes = in.array();
            return end - bodyStart >= 5
                    && bytes[end - 5] == '0'
                    && bytes[end - 4] == '\r'
                    && bytes[end - 3] == '\n'
                    && bytes[end - 2] == '\r'
                    && bytes[end - 1] == '\n';
        }

        private boolean expectedBody() {
            byte[] bytes = in.array();
            if (bodyEnd >= 0) {
                return Arrays.equals(bytes, bodyStart, bodyEnd, expected, 0, expected.length);
            }
            int at = bodyStart;
            int matched = 0;
            while (true) {
                int size = 0;
                for (; bytes[at] != '\r'; at++) {
                    size = size * 16 + Character.digit(bytes[at], 16);
                }
                at += 2;
                if (size == 0) {
                    return matched == expected.length;
                }
                if (matched + size > expected.length
                        || !Arrays.equals(
                                bytes, at, at + size, expected, matched, matched + size)) {
                    return false;
                }
                matched += size;
                at += size + 2;
            }
        }

        private String text() {
            int length = Math.min(in.position(), 2_000);
            return new String(in.array(), 0, length, StandardCharsets.ISO_8859_1);
        }
    }
}
