package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Calls that budgets are in the way of.
class DenialTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir private Path data;
    private House house;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    private static JsonNode error(HttpResponse<String> answer) {
        return JSON.readTree(answer.body()).path("error");
    }

    @Test
    void budget_exhausted_deniesInOpenAisEnvelopeWithTheBudgetInside() throws Exception {
        house.budget(
                "run",
                List.of("run"),
                Unit.USD_MICROCENTS,
                15_000,
                new Window.Life(),
                Budget.Mode.HARD);
        HttpResponse<String> answer =
                house.send(
                        house.request("/v1/chat/completions", Samples.CHAT)
                                .header("X-Bursar-Run", "r1"));
        assertThat(answer.statusCode()).isEqualTo(402);
        assertThat(answer.headers().firstValue("x-should-retry")).hasValue("false");
        assertThat(answer.headers().firstValue("retry-after")).isEmpty();
        assertThat(answer.headers().firstValue("X-Bursar-Call")).isPresent();
        JsonNode error = error(answer);
        assertThat(error.path("type").asString()).isEqualTo("insufficient_quota");
        assertThat(error.path("code").asString()).isEqualTo("budget_exhausted");
        assertThat(error.path("param").isNull()).isTrue();
        JsonNode budget = error.path("budget");
        assertThat(budget.path("name").asString()).isEqualTo("run");
        assertThat(budget.path("scope").asString()).isEqualTo("run=r1");
        assertThat(budget.path("unit").asString()).isEqualTo("USD");
        assertThat(budget.path("limit").asString()).isEqualTo("0.00015");
        assertThat(budget.path("spent").asString()).isEqualTo("0");
        assertThat(budget.path("affordable").asString()).isEqualTo("0.00015");
        assertThat(budget.path("asked").isString()).isTrue();
        assertThat(budget.path("resets_at").isNull()).isTrue();
        assertThat(budget.path("suggestions").size()).isPositive();
        assertThat(house.provider.received).isEmpty();
        Entry.Refused refused = house.entries(Entry.Refused.class).getFirst();
        assertThat(refused.attribution().labels()).containsEntry("model", "house-model");
        assertThat(house.held()).isZero();
    }

    @Test
    void budget_exhausted_deniesInAnthropicsEnvelope() throws Exception {
        house.budget("all", Unit.TOKENS, 10);
        HttpResponse<String> answer = house.post("/v1/messages", Samples.MESSAGES_STREAM);
        assertThat(answer.statusCode()).isEqualTo(402);
        JsonNode body = JSON.readTree(answer.body());
        assertThat(body.path("type").asString()).isEqualTo("error");
        assertThat(body.path("error").path("type").asString()).isEqualTo("billing_error");
        assertThat(body.path("error").path("code").asString()).isEqualTo("budget_exhausted");
        JsonNode budget = body.path("error").path("budget");
        assertThat(budget.path("unit").asString()).isEqualTo("tokens");
        assertThat(budget.path("limit").asLong()).isEqualTo(10);
        assertThat(budget.path("limit").isNumber()).isTrue();
        String call = body.path("request_id").asString();
        assertThat(answer.headers().firstValue("request-id")).hasValue(call);
        assertThat(answer.headers().firstValue("X-Bursar-Call")).hasValue(call);
    }

    @Test
    void budget_onlyHeld_asksToComeBackSoon() throws Exception {
        house.budget("all", Unit.USD_MICROCENTS, 45_000);
        CompletableFuture<Void> go = new CompletableFuture<>();
        house.provider.script(answer -> {
            var _ = go.thenRun(() -> answer.json(200, Samples.CHAT_ANSWER));
        });
        var first =
                house.http.sendAsync(
                        house.request("/v1/chat/completions", Samples.CHAT).build(),
                        HttpResponse.BodyHandlers.ofString());
        House.await(() -> house.provider.received.size() == 1);
        HttpResponse<String> second = house.post("/v1/chat/completions", Samples.CHAT);
        assertThat(second.statusCode()).isEqualTo(429);
        assertThat(error(second).path("code").asString()).isEqualTo("budget_held");
        assertThat(Integer.parseInt(second.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(1, 5);
        assertThat(second.headers().firstValue("x-should-retry")).isEmpty();
        go.complete(null);
        assertThat(first.join().statusCode()).isEqualTo(200);
        House.await(() -> house.held() == 0);
        assertThat(house.post("/v1/chat/completions", Samples.CHAT).statusCode()).isEqualTo(200);
    }

    @Test
    void rate_full_asksToComeBackWithinAMinute() throws Exception {
        house.budget(
                "burst",
                List.of("key"),
                Unit.CALLS,
                1,
                new Window.Rolling(Duration.ofMinutes(1)),
                Budget.Mode.HARD);
        assertThat(house.post("/v1/chat/completions", Samples.CHAT).statusCode()).isEqualTo(200);
        HttpResponse<String> second = house.post("/v1/chat/completions", Samples.CHAT);
        assertThat(second.statusCode()).isEqualTo(429);
        assertThat(error(second).path("code").asString()).isEqualTo("rate_limited");
        JsonNode budget = error(second).path("budget");
        assertThat(budget.path("scope").asString()).isEqualTo("key=ci");
        assertThat(budget.path("unit").asString()).isEqualTo("calls");
        assertThat(Integer.parseInt(second.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(50, 60);
        assertThat(Instant.parse(budget.path("resets_at").asString()))
                .isBetween(Instant.now().plusSeconds(50), Instant.now().plusSeconds(61));
    }

    @Test
    void rate_full_isFreeAfterWhatRetryAfterSays() throws Exception {
        house.budget(
                "burst",
                List.of("team", "user"),
                Unit.CALLS,
                1,
                new Window.Rolling(Duration.ofSeconds(5)),
                Budget.Mode.HARD);
        HttpRequest.Builder call = house.request("/v1/chat/completions", Samples.CHAT);
        assertThat(house.send(call).statusCode()).isEqualTo(200);
        HttpResponse<String> second = house.send(call);
        Instant told = Instant.now();
        assertThat(error(second).path("code").asString()).isEqualTo("rate_limited");
        assertThat(error(second).path("budget").path("scope").asString())
                .isEqualTo("team=core,user=(none)");
        long seconds = Long.parseLong(second.headers().firstValue("Retry-After").orElseThrow());
        House.await(() -> !Instant.now().isBefore(told.plusSeconds(seconds)));
        assertThat(house.send(call).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"TOKENS,200", "USD_MICROCENTS,50000"})
    void outputThatIsSuggested_fits(String unit, long limit) throws Exception {
        house.budget("all", new Unit(unit), limit);
        String call = Samples.CHAT.replace("\"max_tokens\"", "\"n\":3,\"max_tokens\"");
        HttpResponse<String> denied = house.post("/v1/chat/completions", call);
        assertThat(denied.statusCode()).isEqualTo(402);
        Matcher said =
                Pattern.compile("at most (\\d+) output tokens for each of the 3 answers")
                        .matcher(denied.body());
        assertThat(said.find()).isTrue();
        long most = Long.parseLong(said.group(1));
        assertThat(most).isBetween(20L, 80L);
        HttpResponse<String> fits =
                house.post("/v1/chat/completions", call.replace("100}", most + "}"));
        assertThat(fits.statusCode()).isEqualTo(200);
    }

    @Test
    void limit_belowWhatIsAsked_isNotWorthWaitingFor() throws Exception {
        house.budget(
                "day",
                List.of(),
                Unit.TOKENS,
                10,
                new Window.Calendar(Window.Calendar.Period.DAY, ZoneOffset.UTC),
                Budget.Mode.HARD);
        JsonNode budget = error(house.post("/v1/chat/completions", Samples.CHAT)).path("budget");
        assertThat(budget.path("resets_at").isString()).isTrue();
        assertThat(budget.path("suggestions").toString())
                .contains("higher limit")
                .doesNotContain("wait");
    }

    @Test
    void time_over_saysHowLongTheRunHasLasted() throws Exception {
        house.budget(
                "run-time", List.of("run"), Unit.MILLIS, 50, new Window.Life(), Budget.Mode.HARD);
        HttpRequest.Builder call =
                house.request("/v1/chat/completions", Samples.CHAT).header("X-Bursar-Run", "r1");
        HttpResponse<String> first = house.send(call);
        assertThat(first.headers().firstValue("X-Bursar-Remaining").orElseThrow())
                .matches("0(\\.0[0-9]+)? s");
        Instant since = Instant.now();
        House.await(() -> Instant.now().isAfter(since.plusMillis(60)));
        HttpResponse<String> over = house.send(call);
        assertThat(over.statusCode()).isEqualTo(402);
        JsonNode error = error(over);
        assertThat(error.path("message").asString())
                .matches(
                        "the run has lasted [0-9.]+ s of at most 0\\.05 s: the time of the budget"
                                + " run-time \\(run=r1\\) is over");
        assertThat(error.path("budget").path("unit").asString()).isEqualTo("s");
        assertThat(error.path("budget").path("limit").toString()).isEqualTo("0.05");
        assertThat(error.path("budget").path("spent").asDouble()).isGreaterThan(0.05);
    }

    @Test
    void budgets_several_theMostSevereDecidesAndAllAreListed() throws Exception {
        house.budget(
                "a-rate",
                List.of(),
                Unit.CALLS,
                1,
                new Window.Rolling(Duration.ofMinutes(1)),
                Budget.Mode.HARD);
        house.budget("tokens", Unit.TOKENS, 200);
        assertThat(house.post("/v1/chat/completions", Samples.CHAT).statusCode()).isEqualTo(200);
        House.await(() -> house.held() == 0);
        assertThat(house.post("/v1/chat/completions", Samples.CHAT.replace("100", "190")).body())
                .contains("\"budgets\"");
        HttpResponse<String> answer =
                house.post("/v1/chat/completions", Samples.CHAT.replace("100", "190"));
        assertThat(answer.statusCode()).isEqualTo(402);
        assertThat(error(answer).path("budget").path("name").asString()).isEqualTo("tokens");
        assertThat(error(answer).path("budgets").size()).isEqualTo(2);
    }

    @Test
    void slots_full_isHeldAndFreesItself() throws Exception {
        house.budget("slots", Unit.SLOTS, 1);
        CompletableFuture<Void> go = new CompletableFuture<>();
        house.provider.script(answer -> {
            var _ = go.thenRun(() -> answer.json(200, Samples.CHAT_ANSWER));
        });
        var first =
                house.http.sendAsync(
                        house.request("/v1/chat/completions", Samples.CHAT).build(),
                        HttpResponse.BodyHandlers.ofString());
        House.await(() -> house.provider.received.size() == 1);
        HttpResponse<String> second = house.post("/v1/chat/completions", Samples.CHAT);
        assertThat(second.statusCode()).isEqualTo(429);
        assertThat(error(second).path("code").asString()).isEqualTo("budget_held");
        assertThat(error(second).path("budget").path("unit").asString()).isEqualTo("slots");
        assertThat(Integer.parseInt(second.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(1, 5);
        go.complete(null);
        first.join();
        assertThat(house.post("/v1/chat/completions", Samples.CHAT).statusCode()).isEqualTo(200);
    }

    @Test
    void toolCalls_asManyAsTheLimit_stopTheCallWithToolsButNotTheOneWithout() throws Exception {
        house.budget("steps", Unit.TOOL_CALLS, 3);
        String tools = Samples.CHAT.replace("\"max_tokens\"", "\"tools\":[{}],\"max_tokens\"");
        house.provider.script(answer ->
                answer.json(
                        200,
                        Samples.CHAT_ANSWER.replace(
                                "\"content\":\"Hello!\"",
                                "\"tool_calls\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\"}]")));
        assertThat(house.post("/v1/chat/completions", tools).statusCode()).isEqualTo(200);
        HttpResponse<String> answer = house.post("/v1/chat/completions", tools);
        assertThat(answer.statusCode()).isEqualTo(402);
        assertThat(error(answer).path("budget").path("unit").asString()).isEqualTo("tool_calls");
        assertThat(error(answer).path("budget").path("spent").asLong()).isEqualTo(3);
        assertThat(house.post("/v1/chat/completions", Samples.CHAT).statusCode()).isEqualTo(200);
        String none = tools.replace("\"tools\"", "\"tool_choice\":\"none\",\"tools\"");
        assertThat(house.post("/v1/chat/completions", none).statusCode()).isEqualTo(200);
    }

    @Test
    void shadow_full_letsPassAndSaysSo() throws Exception {
        house.budget(
                "rollout",
                List.of(),
                Unit.USD_MICROCENTS,
                1,
                new Window.Life(),
                Budget.Mode.SHADOW);
        HttpResponse<String> answer = house.post("/v1/chat/completions", Samples.CHAT);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("X-Bursar-Decision")).hasValue("would-deny");
        assertThat(house.committed().attribution().labels())
                .containsEntry("decision", "would-deny");
    }

    @Test
    void longPrompt_boundTooLarge_isCountedInsteadOfDenied() throws Exception {
        String prompt = "the quick brown fox jumps over the lazy dog. ".repeat(200);
        String body = Samples.CHAT.replace("Say hello", prompt);
        // 9,000 bytes bound the input at 900,000 microcents; it counts some 2,300 tokens.
        house.budget("all", Unit.USD_MICROCENTS, 400_000);
        BudgetId runs =
                house.budget(
                        "run",
                        List.of("run"),
                        Unit.USD_MICROCENTS,
                        400_000,
                        new Window.Life(),
                        Budget.Mode.HARD);
        assertThat(house.post("/v1/chat/completions", body).statusCode()).isEqualTo(200);
        assertThat(house.entries(Entry.Refused.class)).isEmpty();
        // The rough bound held nothing, and the call is the run that its hold is named after.
        assertThat(house.entries(Entry.Reserved.class)).hasSize(1);
        assertThat(house.entries(Entry.Released.class)).isEmpty();
        Entry.Committed committed = house.committed();
        assertThat(committed.subject().get("run")).isEqualTo(committed.hold().value());
        assertThat(house.authority.balances(runs, 10)).isEmpty();
        house.budget("less", Unit.USD_MICROCENTS, 200_000);
        HttpResponse<String> denied = house.post("/v1/chat/completions", body);
        assertThat(denied.statusCode()).isEqualTo(402);
        assertThat(error(denied).path("budget").path("name").asString()).isEqualTo("less");
        assertThat(error(denied).path("budget").path("asked").asString()).startsWith("0.002");
        House.await(() -> house.held() == 0);
        assertThat(house.entries(Entry.Refused.class)).hasSize(1);
    }
}
