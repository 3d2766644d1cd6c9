package dev.bursar.server.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
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

    /// From the connection to the end of the first request's head.
    static final long HEAD_MILLIS = 15_000;

    /// From the head of a request to the end of its body.
    static final long BODY_MILLIS = 120_000;

    /// From an answer to the next request.
    static final long IDLE_MILLIS = 75_000;

    private static final long SWEEP_MILLIS = 1_000;

    private final IdentityHashMap<HttpConnection, State> open = new IdentityHashMap<>();
    private final int mostOpen;

    private volatile boolean draining;

    /// What one connection is doing.
    private static final class State {

        /// When what it is doing must be over.
        private long deadlineNanos;

        /// The request that is being read or answered.
        private @Nullable HttpServerRequest current;

        State(long now) {
            deadlineNanos = now + HEAD_MILLIS * 1_000_000;
        }
    }

    /// @param loops how many event loops share [#MAX_CONNECTIONS]
    ConnectionGuard(Vertx vertx, int loops) {
        mostOpen = Math.max(1, MAX_CONNECTIONS / loops);
        vertx.setPeriodic(SWEEP_MILLIS, timer -> sweep(System.nanoTime()));
    }

    void opened(HttpConnection connection) {
        if (draining || open.size() >= mostOpen) {
            connection.close();
            return;
        }
        open.put(connection, new State(System.nanoTime()));
        connection.closeHandler(closed -> open.remove(connection));
    }

    void begun(HttpServerRequest request) {
        State state = open.get(request.connection());
        if (state != null) {
            state.current = request;
            state.deadlineNanos = System.nanoTime() + BODY_MILLIS * 1_000_000;
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
                state.deadlineNanos = now + (draining ? 0 : IDLE_MILLIS * 1_000_000);
            }
            if (state.deadlineNanos - now < 0) {
                overdue.add(entry.getKey());
            }
        }
        overdue.forEach(HttpConnection::close);
    }
}
