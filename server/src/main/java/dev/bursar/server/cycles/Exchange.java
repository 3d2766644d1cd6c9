package dev.bursar.server.cycles;

import dev.bursar.server.directory.Actor;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One request and its answer. Methods are for the event loop of its connection unless they say
/// otherwise.
final class Exchange {

    private static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("X-Request-Id");
    private static final CharSequence TRACE_ID = HttpHeaders.createOptimized("X-Cycles-Trace-Id");
    private static final CharSequence TENANT = HttpHeaders.createOptimized("X-Cycles-Tenant");
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");

    private final HttpServerRequest request;
    private final Context context;
    private final String requestId;
    private final String traceId;
    private final HttpDate date;
    private @Nullable CyclesCaller caller;
    private @Nullable Actor actor;
    private boolean answered;

    Exchange(Vertx vertx, HttpServerRequest request, Ids ids, HttpDate date) {
        this.request = request;
        this.context = vertx.getOrCreateContext();
        this.date = date;
        this.requestId = ids.uuid();
        this.traceId = Trace.of(request.headers(), ids);
        // Clients that hang up are part of the day: without handlers each would be logged.
        request.exceptionHandler(_ -> answered = true);
        request.response().exceptionHandler(_ -> answered = true);
    }

    HttpServerRequest request() {
        return request;
    }

    String requestId() {
        return requestId;
    }

    String traceId() {
        return traceId;
    }

    /// Null when a person asks.
    @Nullable CyclesCaller caller() {
        return caller;
    }

    void identified(Who who) {
        caller = who.caller();
        actor = who.actor();
    }

    /// The person who asks, when no caller does.
    Actor actor() {
        Actor known = actor;
        if (known == null) {
            throw new IllegalStateException("a tenant's key is no person");
        }
        return known;
    }

    /// Checks that whoever asks may see what is a tenant's.
    ///
    /// @throws CyclesException `FORBIDDEN` when not
    void requireTenant(String tenant) {
        CyclesCaller known = caller;
        boolean may =
                known == null ? actor().mayTouch(tenant) : known.tenant().value().equals(tenant);
        if (!may) {
            throw new CyclesException(ErrorCode.FORBIDDEN, "that is of another tenant");
        }
    }

    /// The caller where only a tenant's key can ask.
    CyclesCaller tenantCaller() {
        CyclesCaller known = caller;
        if (known == null) {
            throw new IllegalStateException("an administrator got where only tenants may ask");
        }
        return known;
    }

    /// Runs something on the event loop, from any thread.
    void onLoop(Runnable action) {
        context.runOnContext(_ -> action.run());
    }

    /// Sets the headers that every answer has.
    static void identify(HttpServerResponse response, String requestId, String traceId) {
        response.headers().set(REQUEST_ID, requestId).set(TRACE_ID, traceId);
    }

    void answer(Answer answer) {
        if (answered) {
            return;
        }
        answered = true;
        HttpServerResponse response = request.response();
        response.setStatusCode(answer.status());
        response.headers().set(HttpHeaders.DATE, date.now()).set(HttpHeaders.CONTENT_TYPE, JSON);
        identify(response, requestId, traceId);
        CyclesCaller known = caller;
        if (known != null) {
            response.headers().set(TENANT, known.tenant().value());
        }
        for (Map.Entry<String, String> header : answer.headers().entrySet()) {
            response.putHeader(header.getKey(), header.getValue());
        }
        response.end(answer.body());
    }

    void refuse(CyclesException error) {
        answer(
                new Answer(
                        error.status(), ErrorBody.of(error, requestId, traceId), error.headers()));
    }
}
