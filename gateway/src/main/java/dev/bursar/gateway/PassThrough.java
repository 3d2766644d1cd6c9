package dev.bursar.gateway;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.RequestOptions;
import java.util.Map;

/// A request that no provider charges for, on its way: it is sent on, and the answer passed back as it is.
/// Nothing is held and nothing recorded.
///
/// @param id for the client to name it by
record PassThrough(
        Wiring wiring,
        Exchanges exchanges,
        Client client,
        Operation operation,
        Replies replies,
        String id) {

    /// For virtual threads: it waits for the end.
    void run(ProviderSettings provider, RequestOptions options, Buffer body) {
        Map<String, String> answer = Map.of("X-Bursar-Call", id, "X-Bursar-Decision", "allow");
        Relay relay = new Relay(AnswerReader.of(operation), false);
        Exchange exchange =
                new Exchange(
                        wiring.vertx(),
                        wiring.upstream(),
                        client,
                        provider,
                        new GatewaySettings.ClientGone.Cancel(),
                        answer,
                        relay,
                        null);
        switch (exchanges.run(client, exchange, options, body)) {
            case Ending.Answered answered -> replies.passOn(answered, answer, null);
            case Ending.Relayed _ -> client.onLoop(client::end);
            case Ending.Failed failed -> replies.fail(failed, id, relay);
            case Ending.Stopped _, Ending.ClientGone _ -> {}
        }
    }
}
