package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.gateway.breaker.Signs;
import dev.bursar.gateway.routing.ProviderKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Subject;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.RequestOptions;
import java.util.Map;
import java.util.Objects;
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

    /// Of the attempt that is being made, empty before the first.
    private CallRecord record = new CallRecord();

    private @Nullable CallHold hold;
    private @Nullable Allowance allowance;
    private boolean forwarded;

    /// Of a call in the background.
    private BackgroundResponses.@Nullable Place place;

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
            if (place != null) {
                place.close();
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
        CallSubject subject = CallSubject.of(caller, headers, call);
        try {
            CallSubject.requireScope(caller, subject.known());
            wiring.owners().requireOwn(request.kept().previous(), caller.tenant());
            if (request.kept().background()) {
                place = wiring.background().claim(caller.tenant());
            }
            Attempts attempts =
                    new Planner(wiring, client, caller, target.operation(), request, body)
                            .plan(ask(call, subject.known()), subject.known(), headers);
            while (!ends(request, subject, attempts)) {
                // What was chosen has no room: the next may have, or an answer.
            }
        } catch (RefusedException refused) {
            throw OwnDenials.written(
                    wiring.authority(),
                    refused,
                    caller.tenant(),
                    subject.known(),
                    last(request, call));
        } catch (RuntimeException | Error bug) {
            last(request, call);
            throw bug;
        }
    }

    /// The record of the last attempt, or of a call that ends before the first.
    private CallRecord last(CallRequest request, String call) {
        return record.call() == null
                ? describe(request).label("call", call).label("dialect", target.operation().label())
                : record;
    }

    /// Answers from the cache, or else from a provider.
    ///
    /// @return whether the call has ended, and is not to be tried elsewhere
    private boolean ends(CallRequest request, CallSubject subject, Attempts attempts) {
        Attempt chosen = attempts.first();
        Admission.Ask ask = ask(request, subject, chosen);
        try (CacheStep cache =
                CacheStep.visit(wiring, client, headers, ask, request, chosen.route(), body)) {
            if (cache.answers()) {
                return true;
            }
            Attempt first = attempts.take(chosen);
            if (first == null) {
                return false;
            }
            forward(request, subject, attempts, first, ask, cache);
            return true;
        }
    }

    private Attempts.Ask ask(String call, Subject subject) {
        String run = Objects.requireNonNullElse(subject.get(Subject.RUN), call);
        return new Attempts.Ask(call, run, bringsKey(), receivedNanos);
    }

    private boolean bringsKey() {
        return headers.ownProviderKey()
                && Upstream.bringsKey(client.request(), this::isForProvider);
    }

    /// One attempt after the other, while providers fail.
    private void forward(
            CallRequest request,
            CallSubject subject,
            Attempts attempts,
            Attempt first,
            Admission.Ask ask,
            CacheStep cache) {
        Attempt next = forward(request, ask, attempts, first, cache);
        while (next != null) {
            next = forward(request, ask(request, subject, next), attempts, next, cache);
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
        try (Attempt sent = attempts.sent(attempt, admitted.shape().route())) {
            if (sent == null) {
                admitted.hold()
                        .release(
                                record.label("status", Attempts.NO_ROOM)
                                        .withoutTokens()
                                        .attribution());
                hold = null;
                cache.goesElsewhere();
                return attempts.afterNoRoom();
            }
            record.label("provider_key", sent.keyName());
            return deliver(request, admitted, attempts, sent, cache);
        }
    }

    private @Nullable Attempt deliver(
            CallRequest request,
            Admission.Admitted admitted,
            Attempts attempts,
            Attempt attempt,
            CacheStep cache) {
        Shape shape = admitted.shape();
        Crossing crossing = crossing(shape);
        if (crossing != null) {
            record.label("translated_to", crossing.upstream().label());
        }
        AnswerReader reader =
                AnswerReader.of(crossing == null ? target.operation() : crossing.upstream());
        reader.believeUpTo(admitted.hold().estimate().believableTokens());
        Relay relay =
                relay(
                        shape.request(),
                        crossing,
                        reader,
                        attempt.isFirst() ? cache.recording() : null);
        remember(reader, shape, attempt);
        allowance = request.stream() ? allowance(admitted, reader) : null;
        Exchange exchange = exchange(admitted, attempt, crossing, relay);
        RequestOptions options =
                Outgoing.options(shape, crossing, attempt, client, this::isForProvider);
        MultiMap sent = place == null ? null : options.getHeaders();
        if (attempt.isFirst()) {
            cache.begun();
        }
        if (!shape.isAsAsked()) {
            cache.goesElsewhere();
        }
        send(
                request.stream(),
                exchange,
                options,
                Outgoing.body(shape, crossing, wiring.estimator()));
        Ending ending = end(exchange);
        cache.ended(ending);
        byte[] whole = ending.unread().getBytes();
        reader.read(whole, 0, whole.length);
        record.number("latency_millis", millis(exchange.lastNanos() - receivedNanos));
        if (exchange.firstByteNanos() != 0) {
            record.number("first_byte_millis", millis(exchange.firstByteNanos() - receivedNanos));
        }
        CallEnd.Made made =
                new CallEnd.Made(
                        attempt, shape, admitted.hold(), record, reader, relay, exchange, cache);
        CallEnd end = new CallEnd(wiring, client, target.operation(), replies, made, allowance);
        Attempt next = attempts.after(attempt, ending, !client.gone());
        // Whoever learns now that there is no answer for it may need the place.
        attempt.close();
        if (next == null) {
            if (!goesOn(made, end, ending, sent)) {
                guard.ended(ending, reader);
                end.finish(told(crossing, ending, reader, request));
            }
            meter(exchange, attempt);
            end.learn();
        } else {
            end.release(Attempts.label(ending));
            cache.goesElsewhere();
        }
        return next;
    }

    /// In a frame of its own: the one that waits for the end has no place for the body.
    private void send(boolean stream, Exchange exchange, RequestOptions options, Buffer body) {
        if (stream) {
            exchanges.beginStream(client, exchange, options, body);
        } else {
            exchanges.begin(client, exchange, options, body);
        }
    }

    /// A mistake of ours before anything was sent costs nothing.
    private Ending end(Exchange exchange) {
        try {
            return exchanges.end(exchange);
        } finally {
            forwarded = exchange.sentNanos() != 0;
        }
    }

    private static Ending told(
            @Nullable Crossing crossing, Ending ending, AnswerReader reader, CallRequest request) {
        return crossing == null
                ? ending
                : crossing.told(ending, request.model(), Bill.isError(reader));
    }

    /// @param sent the headers of the call, as they went to the provider; null of one in the foreground
    /// @return whether the response goes on in the background, with the hold of the call
    private boolean goesOn(CallEnd.Made made, CallEnd end, Ending ending, @Nullable MultiMap sent) {
        BackgroundEnd background = BackgroundEnd.of(wiring, replies, client, made, end, ending);
        if (background == null || place == null || sent == null) {
            return false;
        }
        background.handOn(ending, place, sent, allowance, guard.watch());
        hold = null;
        allowance = null;
        background.answer(ending);
        return true;
    }

    /// The client may ask for the response as soon as it has its id.
    private void remember(AnswerReader reader, Shape shape, Attempt attempt) {
        if (reader instanceof ResponsesReader named && shape.request().kept().response()) {
            ProviderSettings provider = shape.route().provider();
            ProviderKey key = attempt.key();
            ResponseOwners.Owner owner =
                    new ResponseOwners.Owner(
                            caller.tenant(), provider.name(), key == null ? null : key.name());
            named.onNamed(id -> wiring.owners().remember(id, owner));
        }
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
            return crossing.relay(request, reader, array, recording);
        }
        if (target.operation() == Operation.CONVERSE_STREAM) {
            return Relay.ofFrames(reader, recording);
        }
        return array
                ? Relay.ofArray(reader, recording)
                : new Relay(reader, request.askForUsage() != null, recording);
    }

    private boolean asksForArray() {
        return GeminiPath.asksForArray(target.operation(), client.request());
    }

    /// Null where the provider speaks the client's dialect. Others know no responses in the background.
    private @Nullable Crossing crossing(Shape shape) {
        Crossing crossing =
                Crossing.of(
                        target.operation(),
                        shape.route().provider(),
                        shape.request().stream(),
                        wiring.clock());
        if (crossing != null && shape.request().kept().background()) {
            throw RefusedException.malformed(
                    "background", "must be false for a model that speaks another dialect");
        }
        return crossing;
    }

    private Admission.Ask ask(CallRequest request, CallSubject subject, Attempt attempt) {
        long fingerprint = Fingerprint.of(body);
        forwarded = false;
        describe(request)
                .attempt(target.operation(), attempt)
                .label("fingerprint", Long.toHexString(fingerprint));
        return new Admission.Ask(
                new HoldId(attempt.hold()),
                caller.tenant(),
                subject::by,
                headers.isBatch(),
                bringsKey(),
                fingerprint,
                record);
    }

    /// Begins the record of the next attempt with what the client has said.
    private CallRecord describe(CallRequest request) {
        if (record.call() != null) {
            record = new CallRecord();
        }
        return record.label("requested_model", request.model())
                .label("request_type", headers.requestType())
                .label("priority", headers.priority())
                .label("stream", Boolean.toString(request.stream()));
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
                attempt.provider(),
                clientGone(admitted.shape().request()),
                headers,
                relay,
                allowance);
    }

    private GatewaySettings.ClientGone clientGone(CallRequest request) {
        return request.kept().background() && !request.stream()
                ? BackgroundEnd.PATIENCE
                : wiring.settings().clientGone();
    }

    private Allowance allowance(Admission.Admitted admitted, AnswerReader reader) {
        Route route = admitted.shape().route();
        CallHold held = admitted.hold();
        return new Allowance(
                wiring.authority(),
                wiring.settler(),
                wiring.estimator(),
                held.whose(route),
                route,
                held.estimate(),
                reader);
    }

    private boolean isForProvider(String secret) {
        return headers.isForProvider(secret, wiring.identities());
    }

    /// After a mistake of ours: what was forwarded may have been billed.
    private void abandon() {
        CallHold held = hold;
        if (held == null) {
            return;
        }
        record.label("status", "failed");
        if (forwarded) {
            boolean charged = held.charge(record.attribution());
            if (charged && allowance != null) {
                allowance.charge();
            }
        } else {
            held.release(record.attribution());
        }
    }

    private static long millis(long nanos) {
        return Math.max(0, nanos / 1_000_000);
    }
}
