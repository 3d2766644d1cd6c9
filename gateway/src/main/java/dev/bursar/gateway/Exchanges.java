package dev.bursar.gateway;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.RequestOptions;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The exchanges that are running, so that they can be ended when the gateway closes.
final class Exchanges {

    private final Map<Exchange, Client> running = new ConcurrentHashMap<>();

    /// Begins an exchange, whose end somebody is to wait for with [#end].
    ///
    /// @param body that whoever waits must not keep in a frame: a stream may be open for long
    void begin(Client client, Exchange exchange, RequestOptions options, Buffer body) {
        running.put(exchange, client);
        try {
            client.onLoop(() -> exchange.start(options, body));
        } catch (RuntimeException | Error bug) {
            // Nobody waits for its end.
            running.remove(exchange);
            throw bug;
        }
    }

    /// Waits for the end of an exchange; for virtual threads.
    Ending end(Exchange begun) {
        try {
            return begun.ending().join();
        } finally {
            running.remove(begun);
        }
    }

    void abort() {
        running.forEach((exchange, client) -> client.onLoop(exchange::abort));
    }
}
