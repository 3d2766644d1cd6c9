package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.pricing.TokenUsage;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/// How a forwarded call ends: it is settled by what the provider said, or by an estimate, and the client
/// gets the rest of its answer.
final class CallEnd {

    private final Wiring wiring;
    private final Client client;
    private final Operation operation;
    private final Replies replies;
    private final Made made;
    private final @Nullable Allowance allowance;
    private final Bill bill;

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
        this.bill = new Bill(wiring, made.shape(), made.hold(), made.record());
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

        Route route() {
            return shape.route();
        }

        /// An answer that is all there can be kept for the next who asks the same, unless a budget or a
        /// failing provider made another call of it.
        private void keep(@Nullable Buffer whole, Settlement settled) {
            if (whole == null && !relay.isComplete()) {
                return;
            }
            if (attempt.isFirst() && shape.isAsAsked()) {
                cache.settled(whole, reader, settled);
            } else if (!reader.failed) {
                cache.settledOtherwise();
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
                    if (length == 0 || Bill.isError(made.reader())) {
                        release("no_answer");
                    } else {
                        settled = settle(Integer.toString(answered.status()), length);
                    }
                    replies.passOn(answered, AnswerHeaders.of(made.shape(), made.hold()), settled);
                    if (settled != null) {
                        made.keep(answered.body(), settled);
                    }
                }
            }
            case Ending.Relayed relayed -> {
                String status = Integer.toString(relayed.status());
                if (relayed.status() >= Call.ERROR) {
                    release(status);
                } else if (Bill.isError(made.reader())) {
                    release("stream_error");
                } else {
                    Settlement settled = settle(streamStatus(status), made.relay().bytes());
                    made.keep(null, settled);
                }
                client.onLoop(client::end);
            }
            case Ending.Stopped _ -> cutShort(settle("stopped", 0).usage());
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

    /// What the provider may be believed to have used so far, else an estimate.
    TokenUsage soFar() {
        return estimate(made.reader().usage, 0);
    }

    /// The client gets an answer that is cut short, as if the model had come to its bound.
    void cutShort(TokenUsage usage) {
        Buffer end =
                made.relay().translates()
                        ? made.relay().stop(usage)
                        : StreamEnd.of(
                                operation,
                                made.reader(),
                                usage,
                                made.shape().request().askForUsage() == null,
                                made.relay().isArray());
        client.onLoop(() -> {
            if (!client.gone()) {
                client.response().write(end);
                client.end();
            }
        });
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
        settle("client_gone", gone.body().length());
    }

    /// Returns what was held: another attempt follows, or nothing was produced.
    void release(String status) {
        bill.release(status, made.reader());
    }

    /// @param unreadBytes of an answer that nothing could be read from
    private Settlement settle(String status, long unreadBytes) {
        return bill.settle(status, made.reader(), told -> estimate(told, unreadBytes));
    }

    private TokenUsage estimate(@Nullable TokenUsage told, long unreadBytes) {
        Estimator estimator = wiring.estimator();
        ProducedText text = made.reader().text;
        long output =
                text.chars() > 0
                        ? estimator.producedTokens(made.route(), text)
                                + Math.ceilDiv(
                                        made.relay().unreadBytes(), Estimator.BYTES_PER_TOKEN)
                        : Math.ceilDiv(unreadBytes, Estimator.BYTES_PER_TOKEN);
        return Settlement.estimate(told, inputTokens(), Math.min(output, mostOutput()));
    }

    /// What the input is taken for when the provider does not say.
    private long inputTokens() {
        Shape shape = made.shape();
        boolean ownTools = made.reader().usesOwnTools();
        long input =
                wiring.estimator()
                        .inputTokens(shape.request(), shape.route(), shape.body(), ownTools);
        return Math.min(input, bill.held().inputTokens());
    }

    /// The most that an estimate may charge.
    long mostOutput() {
        return allowance == null ? bill.held().outputTokens() : allowance.most();
    }

    /// After the client has its answer.
    void learn() {
        TokenUsage billed = made.reader().billed();
        if (billed != null) {
            Shape shape = made.shape();
            wiring.estimator().learn(shape.request(), shape.route(), shape.body(), billed.input());
        }
    }
}
