package dev.bursar.server.cycles;

import static dev.bursar.server.cycles.CyclesServer.newKey;
import static dev.bursar.server.cycles.CyclesServer.reserve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.bursar.server.cycles.CyclesServer.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Exchanges as the clients of the protocol make them when something goes wrong on the way: replies that
/// are lost after the server has acted, the same request twice at a time, spending after the end of a
/// reservation, and heartbeats.
class ClientExchangesTest {

    private static final String TENANTS =
            """
            acme:
              keys: [ { name: app, secret: acme-secret } ]
              budgets: [ { name: all, limit: 10 USD, scope: "tenant:acme" } ]
            """;

    private static final String ACME = "{\"tenant\":\"acme\"}";

    private static final int AT_A_TIME = 16;

    private static final int EXTEND_BY_MILLIS = 30_000;

    @TempDir Path directory;

    private CyclesServer server;
    private Losing losing;

    @BeforeEach
    void start() throws IOException {
        server = CyclesServer.start(directory, TENANTS);
        losing = new Losing(server.server().url());
    }

    @AfterEach
    void stop() {
        losing.close();
        server.close();
    }

    /// A way to the server on which every reply is lost: when it has come, the connection of the client is
    /// closed without a byte of it.
    private static final class Losing implements AutoCloseable {

        private final HttpClient http = HttpClient.newHttpClient();
        private final HttpServer way;
        private final String url;
        private final List<String> lost = new CopyOnWriteArrayList<>();

        Losing(String url) throws IOException {
            this.url = url;
            way = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            way.createContext("/", this::lose);
            way.start();
        }

        private void lose(HttpExchange exchange) throws IOException {
            byte[] body = exchange.getRequestBody().readAllBytes();
            try {
                lost.add(send(url + exchange.getRequestURI(), body));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
        }

        private String send(String to, byte[] body) throws IOException, InterruptedException {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(to))
                            .header("X-Cycles-API-Key", CyclesServer.KEY)
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofByteArray(body))
                            .build();
            return http.send(request, BodyHandlers.ofString()).body();
        }

