package dev.bursar.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.server.http.ConnectionGuard.Patience;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebServerTest {

    /// Far below what a test may take.
    private static final Duration SHORT = Duration.ofMillis(400);

    /// More than any test waits.
    private static final Duration LONG = Duration.ofMinutes(1);

    private static final Duration SWEEP = Duration.ofMillis(20);

    private static final int GIVE_UP_MILLIS = 30_000;

    /// More bytes than a connection takes in while nobody reads.
    private static final int LARGE = 32_000_000;

    private final CountDownLatch slowHasBegun = new CountDownLatch(1);

    private Vertx vertx;
    private WebServer server;

    /// With patience for a test that is held up between two steps.
    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
        serve(new Patience(LONG, LONG, LONG, SWEEP));
    }

    private void serve(Patience patience) {
        server =
                WebServer.open(
                        vertx,
                        new WebServer.Listening("127.0.0.1", 0, 2),
                        patience,
                        request -> request.uri().startsWith("/call"),
                        this::call,
                        request -> request.response().end("other"),
                        (_, status) -> Buffer.buffer("told " + status.code()));
    }

    /// Has short patience with one thing, so that only this can be why a connection is closed.
    private void serveAgain(Duration head, Duration body, Duration idle) {
        server.close();
        serve(new Patience(head, body, idle, SWEEP));
    }

    @AfterEach
    void close() {
        server.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /// `/call` answers at once, `/call/slow` after three times [#SHORT].
    private void call(HttpServerRequest request) {
        if (request.uri().equals("/call/slow")) {
            slowHasBegun.countDown();
            vertx.setTimer(1_200, timer -> request.response().end("slow"));
        } else if (request.uri().equals("/call/large")) {
            request.response().end("a".repeat(LARGE));
        } else {
            request.response().end("call");
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(GIVE_UP_MILLIS);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /// What comes until the server closes; fails when it does not.
    private static String readToEnd(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    }

    private static String lastGet(String path) {
        return get(path).replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    }

    @Test
    void requests_ofCalls_goToTheOneHandlerAndOthersToTheOther() throws Exception {
        try (Socket socket = connect()) {
            send(socket, get("/call"));
            send(socket, lastGet("/else"));

            assertThat(readToEnd(socket)).contains("\r\n\r\ncall").contains("\r\n\r\nother");
        }
    }

    @Test
    void connection_thatSaysNothing_isClosed() throws Exception {
        serveAgain(SHORT, LONG, LONG);
        try (Socket socket = connect()) {
            assertThat(readToEnd(socket)).isEmpty();
        }
    }

    @Test
    void connection_thatTricklesAHead_isClosed() throws Exception {
        serveAgain(SHORT, LONG, LONG);
        try (Socket socket = connect()) {
            socket.setSoTimeout(50);
            send(socket, "GET / HTTP/1.1\r\n");
            assertThat(trickle(socket, "x-a: b\r\n")).isTrue();
        }
    }

    @Test
    void connection_thatTricklesABody_isClosed() throws Exception {
        serveAgain(LONG, SHORT, LONG);
        try (Socket socket = connect()) {
            socket.setSoTimeout(50);
            send(socket, "POST /call/slow HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
            assertThat(trickle(socket, "x")).isTrue();
        }
    }

    /// Whether the server closes while we keep sending a little at a time.
    private static boolean trickle(Socket socket, String piece) {
        long end = System.nanoTime() + Duration.ofMillis(GIVE_UP_MILLIS).toNanos();
        while (System.nanoTime() < end) {
            try {
                send(socket, piece);
                if (socket.getInputStream().read() < 0) {
                    return true;
                }
            } catch (SocketTimeoutException e) {
                // It waits for more, as it should for a while.
            } catch (IOException e) {
                return true;
            }
        }
        return false;
    }

    @Test
    void connection_thatIsIdleAfterAnAnswer_isClosed() throws Exception {
        serveAgain(LONG, LONG, SHORT);
        try (Socket socket = connect()) {
            send(socket, get("/call"));
            assertThat(readToEnd(socket)).endsWith("call");
        }
    }

    /// Nothing sweeps for longer than a test waits: the answer itself closes.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "close",
                "Close",
                "close, x",
                "x,CLOSE",
                "x , close,y",
                "x\r\nConnection: close"
            })
    void connection_whoseClientWantsItClosed_isClosedWithTheAnswer(String option) throws Exception {
        server.close();
        serve(new Patience(LONG, LONG, LONG, LONG));
        try (Socket socket = connect()) {
            send(
                    socket,
                    "GET /call HTTP/1.1\r\nHost: localhost\r\nConnection: " + option + "\r\n\r\n");
            assertThat(readToEnd(socket))
                    .containsIgnoringCase("connection: close")
                    .endsWith("call");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"keep-alive", "x-close", "closed, x", "\"close", "x\r\nX-Connection: close"})
    void connection_whoseClientWantsNoEnd_staysOpen(String option) throws Exception {
        try (Socket socket = connect()) {
            send(
                    socket,
                    "GET /call HTTP/1.1\r\nHost: localhost\r\nConnection: " + option + "\r\n\r\n");
            send(socket, lastGet("/else"));
            assertThat(readToEnd(socket)).contains("\r\n\r\ncall").endsWith("\r\n\r\nother");
        }
    }

    @Test
    void connection_whoseClientWantsItClosed_isClosedAfterAllOfTheAnswer() throws Exception {
        try (Socket socket = connect()) {
            send(socket, "GET /call/large HTTP/1.1\r\nHost: x\r\nConnection: close, x\r\n\r\n");
            // Once another was answered meanwhile, the answer waits for its reader.
            try (Socket other = connect()) {
                send(other, "GET /call HTTP/1.1\r\nHost: x\r\nConnection: close, x\r\n\r\n");
                readToEnd(other);
            }
            assertThat(readToEnd(socket)).endsWith("a".repeat(LARGE));
        }
    }

    @Test
    void call_thatThinksLongerThanAnyPatience_isAnswered() throws Exception {
        serveAgain(LONG, SHORT, SHORT);
        try (Socket socket = connect()) {
            send(socket, get("/call/slow"));
            assertThat(readToEnd(socket)).endsWith("slow");
        }
    }

    @Test
    void close_whileACallIsOpen_letsItEnd() throws Exception {
        try (Socket socket = connect()) {
            send(socket, get("/call/slow"));
            assertThat(slowHasBegun.await(GIVE_UP_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
            server.close();
            assertThat(readToEnd(socket)).endsWith("slow");
        }
    }

    @Test
    void head_aboveTheLimit_isRefused() throws Exception {
        try (Socket socket = connect()) {
            send(socket, "GET / HTTP/1.1\r\nHost: x\r\nx-big: " + "a".repeat(40_000) + "\r\n\r\n");
            // A client that is not told would send its next request on a connection that ends.
            assertThat(readToEnd(socket))
                    .startsWith("HTTP/1.1 431")
                    .containsIgnoringCase("connection: close")
                    .endsWith("told 431");
        }
    }

    @Test
    void head_aboveTheLimit_isAnsweredAlsoWhileItsBodyComes() throws Exception {
        try (Socket socket = connect()) {
            send(
                    socket,
                    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\nx-big: "
                            + "a".repeat(40_000)
                            + "\r\n\r\n"
                            + "b".repeat(3_000_000));
            assertThat(readToEnd(socket)).startsWith("HTTP/1.1 431");
        }
    }

    @Test
    void whatIsNoRequest_isRefused() throws Exception {
        try (Socket socket = connect()) {
            send(socket, "hello\r\n\r\n");
            assertThat(readToEnd(socket)).contains(" 400 Bad Request").endsWith("told 400");
        }
    }

    @Test
    void open_onAPortInUse_saysWhich() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            WebServer.Listening listening =
                    new WebServer.Listening("127.0.0.1", taken.getLocalPort(), 2);
            assertThatThrownBy(() ->
                            WebServer.open(
                                    vertx,
                                    listening,
                                    r -> false,
                                    r -> {},
                                    r -> {},
                                    (_, _) -> Buffer.buffer()))
                    .isInstanceOf(ListenException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
                    .hasMessageNotContaining("\n");
        }
    }
}
