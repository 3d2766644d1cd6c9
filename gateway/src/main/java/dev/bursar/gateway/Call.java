package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.gateway.breaker.Signs;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Subject;
import dev.bursar.pricing.TokenUsage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.RequestOptions;
import java.util.LinkedHashMap;
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

    /// How many times the tokens that were held a provider may report and be believed.
    private static final long BEYOND_BOUND = 16;

    /// What a call may read that its request does not show, such as files and pages that are searched.
    private static final long UNSEEN_TOKENS = 2_000_000;

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
        this.replies = new Replies(client, target.operation().dialect(), wiring.settings());
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
        AnswerReader reader = AnswerReader.of(target.operation());
        Relay relay = relay(shape.request(), reader, attempt.isFirst() ? cache.recording() : null);
        allowance = request.stream() ? allowance(admitted, reader) : null;
        Exchange exchange = exchange(admitted, attempt, relay);
        RequestOptions options = options(shape.route(), attempt);
        Buffer upstreamBody = upstreamBody(shape);
        forwarded = true;
        Ending ending = exchanges.run(client, exchange, options, upstreamBody);
        readWhole(ending, reader);
        record.number("latency_millis", millis(exchange.lastNanos() - receivedNanos));
        if (exchange.firstByteNanos() != 0) {
            record.number("first_byte_millis", millis(exchange.firstByteNanos() - receivedNanos));
        }
        Finish call =
                new Finish(attempt, shape, admitted.hold(), record, reader, relay, exchange, cache);
        Attempt next = attempts.after(attempt, ending, !client.gone());
        if (next == null) {
            guard.ended(ending, reader);
            finish(ending, call);
            meter(exchange, attempt);
        } else {
            release(call, Attempts.label(ending));
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

    private Relay relay(CallRequest request, AnswerReader reader, @Nullable Recording recording) {
        boolean array =
                target.operation() == Operation.STREAM_GENERATE
                        && !"sse".equals(client.request().getParam("alt"));
        return array
                ? Relay.ofArray(reader)
                : new Relay(reader, request.askForUsage() != null, recording);
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

    private Exchange exchange(Admission.Admitted admitted, Attempt attempt, Relay relay) {
        return new Exchange(
                wiring.vertx(),
                wiring.upstream(),
                client,
                attempt.provider(admitted.shape().route()),
                wiring.settings().clientGone(),
                answerHeaders(admitted.shape(), admitted.hold()),
                relay,
                allowance);
    }

    private Allowance allowance(Admission.Admitted admitted, AnswerReader reader) {
        Route route = admitted.shape().route();
        CallHold held = admitted.hold();
        return new Allowance(wiring, held.whose(route), route, held.estimate(), reader);
    }

    private static Map<String, String> answerHeaders(Finish call) {
        return answerHeaders(call.shape(), call.hold());
    }

    /// Of an answer that goes out now: before the settlement when it is streamed, else after.
    private static Map<String, String> answerHeaders(Shape shape, CallHold held) {
        Map<String, String> answer = new LinkedHashMap<>();
        answer.put("X-Bursar-Call", held.call());
        answer.put("X-Bursar-Decision", decision(shape, held));
        shape.treatment().describe(answer);
        if (!shape.route().model().equals(shape.request().model())) {
            answer.put("X-Bursar-Model", shape.route().model());
        }
        Outcome.Remaining tightest = held.remaining();
        if (tightest != null) {
            answer.put("X-Bursar-Remaining", Quantity.text(tightest.unit(), tightest.left()));
        }
        return answer;
    }

    private static String decision(Shape shape, CallHold held) {
        String treated = shape.treatment().decision();
        if (treated != null) {
            return treated;
        }
        return held.granted().wouldRefuse().isEmpty() ? "allow" : "would-deny";
    }

    private RequestOptions options(Route route, Attempt attempt) {
        return Upstream.options(
                route.provider(),
                attempt.keyFor(route.provider()),
                target.operation().path(route.model()),
                client.request(),
                this::isForProvider);
    }

    private boolean isForProvider(String secret) {
        return headers.isForProvider(secret, wiring.identities());
    }

    /// A client that names no bound gets the one that is held for it, or a hard limit would not hold.
    private Buffer upstreamBody(Shape shape) {
        CallRequest request = shape.request();
        Route route = shape.route();
        String field = route.provider().outputBound(target.operation());
        CallRequest.Bound bound =
                field == null || request.maxOutputTokens() != null
                        ? null
                        : new CallRequest.Bound(
                                field, wiring.estimator().choiceTokens(request, route));
        return Buffer.buffer(request.rewrite(shape.body(), route.model(), bound));
    }

    /// What is needed to end a call.
    private record Finish(
            Attempt attempt,
            Shape shape,
            CallHold hold,
            CallRecord record,
            AnswerReader reader,
            Relay relay,
            Exchange exchange,
            CacheStep cache) {

        private Route route() {
            return shape.route();
        }

        /// The answer can be kept for the next who asks the same, unless a budget or a failing provider made
        /// another call of it.
        private void keep(byte @Nullable [] json, Settlement settled) {
            if (attempt.isFirst() && shape.treatment().equals(Treatment.NONE)) {
                cache.settled(json, reader, settled);
            }
        }
    }

    /// The one way a forwarded call ends: settle first, then let go of the client.
    private void finish(Ending ending, Finish call) {
        switch (ending) {
            case Ending.Answered answered -> {
                if (answered.status() >= ERROR) {
                    release(call, Integer.toString(answered.status()));
                    replies.passOn(answered, answerHeaders(call), null);
                } else {
                    int length = answered.body().length();
                    Settlement settled = null;
                    if (length == 0 || isError(call.reader())) {
                        release(call, "no_answer");
                    } else {
                        settled = settle(call, Integer.toString(answered.status()), length);
                    }
                    replies.passOn(answered, answerHeaders(call), settled);
                    if (settled != null) {
                        call.keep(answered.body().getBytes(), settled);
                    }
                }
            }
            case Ending.Relayed relayed -> {
                String status = Integer.toString(relayed.status());
                if (relayed.status() >= ERROR) {
                    release(call, status);
                } else {
                    Settlement settled =
                            settle(call, streamStatus(call, status), call.relay().bytes());
                    call.keep(null, settled);
                }
                client.onLoop(client::end);
            }
            case Ending.Stopped _ -> stopped(call);
            case Ending.Failed failed -> {
                if (failed.answering()) {
                    settle(call, failed.label(), call.exchange().keptBytes());
                } else {
                    release(call, failed.label());
                }
                replies.fail(failed, call.hold().call(), call.relay());
            }
            case Ending.ClientGone gone -> clientGone(gone, call);
        }
    }

    /// The client gets an answer that is cut short, as if the model had come to its bound.
    private void stopped(Finish call) {
        Settlement settled = settle(call, "stopped", 0);
        Buffer end =
                StreamEnd.of(
                        target.operation(),
                        call.reader(),
                        settled.usage(),
                        call.shape().request().askForUsage() == null,
                        call.relay().isArray());
        client.onLoop(() -> {
            if (!client.gone()) {
                client.response().write(end);
                client.end();
            }
        });
    }

    private static void readWhole(Ending ending, AnswerReader reader) {
        if (ending instanceof Ending.Answered answered && answered.status() < ERROR) {
            byte[] json = answered.body().getBytes();
            reader.read(json, 0, json.length);
        }
    }

    /// Whether an answer of a good status says that there was none.
    private static boolean isError(AnswerReader reader) {
        return reader.failed && reader.usage == null && reader.text.chars() == 0;
    }

    /// How a stream ended that the provider closed in good order.
    private static String streamStatus(Finish call, String status) {
        AnswerReader reader = call.reader();
        if (reader.failed) {
            return "stream_error";
        }
        return reader.finished || reader.stopReason != null ? status : "cut_short";
    }

    private void clientGone(Ending.ClientGone gone, Finish call) {
        if (!gone.sent() || gone.status() >= ERROR) {
            release(call, "client_gone");
            return;
        }
        byte[] json = gone.body().getBytes();
        if (gone.whole() && json.length > 0) {
            call.reader().read(json, 0, json.length);
        }
        settle(call, "client_gone", json.length);
    }

    private static void release(Finish call, String status) {
        call.hold().release(describe(call, status).attribution());
    }

    /// @param unreadBytes of an answer that nothing could be read from
    private Settlement settle(Finish call, String status, long unreadBytes) {
        Route route = call.route();
        TokenUsage told = believed(call);
        boolean exact = call.reader().usageFinal && told != null;
        Settlement settlement =
                Settlement.of(
                        route,
                        call.reader(),
                        told != null && exact ? told : estimate(call, told, unreadBytes),
                        exact,
                        model -> wiring.routes().price(route.provider(), model, route.at()));
        CallRecord record = settlement.describe(describe(call, status), route.priced());
        call.hold().commit(settlement.actual(), record.attribution());
        return settlement;
    }

    private TokenUsage estimate(Finish call, @Nullable TokenUsage told, long unreadBytes) {
        wiring.meter().estimated(call.route().provider().name(), call.route().model());
        Estimator estimator = wiring.estimator();
        Estimate bound = call.hold().estimate();
        ProducedText text = call.reader().text;
        long output =
                text.chars() > 0
                        ? estimator.producedTokens(call.route(), text)
                        : Math.ceilDiv(unreadBytes, Estimator.BYTES_PER_TOKEN);
        Shape shape = call.shape();
        long input = estimator.inputTokens(shape.request(), shape.route(), shape.body());
        long most = allowance == null ? bound.outputTokens() : allowance.most();
        return Settlement.estimate(
                told, Math.min(input, bound.inputTokens()), Math.min(output, most));
    }

    /// What the provider said it used, or null. Nothing used says nothing, and a count far beyond what could
    /// be asked for is a mistake: believed, one answer would spend a month's budget.
    private static @Nullable TokenUsage believed(Finish call) {
        TokenUsage told = call.reader().usage;
        if (told == null || told.total() == 0) {
            return null;
        }
        Estimate bound = call.hold().estimate();
        long most = BEYOND_BOUND * (bound.inputTokens() + bound.outputTokens()) + UNSEEN_TOKENS;
        if (told.total() <= most) {
            return told;
        }
        LOG.warn(
                "event=implausible_usage call={} provider={} model={} tokens={} most={}",
                call.hold().call(),
                call.route().provider().name(),
                call.route().model(),
                told.total(),
                most);
        return null;
    }

    private static CallRecord describe(Finish call, String status) {
        AnswerReader reader = call.reader();
        return call.record()
                .withoutTokens()
                .label("status", status)
                .label("decision", decision(call.shape(), call.hold()))
                .label("response_model", reader.model)
                .label("stop_reason", reader.stopReason)
                .label("service_tier", reader.serviceTier);
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
