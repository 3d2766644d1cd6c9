package dev.bursar.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/// A client that sends exactly the bytes it is told to, reads when it is told to, and hangs up when it
/// likes.
final class RawClient implements AutoCloseable {

    private final Socket socket = new Socket();

    RawClient(URI uri) throws IOException {
        socket.setReceiveBufferSize(8 * 1024);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) House.PATIENCE.toMillis());
        socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()));
    }

    /// A whole request with a key.
    static String request(String path, String body) {
        return head(path, "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length) + body;
    }

    static String head(String path, String... headers) {
        return "POST "
                + path
                + " HTTP/1.1\r\nHost: bursar\r\nAuthorization: Bearer "
                + House.KEY
                + "\r\n"
                + String.join("\r\n", headers)
                + "\r\n\r\n";
    }

    RawClient send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
        return this;
    }

    RawClient sendLatin1(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        return this;
    }

    /// Reads until the text has come, and returns all that came.
    String readUntil(String text) throws IOException {
        StringBuilder read = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (read.indexOf(text) < 0) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("the connection ended after: " + read);
            }
            read.append((char) b);
        }
        return read.toString();
    }

    /// Reads to the end of the connection.
    String readAll() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /// Hangs up with a reset rather than a FIN.
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
