package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthorityMeter;
import dev.bursar.authority.AuthoritySettings;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.Unit;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Mistakes of ours at each step after the reserve: the hold is settled or released all the same, and
/// never left to expire.
class StoryFaultTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String UNREADABLE = "{\"choices\":[]}";

    @TempDir private Path data;
    private House house;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        house.budget("all", Unit.USD_MICROCENTS, 1_000_000_000);
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    private static RuntimeException mistake() {
        return new IllegalStateException("a mistake of ours");
    }

    /// The client's own key beside ours makes the gateway ask about it once more after the reserve.
    private HttpResponse<String> postWithOwnKey(RuntimeException failure) throws Exception {
        Identities usual = house.identities;
        house.identities =
                secret -> {
                    if (secret.equals("sk-mine") && house.held() > 0) {
                        throw failure;
                    }
                    return usual.identify(secret);
                };
        return house.send(
                house.request(CHAT, Samples.CHAT)
                        .setHeader("Authorization", "Bearer sk-mine")
                        .header("X-Bursar-Key", House.KEY));
    }

    @Test
    void mistake_betweenReserveAndForward_releases() throws Exception {
        HttpResponse<String> answer = postWithOwnKey(mistake());
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(house.released().attribution().labels()).containsEntry("status", "failed");
        assertThat(house.held()).isZero();
        assertThat(house.provider.received).isEmpty();
    }

    @Test
    void refusal_betweenReserveAndForward_releases() throws Exception {
        HttpResponse<String> answer =
                postWithOwnKey(new RefusedException(Refusal.KEY_UNKNOWN, "not this one"));
        assertThat(answer.statusCode()).isEqualTo(401);
        house.released();
        assertThat(house.held()).isZero();
    }

    @Test
    void mistake_whileSettling_chargesWhatWasHeld() throws Exception {
        house.whenEstimated =
                () -> {
                    throw mistake();
                };
        house.provider.script(answer -> answer.json(200, UNREADABLE));
        HttpResponse<String> answer = house.post(CHAT, Samples.CHAT);
        assertThat(answer.statusCode()).isEqualTo(500);
        Entry.Committed entry = house.committed();
        assertThat(entry.actual()).isEqualTo(entry.held());
        assertThat(entry.attribution().labels()).containsEntry("status", "failed");
        assertThat(house.held()).isZero();
    }

    @Test
    void mistake_whileSettlingAStream_chargesAndBreaksOff() throws Exception {
        house.whenEstimated =
                () -> {
                    throw mistake();
                };
        house.provider.script(answer -> answer.stream().write(Samples.CHAT_DELTA_1).end());
        try (RawClient client = new RawClient(house.uri("/"))) {
            client.send(RawClient.request(CHAT, Samples.CHAT_STREAM));
            assertThat(client.readAll()).doesNotContain("\r\n0\r\n\r\n");
        }
        house.committed();
        assertThat(house.held()).isZero();
    }

    @Test
    void mistake_onTheEventLoop_failsTheExchangeAtOnce() throws Exception {
        house.provider.script(answer -> answer.stream().write(Samples.CHAT_DELTA_1));
        CompletableFuture<CompletableFuture<Ending>> started = new CompletableFuture<>();
        HttpServer server =
                house.vertx
                        .createHttpServer()
                        .requestHandler(request -> {
                            Exchange exchange = exchange(new Client(house.vertx, request));
                            started.complete(exchange.ending());
                            exchange.start(toProvider(), Buffer.buffer(Samples.CHAT_STREAM));
                        })
                        .listen(0, "127.0.0.1")
                        .await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        URI gateway = URI.create("http://127.0.0.1:" + server.actualPort());
        try (RawClient client = new RawClient(gateway)) {
            client.send(RawClient.request(CHAT, Samples.CHAT_STREAM));
            CompletableFuture<Ending> ending = get(started);
            assertThatThrownBy(() -> get(ending)).hasRootCauseMessage("a mistake of ours");
            House.await(() -> house.provider.closed.size() == 1);
        }
        server.close().await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private RequestOptions toProvider() {
        return new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(house.provider.uri(CHAT).toString());
    }

    /// An exchange whose own headers cannot be written.
    private Exchange exchange(Client client) {
        TreeMap<String, String> headers =
                new TreeMap<>() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    public void forEach(BiConsumer<? super String, ? super String> action) {
                        throw mistake();
                    }
                };
        AnswerReader reader = AnswerReader.of(Operation.CHAT);
        return new Exchange(
                house.vertx,
                new Upstream(house.vertx),
                client,
                ProviderSettings.of("openai", Dialect.OPENAI, house.provider.uri("/v1"), null),
                new GatewaySettings.ClientGone.Cancel(),
                headers,
                new Relay(reader, false),
                null);
    }

    /// The queue has one place. While the refusal is on its way to the gateway, another command takes it
    /// and keeps the writer busy until the answer is there.
    @Test
    void authority_busyBetweenADenialAndItsExplanation_isUnavailable() throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        Busy busy = new Busy(answered);
        AuthoritySettings defaults = AuthoritySettings.DEFAULT;
        House small =
                new House(
                        data.resolve("small"),
                        new BodyBytes(BodyBytes.bound()),
                        new AuthoritySettings(
                                LedgerLimits.DEFAULT,
                                1,
                                defaults.batchLimit(),
                                Duration.ofHours(1),
                                defaults.expirePortion(),
                                defaults.checkpointEvery(),
                                busy));
        try {
            small.budget("all", Unit.USD_MICROCENTS, 1);
            busy.keep(small.authority);
            HttpResponse<String> answer = small.post(CHAT, Samples.CHAT);
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("authority_unavailable");
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        } finally {
            answered.countDown();
            small.close();
        }
    }

    private static final class Busy implements AuthorityMeter {

        private final CountDownLatch answered;
        private final AtomicReference<@Nullable Authority> kept = new AtomicReference<>();
        private volatile boolean full;

        Busy(CountDownLatch answered) {
            this.answered = answered;
        }

        void keep(Authority authority) {
            kept.set(authority);
        }

        @Override
        public void synced(int entries, long bytes, long nanos) {
            Authority authority = kept.getAndSet(null);
            if (authority != null) {
                full = true;
                var _ = authority.submitAsync(new Command.Expire(1));
            }
        }

        @Override
        public void decided(int commands, long nanos, int queueDepth) {
            if (full) {
                try {
                    assertThat(answered.await(60, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }
}
