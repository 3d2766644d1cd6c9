package dev.bursar.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Unit;
import dev.bursar.server.demo.SimulatedProvider;
import dev.bursar.server.demo.Simulation;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A client that hangs up while the provider is silent: the provider is told at once, the call is
/// settled, and nothing stays held.
class ClientGoneTest {

    /// What the contract allows between the client's close and the provider's.
    private static final long MEDIAN_MILLIS = 50;

    /// Where a single one would be wrong on the busiest machine.
    private static final long WORST_MILLIS = 1_000;

    private static final Duration SETTLED = Duration.ofSeconds(30);

    private static final int REPEATS = 7;

    /// A machine that is busy with something else is slow in one round, a gateway that is slow in all.
    private static final int ROUNDS = 5;

    /// One call at a time in each run: a hold that stays would refuse the next.
    private static final String BUDGETS =
            """
            - { name: company, limit: 100 USD, every: month }
            - { name: one-at-a-time, per: [run], limit: 1 slots }
            """;

    private enum Case {
        CHAT("/v1/chat/completions", "gpt-4o-mini", false, "head"),
        CHAT_STREAM_BEFORE_HEAD("/v1/chat/completions", "gpt-4o-mini", true, "head"),
        CHAT_STREAM("/v1/chat/completions", "gpt-4o-mini", true, "middle"),
        MESSAGES("/v1/messages", "claude-sonnet-4-5", false, "head"),
        MESSAGES_STREAM_BEFORE_HEAD("/v1/messages", "claude-sonnet-4-5", true, "head"),
        MESSAGES_STREAM("/v1/messages", "claude-sonnet-4-5", true, "middle");

        private final String path;
        private final String model;
        private final boolean stream;
        private final String silent;

        Case(String path, String model, boolean stream, String silent) {
            this.path = path;
            this.model = model;
            this.stream = stream;
            this.silent = silent;
        }

        String run() {
            return "run-" + name();
        }

        byte[] body(String direction) {
            return """
            {"model":"%s","max_tokens":80,"stream":%b,
             "messages":[{"role":"user","content":"Hello <<simulate %s>>"}]}\
            """
                    .formatted(model, stream, direction)
                    .getBytes(StandardCharsets.UTF_8);
        }
    }

    private final Vertx vertx = Vertx.vertx();
    private final SimulatedProvider provider =
            SimulatedProvider.start(vertx, 0, Simulation.IMMEDIATE.withKey(Setup.PROVIDER_KEY));

    private final Map<Case, Integer> hangUps = new EnumMap<>(Case.class);

    @AfterEach
    void stop() {
        provider.close();
        vertx.close().await();
    }

    @Test
    void hangUp_whileTheProviderIsSilent_closesUpstreamSettlesAndFreesTheHold(@TempDir Path home)
            throws InterruptedException {
        Setup setup = Setup.of(provider.openAiUrl(), provider.anthropicUrl()).withBudgets(BUDGETS);
        try (Bursar bursar = Bursar.serve(home, setup)) {
            for (Case one : Case.values()) {
                List<Long> millis = round(bursar, one);
                for (int more = 1; more < ROUNDS && !isAtOnce(millis); more++) {
                    millis = round(bursar, one);
                }
                assertThat(isAtOnce(millis)).as("%s: %s", one, millis).isTrue();
            }
        }
        int all = hangUps.values().stream().mapToInt(Integer::intValue).sum();
        assertThat(provider.abandoned()).isEqualTo(all);
        checkBooks(home);
    }

    /// @return milliseconds of each time, the shortest first
    private List<Long> round(Bursar bursar, Case one) throws InterruptedException {
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < REPEATS; i++) {
            millis.add(hangUp(bursar, one));
            hangUps.merge(one, 1, Integer::sum);
            Await.until(SETTLED, "the hold of " + one + " is gone", () -> calls(bursar, one));
        }
        Collections.sort(millis);
        System.out.printf("hang-up %s: provider closed after ms %s%n", one, millis);
        return millis;
    }

    private static boolean isAtOnce(List<Long> millis) {
        return millis.get(REPEATS / 2) < MEDIAN_MILLIS && millis.getLast() < WORST_MILLIS;
    }

    /// @return milliseconds from the client's close to the provider's notice of it
    private long hangUp(Bursar bursar, Case one) throws InterruptedException {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        provider.whenArrived(arrived::countDown);
        provider.whenAbandoned(closed::countDown);
        Wire client = new Wire(bursar.port());
        client.post(one.path, one.body("silent=" + one.silent), "X-Bursar-Run: " + one.run());
        assertThat(arrived.await(SETTLED.toSeconds(), TimeUnit.SECONDS)).isTrue();
        if (one.silent.equals("middle")) {
            client.awaitFirstByte();
        }
        long start = System.nanoTime();
        client.close();
        assertThat(closed.await(SETTLED.toSeconds(), TimeUnit.SECONDS)).as("%s", one).isTrue();
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    /// Whether the run can make its one call at a time again.
    private static boolean calls(Bursar bursar, Case one) {
        String body = new String(one.body("output=5"), StandardCharsets.UTF_8);
        return bursar.post(one.path, Setup.KEY, body, "X-Bursar-Run", one.run()).statusCode()
                == 200;
    }

    private void checkBooks(Path home) {
        try (Books books = new Books(home)) {
            assertThat(books.balances("one-at-a-time"))
                    .allSatisfy(balance -> assertThat(balance.held()).isZero());
            for (Case one : Case.values()) {
                assertThat(books.entries(Entry.Committed.class))
                        .filteredOn(entry -> one.run().equals(entry.subject().get(Subject.RUN)))
                        .filteredOn(entry ->
                                "client_gone".equals(entry.attribution().labels().get("status")))
                        .as("%s settled", one)
                        .hasSize(hangUps.getOrDefault(one, 0))
                        .allSatisfy(ClientGoneTest::isEstimated);
            }
        }
    }

    private static void isEstimated(Entry.Committed entry) {
        assertThat(entry.attribution().labels()).containsEntry("provenance", "estimated");
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isPositive();
    }
}
