package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.pricing.TokenUsage;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How a forwarded call ends: it is settled by what the provider said, or by an estimate, and the client
/// gets the rest of its answer.
final class CallEnd {

    private static final Logger LOG = LoggerFactory.getLogger(CallEnd.class);

    /// How many times the tokens that were held a provider may report and be believed.
    private static final long BEYOND_BOUND = 16;

    /// What a call may read that its request does not show, such as files and pages that are searched.
    private static final long UNSEEN_TOKENS = 2_000_000;

    private final Wiring wiring;
    private final Client client;
    private final Operation operation;
    private final Replies replies;
    private final Made made;
    private final @Nullable Allowance allowance;

    /// @param operation that the client asks for
    /// @param allowance of a stream, else null
    CallEnd(
            Wiring wiring,
            Client client,
            Operation operation,
            Replies replies,
            Made made,
            @Nullable Allowance allowance) {
        this.wiring = wiring;
        this.client = client;
        this.operation = operation;
        this.replies = replies;
        this.made = made;
        this.allowance = allowance;
    }

    /// What was made of a call.
    record Made(
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
    void finish(Ending ending) {
        switch (ending) {
            case Ending.Answered answered -> {
                if (answered.status() >= Call.ERROR) {
                    release(Integer.toString(answered.status()));
                    replies.passOn(answered, AnswerHeaders.of(made.shape(), made.hold()), null);
                } else {
                    int length = answered.body().length();
                    Settlement settled = null;
                    if (length == 0 || isError(made.reader())) {
                        release("no_answer");
                    } else {
                        settled = settle(Integer.toString(answered.status()), length);
                    }
                    replies.passOn(answered, AnswerHeaders.of(made.shape(), made.hold()), settled);
                    if (settled != null) {
                        made.keep(answered.body().getBytes(), settled);
                    }
                }
            }
            case Ending.Relayed relayed -> {
                String status = Integer.toString(relayed.status());
                if (relayed.status() >= Call.ERROR) {
                    release(status);
                } else {
                    Settlement settled = settle(streamStatus(status), made.relay().bytes());
                    made.keep(null, settled);
                }
                client.onLoop(client::end);
            }
            case Ending.Stopped _ -> stopped();
            case Ending.Failed failed -> {
                if (failed.answering()) {
                    settle(failed.label(), made.exchange().keptBytes());
                } else {
                    release(failed.label());
                }
                replies.fail(failed, made.hold().call(), made.relay());
            }
            case Ending.ClientGone gone -> clientGone(gone);
        }
    }

    /// The client gets an answer that is cut short, as if the model had come to its bound.
    private void stopped() {
        Settlement settled = settle("stopped", 0);
        Buffer end =
                made.relay().translates()
                        ? made.relay().stop(settled.usage())
                        : StreamEnd.of(
                                operation,
                                made.reader(),
                                settled.usage(),
                                made.shape().request().askForUsage() == null,
                                made.relay().isArray());
        client.onLoop(() -> {
            if (!client.gone()) {
                client.response().write(end);
                client.end();
            }
        });
    }

    /// Whether an answer of a good status says that there was none.
    private static boolean isError(AnswerReader reader) {
        return reader.failed && reader.usage == null && reader.text.chars() == 0;
    }

    /// How a stream ended that the provider closed in good order.
    private String streamStatus(String status) {
        AnswerReader reader = made.reader();
        if (reader.failed) {
            return "stream_error";
        }
        return reader.finished || reader.stopReason != null ? status : "cut_short";
    }

    private void clientGone(Ending.ClientGone gone) {
        if (!gone.sent() || gone.status() >= Call.ERROR) {
            release("client_gone");
            return;
        }
        byte[] json = gone.body().getBytes();
        if (gone.whole() && json.length > 0) {
            made.reader().read(json, 0, json.length);
        }
        settle("client_gone", json.length);
    }

    /// Returns what was held: another attempt follows, or nothing was produced.
    void release(String status) {
        made.hold().release(describe(status).attribution());
    }

    /// @param unreadBytes of an answer that nothing could be read from
    private Settlement settle(String status, long unreadBytes) {
        Route route = made.route();
        TokenUsage told = believed();
        boolean exact = made.reader().usageFinal && told != null;
        Settlement settlement =
                Settlement.of(
                        route,
                        made.reader(),
                        told != null && exact ? told : estimate(told, unreadBytes),
                        exact,
                        model -> wiring.routes().price(route.provider(), model, route.at()));
        CallRecord record = settlement.describe(describe(status), route.priced());
        made.hold().commit(settlement.actual(), record.attribution());
        return settlement;
    }

    private TokenUsage estimate(@Nullable TokenUsage told, long unreadBytes) {
        wiring.meter().estimated(made.route().provider().name(), made.route().model());
        Estimator estimator = wiring.estimator();
        Estimate bound = made.hold().estimate();
        ProducedText text = made.reader().text;
        long output =
                text.chars() > 0
                        ? estimator.producedTokens(made.route(), text)
                                + Math.ceilDiv(
                                        made.relay().unreadBytes(), Estimator.BYTES_PER_TOKEN)
                        : Math.ceilDiv(unreadBytes, Estimator.BYTES_PER_TOKEN);
        Shape shape = made.shape();
        long input = estimator.inputTokens(shape.request(), shape.route(), shape.body());
        long most = allowance == null ? bound.outputTokens() : allowance.most();
        return Settlement.estimate(
                told, Math.min(input, bound.inputTokens()), Math.min(output, most));
    }

    /// What the provider said it used, or null. Nothing used says nothing, and a count far beyond what could
    /// be asked for is a mistake: believed, one answer would spend a month's budget.
    private @Nullable TokenUsage believed() {
        TokenUsage told = made.reader().usage;
        if (told == null || told.total() == 0) {
            return null;
        }
        Estimate bound = made.hold().estimate();
        long most = BEYOND_BOUND * (bound.inputTokens() + bound.outputTokens()) + UNSEEN_TOKENS;
        if (told.total() <= most) {
            return told;
        }
        LOG.warn(
                "event=implausible_usage call={} provider={} model={} tokens={} most={}",
                made.hold().call(),
                made.route().provider().name(),
                made.route().model(),
                told.total(),
                most);
        return null;
    }

    private CallRecord describe(String status) {
        AnswerReader reader = made.reader();
        return made.record()
                .withoutTokens()
                .label("status", status)
                .label("decision", AnswerHeaders.decision(made.shape(), made.hold()))
                .label("response_model", reader.model)
                .label("stop_reason", reader.stopReason)
                .label("service_tier", reader.serviceTier);
    }

    /// After the client has its answer.
    void learn() {
        TokenUsage billed = made.reader().usage;
        if (billed != null && made.reader().usageFinal) {
            Shape shape = made.shape();
            wiring.estimator().learn(shape.request(), shape.route(), shape.body(), billed.input());
        }
    }
}
