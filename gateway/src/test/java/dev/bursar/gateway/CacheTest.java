package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.cache.CacheRule;
import dev.bursar.gateway.cache.CacheRule.Temperature;
import dev.bursar.gateway.cache.CacheSettings;
import dev.bursar.gateway.cache.CacheStats;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class CacheTest {

    private static final String CHAT =
            Samples.CHAT.replace("{\"model\"", "{\"temperature\":0,\"model\"");
    private static final String CHAT_STREAM =
            Samples.CHAT_STREAM.replace("{\"model\"", "{\"temperature\":0,\"model\"");
    private static final String CHAT_STREAM_WITH_USAGE =
            Samples.CHAT_STREAM_WITH_USAGE.replace("{\"model\"", "{\"temperature\":0,\"model\"");
    private static final String MESSAGES =
            Samples.MESSAGES.replace("{\"model\"", "{\"temperature\":0,\"model\"");
    private static final String MESSAGES_STREAM =
            Samples.MESSAGES_STREAM.replace("{\"model\"", "{\"temperature\":0,\"model\"");
    private static final String PATH = "/v1/chat/completions";

    @TempDir private Path data;
    private House house;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        use(null);
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    private void use(@Nullable Double threshold) {
        CacheRule rule =
                new CacheRule(
                        new TreeMap<>(Map.of("team", "core")),
                        Duration.ofMinutes(10),
                        Temperature.ZERO,
                        false,
                        Duration.ofSeconds(20),
                        threshold);
        CacheSettings caches =
                new CacheSettings(
                        CacheSettings.DEFAULT_BYTES,
                        1_000,
                        100,
                        new TreeMap<>(
                                Map.of("acme", new CacheSettings.Tenant(List.of(rule), null))));
        house.gateway.reconfigure(House.BOOK, house.settings().withCaches(caches));
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("none");
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return send(house.request(path, body));
    }

    /// Returns once the call has ended: its answer is kept a moment after its client has it.
    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer = house.send(request);
        house.awaitEnded();
        return answer;
    }

    private Entry.Charged charged() throws Exception {
        House.await(() -> !house.entries(Entry.Charged.class).isEmpty());
        return house.entries(Entry.Charged.class).getLast();
    }

    @Test
    void equalCalls_areAskedOnceAndTheSecondCostsNothing() throws Exception {
        BudgetId usd = house.budget("usd", Unit.USD_MICROCENTS, 1_000_000_000);
        BudgetId tokens = house.budget("tokens", Unit.TOKENS, 1_000_000);
        BudgetId calls = house.budget("calls", Unit.CALLS, 10);
        HttpResponse<String> first = post(PATH, CHAT);
        HttpResponse<String> second = post("/openai/v1/chat/completions", CHAT);
        assertThat(header(first, "X-Bursar-Decision")).isEqualTo("allow");
        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(second.body()).isEqualTo(Samples.CHAT_ANSWER);
        assertThat(header(second, "X-Bursar-Decision")).isEqualTo("cached");
        assertThat(header(second, "X-Bursar-Cost")).isEqualTo("0");
        assertThat(header(second, "X-Bursar-Cache")).isEqualTo("exact");
        assertThat(header(second, "Content-Type")).isEqualTo("application/json");
        assertThat(Long.parseLong(header(second, "Age"))).isNotNegative();
        assertThat(house.provider.received).hasSize(1);
        assertThat(house.spent(usd)).isEqualTo(5_300);
        assertThat(house.spent(tokens)).isEqualTo(60);
        assertThat(house.spent(calls)).isEqualTo(2);
        assertThat(house.held()).isZero();
        Entry.Charged entry = charged();
        assertThat(entry.attribution().labels())
                .containsEntry("decision", "cached")
                .containsEntry("cache", "exact")
                .containsEntry("cached_call", header(first, "X-Bursar-Call"))
                .containsEntry("call", header(second, "X-Bursar-Call"))
                .containsEntry("model", "house-model");
        assertThat(entry.attribution().numbers())
                .containsEntry("cost_avoided_microcents", 5_300L)
                .containsEntry("avoided_tokens", 60L);
    }

    @Test
    void call_thatNoRuleMatches_isNotKept() throws Exception {
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> answer =
                    send(house.request(PATH, CHAT).header("X-Bursar-Team", "other"));
            assertThat(header(answer, "X-Bursar-Decision")).isEqualTo("allow");
            assertThat(header(post(PATH, Samples.CHAT), "X-Bursar-Decision")).isEqualTo("allow");
        }
        assertThat(house.provider.received).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void hit_ofAStoppedRun_isDeniedAsEveryCall(boolean stream) throws Exception {
        String body = stream ? CHAT_STREAM : CHAT;
        post(PATH, CHAT);
        house.authority.submit(new Command.StopRun(House.ACME, "r", Attribution.NONE));
        HttpResponse<String> stopped = send(house.request(PATH, body).header("X-Bursar-Run", "r"));
        assertThat(stopped.statusCode()).isEqualTo(402);
        assertThat(stopped.body()).contains("run_stopped", "the run r was stopped");
        HttpResponse<String> other = send(house.request(PATH, body).header("X-Bursar-Run", "o"));
        assertThat(header(other, "X-Bursar-Decision")).isEqualTo("cached");
        assertThat(house.provider.received).hasSize(1);
    }

    @Test
    void hit_beyondTheCallsOfABudget_isDeniedAsEveryCall() throws Exception {
        house.budget("calls", Unit.CALLS, 1);
        post(PATH, CHAT);
        HttpResponse<String> second = post(PATH, CHAT);
        assertThat(second.statusCode()).isEqualTo(402);
        assertThat(second.body()).contains("budget_exhausted", "\"name\":\"calls\"");
        assertThat(house.provider.received).hasSize(1);
    }

    @Test
    void hit_withoutMoneyLeft_isAnswered() throws Exception {
        BudgetId usd = house.budget("usd", Unit.USD_MICROCENTS, 5_300);
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
        String small = CHAT.replace("100}", "10}");
        post(PATH, small);
        if (house.spent(usd) == 0) {
            // The estimate of this request has to fit, or nothing was tested.
            throw new AssertionError("the first call was denied");
        }
        assertThat(header(post(PATH, small), "X-Bursar-Decision")).isEqualTo("cached");
    }

    @ParameterizedTest
    @CsvSource({"bypass,2,exact", "refresh,2,exact"})
    void header_ofTheClient_asksTheProviderAgain(String use, int asked, String then)
            throws Exception {
        post(PATH, CHAT);
        HttpResponse<String> second = send(house.request(PATH, CHAT).header("X-Bursar-Cache", use));
        assertThat(header(second, "X-Bursar-Decision")).isEqualTo("allow");
        assertThat(house.provider.received).hasSize(asked);
        HttpResponse<String> third = post(PATH, CHAT);
        assertThat(header(third, "X-Bursar-Cache")).isEqualTo(then);
        String paidBy = charged().attribution().labels().getOrDefault("cached_call", "none");
        assertThat(paidBy.equals(header(second, "X-Bursar-Call"))).isEqualTo(use.equals("refresh"));
    }

    @Test
    void refresh_underWay_isWaitedForByTheSameThatComesLater() throws Exception {
        post(PATH, CHAT);
        CompletableFuture<Void> go = new CompletableFuture<>();
        String answered = Samples.CHAT_ANSWER.replace("Hello!", "Good day!");
        house.provider.script(answer -> {
            var _ = go.thenRun(() -> answer.json(200, answered));
        });
        CompletableFuture<HttpResponse<String>> fresh =
                house.http.sendAsync(
                        house.request(PATH, CHAT).header("X-Bursar-Cache", "refresh").build(),
                        HttpResponse.BodyHandlers.ofString());
        House.await(() -> house.provider.received.size() == 2);
        CompletableFuture<HttpResponse<String>> later =
                house.http.sendAsync(
                        house.request(PATH, CHAT).build(), HttpResponse.BodyHandlers.ofString());
        House.await(() -> house.gateway.calls() == 2 || later.isDone());
        go.complete(null);
        assertThat(later.get(House.PATIENCE.toSeconds(), TimeUnit.SECONDS).body())
                .isEqualTo(answered);
        assertThat(fresh.get(House.PATIENCE.toSeconds(), TimeUnit.SECONDS).body())
                .isEqualTo(answered);
        assertThat(header(later.get(), "X-Bursar-Decision")).isEqualTo("cached");
        assertThat(house.provider.received).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "data: {\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\"}}\n\n"
            })
    void refresh_whoseStreamBreaksOff_leavesTheOlderAnswer(String end) throws Exception {
        String stream =
                Samples.CHAT_DELTA_1 + Samples.CHAT_DELTA_2 + Samples.CHAT_USAGE + Samples.DONE;
        house.provider.script(answer -> answer.stream().write(stream).end());
        HttpResponse<String> first = post(PATH, CHAT_STREAM);
        house.provider.script(answer -> answer.stream().write(Samples.CHAT_DELTA_1 + end).end());
        HttpResponse<String> broken =
                send(house.request(PATH, CHAT_STREAM).header("X-Bursar-Cache", "refresh"));
        assertThat(header(broken, "X-Bursar-Decision")).isEqualTo("allow");
        HttpResponse<String> again = post(PATH, CHAT_STREAM);
        assertThat(header(again, "X-Bursar-Decision")).isEqualTo("cached");
        assertThat(again.body()).isEqualTo(first.body());
    }

    @Test
    void header_withAnotherWord_isRefused() throws Exception {
        HttpResponse<String> answer =
                send(house.request(PATH, CHAT).header("X-Bursar-Cache", "always"));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("X-Bursar-Cache", "must be bypass or refresh");
    }

    @Test
    void wholeAnswer_askedForAsAStream_isToldAsOne() throws Exception {
        post(PATH, CHAT);
        HttpResponse<String> plain = post(PATH, CHAT_STREAM);
        assertThat(header(plain, "X-Bursar-Decision")).isEqualTo("cached");
        assertThat(header(plain, "Content-Type")).startsWith("text/event-stream");
        assertThat(plain.body()).contains("\"content\":\"Hello!\"").endsWith(Samples.DONE);
        assertThat(plain.body()).doesNotContain("prompt_tokens");
        HttpResponse<String> withUsage = post(PATH, CHAT_STREAM_WITH_USAGE);
        assertThat(withUsage.body()).contains("\"prompt_tokens\":40").endsWith(Samples.DONE);
        assertThat(house.provider.received).hasSize(1);
    }

    @Test
    void stream_askedForAgain_isToldByteForByteAndAsAWholeAnswer() throws Exception {
        String stream =
                Samples.CHAT_DELTA_1 + Samples.CHAT_DELTA_2 + Samples.CHAT_USAGE + Samples.DONE;
        house.provider.script(answer -> answer.stream().write(stream).end());
        HttpResponse<String> first = post(PATH, CHAT_STREAM);
        HttpResponse<String> again = post(PATH, CHAT_STREAM);
        assertThat(header(again, "X-Bursar-Decision")).isEqualTo("cached");
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(post(PATH, CHAT_STREAM_WITH_USAGE).body()).isEqualTo(stream);
        assertThat(post(PATH, CHAT).body())
                .contains(
                        "\"content\":\"Hello!\"",
                        "\"object\":\"chat.completion\"",
                        "\"total_tokens\":60");
        assertThat(house.provider.received).hasSize(1);
    }

    @Test
    void messages_areToldInBothForms() throws Exception {
        house.provider.script(answer -> answer.json(200, Samples.MESSAGES_ANSWER));
        post("/v1/messages", MESSAGES);
        HttpResponse<String> stream = post("/v1/messages", MESSAGES_STREAM);
        assertThat(header(stream, "X-Bursar-Decision")).isEqualTo("cached");
        assertThat(stream.body())
                .startsWith("event: message_start")
                .contains("\"text\":\"Hello!\"", "\"stop_reason\":\"end_turn\"")
                .endsWith("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
        assertThat(header(stream, "request-id")).isEqualTo(header(stream, "X-Bursar-Call"));
        HttpResponse<String> beta =
                send(house.request("/v1/messages", MESSAGES).header("anthropic-beta", "new-thing"));
        assertThat(header(beta, "X-Bursar-Decision")).isEqualTo("allow");
    }

    @ParameterizedTest
    @ValueSource(strings = {"length", "content_filter", "tool_calls"})
    void answer_thatIsNotTheWholeOne_isNotKept(String reason) throws Exception {
        String message =
                reason.equals("tool_calls")
                        ? "\"tool_calls\":[{\"id\":\"t\",\"type\":\"function\","
                                + "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}],\"content\""
                        : "\"content\"";
        house.provider.script(answer ->
                answer.json(
                        200,
                        Samples.CHAT_ANSWER
                                .replace("\"stop\"", "\"" + reason + "\"")
                                .replace("\"content\"", message)));
        post(PATH, CHAT);
        assertThat(header(post(PATH, CHAT), "X-Bursar-Decision")).isEqualTo("allow");
    }

    @Test
    void failure_isNotKept() throws Exception {
        house.provider.script(answer -> answer.json(500, "{}"));
        post(PATH, CHAT);
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
        assertThat(header(post(PATH, CHAT), "X-Bursar-Decision")).isEqualTo("allow");
        assertThat(house.provider.received).hasSize(2);
    }

    @Test
    void streamThatIsCutShort_isNotKept() throws Exception {
        house.provider.script(
                answer -> answer.stream().write(Samples.CHAT_DELTA_1 + Samples.CHAT_USAGE).end());
        post(PATH, CHAT_STREAM);
        post(PATH, CHAT_STREAM);
        assertThat(house.provider.received).hasSize(2);
    }

    @Test
    void equalCallsAtTheSameTime_areAskedOnce() throws Exception {
        BudgetId usd = house.budget("usd", Unit.USD_MICROCENTS, 1_000_000_000);
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<Void> go = new CompletableFuture<>();
        house.provider.script(answer -> {
            asked.countDown();
            var _ = go.thenRun(() -> answer.json(200, Samples.CHAT_ANSWER));
        });
        List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            calls.add(
                    house.http.sendAsync(
                            house.request(PATH, i % 2 == 0 ? CHAT : CHAT_STREAM).build(),
                            HttpResponse.BodyHandlers.ofString()));
        }
        assertThat(asked.await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        House.await(() -> house.gateway.calls() == 20);
        assertThat(house.entries(Entry.Reserved.class)).hasSize(1);
        go.complete(null);
        int paid = 0;
        for (CompletableFuture<HttpResponse<String>> call : calls) {
            HttpResponse<String> answer = call.get(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("Hello!");
            paid += header(answer, "X-Bursar-Decision").equals("allow") ? 1 : 0;
        }
        assertThat(paid).isEqualTo(1);
        assertThat(house.provider.received).hasSize(1);
        assertThat(house.spent(usd)).isIn(5_300L, 8_000L);
        assertThat(house.held()).isZero();
    }

    @Test
    void leaderWhoseClientHangsUp_isFollowedByTheNext() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        house.provider.script(_ -> asked.countDown());
        CompletableFuture<HttpResponse<String>> leader =
                house.http.sendAsync(
                        house.request(PATH, CHAT).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(asked.await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        CompletableFuture<HttpResponse<String>> second =
                house.http.sendAsync(
                        house.request(PATH, CHAT).build(), HttpResponse.BodyHandlers.ofString());
        House.await(() -> house.gateway.calls() == 2);
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
        leader.cancel(true);
        HttpResponse<String> answer = second.get(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "X-Bursar-Decision")).isEqualTo("allow");
        assertThat(house.provider.received).hasSize(2);
        House.await(() -> house.gateway.calls() == 0);
        assertThat(house.held()).isZero();
    }

    @Test
    void followerWhoseClientHangsUp_endsAtOnceAndAsksNobody() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<Void> go = new CompletableFuture<>();
        house.provider.script(answer -> {
            asked.countDown();
            var _ = go.thenRun(() -> answer.json(200, Samples.CHAT_ANSWER));
        });
        CompletableFuture<HttpResponse<String>> leader =
                house.http.sendAsync(
                        house.request(PATH, CHAT).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(asked.await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        CompletableFuture<HttpResponse<String>> follower =
                house.http.sendAsync(
                        house.request(PATH, CHAT).build(), HttpResponse.BodyHandlers.ofString());
        House.await(() -> house.gateway.calls() == 2);
        follower.cancel(true);
        House.await(() -> house.gateway.calls() == 1);
        go.complete(null);
        assertThat(leader.get(House.PATIENCE.toSeconds(), TimeUnit.SECONDS).statusCode())
                .isEqualTo(200);
        assertThat(house.provider.received).hasSize(1);
        assertThat(house.entries(Entry.Charged.class)).isEmpty();
    }

    @Test
    void leaderThatIsDenied_letsTheNextTry() throws Exception {
        house.budget("usd", Unit.USD_MICROCENTS, 1);
        for (int i = 0; i < 2; i++) {
            assertThat(post(PATH, CHAT).statusCode()).isEqualTo(402);
        }
        assertThat(house.provider.received).isEmpty();
    }

    @Test
    void textOfTheSameMeaning_isAnsweredAndAWrongHitIsNotGivenAgain() throws Exception {
        use(0.8);
        HttpResponse<String> hit = askInOtherWords();
        // A call waits for the meaning of its text for a moment only, and not until the model is
        // loaded.
        for (int i = 1; i < 1_000 && !header(hit, "X-Bursar-Cache").equals("semantic"); i++) {
            // What was not found was kept for itself.
            house.gateway.reconfigure(House.BOOK, house.settings());
            use(0.8 + i / 100_000.0);
            hit = askInOtherWords();
        }
        assertThat(header(hit, "X-Bursar-Cache")).isEqualTo("semantic");
        assertThat(header(hit, "X-Bursar-Cost")).isEqualTo("0");
        assertThat(house.gateway.cache().wrong("acme", header(hit, "X-Bursar-Call"))).isTrue();
        CacheStats stats = house.gateway.cache().stats().get("acme");
        assertThat(stats).isNotNull().extracting(CacheStats::wrong).isEqualTo(1L);
        assertThat(header(post(PATH, says("What is the weather?")), "X-Bursar-Decision"))
                .isEqualTo("allow");
    }

    /// Asks something, and then twice the same in other words.
    ///
    /// @return the answer to the last, or to the one before when the first was not found for that
    private HttpResponse<String> askInOtherWords() throws Exception {
        send(
                house.request(PATH, says("How do I reset my password?"))
                        .header("X-Bursar-Cache", "refresh"));
        HttpResponse<String> second = post(PATH, says("How can I reset my password?"));
        return header(second, "X-Bursar-Cache").equals("semantic")
                ? post(PATH, says("How could I reset my password?"))
                : second;
    }

    private static String says(String text) {
        return CHAT.replace("Say hello", text);
    }
}
