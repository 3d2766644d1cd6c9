package dev.bursar.gateway;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.RequestOptions;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/// The exchanges that are running, so that they can be ended when the gateway closes.
///
/// Event loops take what they are given in the order in which it came. Were hundreds of streams that begin
/// at once all given to them, every other call would stand behind those with each of its steps; so streams
/// stand in a line of their own, in front of the loops.
final class Exchanges {

    /// Two for each event loop: one that it works on and one that is there when it is done.
    private static final int STARTS_PER_CORE = 4;

    private final Map<Exchange, Client> running = new ConcurrentHashMap<>();
    private final Semaphore starts;

    Exchanges() {
        this(STARTS_PER_CORE * Runtime.getRuntime().availableProcessors());
    }

    /// @param starts how many streams may be with an event loop to be begun
    Exchanges(int starts) {
        this.starts = new Semaphore(starts, true);
    }

    /// Begins an exchange, whose end somebody is to wait for with [#end].
    ///
    /// @param body that whoever waits must not keep in a frame: a stream may be open for long
    void begin(Client client, Exchange exchange, RequestOptions options, Buffer body) {
        running.put(exchange, client);
        give(client, exchange, () -> exchange.start(options, body));
    }

    /// The same for one that is to be a stream: when it is its turn. For virtual threads.
    void beginStream(Client client, Exchange exchange, RequestOptions options, Buffer body) {
        running.put(exchange, client); // one that waits for its turn can be ended, too
        starts.acquireUninterruptibly();
        try {
            give(
                    client,
                    exchange,
                    () -> {
                        try {
                            exchange.start(options, body);
                        } finally {
                            starts.release();
                        }
                    });
        } catch (RuntimeException | Error bug) {
            starts.release();
            throw bug;
        }
    }

    private void give(Client client, Exchange exchange, Runnable start) {
        try {
            client.onLoop(start);
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