        /// What the server answered to a request whose reply was lost.
        String post(String path, String body) {
            String to = "http://127.0.0.1:" + way.getAddress().getPort() + path;
            assertThatThrownBy(() -> send(to, body.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(IOException.class);
            return lost.getLast();
        }

        @Override
        public void close() {
            way.stop(0);
            http.close();
        }
    }

    private static String commit(String key, long amount) {
        return "{\"idempotency_key\":\"%s\",\"actual\":{\"unit\":\"USD_MICROCENTS\",\"amount\":%d}}"
                .formatted(key, amount);
    }

    private static String extend(String key) {
        return "{\"idempotency_key\":\"%s\",\"extend_by_ms\":%d}".formatted(key, EXTEND_BY_MILLIS);
    }

    private static String event(String key, long actual, String more) {
        return reserve(key, ACME, actual, more).replace("\"estimate\"", "\"actual\"");
    }

    private static String withoutTtl(String body) {
        return body.replaceAll("\"remaining_ttl_ms\":\\d+", "");
    }

    private Reply created(String more) {
        Reply reply = server.post("/v1/reservations", reserve(newKey(), ACME, 100, more));
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return reply;
    }

    private static String path(Reply reservation, String how) {
        return "/v1/reservations/" + reservation.text("reservation_id") + "/" + how;
    }

    private long balance(String what) {
        JsonNode balances = server.get("/v1/balances?tenant=acme").json().get("balances");
        return balances.get(0).path(what).path("amount").asLong(0);
    }

    private Reply retried(String path, String body, int status) {
        String lost = losing.post(path, body);
        Reply again = server.post(path, body);
        assertThat(again.status()).as(again.body()).isEqualTo(status);
        assertThat(withoutTtl(again.body())).isEqualTo(withoutTtl(lost));
        return again;
    }

    @Test
    void lostReplies_ofALife_areToldToTheRetries_andEverythingHappensOnce() {
        Reply reserved = retried("/v1/reservations", reserve(newKey(), ACME, 100, ""), 200);
        StrictBody.reserve(reserved.json());
        assertThat(balance("reserved")).isEqualTo(100);

        Reply extended = retried(path(reserved, "extend"), extend(newKey()), 200);
        StrictBody.extend(extended.json());
        assertThat(extended.json().get("expires_at_ms").asLong())
                .isEqualTo(reserved.json().get("expires_at_ms").asLong() + EXTEND_BY_MILLIS);

        StrictBody.commit(retried(path(reserved, "commit"), commit(newKey(), 80), 200).json());
        assertThat(balance("reserved")).isZero();
        assertThat(balance("spent")).isEqualTo(80);
    }

    @Test
    void lostReplies_ofReleaseDecisionAndEvent_areToldToTheRetries_once() {
        Reply reserved = created("");
        String released = "{\"idempotency_key\":\"%s\",\"reason\":\"failed\"}".formatted(newKey());

        StrictBody.release(retried(path(reserved, "release"), released, 200).json());
        StrictBody.decide(retried("/v1/decide", reserve(newKey(), ACME, 5, ""), 200).json());
        StrictBody.event(retried("/v1/events", event(newKey(), 7, ""), 201).json());

        assertThat(balance("reserved")).isZero();
        assertThat(balance("spent")).isEqualTo(7);
    }

    /// The commit came too late; what was spent becomes an event of the same key, whose reply is lost.
    @Test
    void spendingAfterTheEnd_isAnEventOfTheSameKey_onceHoweverOftenItIsSent() {
        Reply reserved = created(",\"ttl_ms\":1000,\"grace_period_ms\":0");
        long end = reserved.json().get("expires_at_ms").asLong();
        while (System.currentTimeMillis() <= end) {
            Thread.onSpinWait();
        }
        String key = newKey();
        server.post(path(reserved, "commit"), commit(key, 80)).refused(410, "RESERVATION_EXPIRED");
        String recovery =
                event(
                        key,
                        80,
                        """
                        ,"metadata":{"recovered_reservation_id":"%s",\
                        "recovery_reason":"commit_after_reservation_expired"},\
                        "metrics":{"tokens_input":1,"latency_ms":2}\
                        """
                                .formatted(reserved.text("reservation_id")));

        Reply recovered = retried("/v1/events", recovery, 201);

        StrictBody.event(recovered.json());
        assertThat(server.post("/v1/events", recovery).body()).isEqualTo(recovered.body());
        server.post(path(reserved, "commit"), commit(key, 80)).refused(410, "RESERVATION_EXPIRED");
        assertThat(balance("spent")).isEqualTo(80);
        assertThat(balance("reserved")).isZero();
    }

    @Test
    void sameRequest_manyTimesAtATime_happensOnceAndIsAnsweredAlike() throws Exception {
        Reply reserved = atATime("/v1/reservations", reserve(newKey(), ACME, 100, ""), 200);
        assertThat(balance("reserved")).isEqualTo(100);

        Reply extended = atATime(path(reserved, "extend"), extend(newKey()), 200);
        assertThat(extended.json().get("expires_at_ms").asLong())
                .isEqualTo(reserved.json().get("expires_at_ms").asLong() + EXTEND_BY_MILLIS);
        atATime(path(reserved, "commit"), commit(newKey(), 60), 200);
        atATime("/v1/events", event(newKey(), 7, ""), 201);

        assertThat(balance("reserved")).isZero();
        assertThat(balance("spent")).isEqualTo(67);
    }

    /// One of the answers, which are all the same but for the time left.
    private Reply atATime(String path, String body, int status) throws Exception {
        CountDownLatch all = new CountDownLatch(AT_A_TIME);
        Callable<Reply> one =
                () -> {
                    all.countDown();
                    all.await();
                    return server.post(path, body);
                };
        List<Future<Reply>> sent = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < AT_A_TIME; i++) {
                sent.add(threads.submit(one));
            }
        }
        Reply first = sent.getFirst().get();
        for (Future<Reply> each : sent) {
            Reply reply = each.get();
            assertThat(reply.status()).as(reply.body()).isEqualTo(status);
            assertThat(withoutTtl(reply.body())).isEqualTo(withoutTtl(first.body()));
        }
        return first;
    }

    /// Each beat is sent twice, as when its reply is late, until the server takes no more. The client goes
    /// on with what it has then, and commits.
    @Test
    void heartbeats_moveTheEndOnceEach_untilTheyMayNoMore() {
        Reply reserved = created(",\"ttl_ms\":30000");
        long end = reserved.json().get("expires_at_ms").asLong();
        int beats = 0;
        Reply beat = server.post(path(reserved, "extend"), extend(newKey()));
        for (; beat.status() == 200; beats++) {
            StrictBody.extend(beat.json());
            long moved = beat.json().get("expires_at_ms").asLong();
            assertThat(moved).isEqualTo(end + EXTEND_BY_MILLIS);
            assertThat(beat.json().get("remaining_ttl_ms").asLong())
                    .isBetween(1L, (beats + 2L) * EXTEND_BY_MILLIS);
            end = moved;
            String next = extend(newKey());
            beat = server.post(path(reserved, "extend"), next);
            Reply again = server.post(path(reserved, "extend"), next);
            assertThat(again.status()).isEqualTo(beat.status());
            if (beat.status() == 200) {
                assertThat(withoutTtl(again.body())).isEqualTo(withoutTtl(beat.body()));
            }
        }

        beat.refused(409, "MAX_EXTENSIONS_EXCEEDED");
        assertThat(beats).isEqualTo(Defaults.MAX_EXTENSIONS);
        assertThat(balance("reserved")).as("a beat changes no amount").isEqualTo(100);
        StrictBody.commit(server.post(path(reserved, "commit"), commit(newKey(), 80)).json());
        server.post(path(reserved, "extend"), extend(newKey()))
                .refused(409, "RESERVATION_FINALIZED");
    }
}
