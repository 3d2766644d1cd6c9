package dev.bursar.e2e;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// A client as thin as a socket: for what no HTTP client can be made to do.
final class Wire implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 30_000;

    private final Socket socket;

    Wire(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Sends a whole POST.
    ///
    /// @param headers lines without their ends
    void post(String path, byte[] body, String... headers) {
        announce(path, body.length, headers);
        try {
            socket.getOutputStream().write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Sends the head of a POST, as if a body of that length followed.
    void announce(String path, int length, String... headers) {
        StringBuilder head = new StringBuilder();
        head.append("POST ").append(path).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        head.append("Authorization: Bearer ").append(Setup.KEY).append("\r\n");
        head.append("Content-Type: application/json\r\nContent-Length: ").append(length);
        for (String header : headers) {
            head.append("\r\n").append(header);
        }
        try {
            socket.getOutputStream().write((head + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits for one byte of the answer.
    void awaitFirstByte() {
        try {
            if (socket.getInputStream().read() < 0) {
                throw new AssertionError("closed without an answer");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The head of an answer, in lower case, with its blank line.
    String readHead() {
        try {
            InputStream in = socket.getInputStream();
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int read = in.read();
                if (read < 0) {
                    throw new AssertionError("closed within the head: " + head);
                }
                head.append((char) read);
            }
            return head.toString().toLowerCase(Locale.ROOT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The body of an answer after its head was read: all bytes, without the framing of HTTP.
    byte[] readBody(String head) {
        try {
            InputStream in = socket.getInputStream();
            int at = head.indexOf("\r\ncontent-length: ");
            if (at >= 0) {
                int end = head.indexOf("\r\n", at + 2);
                return in.readNBytes(Integer.parseInt(head.substring(at + 18, end)));
            }
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            for (int size = chunkSize(in); size > 0; size = chunkSize(in)) {
                body.write(in.readNBytes(size));
                in.readNBytes(2);
            }
            return body.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int chunkSize(InputStream in) throws IOException {
        StringBuilder size = new StringBuilder();
        for (int read = in.read(); read != '\n'; read = in.read()) {
            if (read < 0) {
                throw new AssertionError("closed within the body");
            }
            if (read != '\r') {
                size.append((char) read);
            }
        }
        return Integer.parseInt(size.toString(), 16);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
