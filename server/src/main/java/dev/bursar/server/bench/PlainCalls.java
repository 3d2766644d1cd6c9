package dev.bursar.server.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;

/// Calls that are answered whole, each by a thread that waits for it.
final class PlainCalls implements AutoCloseable {

    private static final int MAX_ANSWER_BYTES = 64 << 10;

    private final List<Connection> all = new ArrayList<>();
    private final LinkedBlockingQueue<Connection> idle = new LinkedBlockingQueue<>();

    /// @param most calls at once
    PlainCalls(InetSocketAddress target, int most) throws IOException {
        List<ByteBuffer> requests =
                CannedExchange.requests(BenchedGateway.ASIDE, false, BenchedGateway.KEY);
        for (int i = 0; i < most; i++) {
            all.add(new Connection(target, requests));
        }
        idle.addAll(all);
    }

    /// Makes one.
    ///
    /// @return the [System#nanoTime] at which it was answered
    /// @throws IllegalStateException when it was not, or wrongly
    long call() {
        try {
            Connection connection = idle.take();
            long answered = connection.call();
            idle.add(connection);
            return answered;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        all.forEach(connection -> Sockets.closeQuietly(connection.channel));
    }

    private static final class Connection {

        private final SocketChannel channel;
        private final ByteBuffer in = ByteBuffer.allocate(MAX_ANSWER_BYTES);
        private final CannedTraffic traffic;

        Connection(InetSocketAddress target, List<ByteBuffer> requests) throws IOException {
            traffic = new CannedTraffic(requests, CannedExchange.whole().payload());
            channel = SocketChannel.open(target);
            channel.socket().setTcpNoDelay(true);
        }

        long call() throws IOException {
            Sockets.writeAll(channel, traffic.next());
            in.clear();
            int bodyStart = -1;
            int end = Integer.MAX_VALUE;
            while (in.position() < end) {
                if (channel.read(in) <= 0) {
                    throw new IllegalStateException("the connection of plain calls was closed");
                }
                if (bodyStart < 0) {
                    bodyStart = Sockets.headEnd(in.array(), in.position());
                    if (bodyStart >= 0) {
                        end = bodyStart + Sockets.contentLength(in.array(), bodyStart);
                    }
                }
            }
            long answered = System.nanoTime();
            traffic.answered(Sockets.status(in.array()), in.array(), bodyStart, end);
            return answered;
        }
    }
}
