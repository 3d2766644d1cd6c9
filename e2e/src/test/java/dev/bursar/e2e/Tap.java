package dev.bursar.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// A pipe between clients and the server that changes nothing and notes every request with the head
/// of its answer. What it counts was sent, whatever the client or the server says.
///
/// It reads HTTP/1.1 as these clients speak it: one request at a time on a connection, each body
/// with its length.
final class Tap implements AutoCloseable {

    private static final int CHUNK_BYTES = 16_384;

    private static final String END_OF_HEAD = "\r\n\r\n";

    private final int target;
    private final ServerSocket listener;
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    /// Runs whose answers wait.
    private final Map<String, CountDownLatch> withheld = new ConcurrentHashMap<>();

    /// Opens one on a free port.
    ///
    /// @param target the port of the server
    Tap(int target) {
        this.target = target;
        try {
            listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.startVirtualThread(this::accept);
    }

    /// One request, and what has come of its answer.
    static final class Request {

        private final String run;
        private final long sentNanos = System.nanoTime();

        /// The head of the answer, or the beginning of it. Written by one thread.
        private volatile String answer = "";

        private volatile long answeredNanos;

        private Request(String run) {
            this.run = run;
        }

        /// How long after the answer to `before` it was sent.
        Duration since(Request before) {
            return Duration.ofNanos(sentNanos - before.answeredNanos);
        }

        /// The status of the answer, or 0 while there is none.
        int status() {
            return isAnswered() ? Integer.parseInt(answer.split(" ", 3)[1]) : 0;
        }

        /// A header of the answer.
        Optional<String> header(String name) {
            return header(answer, name);
        }

        private void take(String text) {
            String all = answer + text;
            int end = all.indexOf(END_OF_HEAD);
            answer = end < 0 ? all : all.substring(0, end + END_OF_HEAD.length());
        }

        private boolean isAnswered() {
            return answer.contains(END_OF_HEAD);
        }

        private static Optional<String> header(String head, String name) {
            String start = name.toLowerCase(Locale.ROOT) + ":";
            return head.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                    .map(line -> line.substring(start.length()).trim())
                    .findFirst();
        }
    }

    /// What clients take for the server's address, without a slash at the end.
    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /// All requests of a run, in the order they were sent.
    List<Request> requests(String run) {
        return requests.stream().filter(request -> request.run.equals(run)).toList();
    }

    /// How they were answered.
    List<Integer> statuses(String run) {
        return requests(run).stream().map(Request::status).toList();
    }

    /// Keeps the answers of a run back until they are passed on.
    void withhold(String run) {
        withheld.put(run, new CountDownLatch(1));
    }

    void passOn(String run) {
        Objects.requireNonNull(withheld.remove(run)).countDown();
    }

    /// Lets nobody in anymore. Open connections stay.
    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                connect(listener.accept());
            } catch (IOException e) {
                // Closed, or a client that was gone at once.
            }
        }
    }

    private void connect(Socket client) throws IOException {
        try {
            new Pipe(client).start();
        } catch (IOException e) {
            // As if nobody listened.
            client.close();
        }
    }

    private void awaitPassing(String run) {
        try {
            CountDownLatch latch = withheld.get(run);
            if (latch != null) {
                latch.await();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Reader {
        void read(byte[] bytes, int count);
    }

    /// A connection of a client, with one thread for each direction.
    private final class Pipe {

        private final Socket client;
        private final Socket server;

        // Of the thread that reads from the client.
        private final StringBuilder head = new StringBuilder();
        private long bodyLeft;

        /// The request whose answer comes next. A client sends no other before it has all of that.
        private volatile @Nullable Request open;

        Pipe(Socket client) throws IOException {
            this.client = client;
            server = new Socket(InetAddress.getLoopbackAddress(), target);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        }

        void start() {
            Thread.startVirtualThread(() -> copy(client, server, this::asked));
            Thread.startVirtualThread(() -> copy(server, client, this::answered));
        }

        /// Who hangs up on one side hangs up on both.
        private void copy(Socket from, Socket to, Reader reader) {
            try (from;
                    to;
                    InputStream in = from.getInputStream();
                    OutputStream out = to.getOutputStream()) {
                byte[] bytes = new byte[CHUNK_BYTES];
                for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                    reader.read(bytes, count);
                    out.write(bytes, 0, count);
                }
            } catch (IOException e) {
                // Reset, or closed by the other direction.
            }
        }

        private void asked(byte[] bytes, int count) {
            int next = 0;
            while (next < count) {
                if (bodyLeft > 0) {
                    int skipped = (int) Math.min(bodyLeft, count - next);
                    bodyLeft -= skipped;
                    next += skipped;
                } else {
                    head.append((char) bytes[next++]);
                    if (head.indexOf(END_OF_HEAD, head.length() - END_OF_HEAD.length()) >= 0) {
                        begin(head.toString());
                        head.setLength(0);
                    }
                }
            }
        }

        private void begin(String head) {
            if (Request.header(head, "Transfer-Encoding").isPresent()) {
                throw new IllegalStateException("a body without its length");
            }
            bodyLeft = Request.header(head, "Content-Length").map(Long::parseLong).orElse(0L);
            Request request = new Request(Request.header(head, "X-Bursar-Run").orElse(""));
            requests.add(request);
            open = request;
        }

        private void answered(byte[] bytes, int count) {
            Request request = open;
            if (request != null) {
                request.take(new String(bytes, 0, count, StandardCharsets.ISO_8859_1));
                if (request.isAnswered()) {
                    open = null;
                    awaitPassing(request.run);
                    request.answeredNanos = System.nanoTime();
                }
            }
        }
    }
}
