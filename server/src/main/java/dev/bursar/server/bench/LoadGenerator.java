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

/// A closed loop of requests over a fixed number of connections, on the calling thread. Each connection
/// sends its next request when the answer to the one before is complete, unless each is to send but one, and every
/// answer is looked at, also those that come after the end of the measured time.
final class LoadGenerator {

    /// The largest answer, head and body.
    private static final int MAX_ANSWER_BYTES = 64 << 10;

    /// How long a connection may wait for any byte before the bench gives up.
    private static final long STALL_MILLIS = 10_000;

    /// What is sent, and what is made of the answers.
    interface Traffic {

        /// The next request, whole. It may be changed once the next one is asked for.
        ByteBuffer next();

        /// Takes an answer.
        ///
        /// @param bytes has its body, as it was framed, from `start` to `end`
        /// @throws IllegalStateException when it makes the whole load worthless
        void answered(int status, byte[] bytes, int start, int end);

        /// A connection was closed while it waited for an answer; nothing more is sent on it.
        ///
        /// @param got what came before
        default void broken(String got) {
            throw new IllegalStateException("connection closed: " + got);
        }
    }

    /// @param ramp in which the connections are opened, one after the other
    /// @param settle what is sent meanwhile is not measured
    /// @param mostRequests ends the load early
    /// @param once whether each connection sends one request
    record Load(
            int connections,
            Duration ramp,
            Duration settle,
            Duration measured,
            long mostRequests,
            boolean once) {

        /// All connections at once, again and again.
        Load(int connections, Duration settle, Duration measured, long mostRequests) {
            this(connections, Duration.ZERO, settle, measured, mostRequests, false);
        }
    }

    private final Traffic traffic;
    private long left;
    private int waiting;
    private int[] latencies = new int[1 << 16];
    private int answers;
    private boolean sending;
    private boolean once;
    private boolean measuring;

    LoadGenerator(Traffic traffic) {
        this.traffic = traffic;
    }

    /// @param whenMeasuring runs at the start and at the end of the measured time
    /// @throws IllegalStateException when a connection is closed, or no answer comes
    Latencies run(InetSocketAddress target, Load load, Runnable whenMeasuring) {
        answers = 0;
        measuring = false;
        sending = true;
        left = load.mostRequests();
        once = load.once();
        try (Selector selector = Selector.open()) {
            try {
                long opening = System.nanoTime();
                for (int i = 1; i <= load.connections(); i++) {
                    new Connection(selector, target).send();
                    drive(selector, opening + load.ramp().toNanos() * i / load.connections());
                }
                drive(selector, System.nanoTime() + load.settle().toNanos());
                whenMeasuring.run();
                long start = System.nanoTime();
                measuring = true;
                drive(selector, start + load.measured().toNanos());
                double seconds = (System.nanoTime() - start) / 1e9;
                whenMeasuring.run();
                measuring = false;
                sending = false;
                drive(selector, Long.MAX_VALUE);
                return result(seconds);
            } finally {
                for (SelectionKey key : selector.keys()) {
                    key.channel().close();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Until a moment, or until nothing is to come any more.
    private void drive(Selector selector, long untilNanos) throws IOException {
        long now = System.nanoTime();
        while (waiting > 0 && (now < untilNanos || nothingYet())) {
            long millis = now < untilNanos ? (untilNanos - now) / 1_000_000 + 1 : Long.MAX_VALUE;
            int ready = selector.select(LoadGenerator::ready, Math.min(millis, STALL_MILLIS));
            if (ready == 0 && millis > STALL_MILLIS) {
                throw new IllegalStateException("no answer within " + STALL_MILLIS + " ms");
            }
            now = System.nanoTime();
        }
    }

    /// However short it is, a measurement has one answer.
    private boolean nothingYet() {
        return measuring && answers == 0;
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

    private Latencies result(double seconds) {
        int[] sorted = Arrays.copyOf(latencies, answers);
        Arrays.sort(sorted);
        if (answers == 0) {
            throw new IllegalStateException("nothing was answered in the measured time");
        }
        return new Latencies(sorted, seconds);
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
        private boolean awaiting;
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
            if (!sending || left == 0) {
                return;
            }
            left--;
            waiting++;
            awaiting = true;
            in.clear();
            bodyStart = -1;
            bodyEnd = -1;
            sentAt = System.nanoTime();
            Sockets.writeAll(channel, traffic.next());
        }

        void read() throws IOException {
            if (channel.read(in) < 0) {
                channel.close();
                if (awaiting) {
                    waiting--;
                    traffic.broken(text());
                }
                return;
            }
            if (bodyStart < 0) {
                readHead();
            }
            if (bodyStart < 0 || !complete()) {
                return;
            }
            waiting--;
            awaiting = false;
            record(System.nanoTime() - sentAt);
            int end = bodyEnd < 0 ? in.position() : bodyEnd;
            traffic.answered(Sockets.status(in.array()), in.array(), bodyStart, end);
            if (!once) {
                send();
            }
        }

        private void readHead() {
            bodyStart = Sockets.headEnd(in.array(), in.position());
            if (bodyStart >= 0) {
                int length = Sockets.contentLength(in.array(), bodyStart);
                bodyEnd = length < 0 ? -1 : bodyStart + length;
            }
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

        private String text() {
            int length = Math.min(in.position(), 2_000);
            return new String(in.array(), 0, length, StandardCharsets.ISO_8859_1);
        }
    }
}
