package dev.bursar.server.cycles;

import dev.bursar.authority.Authority;
import java.time.InstantSource;

/// Answers what changes something, or asks what a change would be answered.
final class Changes {

    private final SubjectChanges subjects;
    private final ReservationChanges reservations;

    Changes(
            Authority authority,
            Reservations found,
            PastAnswers past,
            InstantSource clock,
            Ids ids,
            Threads threads) {
        Submissions submissions = new Submissions(authority, threads);
        subjects = new SubjectChanges(authority, past, clock, ids, submissions);
        reservations = new ReservationChanges(authority, found, past, clock, submissions, threads);
    }

    /// Answers a request with a body, now or later. On the event loop.
    ///
    /// @throws CyclesException for what is wrong with the request itself
    void handle(Exchange exchange, Route route, byte[] body) {
        switch (route.operation()) {
            case CREATE ->
                    subjects.reserve(
                            exchange, keyed(exchange, JsonFields.read(body, Requests::reserve)));
            case DECIDE ->
                    subjects.decide(
                            exchange, keyed(exchange, JsonFields.read(body, Requests::decide)));
            case COMMIT ->
                    reservations.commit(
                            exchange,
                            route,
                            keyed(exchange, JsonFields.read(body, Requests::commit)));
            case RELEASE ->
                    reservations.release(
                            exchange,
                            route,
                            keyed(exchange, JsonFields.read(body, Requests::release)));
            case EXTEND ->
                    reservations.extend(
                            exchange,
                            route,
                            keyed(exchange, JsonFields.read(body, Requests::extend)));
            case RECORD_EVENT ->
                    subjects.charge(
                            exchange, keyed(exchange, JsonFields.read(body, Requests::event)));
            case LIST, FIND, BALANCES, LIST_EVENTS, INTROSPECT ->
                    throw new IllegalStateException("reads have no body: " + route);
        }
    }

    /// The request, whose key is also that of the header where there is one.
    private static <T extends Requests.Keyed> T keyed(Exchange exchange, T request) {
        String header = exchange.request().getHeader("x-idempotency-key");
        if (header != null && !header.equals(request.idempotencyKey())) {
            throw CyclesException.invalid("X-Idempotency-Key is not the body's idempotency_key");
        }
        return request;
    }
}
