package dev.bursar.server.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Closes connections that only hold a place: those that never send a request, send one forever, or sit
/// idle between two. A plain idle timeout cannot do that here, because a healthy call may be silent for
/// minutes while a model thinks.
///
/// Belongs to one event loop and is only used there, except for [#drain].
final class ConnectionGuard {

    /// Open connections of the whole server; more are closed as they come.
    static final int MAX_CONNECTIONS = 16_384;

    private final IdentityHashMap<HttpConnection, State> open = new IdentityHashMap<>();
    private final int mostOpen;
    private final Patience patience;

    private volatile boolean draining;

    /// How long a connection may take.
    ///
    /// @param head from the connection to the end of the first request's head
    /// @param body from the head of a request to the end of its body
    /// @param idle from an answer to the next request
    /// @param sweep how often that is looked at
    record Patience(Duration head, Duration body, Duration idle, Duration sweep) {

        static final Patience DEFAULT =
                new Patience(
                        Duration.ofSeconds(15),
                        Duration.ofMinutes(2),
                        Duration.ofSeconds(75),
                        Duration.ofSeconds(1));
    }

    /// What one connection is doing.
    private static final class State {

        /// When what it is doing must be over.
        private long deadlineNanos;

        /// The request that is being read or answered.
        private @Nullable HttpServerRequest current;

        State(long deadlineNanos) {
            this.deadlineNanos = deadlineNanos;
        }
    }

    /// @param loops how many event loops share [#MAX_CONNECTIONS]
    ConnectionGuard(Vertx vertx, int loops, Patience patience) {
        this.patience = patience;
        mostOpen = Math.max(1, MAX_CONNECTIONS / loops);
        vertx.setPeriodic(patience.sweep().toMillis(), timer -> sweep(System.nanoTime()));
    }

    void opened(HttpConnection connection) {
        if (draining || open.size() >= mostOpen) {
            connection.close();
            return;
        }
        LastRequests.watch(connection);
        open.put(connection, new State(System.nanoTime() + patience.head().toNanos()));
        connection.closeHandler(closed -> open.remove(connection));
        // A reset is no error of ours; without a handler each would be logged as one.
        connection.exceptionHandler(reset -> {});
    }

    void begun(HttpServerRequest request) {
        State state = open.get(request.connection());
        if (state != null) {
            state.current = request;
            state.deadlineNanos = System.nanoTime() + patience.body().toNanos();
        }
        if (draining) {
            request.response().putHeader("connection", "close");
        }
    }

    /// From now on, an answered connection is closed. Safe to call on any thread.
    void drain() {
        draining = true;
    }

    private void sweep(long now) {
        List<HttpConnection> overdue = new ArrayList<>();
        for (Map.Entry<HttpConnection, State> entry : open.entrySet()) {
            State state = entry.getValue();
            HttpServerRequest request = state.current;
            if (request != null && request.isEnded()) {
                if (!request.response().ended()) {
                    continue;
                }
                // The answer is out: from here on the connection is idle.
                state.current = null;
                state.deadlineNanos = now + (draining ? 0 : patience.idle().toNanos());
            }
            if (state.deadlineNanos - now < 0) {
                overdue.add(entry.getKey());
            }
        }
        overdue.forEach(HttpConnection::close);
    }
}
