package dev.bursar.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import dev.bursar.server.demo.SimulatedProvider;
import dev.bursar.server.demo.Simulation;
import io.vertx.core.Vertx;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Friday, 22:00: agents in a retry loop make 100 calls a minute at $0.03 and 50 at $0.15, for twelve
/// minutes. That is $126. The budget is $10. Here the same calls come as fast as they can.
class RetryStormTest {

    private static final int MINUTES = 12;

    private static final BigDecimal BUDGET = new BigDecimal("10.00");

    /// At 1,000 USD per million output tokens, 30 tokens are $0.03.
    private static final String PRICES =
            """
            prices:
              - { provider: openai, model: storm, from: 2026-01-01, input: 0, output: 1000 }
            """;

    private static final String BUDGETS = "- { name: friday, limit: 10 USD }\n";

    private final Vertx vertx = Vertx.vertx();
    private final SimulatedProvider provider =
            SimulatedProvider.start(vertx, 0, Simulation.IMMEDIATE.withKey(Setup.PROVIDER_KEY));

    @AfterEach
    void stop() {
        provider.close();
        vertx.close().await();
    }

    @Test
    void twelveMinutesOfRetries_underTenDollars_spendTenDollars(@TempDir Path home)
            throws Exception {
        Setup setup =
                Setup.of(provider.openAiUrl(), provider.anthropicUrl())
                        .withBudgets(BUDGETS)
                        .with(PRICES);
        BigDecimal spent = BigDecimal.ZERO;
        long answered = 0;
        try (Bursar bursar = Bursar.serve(home, setup)) {
            for (HttpResponse<String> answer : storm(bursar)) {
                if (answer.statusCode() == 200) {
                    answered++;
                    String cost = answer.headers().firstValue("X-Bursar-Cost").orElseThrow();
                    spent = spent.add(new BigDecimal(cost));
                } else {
                    // 429 while other calls hold what is left, 402 from when it is spent
                    assertThat(answer.statusCode()).isIn(402, 429);
                }
            }
            assertThat(spent).isLessThanOrEqualTo(BUDGET).isGreaterThan(new BigDecimal("9.80"));
            assertThat(provider.requests()).isEqualTo(answered);
            laterCallsAreDenied(bursar);
            assertThat(provider.requests()).isEqualTo(answered);
        }
        checkBooks(home, spent);
    }

    private static List<HttpResponse<String>> storm(Bursar bursar)
            throws InterruptedException, ExecutionException {
        List<Future<HttpResponse<String>>> calls = new ArrayList<>();
        try (ExecutorService agents = Executors.newFixedThreadPool(24)) {
            for (int minute = 0; minute < MINUTES; minute++) {
                for (int i = 0; i < 50; i++) {
                    calls.add(agents.submit(() -> call(bursar, 30)));
                    calls.add(agents.submit(() -> call(bursar, 30)));
                    calls.add(agents.submit(() -> call(bursar, 150)));
                }
            }
        }
        List<HttpResponse<String>> answers = new ArrayList<>();
        for (Future<HttpResponse<String>> call : calls) {
            answers.add(call.get());
        }
        assertThat(answers).hasSize(MINUTES * 150);
        return answers;
    }

    private static void laterCallsAreDenied(Bursar bursar) {
        for (int i = 0; i < 20; i++) {
            HttpResponse<String> answer = call(bursar, 150);
            assertThat(answer.statusCode()).isEqualTo(402);
            assertThat(answer.headers().firstValue("x-should-retry")).contains("false");
            assertThat(answer.body()).contains("budget_exhausted", "friday");
        }
    }

    private static HttpResponse<String> call(Bursar bursar, int outputTokens) {
        String body =
                """
                {"model":"storm","max_tokens":%d,
                 "messages":[{"role":"user","content":"Again. <<simulate output=%d>>"}]}\
                """
                        .formatted(outputTokens, outputTokens);
        return bursar.post("/v1/chat/completions", Setup.KEY, body, "X-Bursar-Run", "friday");
    }

    private static void checkBooks(Path home, BigDecimal spent) {
        try (Books books = new Books(home)) {
            Balance friday = books.balances("friday").getFirst();
            assertThat(friday.spent()).isLessThanOrEqualTo(friday.budget().limit());
            assertThat(friday.held()).isZero();
            assertThat(BigDecimal.valueOf(friday.spent(), 8)).isEqualByComparingTo(spent);
            assertThat(books.entries(Entry.Committed.class))
                    .allSatisfy(
                            entry -> assertThat(entry.overrun().get(Unit.USD_MICROCENTS)).isZero());
        }
    }
}
