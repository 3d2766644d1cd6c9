package dev.bursar.gateway;

import dev.bursar.gateway.routing.ProviderKey;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.RequestOptions;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    private static final Logger LOG = LoggerFactory.getLogger(PassThrough.class);

    static PassThrough of(Wiring wiring, Exchanges exchanges, Client client, Operation operation) {
        return new PassThrough(
                wiring,
                exchanges,
                client,
                operation,
                Replies.to(client, operation, wiring.settings()),
                wiring.ids().next());
    }

    /// Runs the story of the request. Whatever ends it early is told to the client.
    void tell(Runnable story) {
        try {
            story.run();
        } catch (RefusedException refused) {
            replies.deny(refused.denial(), id);
        } catch (RuntimeException | Error bug) {
            LOG.error("call failed: call={}", id, bug);
            replies.deny(Denial.of(Refusal.INTERNAL, "the gateway failed"), id);
        }
    }

    /// For virtual threads: it waits for the end.
    ///
    /// @param key of the house, or null when there is none to send
    /// @param path below the provider's base URL, with the parameters that it needs
    void send(
            ProviderSettings provider,
            @Nullable ProviderKey key,
            String path,
            CallHeaders headers,
            byte[] body) {
        RequestOptions options =
                Upstream.options(
                        provider,
                        key,
                        path,
                        client.request(),
                        secret -> headers.isForProvider(secret, wiring.identities()));
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
        exchanges.begin(client, exchange, options, Buffer.buffer(body));
        switch (exchanges.end(exchange)) {
            case Ending.Answered answered -> replies.passOn(answered, answer, null);
            case Ending.Relayed _ -> client.onLoop(client::end);
            case Ending.Failed failed -> replies.fail(failed, id, relay);
            case Ending.Stopped _, Ending.ClientGone _ -> {}
        }
    }
}
