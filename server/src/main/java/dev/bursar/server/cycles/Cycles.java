package dev.bursar.server.cycles;

import dev.bursar.authority.Authority;
import dev.bursar.server.config.Permission;
import dev.bursar.server.directory.Directory;
import dev.bursar.usage.Usage;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// Serves the runtime plane of the Cycles Protocol v0.1.25.
///
/// Requests are read, and their commands submitted and answered, on the event loop of their connection;
/// what has to wait for anything but the authority's sync does so on a virtual thread.
public final class Cycles implements AutoCloseable {

    private final Vertx vertx;
    private final Ids ids;
    private final HttpDate date;
    private final Callers callers;
    private final Threads threads = new Threads();
    private final Changes changes;
    private final Reads reads;

    public Cycles(
            Vertx vertx,
            Authority authority,
            Usage usage,
            Directory directory,
            InstantSource clock) {
        this.vertx = vertx;
        this.ids = new Ids(clock);
        this.date = new HttpDate(clock);
        this.callers = new Callers(directory);
        Reservations reservations = new Reservations(authority, usage, clock);
        this.changes =
                new Changes(
                        authority,
                        reservations,
                        new PastAnswers(usage, reservations),
                        clock,
                        ids,
                        threads);
        this.reads = new Reads(authority, usage, reservations);
    }

    /// Whether a request is this protocol's to answer.
    public boolean accepts(HttpServerRequest request) {
        return Route.isOurs(request.path());
    }

    /// Gives the headers that every answer has to the health that a client of this protocol probes, which
    /// somebody else tells it.
    public void identify(HttpServerRequest request) {
        if (String.valueOf(request.path()).startsWith("/actuator/")) {
            Exchange.identify(request.response(), ids.uuid(), Trace.of(request.headers(), ids));
        }
    }

    /// Whether a request is one of this protocol's clients, at a path that nobody serves as far as the
    /// protocol knows: it has a key as only they send it.
    public boolean isOfAClient(HttpServerRequest request) {
        return Route.isNearUs(request.path()) && Callers.isKeyThere(request.headers());
    }

    /// What to tell whoever sent a request that cannot be read, and sets headers of the answer.
    public Buffer unreadable(HttpServerRequest request, HttpResponseStatus status) {
        return Unreadable.tell(request, status.code(), status.reasonPhrase(), ids);
    }

    /// Answers a request that [#accepts] or [#isOfAClient] is true for. On the event loop of its connection, before
    /// anything was read of its body.
    public void handle(HttpServerRequest request) {
        Exchange exchange = new Exchange(vertx, request, ids, date);
        try {
            Route route = Route.of(request.method(), String.valueOf(request.path()));
            exchange.identified(
                    callers.identify(request.headers(), route.operation().isForAdmins()));
            CyclesCaller caller = exchange.caller();
            @Nullable Permission permission = route.operation().permission();
            if (caller != null && permission != null) {
                caller.require(permission);
            }
            if (route.operation().reads()) {
                BodyReader.discard(request);
                Query query = Query.of(request);
                threads.run(exchange, () -> reads.answer(exchange, route, query));
            } else {
                BodyReader.requireJson(request);
                BodyReader.read(request, body -> change(exchange, route, body), exchange::refuse);
            }
        } catch (CyclesException error) {
            exchange.refuse(error);
            BodyReader.discard(request);
        }
    }

    private void change(Exchange exchange, Route route, byte[] body) {
        try {
            changes.handle(exchange, route, body);
        } catch (RuntimeException e) {
            exchange.refuse(Refusals.error(e));
        }
    }

    /// Waits for requests that are being answered by threads of their own.
    @Override
    public void close() {
        threads.close();
    }
}
