package dev.bursar.gateway;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.RequestOptions;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/// The exchanges that are running, so that they can be ended when the gateway closes.
final class Exchanges {

    private final Map<Exchange, Client> running = new ConcurrentHashMap<>();

    /// Runs an exchange and waits for its end; for virtual threads.
    Ending run(Client client, Exchange exchange, RequestOptions options, Buffer body) {
        running.put(exchange, client);
        CompletableFuture<Ending> ending = exchange.ending();
        try {
            client.onLoop(() -> exchange.start(options, body));
            return ending.join();
        } finally {
            running.remove(exchange);
        }
    }

    void abort() {
        running.forEach((exchange, client) -> client.onLoop(exchange::abort));
    }
}
