package dev.bursar.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Unit;
import dev.bursar.server.demo.SimulatedProvider;
import dev.bursar.server.demo.Simulation;
import io.vertx.core.Vertx;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` under load, again and again on the same data: what was answered is there afterwards, and
/// the balances are what an independent sum says. `-Dbursar.kills=3` does it three times.
class KillTest {

    private static final int KILLS = Integer.getInteger("bursar.kills", 20);

    private static final int CALLERS = 12;

    /// Answers between the start of the load and each kill, at least.
    private static final int ANSWERS = 150;

    private static final String BUDGETS =
            """
            - { name: company, limit: 1_000 USD, every: month }
            - { name: user, per: [user], limit: 100 USD, every: month }
            - { name: run, per: [run], limit: 50 USD }
            """;

    private final Vertx vertx = Vertx.vertx();
    private final SimulatedProvider provider =
            SimulatedProvider.start(
                    vertx, 0, Simulation.IMMEDIATE.withPace(2, 1).withKey(Setup.PROVIDER_KEY));

    /// What callers were told: cost in microcents by call id, of each whole answer.
    private final Map<String, Long> committed = new ConcurrentHashMap<>();

    /// Call ids of streams whose head arrived: a reserve that was answered.
    private final Queue<String> reserved = new ConcurrentLinkedQueue<>();

    @AfterEach
    void stop() {
        provider.close();
        vertx.close().await();
    }

    @Test
    void kill_underLoad_losesNothingThatWasAnswered(@TempDir Path home) throws Exception {
        Setup setup =
                Setup.of(provider.openAiUrl(), provider.anthropicUrl())
                        .withBudgets(BUDGETS)
                        .inTimezone(whereItIsNoon());
        for (int kill = 0; kill < KILLS; kill++) {
            int before = committed.size();
            Bursar bursar = Bursar.serve(home, setup);
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                boolean stream = i % 3 == 0;
                String user = "user-" + i;
                callers.add(Thread.ofVirtual().start(() -> callUntilItDies(bursar, user, stream)));
            }
            Await.until(
                    Duration.ofSeconds(60),
                    "enough answers",
                    () -> committed.size() - before >= ANSWERS);
            bursar.kill();
            for (Thread caller : callers) {
                caller.join();
            }
        }
        System.out.printf(
                "kill -9: %d kills, %d answered commits, %d answered reserves of streams%n",
                KILLS, committed.size(), reserved.size());
        try (Bursar restarted = Bursar.serve(home, setup)) {
            assertThat(call(restarted, "user-0", 3).statusCode()).isEqualTo(200);
        }
        try (Books books = new Books(home)) {
            List<Entry> entries = books.entries();
            checkAnswers(entries);
            for (String budget : List.of("company", "user", "run")) {
                checkBalances(books.balances(budget), entries);
            }
        }
        Bursar.Ended verify = Bursar.run(home, "verify", "-c", "bursar.yaml");
        assertThat(verify.exitCode()).as(verify.output()).isZero();
    }

    /// Hours from the next turn of a month, or of any window of the calendar: sums are of one window.
    private static String whereItIsNoon() {
        int hour = Instant.now().atOffset(ZoneOffset.UTC).getHour();
        return ZoneOffset.ofHours(12 - hour).getId();
    }

    private void callUntilItDies(Bursar bursar, String user, boolean stream) {
        try {
            for (int i = 0; ; i++) {
                if (stream) {
                    stream(bursar, user, 41 + i % 20);
                } else {
                    HttpResponse<String> answer = call(bursar, user, 3 + i % 20);
                    committed.put(
                            answer.headers().firstValue("X-Bursar-Call").orElseThrow(),
                            microcents(answer.headers().firstValue("X-Bursar-Cost").orElseThrow()));
                }
            }
        } catch (UncheckedIOException | AssertionError e) {
            // the server is dead
        }
    }

    private static long microcents(String usd) {
        return new BigDecimal(usd).movePointRight(8).longValueExact();
    }

    private static HttpResponse<String> call(Bursar bursar, String user, int output) {
        return bursar.post(
                "/v1/chat/completions",
                Setup.KEY,
                body(output, false),
                "X-Bursar-User",
                user,
                "X-Bursar-Run",
                user + "-run");
    }

    private void stream(Bursar bursar, String user, int output) {
        try (Wire wire = new Wire(bursar.port())) {
            wire.post(
                    "/v1/chat/completions",
                    body(output, true).getBytes(StandardCharsets.UTF_8),
                    "X-Bursar-User: " + user,
                    "X-Bursar-Run: " + user + "-run");
            String head = wire.readHead();
            int at = head.indexOf("\r\nx-bursar-call: ") + 17;
            reserved.add(head.substring(at, head.indexOf("\r\n", at)));
            wire.readBody(head);
        }
    }

    private static String body(int output, boolean stream) {
        return """
        {"model":"gpt-4o","max_tokens":60,"stream":%b,
         "messages":[{"role":"user","content":"Go on. <<simulate output=%d>>"}]}\
        """
                .formatted(stream, output);
    }

    private void checkAnswers(List<Entry> entries) {
        Map<String, Long> spent = new HashMap<>();
        Set<String> held = new HashSet<>();
        for (Entry entry : entries) {
            if (entry instanceof Entry.Committed one) {
                Long before = spent.put(one.hold().value(), usd(one.actual()));
                assertThat(before).as("committed twice: %s", one.hold()).isNull();
            } else if (entry instanceof Entry.Reserved one) {
                held.add(one.granted().hold().value().toLowerCase(Locale.ROOT));
            }
        }
        committed.forEach((call, cost) ->
                assertThat(spent.get(call)).as("the answered call %s", call).isEqualTo(cost));
        assertThat(held).containsAll(reserved);
        // Whatever else was committed is a stream, or lost its answer on the way when the server
        // died.
        assertThat(spent.size() - committed.size())
                .isLessThanOrEqualTo(reserved.size() + CALLERS * KILLS + 1);
    }

    /// A balance is the sum of the costs that callers were told, of those that nobody could be told
    /// because the server died, and of the holds that are open.
    private void checkBalances(List<Balance> balances, List<Entry> entries) {
        assertThat(balances).isNotEmpty();
        List<String> per = balances.getFirst().budget().per();
        Map<List<String>, Long> spent = new HashMap<>();
        Map<String, Entry.Reserved> open = new HashMap<>();
        for (Entry entry : entries) {
            if (entry instanceof Entry.Reserved one) {
                open.put(one.granted().hold().value(), one);
            } else if (entry instanceof Entry.Committed one) {
                open.remove(one.hold().value());
                long cost = committed.getOrDefault(one.hold().value(), usd(one.actual()));
                spent.merge(key(per, one.subject()), cost, Long::sum);
            } else if (entry instanceof Entry.Released one) {
                open.remove(one.hold().value());
            } else if (entry instanceof Entry.Expired one) {
                open.remove(one.hold().value());
                spent.merge(
                        key(per, one.subject()), one.charged() ? usd(one.held()) : 0, Long::sum);
            }
        }
        Map<List<String>, Long> held = new HashMap<>();
        open.values()
                .forEach(one ->
                        held.merge(key(per, one.subject()), usd(one.granted().held()), Long::sum));
        for (Balance balance : balances) {
            List<String> key = balance.account().per();
            assertThat(balance.spent())
                    .as("spent of %s", key)
                    .isEqualTo(spent.getOrDefault(key, 0L));
            assertThat(balance.held()).as("held of %s", key).isEqualTo(held.getOrDefault(key, 0L));
        }
        assertThat(balances).hasSizeGreaterThanOrEqualTo(spent.size());
    }

    private static List<String> key(List<String> per, Subject subject) {
        return per.stream().map(one -> String.valueOf(subject.get(one))).toList();
    }

    private static long usd(Amounts amounts) {
        return amounts.get(Unit.USD_MICROCENTS);
    }
}
