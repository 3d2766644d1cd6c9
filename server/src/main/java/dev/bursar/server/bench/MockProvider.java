package dev.bursar.server.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The cheapest provider there is: one thread, prepared answers, no parsing beyond the length of a
/// request and whether it asks for a stream, whose parts may come at a pace.
final class MockProvider implements AutoCloseable {

    /// The largest request, head and body.
    private static final int MAX_REQUEST_BYTES = 64 << 10;

    private static final byte[] STREAM_FIELD = "\"stream\":".getBytes(StandardCharsets.US_ASCII);

    private final Selector selector;
    private final ServerSocketChannel server;
    private final Thread thread;
    private final CannedExchange whole;
    private final CannedExchange streamed;
    private final long pauseNanos;

    /// Conversations whose next part is due, by time: every pause is as long as the others.
    private final ArrayDeque<Conversation> pausing = new ArrayDeque<>();

    MockProvider(CannedExchange whole, CannedExchange streamed) throws IOException {
        this(whole, streamed, Duration.ZERO);
    }

    /// @param pause between two parts of a stream
    MockProvider(CannedExchange whole, CannedExchange streamed, Duration pause) throws IOException {
        this.pauseNanos = pause.toNanos();
        this.whole = whole;
        this.streamed = streamed;
        selector = Selector.open();
        server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
        thread = Thread.ofPlatform().name("mock-provider").daemon().start(this::serve);
    }

    InetSocketAddress address() throws IOException {
        return (InetSocketAddress) server.getLocalAddress();
    }

    /// CPU time its thread has used.
    long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.threadId());
    }

    @Override
    public void close() throws IOException {
        selector.close();
        server.close();
    }

    private void serve() {
        try {
            while (selector.isOpen()) {
                selector.select(this::ready, millisToNextPart());
                sendDueParts();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (java.nio.channels.ClosedSelectorException e) {
            // close() was called between the test and the select
        }
    }

    /// 0 is for ever.
    private long millisToNextPart() {
        Conversation next = pausing.peek();
        return next == null
                ? 0
                : Math.max(1, TimeUnit.NANOSECONDS.toMillis(next.dueNanos - System.nanoTime()));
    }

    private void sendDueParts() {
        long now = System.nanoTime();
        for (Conversation next = pausing.peek();
                next != null && next.dueNanos <= now;
                next = pausing.peek()) {
            pausing.remove();
            try {
                next.sendPart();
            } catch (IOException e) {
                Sockets.closeQuietly(next.channel);
            }
        }
    }

    private void ready(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                accept();
            } else if (key.attachment() instanceof Conversation conversation) {
                conversation.read();
            }
        } catch (IOException e) {
            key.cancel();
            Sockets.closeQuietly(key.channel());
        }
    }

    private void accept() throws IOException {
        SocketChannel channel = server.accept();
        if (channel != null) {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.register(selector, SelectionKey.OP_READ, new Conversation(channel));
        }
    }

    /// One connection: a request at a time.
    private final class Conversation {

        private final SocketChannel channel;
        private final ByteBuffer in = ByteBuffer.allocate(MAX_REQUEST_BYTES);
        private int requestEnd = -1;
        private int nextPart;
        private long dueNanos;

        Conversation(SocketChannel channel) {
            this.channel = channel;
        }

        void read() throws IOException {
            if (channel.read(in) < 0) {
                throw new IOException("closed by the caller");
            }
            if (requestEnd < 0) {
                requestEnd = requestEnd();
            }
            if (requestEnd < 0 || in.position() < requestEnd) {
                return;
            }
            boolean stream = asksForStream();
            in.clear();
            requestEnd = -1;
            if (stream && pauseNanos > 0) {
                nextPart = 0;
                sendPart();
                return;
            }
            for (ByteBuffer part : (stream ? streamed : whole).writes()) {
                Sockets.writeAll(channel, part);
            }
        }

        /// The next part of a stream, and the one after it when its time has come.
        void sendPart() throws IOException {
            List<ByteBuffer> parts = streamed.writes();
            Sockets.writeAll(channel, parts.get(nextPart++));
            if (nextPart < parts.size()) {
                dueNanos = System.nanoTime() + pauseNanos;
                pausing.add(this);
            }
        }

        /// Where the body ends, or -1 while the head is incomplete.
        private int requestEnd() throws IOException {
            int headEnd = Sockets.headEnd(in.array(), in.position());
            if (headEnd < 0) {
                return -1;
            }
            int length = Sockets.contentLength(in.array(), headEnd);
            if (length < 0) {
                throw new IOException("a request without Content-Length");
            }
            int end = headEnd + length;
            if (end > MAX_REQUEST_BYTES) {
                throw new IOException("a request of more than " + MAX_REQUEST_BYTES + " bytes");
            }
            return end;
        }

        private boolean asksForStream() {
            byte[] bytes = in.array();
            int at = Sockets.indexOf(bytes, 0, in.position(), STREAM_FIELD);
            if (at < 0) {
                return false;
            }
            int value = at + STREAM_FIELD.length;
            while (bytes[value] == ' ') {
                value++;
            }
            return bytes[value] == 't';
        }
    }
}
