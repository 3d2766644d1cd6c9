package dev.bursar.gateway;

import dev.bursar.gateway.breaker.Watch;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a call ends whose response goes on at the provider: the client gets what there is of its answer,
/// and the hold is left to who follows the response.
final class BackgroundEnd {

    /// A client that hangs up before it has the id of its response does not end the response: the answer with
    /// the id is waited for.
    static final GatewaySettings.ClientGone PATIENCE =
            new GatewaySettings.ClientGone.Drain(Duration.ofSeconds(10), Exchange.MAX_KEPT_BYTES);

    private final Wiring wiring;
    private final Replies replies;
    private final Client client;
    private final CallEnd.Made made;
    private final CallEnd end;
    private final ResponsesReader reader;
    private final Map<String, String> headers;

    private BackgroundEnd(
            Wiring wiring,
            Replies replies,
            Client client,
            CallEnd.Made made,
            CallEnd end,
            ResponsesReader reader) {
        this.wiring = wiring;
        this.replies = replies;
        this.client = client;
        this.made = made;
        this.end = end;
        this.reader = reader;
        this.headers = AnswerHeaders.of(made.shape(), made.hold());
    }

    /// @param end of the call, if it were not in the background
    /// @return null when the response is over, or never began
    static @Nullable BackgroundEnd of(
            Wiring wiring,
            Replies replies,
            Client client,
            CallEnd.Made made,
            CallEnd end,
            Ending ending) {
        boolean background = made.shape().request().kept().background();
        return background
                        && made.reader() instanceof ResponsesReader reader
                        && !reader.finished
                        && goesOn(ending, reader)
                ? new BackgroundEnd(wiring, replies, client, made, end, reader)
                : null;
    }

    private static boolean goesOn(Ending ending, ResponsesReader reader) {
        return switch (ending) {
            case Ending.Answered answered -> answered.status() < Call.ERROR && reader.isPending();
            case Ending.Relayed relayed -> relayed.status() < Call.ERROR && reader.isPending();
            case Ending.Stopped _ -> true;
            case Ending.Failed failed -> failed.answering();
            case Ending.ClientGone gone -> gone.sent() && gone.status() < Call.ERROR;
        };
    }

    /// Has the response followed, with the hold of its call. One whose id is not known is charged as held:
    /// nobody can say what it will take.
    ///
    /// @param sent the headers of the call, as they went to the provider
    /// @param pieces what a stream holds beside its hold, or null
    /// @param watch of its run, or null
    void handOn(
            Ending ending,
            BackgroundResponses.Place place,
            MultiMap sent,
            @Nullable Allowance pieces,
            @Nullable Watch watch) {
        String how = how(ending);
        made.record().label("background", how);
        Followed one =
                new Followed(
                        String.valueOf(reader.id),
                        new Bill(wiring, made.shape(), made.hold(), made.record()),
                        made.route().provider(),
                        sent,
                        made.exchange().sentNanos()
                                + made.route().provider().callTimeout().toNanos(),
                        end.soFar(),
                        end.mostOutput(),
                        pieces,
                        watch,
                        ending instanceof Ending.Stopped);
        if (ResponseOwners.isId(reader.id)) {
            place.follow(wiring, one);
        } else {
            one.charge(how, reader, wiring.clock());
        }
    }

    /// What is left of the client's answer. It comes after [#handOn], so that a cancellation finds the
    /// response.
    void answer(Ending ending) {
        switch (ending) {
            case Ending.Answered answered -> replies.passOn(answered, headers, null);
            case Ending.Relayed _ -> client.onLoop(client::end);
            case Ending.Stopped _ -> end.cutShort(end.soFar());
            case Ending.Failed failed -> replies.fail(failed, made.hold().call(), made.relay());
            case Ending.ClientGone _ -> {}
        }
    }

    /// How the call ended, for the record.
    private static String how(Ending ending) {
        return switch (ending) {
            case Ending.Answered _ -> "answered";
            case Ending.Relayed _ -> "cut_short";
            case Ending.Stopped _, Ending.Failed _, Ending.ClientGone _ -> Attempts.label(ending);
        };
    }
}
