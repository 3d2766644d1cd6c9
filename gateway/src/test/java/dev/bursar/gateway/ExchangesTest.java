package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExchangesTest {

    @TempDir private Path data;

    private final List<RawClient> opened = new ArrayList<>();
    private final BlockingQueue<HttpServerRequest> asked = new LinkedBlockingQueue<>();
    private House house;
    private URI at;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        at =
                URI.create(
                        "http://127.0.0.1:"
                                + house.vertx
                                        .createHttpServer()
                                        .requestHandler(asked::add)
                                        .listen(0, "127.0.0.1")
                                        .await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                                        .actualPort());
    }

    @AfterEach
    void close() throws Exception {
        for (RawClient client : opened) {
            client.close();
        }
        house.close();
    }

    @Test
    void exchange_thatTheLoopDoesNotTake_isNotRunning() throws Exception {
        Vertx closed = Vertx.vertx();
        Client client = client(closed);
        closed.close().await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        Exchanges exchanges = new Exchanges();
        Exchange exchange = exchange(client);
        assertThatThrownBy(() ->
                        exchanges.begin(client, exchange, new RequestOptions(), Buffer.buffer()))
                .isInstanceOf(RejectedExecutionException.class);
        assertThatCode(exchanges::abort).doesNotThrowAnyException();
    }

    @Test
    void stream_thatTheLoopDoesNotTake_leavesItsTurnToTheNext() throws Exception {
        Vertx closed = Vertx.vertx();
        Client client = client(closed);
        closed.close().await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        Exchanges exchanges = new Exchanges(1);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> beginStream(exchanges, client))
                    .isInstanceOf(RejectedExecutionException.class);
        }
        assertThatCode(exchanges::abort).doesNotThrowAnyException();
    }

    @Test
    void streams_beyondThoseThatMayBegin_waitAndOthersDoNot() throws Exception {
        Client client = client(house.vertx);
        CountDownLatch busy = new CountDownLatch(1);
        Exchanges exchanges = full(client, busy);
        Thread next = Thread.startVirtualThread(() -> beginStream(exchanges, client));
        House.await(() -> next.getState() == Thread.State.WAITING);
        exchanges.begin(client, exchange(client), toServer(), Buffer.buffer());
        assertThat(next.getState()).isEqualTo(Thread.State.WAITING);
        busy.countDown();
        assertThat(next.join(House.PATIENCE)).isTrue();
        House.await(() -> asked.size() == 3);
    }

    @Test
    void stream_thatWaitsForItsTurn_isEndedWithTheOthers() throws Exception {
        Client client = client(house.vertx);
        CountDownLatch busy = new CountDownLatch(1);
        Exchanges exchanges = full(client, busy);
        Exchange waiting = exchange(client);
        FutureTask<Ending> end =
                new FutureTask<>(() -> {
                    exchanges.beginStream(client, waiting, toServer(), Buffer.buffer());
                    return exchanges.end(waiting);
                });
        Thread next = Thread.startVirtualThread(end);
        House.await(() -> next.getState() == Thread.State.WAITING);
        exchanges.abort();
        busy.countDown();
        assertThat(end.get(House.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        Ending.Failed.class,
                        failed -> assertThat(failed.label()).isEqualTo(Exchange.SHUT_DOWN));
        // What was sent before would have come before this.
        exchanges.begin(client, exchange(client), toServer(), Buffer.buffer());
        House.await(() -> asked.size() == 1);
    }

    /// Exchanges whose one place to begin a stream is taken until the loop is no longer busy.
    private Exchanges full(Client client, CountDownLatch busy) {
        client.onLoop(() -> awaited(busy));
        Exchanges exchanges = new Exchanges(1);
        beginStream(exchanges, client);
        return exchanges;
    }

    private void beginStream(Exchanges exchanges, Client client) {
        exchanges.beginStream(client, exchange(client), toServer(), Buffer.buffer());
    }

    private RequestOptions toServer() {
        return new RequestOptions().setAbsoluteURI(at.toString());
    }

    private static void awaited(CountDownLatch busy) {
        try {
            assertThat(busy.await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Client client(Vertx vertx) throws Exception {
        RawClient raw = new RawClient(at);
        opened.add(raw);
        raw.send(RawClient.request("/v1/chat/completions", Samples.CHAT));
        return new Client(vertx, asked.take());
    }

    private Exchange exchange(Client client) {
        return new Exchange(
                house.vertx,
                new Upstream(house.vertx),
                client,
                ProviderSettings.of("openai", Dialect.OPENAI, at, null),
                new GatewaySettings.ClientGone.Cancel(),
                Map.of(),
                new Relay(AnswerReader.of(Operation.CHAT), false),
                null);
    }
}
