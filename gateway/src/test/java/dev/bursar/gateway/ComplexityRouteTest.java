package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.routing.Choice;
import dev.bursar.gateway.routing.Condition;
import dev.bursar.gateway.routing.HealthSettings;
import dev.bursar.gateway.routing.RouteRules;
import dev.bursar.gateway.routing.RoutingSettings;
import dev.bursar.gateway.routing.Rule;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import dev.bursar.pricing.Price;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Routes that choose by how hard a question is, with the classifier in the jar and with a judge.
class ComplexityRouteTest {

    private static final String CHAT = "/v1/chat/completions";
    @TempDir private Path data;
    private House house;

    /// The classifier reads its examples meanwhile, which is work for a core.
    private static final Duration LEARNING = Duration.ofMinutes(2);

    private FakeProvider judge;
    private final AtomicInteger asked = new AtomicInteger();
    private BudgetId budget;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        budget = house.budget("all", Unit.USD_MICROCENTS, 1_000_000_000);
        judge = new FakeProvider(house.vertx);
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
    }

    @AfterEach
    void close() throws Exception {
        judge.close();
        house.close();
    }

    @Test
    void classifier_learned_sendsEachQuestionToItsModel() throws Exception {
        configure("");
        assertThat(askUntilJudged("What is the capital of Peru?")).contains("\"small-model\"");
        assertThat(reasons().getLast()).startsWith("simple by classifier");
        assertThat(
                        askUntilJudged(
                                "Prove that the square root of three is irrational, step by step."))
                .contains("\"house-model\"");
        assertThat(reasons().getLast()).startsWith("hard by classifier");
    }

    @ParameterizedTest
    @CsvSource({
        "simple, small-model, simple by judge-model",
        "Hard., house-model, hard by judge-model",
        "neither, house-model, complexity unknown: the judge was not understood",
    })
    void judge_answering_decidesAndIsCharged(String says, String model, String reason)
            throws Exception {
        configure("judge/judge-model");
        judge.script(answer -> answer.json(200, judged(says)));
        assertThat(ask("What is the capital of Peru?")).contains("\"" + model + "\"");
        assertThat(judge.received.getFirst().body())
                .contains("judge-model", "What is the capital of Peru?", "\"max_tokens\":16");
        assertThat(judge.received.getFirst().headers().get("authorization"))
                .isEqualTo("Bearer sk-judge");
        List<Entry.Committed> entries = house.entries(Entry.Committed.class);
        assertThat(entries).hasSize(2);
        Entry.Committed judged = entries.getFirst();
        assertThat(judged.actual().get(Unit.USD_MICROCENTS)).isEqualTo(10_400);
        assertThat(judged.subject().get("run")).isEqualTo("r1");
        assertThat(judged.attribution().labels())
                .containsEntry("request_type", "judge")
                .containsEntry("provider", "judge")
                .containsEntry("provenance", "priced")
                .containsEntry(
                        "judge_of",
                        entries.getLast().attribution().labels().getOrDefault("call", "none"));
        assertThat(reasons().getLast()).isEqualTo(reason);
        assertThat(house.held()).isZero();
        assertThat(house.spent(budget)).isEqualTo(10_400 + 5_300);
    }

    @Test
    void judge_failing_countsAsHardAndCostsNothing() throws Exception {
        configure("judge/judge-model");
        judge.script(answer -> answer.json(500, "{}"));
        assertThat(ask("What is the capital of Peru?")).contains("\"house-model\"");
        assertThat(reasons().getLast()).isEqualTo("complexity unknown: the judge failed: 500");
        assertThat(house.spent(budget)).isEqualTo(5_300);
        assertThat(house.held()).isZero();
    }

    @Test
    void judge_silent_isWaitedForBrieflyAndCharged() throws Exception {
        configure("judge/judge-model");
        judge.script(_ -> {});
        long before = System.nanoTime();
        assertThat(ask("What is the capital of Peru?")).contains("\"house-model\"");
        assertThat(System.nanoTime() - before).isLessThan(2 * Judge.PATIENCE.toNanos());
        assertThat(reasons().getLast()).isEqualTo("complexity unknown: the judge did not answer");
        assertThat(house.spent(budget)).isGreaterThan(5_300);
        assertThat(house.held()).isZero();
        House.await(() -> judge.closed.size() == 1);
    }

    @Test
    void judge_withoutAPrice_isNotAsked() throws Exception {
        configure("judge/judge-model", List.of());
        assertThat(ask("What is the capital of Peru?")).contains("\"house-model\"");
        assertThat(reasons().getLast())
                .isEqualTo("complexity unknown: the judge was refused: model_unpriced");
        assertThat(judge.received).isEmpty();
    }

    private static String judged(String says) {
        return """
        {"choices":[{"message":{"content":"%s"}}],
         "usage":{"prompt_tokens":100,"completion_tokens":2,"total_tokens":102}}
        """
                .formatted(says);
    }

    /// The classifier is not waited for until it has learned, and then for half a second only.
    private String askUntilJudged(String question) throws Exception {
        long end = System.nanoTime() + LEARNING.toNanos();
        String sent = ask(question);
        while (reasons().getLast().startsWith("complexity unknown")) {
            assertThat(System.nanoTime()).as("it learns").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(50);
            sent = ask(question);
        }
        return sent;
    }

    /// Each in a run of its own, as the same question again and again is a loop.
    ///
    /// @return what the provider was asked
    private String ask(String question) {
        try {
            HttpResponse<String> answer =
                    house.send(
                            house.request(
                                            CHAT,
                                            "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\","
                                                    + "\"content\":\""
                                                    + question
                                                    + "\"}]}")
                                    .header("X-Bursar-Run", "r" + asked.incrementAndGet()));
            assertThat(answer.statusCode()).isEqualTo(200);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return house.provider.received.getLast().body();
    }

    private List<String> reasons() {
        return house.entries(Entry.Committed.class).stream()
                .map(entry -> entry.attribution().labels().getOrDefault("route_reason", ""))
                .toList();
    }

    private void configure(String judgeModel) {
        configure(
                judgeModel,
                List.of(Price.of("judge", "judge-model", Instant.EPOCH, House.PRICE.rates())));
    }

    private void configure(String judgeModel, List<Price> prices) {
        Map<String, ProviderSettings> providers = new TreeMap<>(house.settings().providers());
        providers.put(
                "judge",
                ProviderSettings.of("judge", Dialect.OPENAI, judge.uri("/v1"), "sk-judge"));
        Choice choice =
                new Choice.ByComplexity("openai/small-model", "openai/house-model", judgeModel);
        RouteRules smart =
                new RouteRules(
                        "smart",
                        List.of(new Rule("question", Condition.ANY, choice, List.of())),
                        RouteRules.STICKY,
                        RouteRules.WITHIN,
                        RouteRules.ANSWER_WITHIN);
        house.gateway.reconfigure(
                House.BOOK
                        .with(prices)
                        .with(
                                List.of(
                                        Price.of(
                                                "openai",
                                                "small-model",
                                                Instant.EPOCH,
                                                House.PRICE.rates()))),
                GatewaySettings.of(providers)
                        .withRouting(
                                new RoutingSettings(
                                        new TreeMap<>(Map.of("smart", smart)),
                                        HealthSettings.DEFAULT)));
    }
}
