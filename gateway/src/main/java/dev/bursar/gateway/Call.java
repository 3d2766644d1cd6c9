package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.gateway.breaker.Signs;
import dev.bursar.gateway.routing.ProviderKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Subject;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.RequestOptions;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The story of one call, told from the received body to the settled hold, on a virtual thread of its
/// own.
final class Call implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Call.class);

    /// Answers from here on are not charged: the provider did not do what was asked.
    static final int ERROR = 300;

    private final Wiring wiring;
    private final Client client;
    private final Target target;
    private final Identity.Caller caller;
    private final CallHeaders headers;
    private final byte[] body;
    private final long receivedNanos = System.nanoTime();
    private final Replies replies;
    private final Exchanges exchanges;
    private final RunGuard guard;

    /// Of the attempt that is being made.
    private CallRecord record = new CallRecord();

    private @Nullable CallHold hold;
    private @Nullable Allowance allowance;
    private boolean forwarded;

    Call(
            Wiring wiring,
            Exchanges exchanges,
            Client client,
            Target target,
            Identity.Caller caller,
            CallHeaders headers,
            byte[] body) {
        this.wiring = wiring;
        this.exchanges = exchanges;
        this.client = client;
        this.target = target;
        this.caller = caller;
        this.headers = headers;
        this.body = body;
        this.replies = Replies.to(client, target.operation(), wiring.settings());
        this.guard = new RunGuard(wiring, client);
    }

    @Override
    public void run() {
        try {
            tell();
        } catch (RefusedException refused) {
            deny(refused.denial());
        } catch (RuntimeException | Error bug) {
            LOG.error("call failed: call={}", record.call(), bug);
            deny(Denial.of(Refusal.INTERNAL, "the gateway failed"));
        } finally {
            if (allowance != null) {
                allowance.close();
            }
        }
    }

    /// Whatever happens after the reserve, the hold ends here at the latest.
    private void deny(Denial denial) {
        abandon();
        String id = record.call();
        replies.deny(denial, id == null ? wiring.ids().next() : id);
    }

    private void tell() {
        if (client.gone()) {
            return;
        }
        CallRequest request = RequestParser.parse(target, body);
        String call = wiring.ids().next();
        Map<String, String> dimensions = CallSubject.dimensions(caller, headers, call);
        CallSubject.requireScope(caller, CallSubject.of(dimensions));
        Attempts attempts =
                new Planner(wiring, client, caller, target.operation(), request, body)
                        .plan(ask(call, dimensions), dimensions, headers);
        try (Attempt first = attempts.first()) {
            Admission.Ask ask = ask(request, dimensions, first);
            try (CacheStep cache =
                    CacheStep.visit(wiring, client, headers, ask, request, first.route(), body)) {
                if (!cache.answers()) {
                    forward(request, dimensions, attempts, first, ask, cache);
                }
            }
        }
    }

    private Attempts.Ask ask(String call, Map<String, String> dimensions) {
        String run = dimensions.getOrDefault(Subject.RUN, call);
        boolean ownKey =
                headers.ownProviderKey()
                        && Upstream.bringsKey(client.request(), this::isForProvider);
        return new Attempts.Ask(call, run, ownKey, receivedNanos);
    }

    /// One attempt after the other, while providers fail.
    private void forward(
            CallRequest request,
            Map<String, String> dimensions,
            Attempts attempts,
            Attempt first,
            Admission.Ask ask,
            CacheStep cache) {
        Attempt next = forward(request, ask, attempts, first, cache);
        while (next != null) {
            try (Attempt made = next) {
                next = forward(request, ask(request, dimensions, made), attempts, made, cache);
            }
        }
    }

    /// One attempt, from the granted hold to the settled one.
    ///
    /// @return what to try next as the provider failed, or null when the call has ended
    private @Nullable Attempt forward(
            CallRequest request,
            Admission.Ask ask,
            Attempts attempts,
            Attempt attempt,
            CacheStep cache) {
        Admission.Admitted admitted = admit(ask, request, attempt);
        if (admitted == null) {
            return null;
        }
        hold = admitted.hold();
        Shape shape = admitted.shape();
        Crossing crossing = crossing(shape);
        if (crossing != null) {
            record.label("translated_to", crossing.upstream().label());
        }
        AnswerReader reader =
                AnswerReader.of(crossing == null ? target.operation() : crossing.upstream());
        Relay relay =
                relay(
                        shape.request(),
                        crossing,
                        reader,
                        attempt.isFirst() ? cache.recording() : null);
        allowance = request.stream() ? allowance(admitted, reader) : null;
        Exchange exchange = exchange(admitted, attempt, crossing, relay);
        RequestOptions options = options(shape.route(), crossing, attempt);
        Buffer upstreamBody = upstreamBody(shape, crossing);
        forwarded = true;
        Ending ending = exchanges.run(client, exchange, options, upstreamBody);
        readWhole(ending, reader);
        record.number("latency_millis", millis(exchange.lastNanos() - receivedNanos));
        if (exchange.firstByteNanos() != 0) {
            record.number("first_byte_millis", millis(exchange.firstByteNanos() - receivedNanos));
        }
        CallEnd.Made made =
                new CallEnd.Made(
                        attempt, shape, admitted.hold(), record, reader, relay, exchange, cache);
        CallEnd end = new CallEnd(wiring, client, target.operation(), replies, made, allowance);
        Attempt next = attempts.after(attempt, ending, !client.gone());
        if (next == null) {
            guard.ended(ending, reader);
            end.finish(crossing == null ? ending : crossing.told(ending, request.model()));
            meter(exchange, attempt);
            end.learn();
        } else {
            end.release(Attempts.label(ending));
        }
        return next;
    }

    /// Only the first attempt tells what the gateway itself took.
    private void meter(Exchange exchange, Attempt attempt) {
        if (exchange.sentNanos() != 0 && attempt.isFirst()) {
            wiring.meter()
                    .overhead(
                            exchange.sentNanos()
                                    - receivedNanos
                                    - guard.waitedNanos()
                                    + System.nanoTime()
                                    - exchange.lastNanos());
        }
    }

    private Relay relay(
            CallRequest request,
            @Nullable Crossing crossing,
            AnswerReader reader,
            @Nullable Recording recording) {
        boolean array = asksForArray();
        if (crossing != null) {
            return crossing.relay(request, reader, array);
        }
        if (target.operation() == Operation.CONVERSE_STREAM) {
            return Relay.ofFrames(reader);
        }
        return array
                ? Relay.ofArray(reader)
                : new Relay(reader, request.askForUsage() != null, recording);
    }

    private boolean asksForArray() {
        return target.operation() == Operation.STREAM_GENERATE
                && !"sse".equals(client.request().getParam("alt"));
    }

    /// Null where the provider speaks the client's dialect.
    private @Nullable Crossing crossing(Shape shape) {
        return Crossing.of(
                target.operation(),
                shape.route().provider(),
                shape.request().stream(),
                wiring.clock());
    }

    private Admission.Ask ask(
            CallRequest request, Map<String, String> dimensions, Attempt attempt) {
        long fingerprint = Fingerprint.of(body);
        forwarded = false;
        record =
                new CallRecord()
                        .attempt(target.operation(), attempt)
                        .label("requested_model", request.model())
                        .label("request_type", headers.requestType())
                        .label("priority", headers.priority())
                        .label("stream", Boolean.toString(request.stream()))
                        .label("fingerprint", Long.toHexString(fingerprint));
        return new Admission.Ask(
                new HoldId(attempt.hold()),
                caller.tenant(),
                by -> subject(dimensions, by),
                headers.isBatch(),
                fingerprint,
                record);
    }

    private Admission.@Nullable Admitted admit(
            Admission.Ask ask, CallRequest request, Attempt attempt) {
        Route route = attempt.route();
        if (attempt.isFirst() && target.operation().producesTokens()) {
            String asked = target.operation().label() + " " + request.model();
            guard.begin(
                    caller.tenant(),
                    ask.subject().apply(route),
                    ask.id(),
                    () -> Signs.of(asked, body),
                    record);
        }
        Estimate bound = wiring.estimator().bound(request, route, body);
        return new Admission(wiring, client, ask, request, route)
                .admit(new Shape(target, request, route, body, bound, false, Treatment.NONE));
    }

    private static Subject subject(Map<String, String> dimensions, Route route) {
        Map<String, String> all = new TreeMap<>(dimensions);
        all.put(Subject.PROVIDER, route.provider().name());
        all.put(Subject.MODEL, route.model());
        return CallSubject.of(all);
    }

    private Exchange exchange(
            Admission.Admitted admitted,
            Attempt attempt,
            @Nullable Crossing crossing,
            Relay relay) {
        Map<String, String> headers = AnswerHeaders.of(admitted.shape(), admitted.hold());
        if (crossing != null) {
            headers.put("Content-Type", asksForArray() ? "application/json" : "text/event-stream");
        }
        return new Exchange(
                wiring.vertx(),
                wiring.upstream(),
                client,
                attempt.provider(admitted.shape().route()),
                wiring.settings().clientGone(),
                headers,
                relay,
                allowance);
    }

    private Allowance allowance(Admission.Admitted admitted, AnswerReader reader) {
        Route route = admitted.shape().route();
        CallHold held = admitted.hold();
        return new Allowance(wiring, held.whose(route), route, held.estimate(), reader);
    }

    private RequestOptions options(Route route, @Nullable Crossing crossing, Attempt attempt) {
        ProviderSettings provider = route.provider();
        ProviderKey key = attempt.keyFor(provider);
        return crossing == null
                ? Upstream.options(
                        provider,
                        key,
                        provider.path(target.operation(), route.model()),
                        client.request(),
                        this::isForProvider)
                : Upstream.translatedOptions(
                        provider,
                        key,
                        crossing.path(provider, route.model()),
                        client.request(),
                        this::isForProvider);
    }

    private boolean isForProvider(String secret) {
        return headers.isForProvider(secret, wiring.identities());
    }

    /// A client that names no bound gets the one that is held for it, or a hard limit would not hold.
    private Buffer upstreamBody(Shape shape, @Nullable Crossing crossing) {
        CallRequest request = shape.request();
        Route route = shape.route();
        if (crossing != null) {
            long output = wiring.estimator().choiceTokens(request, route);
            String model = route.provider().nameOf(route.model());
            return crossing.request(shape.body(), model, request.stream(), output);
        }
        String field = route.provider().outputBound(target.operation());
        CallRequest.Bound bound =
                field == null || request.maxOutputTokens() != null
                        ? null
                        : new CallRequest.Bound(
                                field, wiring.estimator().choiceTokens(request, route));
        String model = route.provider().nameOf(route.model());
        return Buffer.buffer(request.rewrite(shape.body(), model, bound));
    }

    private static void readWhole(Ending ending, AnswerReader reader) {
        if (ending instanceof Ending.Answered answered && answered.status() < ERROR) {
            byte[] json = answered.body().getBytes();
            reader.read(json, 0, json.length);
        }
    }

    /// After a mistake of ours: what was forwarded may have been billed.
    private void abandon() {
        CallHold held = hold;
        if (held == null) {
            return;
        }
        record.label("status", "failed");
        if (forwarded) {
            held.charge(record.attribution());
        } else {
            held.release(record.attribution());
        }
    }

    private static long millis(long nanos) {
        return Math.max(0, nanos / 1_000_000);
    }
}
