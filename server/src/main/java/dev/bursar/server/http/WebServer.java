package dev.bursar.server.http;

import dev.bursar.server.http.ConnectionGuard.Patience;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/// The one port. Calls of models go straight to the gateway on the event loop that read them; everything
/// else goes to the router, whose handlers may block.
public final class WebServer implements AutoCloseable {

    private static final int MAX_HEADER_BYTES = 32 * 1024;

    private static final int MAX_REQUEST_LINE_BYTES = 8 * 1024;

    private static final int ACCEPT_BACKLOG = 1_024;

    /// How long calls may go on once the server is asked to stop.
    private static final Duration DRAIN = Duration.ofSeconds(20);

    private final Vertx vertx;
    private final String host;
    private final Patience patience;
    private final List<HttpServer> servers = new CopyOnWriteArrayList<>();
    private final List<ConnectionGuard> guards = new CopyOnWriteArrayList<>();

    private WebServer(Vertx vertx, String host, Patience patience) {
        this.vertx = vertx;
        this.host = host;
        this.patience = patience;
    }

    /// Where to listen, and with how many event loops.
    ///
    /// @param port 0 for any free one
    public record Listening(String host, int port, int loops) {}

    /// Listens.
    ///
    /// @param isCall which requests go to `calls`
    /// @param unreadable what to tell whose request cannot be read
    /// @throws ListenException when the address is in use or not of this machine
    public static WebServer open(
            Vertx vertx,
            Listening listening,
            Predicate<HttpServerRequest> isCall,
            Handler<HttpServerRequest> calls,
            Handler<HttpServerRequest> others,
            BiFunction<HttpServerRequest, HttpResponseStatus, Buffer> unreadable) {
        return open(vertx, listening, Patience.DEFAULT, isCall, calls, others, unreadable);
    }

    static WebServer open(
            Vertx vertx,
            Listening listening,
            Patience patience,
            Predicate<HttpServerRequest> isCall,
            Handler<HttpServerRequest> calls,
            Handler<HttpServerRequest> others,
            BiFunction<HttpServerRequest, HttpResponseStatus, Buffer> unreadable) {
        WebServer server = new WebServer(vertx, listening.host(), patience);
        Handler<HttpServerRequest> door =
                request -> (isCall.test(request) ? calls : others).handle(request);
        try {
            vertx.deployVerticle(
                            () ->
                                    server
                                    .new Loop(
                                            listening,
                                            door,
                                            new InvalidRequests(vertx, unreadable)),
                            new DeploymentOptions().setInstances(listening.loops()))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            throw refused(listening, e.getCause() == null ? e : e.getCause());
        }
        return server;
    }

    /// Asks for the address before anything else is opened, so that a port in use leaves no trace.
    ///
    /// @throws ListenException when the address is in use or not of this machine
    public static void requireFree(Listening listening) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(listening.host(), listening.port()));
        } catch (IOException | IllegalArgumentException e) {
            throw refused(listening, e);
        }
    }

    /// The port that it listens on.
    public int port() {
        return servers.getFirst().actualPort();
    }

    /// The address that a browser on this machine opens.
    public String url() {
        boolean anywhere = host.equals("0.0.0.0") || host.equals("::");
        String name = anywhere ? "localhost" : host;
        return "http://" + (name.contains(":") ? "[" + name + "]" : name) + ":" + port();
    }

    /// Stops accepting at once, lets requests end that have begun, and closes what is left after a while.
    @Override
    public void close() {
        guards.forEach(ConnectionGuard::drain);
        List<Future<Void>> closing =
                servers.stream().map(server -> server.shutdown(DRAIN)).toList();
        Future.join(closing).toCompletionStage().toCompletableFuture().join();
    }

    private static ListenException refused(Listening listening, Throwable cause) {
        String at = listening.host() + ":" + listening.port();
        if (cause instanceof BindException) {
            return new ListenException(
                    "cannot listen on " + at + ": " + cause.getMessage() + " (server.port)", cause);
        }
        return new ListenException("cannot listen on " + at + ": " + cause.getMessage(), cause);
    }

    /// All event loops share one port, also where it is any free one.
    private static SocketAddress address(Listening listening) {
        return listening.port() == 0
                ? SocketAddress.sharedRandomPort(1, listening.host())
                : SocketAddress.inetSocketAddress(listening.port(), listening.host());
    }

    private static HttpServerOptions options() {
        return new HttpServerOptions()
                .setAcceptBacklog(ACCEPT_BACKLOG)
                .setTcpNoDelay(true)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setMaxInitialLineLength(MAX_REQUEST_LINE_BYTES)
                .setHandle100ContinueAutomatically(true)
                .setHttp2ClearTextEnabled(false)
                // No web sockets here: without these two, no handler for them sees every message.
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setCompressionSupported(false)
                .setDecompressionSupported(false);
    }

    /// One event loop's share of the port.
    private final class Loop implements Deployable {

        private final Listening listening;
        private final Handler<HttpServerRequest> door;
        private final InvalidRequests invalid;

        Loop(Listening listening, Handler<HttpServerRequest> door, InvalidRequests invalid) {
            this.listening = listening;
            this.door = door;
            this.invalid = invalid;
        }

        @Override
        public Future<?> deploy(Context context) {
            ConnectionGuard guard = new ConnectionGuard(vertx, listening.loops(), patience);
            HttpServer server = vertx.createHttpServer(options());
            server.connectionHandler(guard::opened);
            server.invalidRequestHandler(invalid);
            server.requestHandler(request -> {
                guard.begun(request);
                door.handle(request);
            });
            return server.listen(address(listening))
                    .onSuccess(listens -> {
                        servers.add(listens);
                        guards.add(guard);
                    });
        }
    }
}
