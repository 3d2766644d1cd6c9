package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.ladder.LadderSettings;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Budget.Mode;
import dev.bursar.ledger.Budget.Step;
import dev.bursar.ledger.Budget.Step.Action;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import dev.bursar.pricing.Price;
import dev.bursar.pricing.PriceBook;
import dev.bursar.pricing.Rates;
import dev.bursar.pricing.TokenClass;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the ladders of budgets make of calls, in both dialects, streamed and not.
class LadderTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final long FLOOR = 256;

    /// A tenth of the price of `house-model`: 10 and 20 microcents a token. It produces 2,000 tokens.
    private static final PriceBook BOOK =
            House.BOOK.with(List.of(small("openai"), small("anthropic")));

    @TempDir private Path data;
    private House house;

    private static Price small(String provider) {
        Map<TokenClass, Long> rates =
                Map.of(TokenClass.INPUT, 10_000_000L, TokenClass.OUTPUT, 20_000_000L);
        return new Price(
                provider + "/small",
                provider,
                "small",
                Instant.EPOCH,
                Rates.of(rates),
                List.of(),
                false,
                0,
                2_000);
    }

    /// A way to call, with 4,000 tokens of output asked for.
    enum Way {
        CHAT("/v1/chat/completions", false),
        CHAT_STREAM("/v1/chat/completions", true),
        MESSAGES("/v1/messages", false),
        MESSAGES_STREAM("/v1/messages", true);

        private final String path;
        private final boolean stream;

        Way(String path, boolean stream) {
            this.path = path;
            this.stream = stream;
        }

        private boolean isChat() {
            return path.contains("chat");
        }

        private String body(String more) {
            return "{\"model\":\"house-model\", \"max_tokens\": 4000 ,\"stream\":"
                    + stream
                    + (isChat() && stream ? ",\"stream_options\":{\"include_usage\":true}" : "")
                    + more
                    + ",\"messages\":[{\"role\":\"user\",\"content\":\"Say hello \\u00e9 é\"}]}";
        }

        private void answer(FakeProvider.Answer answer) {
            if (!stream) {
                answer.json(200, isChat() ? Samples.CHAT_ANSWER : Samples.MESSAGES_ANSWER);
            } else if (isChat()) {
                answer.stream()
                        .write(Samples.CHAT_DELTA_1 + Samples.CHAT_DELTA_2 + Samples.CHAT_USAGE)
                        .write(Samples.DONE)
                        .end();
            } else {
                answer.stream()
                        .write(Samples.MESSAGE_START + Samples.MESSAGE_TEXT + Samples.MESSAGE_END)
                        .end();
            }
        }
    }

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        house.provider.script(Way.CHAT::answer);
        with(Map.of());
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    private void with(Map<String, String> downgrade) {
        with(new LadderSettings(new TreeMap<>(downgrade), FLOOR, Duration.ofSeconds(20), 100));
    }

    private void with(LadderSettings ladder) {
        Map<String, ProviderSettings> providers = new TreeMap<>(house.settings().providers());
        providers.put(
                "local",
                ProviderSettings.of("local", Dialect.OPENAI, house.provider.uri("/v1"), null)
                        .asFree());
        house.gateway.reconfigure(
                BOOK, GatewaySettings.of(providers).withLadders(Map.of("acme", ladder)));
    }

    private static Step at(int percent, Action action, String... tools) {
        return new Step(percent, action, List.of(tools));
    }

    private BudgetId budget(String name, Unit unit, long limit, Mode mode, Step... steps) {
        return budget(name, List.of(), unit, limit, new Window.Life(), mode, steps);
    }

    private BudgetId budget(
            String name,
            List<String> per,
            Unit unit,
            long limit,
            Window window,
            Mode mode,
            Step... steps) {
        BudgetId id = new BudgetId("acme/" + name);
        house.authority.submit(
                new Command.DefineBudget(
                        new Budget(
                                id,
                                House.ACME,
                                name,
                                new TreeMap<>(),
                                per,
                                unit,
                                limit,
                                window,
                                mode,
                                List.of(steps))));
        return id;
    }

    private HttpResponse<String> call(Way way) throws Exception {
        return call(way, "");
    }

    private HttpResponse<String> call(Way way, String more) throws Exception {
        house.provider.script(way::answer);
        return house.post(way.path, way.body(more));
    }

    private HttpRequest.Builder batch() {
        return house.request(Way.CHAT.path, Way.CHAT.body("")).header("X-Bursar-Priority", "batch");
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static JsonNode error(HttpResponse<String> answer) {
        return JSON.readTree(answer.body()).path("error");
    }

    private JsonNode sent() {
        return JSON.readTree(house.provider.received.getLast().body());
    }

    // Clamp.

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

    // Downgrade.

    @ParameterizedTest
    @EnumSource(Way.class)
    void downgrade_softBudgetIsFull_servesTheCheaperModelAndSaysSo(Way way) throws Exception {
        with(Map.of("house-model", "small"));
        budget("day", Unit.TOKENS, 10, Mode.SOFT, at(100, Action.DOWNGRADE));
        BudgetId usd = budget("usd", Unit.USD_MICROCENTS, 100_000_000, Mode.HARD);

        HttpResponse<String> answer = call(way);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "X-Bursar-Decision")).isEqualTo("downgraded");
        assertThat(header(answer, "X-Bursar-Model")).isEqualTo("small");
        assertThat(sent().path("model").asString()).isEqualTo("small");
        // All that the model produces, or the provider would refuse it.
        assertThat(sent().path("max_tokens").asLong()).isEqualTo(2_000);
        Entry.Committed committed = house.committed();
        assertThat(committed.subject().get("model")).isEqualTo("small");
        assertThat(committed.attribution().labels())
                .containsEntry("requested_model", "house-model")
                .containsEntry("model", "small")
                .containsEntry("decision", "downgraded");
        assertThat(house.spent(usd)).isBetween(1L, 1_000L);
    }

    @Test
    void downgrade_belowItsStep_servesWhatWasAsked() throws Exception {
        with(Map.of("house-model", "small"));
        budget("day", Unit.TOKENS, 10_000, Mode.SOFT, at(80, Action.DOWNGRADE));

        assertThat(header(call(Way.CHAT), "X-Bursar-Decision")).isEqualTo("allow");
        assertThat(sent().path("model").asString()).isEqualTo("house-model");
    }

    @Test
    void downgrade_hardBudgetHasTooLittle_takesTheFirstThatFits() throws Exception {
        with(Map.of("house-model", "small"));
        budget("run", Unit.USD_MICROCENTS, 50_000, Mode.HARD, at(100, Action.DOWNGRADE));

        HttpResponse<String> answer = call(Way.CHAT);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(sent().path("model").asString()).isEqualTo("small");
        assertThat(house.entries(Entry.Refused.class)).isEmpty();
    }

    @Test
    void downgrade_chain_endsAtAModelThatCostsNothing() throws Exception {
        with(Map.of("house-model", "small", "small", "local/tiny"));
        budget("run", Unit.USD_MICROCENTS, 10, Mode.HARD, at(100, Action.DOWNGRADE));

        HttpResponse<String> answer = call(Way.CHAT);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "X-Bursar-Model")).isEqualTo("tiny");
        assertThat(house.committed().subject().get("provider")).isEqualTo("local");
    }

    @Test
    void downgrade_nothingFits_isDeniedAsItWasAsked() throws Exception {
        with(Map.of("house-model", "small", "small", "nobody-serves-this"));
        budget("run", Unit.USD_MICROCENTS, 10, Mode.HARD, at(100, Action.DOWNGRADE));

        HttpResponse<String> answer = call(Way.CHAT);

        assertThat(answer.statusCode()).isEqualTo(402);
        Entry.Refused refused = house.entries(Entry.Refused.class).getFirst();
        assertThat(house.entries(Entry.Refused.class)).hasSize(1);
        assertThat(refused.subject().get("model")).isEqualTo("house-model");
        assertThat(house.provider.received).isEmpty();
    }

    @Test
    void downgradeAndClamp_together_clampTheCheaperModel() throws Exception {
        with(Map.of("house-model", "small"));
        budget(
                "run",
                Unit.USD_MICROCENTS,
                30_000,
                Mode.HARD,
                at(100, Action.DOWNGRADE),
                at(100, Action.CLAMP));

        HttpResponse<String> answer = call(Way.MESSAGES);

        assertThat(header(answer, "X-Bursar-Decision")).isEqualTo("downgraded");
        assertThat(sent().path("model").asString()).isEqualTo("small");
        assertThat(sent().path("max_tokens").asLong()).isBetween(1_000L, 1_499L);
    }

    // Disable.

    private static String tools(Way way, String more) {
        return way.isChat()
                ? ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"web\"}},"
                        + "{\"type\":\"function\",\"function\":{\"name\":\"sql\"}}]"
                        + more
                : ",\"tools\":[{\"name\":\"web\",\"input_schema\":{}},"
                        + "{\"name\":\"sql\",\"input_schema\":{}}]"
                        + more;
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void disable_namedTool_isTakenFromTheRequest(Way way) throws Exception {
        budget("run", Unit.TOKENS, 10, Mode.SOFT, at(50, Action.DISABLE, "web", "images"));

        HttpResponse<String> answer = call(way, tools(way, ""));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "X-Bursar-Disabled")).isEqualTo("web");
        assertThat(header(answer, "X-Bursar-Decision")).isEqualTo("clamped");
        assertThat(sent().path("tools").size()).isEqualTo(1);
        assertThat(sent().path("tools").toString()).contains("sql").doesNotContain("web");
        assertThat(house.committed().attribution().labels()).containsEntry("disabled", "web");
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void disable_toolThatMustBeCalled_isNotAllowed(Way way) throws Exception {
        budget("run", Unit.TOKENS, 10, Mode.SOFT, at(50, Action.DISABLE, "web"));
        String choice =
                way.isChat()
                        ? "{\"type\":\"function\",\"function\":{\"name\":\"web\"}}"
                        : "{\"type\":\"tool\",\"name\":\"web\"}";

        HttpResponse<String> answer = call(way, tools(way, ",\"tool_choice\":" + choice));

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(error(answer).path("code").asString()).isEqualTo("not_allowed");
        assertThat(error(answer).path("message").asString())
                .isEqualTo(
                        "tool_choice: web is disabled: the budget run has reached a step that"
                                + " does not allow it");
        assertThat(house.provider.received).isEmpty();
        assertThat(house.held()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void disable_tools_letsTheLastAnswerPassAnExhaustedBudgetOfToolCalls(Way way) throws Exception {
        budget("steps", Unit.TOOL_CALLS, 0, Mode.HARD, at(100, Action.DISABLE, "tools"));

        HttpResponse<String> answer = call(way, tools(way, ""));

        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode choice = sent().path("tool_choice");
        assertThat(way.isChat() ? choice.asString() : choice.path("type").asString())
                .isEqualTo("none");
        assertThat(sent().path("tools").size()).isEqualTo(2);
    }

    // Defer.

    @Test
    void defer_batchCall_waitsForAHoldToReturn() throws Exception {
        budget("slots", Unit.SLOTS, 1, Mode.HARD, at(100, Action.DEFER));
        CompletableFuture<FakeProvider.Answer> open = new CompletableFuture<>();
        house.provider.script(open::complete);
        var first =
                house.http.sendAsync(
                        house.request(Way.CHAT.path, Way.CHAT.body("")).build(),
                        HttpResponse.BodyHandlers.ofString());
        FakeProvider.Answer answer = open.get();
        house.provider.script(Way.CHAT::answer);
        var waiting = house.http.sendAsync(batch().build(), HttpResponse.BodyHandlers.ofString());
        House.await(() -> house.gateway.waiting() == 1);

        assertThat(house.post(Way.CHAT.path, Way.CHAT.body("")).statusCode()).isEqualTo(429);
        assertThat(waiting).isNotDone();
        Way.CHAT.answer(answer);

        assertThat(first.get().statusCode()).isEqualTo(200);
        assertThat(waiting.get().statusCode()).isEqualTo(200);
        assertThat(house.entries(Entry.Committed.class).getLast().attribution().numbers())
                .containsKey("deferred_millis");
        House.await(() -> house.gateway.waiting() == 0);
    }

    @Test
    void defer_windowResets_isLetInWithoutAnybodyElse() throws Exception {
        budget(
                "burst",
                List.of(),
                Unit.CALLS,
                1,
                new Window.Rolling(Duration.ofSeconds(2)),
                Mode.HARD,
                at(100, Action.DEFER));
        assertThat(call(Way.CHAT).statusCode()).isEqualTo(200);

        assertThat(house.send(batch()).statusCode()).isEqualTo(200);
    }

    @Test
    void defer_deadline_getsTheDenialItWouldHaveHad() throws Exception {
        with(new LadderSettings(new TreeMap<>(), FLOOR, Duration.ofSeconds(1), 100));
        budget("run", Unit.CALLS, 1, Mode.HARD, at(100, Action.DEFER));
        call(Way.CHAT);

        HttpResponse<String> answer = house.send(batch());

        assertThat(answer.statusCode()).isEqualTo(402);
        assertThat(error(answer).path("code").asString()).isEqualTo("budget_exhausted");
        assertThat(house.entries(Entry.Refused.class)).hasSize(1);
        assertThat(house.gateway.waiting()).isZero();
    }

    @Test
    void defer_fullLine_isDeniedAtOnce() throws Exception {
        with(new LadderSettings(new TreeMap<>(), FLOOR, Duration.ofSeconds(20), 1));
        budget("run", Unit.CALLS, 1, Mode.HARD, at(100, Action.DEFER));
        call(Way.CHAT);
        var waiting = house.http.sendAsync(batch().build(), HttpResponse.BodyHandlers.ofString());
        House.await(() -> house.gateway.waiting() == 1);

        assertThat(house.send(batch()).statusCode()).isEqualTo(402);
        assertThat(waiting).isNotDone();
    }

    @Test
    void defer_clientHangsUp_leavesTheLine() throws Exception {
        budget("run", Unit.CALLS, 1, Mode.HARD, at(100, Action.DEFER));
        call(Way.CHAT);
        var waiting = house.http.sendAsync(batch().build(), HttpResponse.BodyHandlers.ofString());
        House.await(() -> house.gateway.waiting() == 1);

        waiting.cancel(true);

        House.await(() -> house.gateway.waiting() == 0 && house.gateway.calls() == 0);
        assertThat(house.entries(Entry.Refused.class)).isEmpty();
    }

    @Test
    void defer_gatewayCloses_isToldToComeBack() throws Exception {
        budget("run", Unit.CALLS, 1, Mode.HARD, at(100, Action.DEFER));
        call(Way.CHAT);
        var waiting = house.http.sendAsync(batch().build(), HttpResponse.BodyHandlers.ofString());
        House.await(() -> house.gateway.waiting() == 1);

        house.gateway.close();

        assertThat(waiting.get().statusCode()).isEqualTo(503);
        assertThat(header(waiting.get(), "Retry-After")).isNotEmpty();
    }

    @Test
    void defer_belowTheLimit_keepsTheRestForInteractiveCalls() throws Exception {
        with(new LadderSettings(new TreeMap<>(), FLOOR, Duration.ofSeconds(1), 100));
        budget("run", Unit.CALLS, 4, Mode.HARD, at(50, Action.DEFER));
        call(Way.CHAT);

        assertThat(header(call(Way.CHAT), "X-Bursar-Decision")).isEqualTo("allow");
        // Its time over, it is decided as if it had not to wait.
        assertThat(house.send(batch()).statusCode()).isEqualTo(200);
        assertThat(house.entries(Entry.Committed.class).getLast().attribution().numbers())
                .hasEntrySatisfying(
                        "deferred_millis", millis -> assertThat(millis).isBetween(900L, 9_000L));
    }

    // Alert and shadow.

    @Test
    void alert_onlyTells() throws Exception {
        budget("run", Unit.TOKENS, 10_000, Mode.HARD, at(10, Action.ALERT));

        assertThat(header(call(Way.CHAT), "X-Bursar-Decision")).isEqualTo("allow");
        assertThat(house.entries(Entry.Reserved.class).getFirst().granted().notices())
                .singleElement()
                .satisfies(notice -> assertThat(notice.step().action()).isEqualTo(Action.ALERT));
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void shadow_steps_areRecordedAndChangeNothing(Way way) throws Exception {
        with(Map.of("house-model", "small"));
        budget(
                "trial",
                Unit.TOKENS,
                1_000,
                Mode.SHADOW,
                at(50, Action.DOWNGRADE),
                at(100, Action.CLAMP));

        HttpResponse<String> answer = call(way);

        assertThat(header(answer, "X-Bursar-Decision")).isEqualTo("allow");
        assertThat(house.provider.received.getLast().body()).isEqualTo(way.body(""));
        Entry.Reserved reserved = house.entries(Entry.Reserved.class).getLast();
        assertThat(reserved.attribution().labels())
                .containsEntry("shadow", "trial=would_downgrade+would_clamp");
        assertThat(reserved.granted().held()).isEqualTo(reserved.asked());
    }

    @Test
    void shadow_clampThatCouldNotHelp_wouldHaveDenied() throws Exception {
        budget("trial", Unit.TOKENS, 100, Mode.SHADOW, at(100, Action.CLAMP));

        assertThat(header(call(Way.CHAT), "X-Bursar-Decision")).isEqualTo("would-deny");
    }
}
