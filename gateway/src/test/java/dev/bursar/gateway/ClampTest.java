package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.cache.CacheSettings;
import dev.bursar.gateway.cache.CacheStats;
import dev.bursar.ledger.Budget.Mode;
import dev.bursar.ledger.Budget.Step.Action;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Calls that are answered with less output, as the budget pays no more.
class ClampTest extends WithLadders {

    @ParameterizedTest
    @EnumSource(Way.class)
    void clamp_lessLeftThanAsked_forwardsWhatTheBudgetPays(Way way) throws Exception {
        BudgetId usd =
                budget("run", Unit.USD_MICROCENTS, 400_000, Mode.HARD, at(100, Action.CLAMP));

        HttpResponse<String> answer = call(way);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "X-Bursar-Decision")).isEqualTo("clamped");
        long given = sent().path("max_tokens").asLong();
        assertThat(given).isBetween(1_500L, 1_999L);
        assertThat(header(answer, "X-Bursar-Clamped")).isEqualTo("output_tokens=4000->" + given);
        assertThat(house.provider.received.getLast().body())
                .isEqualTo(way.body("").replace("4000", Long.toString(given)));
        Entry.Reserved reserved = house.entries(Entry.Reserved.class).getLast();
        assertThat(reserved.granted().held().get(Unit.USD_MICROCENTS)).isEqualTo(400_000);
        Entry.Committed committed = house.committed();
        assertThat(committed.attribution().labels()).containsEntry("decision", "clamped");
        assertThat(committed.attribution().numbers())
                .containsEntry("output_tokens_asked", 4_000L)
                .containsEntry("output_tokens_given", given);
        House.await(() -> house.held() == 0);
        assertThat(house.spent(usd)).isPositive();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void clamp_belowTheFloor_isDeniedAsEver(Way way) throws Exception {
        budget("run", Unit.USD_MICROCENTS, 50_000, Mode.HARD, at(100, Action.CLAMP));

        HttpResponse<String> answer = call(way);

        assertThat(answer.statusCode()).isEqualTo(402);
        assertThat(error(answer).path("code").asString()).isEqualTo("budget_exhausted");
        assertThat(house.provider.received).isEmpty();
        assertThat(house.entries(Entry.Refused.class)).hasSize(1);
        assertThat(house.held()).isZero();
    }

    @Test
    void clamp_anotherHardBudgetHasLess_isDeniedByThat() throws Exception {
        budget("run", Unit.USD_MICROCENTS, 400_000, Mode.HARD, at(100, Action.CLAMP));
        budget("plain", Unit.USD_MICROCENTS, 600_000, Mode.HARD);

        HttpResponse<String> answer = call(Way.CHAT);

        assertThat(answer.statusCode()).isEqualTo(402);
        assertThat(error(answer).path("budget").path("name").asString()).isEqualTo("plain");
    }

    @Test
    void clamp_severalUnits_theTightestDecides() throws Exception {
        budget("usd", Unit.USD_MICROCENTS, 600_000, Mode.HARD, at(100, Action.CLAMP));
        budget("tokens", Unit.TOKENS, 1_000, Mode.HARD, at(100, Action.CLAMP));

        call(Way.CHAT);

        assertThat(sent().path("max_tokens").asLong()).isBetween(800L, 999L);
    }

    @Test
    void clamp_noBoundNamed_putsOneIn() throws Exception {
        budget("run", Unit.TOKENS, 1_000, Mode.HARD, at(100, Action.CLAMP));

        house.post(Way.CHAT.path, Samples.CHAT.replace(",\"max_tokens\":100", ""));

        assertThat(sent().path("max_completion_tokens").asLong()).isBetween(800L, 999L);
    }

    @Test
    void clamp_severalChoices_shareWhatIsLeft() throws Exception {
        budget("run", Unit.TOKENS, 1_200, Mode.HARD, at(100, Action.CLAMP));

        call(Way.CHAT, ",\"n\":3");

        assertThat(sent().path("max_tokens").asLong()).isBetween(300L, 399L);
    }

    @Test
    void clamp_thinking_shrinksWithIt() throws Exception {
        budget("run", Unit.TOKENS, 2_500, Mode.HARD, at(100, Action.CLAMP));

        HttpResponse<String> answer =
                call(Way.MESSAGES, ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":3000}");

        long given = sent().path("max_tokens").asLong();
        long thinking = sent().path("thinking").path("budget_tokens").asLong();
        assertThat(given).isBetween(2_000L, 2_499L);
        assertThat(thinking).isEqualTo(given - FLOOR);
        assertThat(header(answer, "X-Bursar-Clamped"))
                .isEqualTo(
                        "output_tokens=4000->%d, thinking_tokens=3000->%d"
                                .formatted(given, thinking));
    }

    @Test
    void clamp_noRoomForTheLeastThinking_isDenied() throws Exception {
        budget("run", Unit.TOKENS, 1_200, Mode.HARD, at(100, Action.CLAMP));

        HttpResponse<String> answer =
                call(Way.MESSAGES, ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":3000}");

        assertThat(answer.statusCode()).isEqualTo(402);
        assertThat(house.provider.received).isEmpty();
    }

    @Test
    void clamp_softBudget_leavesTheFloorForEver() throws Exception {
        budget("day", Unit.TOKENS, 10, Mode.SOFT, at(100, Action.CLAMP));

        assertThat(header(call(Way.CHAT), "X-Bursar-Decision")).isEqualTo("clamped");
        assertThat(sent().path("max_tokens").asLong()).isEqualTo(FLOOR);
    }

    @Test
    void clamp_manyCallers_neverPassTheLimitAndAskForWhatIsPaid() throws Exception {
        // Eleven calls as they are asked for, and some 350,000 more.
        long limit = 9_300_000;
        budget("all", Unit.USD_MICROCENTS, limit, Mode.HARD, at(100, Action.CLAMP));
        CompletableFuture<Void> full = new CompletableFuture<>();
        house.provider.script(answer -> {
            if (JSON.readTree(answer.asked().body()).path("max_tokens").asLong() < 4_000) {
                full.complete(null);
            }
            var _ =
                    full.thenRun(
                            () -> answer.after(50, () -> answer.json(200, Samples.CHAT_ANSWER)));
        });
        List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            calls.add(
                    house.http.sendAsync(
                            house.request(Way.CHAT.path, Way.CHAT.body("")).build(),
                            HttpResponse.BodyHandlers.ofString()));
        }
        Set<Integer> statuses = new HashSet<>();
        for (CompletableFuture<HttpResponse<String>> call : calls) {
            statuses.add(call.get().statusCode());
        }

        assertThat(statuses).isSubsetOf(200, 402, 429).contains(200);
        House.await(() -> house.held() == 0);
        Map<String, Long> held = new TreeMap<>();
        long now = 0;
        for (Entry entry : house.entries()) {
            switch (entry) {
                case Entry.Reserved reserved -> {
                    long usd = reserved.granted().held().get(Unit.USD_MICROCENTS);
                    held.put(reserved.granted().hold().value(), usd);
                    now += usd;
                }
                case Entry.Committed committed ->
                        now +=
                                committed.actual().get(Unit.USD_MICROCENTS)
                                        - committed.held().get(Unit.USD_MICROCENTS);
                default -> {}
            }
            assertThat(now).isLessThanOrEqualTo(limit);
        }
        assertThat(house.entries(Entry.Reserved.class))
                .anyMatch(reserved -> !reserved.granted().held().equals(reserved.asked()));
        long paid = held.values().stream().mapToLong(Long::longValue).sum();
        long asked =
                house.provider.received.stream()
                        .mapToLong(received ->
                                JSON.readTree(received.body()).path("max_tokens").asLong())
                        .peek(tokens -> assertThat(tokens).isBetween(FLOOR, 4_000L))
                        .sum();
        assertThat(asked * 200).isLessThanOrEqualTo(paid);
    }

    /// Its answer is not kept for anybody, as it is one to another question.
    @Test
    void clamp_ofACallThatMayBeKept_letsNobodyWaitForItsAnswer() throws Exception {
        CacheSettings caches =
                WithCachedAnswers.caches(
                        CacheSettings.DEFAULT_BYTES, Duration.ofMinutes(2), "acme");
        house.gateway.reconfigure(
                BOOK,
                house.settings().withCaches(caches).withLadders(Map.of("acme", ladder(Map.of()))));
        budget(
                "user",
                List.of("user"),
                Unit.USD_MICROCENTS,
                400_000,
                new Window.Life(),
                Mode.HARD,
                at(100, Action.CLAMP));
        CompletableFuture<Void> go = new CompletableFuture<>();
        house.provider.script(answer -> {
            var _ = go.thenRun(() -> Way.CHAT.answer(answer));
        });
        CompletableFuture<HttpResponse<String>> first =
                house.http.sendAsync(of("ann"), HttpResponse.BodyHandlers.ofString());
        House.await(() -> house.provider.received.size() == 1);
        house.provider.script(Way.CHAT::answer);

        HttpResponse<String> other =
                house.http.send(of("bob"), HttpResponse.BodyHandlers.ofString());

        assertThat(header(other, "X-Bursar-Decision")).isEqualTo("clamped");
        assertThat(first).isNotDone();
        go.complete(null);
        assertThat(header(first.get(), "X-Bursar-Decision")).isEqualTo("clamped");
        assertThat(house.gateway.cache().stats().get("acme"))
                .extracting(CacheStats::misses)
                .isEqualTo(2L);
    }

    private HttpRequest of(String user) {
        return house.request(Way.CHAT.path, Way.CHAT.body(""))
                .header("X-Bursar-User", user)
                .timeout(House.PATIENCE)
                .build();
    }
}
