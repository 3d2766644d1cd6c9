package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.authority.AuthoritySettings;
import dev.bursar.gateway.breaker.BreakerPolicy;
import dev.bursar.gateway.breaker.BreakerSettings;
import dev.bursar.gateway.breaker.Rule;
import dev.bursar.gateway.breaker.Thresholds;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Reason;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RunGuardTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String CHAT = "/v1/chat/completions";

    /// The request of an agent that has asked a tool once more.
    private static final String POLL =
            """
            {"model":"house-model","max_tokens":10,"messages":[{"role":"user","content":"wait for it"},\
            %s{"role":"assistant","tool_calls":[{"id":"c%d","type":"function","function":\
            {"name":"status","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c%d","content":"%s"}]}\
            """;

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

    private void breakers(Rule rule, Thresholds thresholds) {
        BreakerPolicy policy = new BreakerPolicy(new TreeMap<>(), Map.of(rule, thresholds));
        house.gateway.reconfigure(
                House.BOOK,
                house.settings().with(new BreakerSettings(Map.of(House.ACME, List.of(policy)))));
    }

    private HttpResponse<String> call(String run, String body) throws Exception {
        return house.send(house.request(CHAT, body).header("X-Bursar-Run", run));
    }

    private List<Integer> statuses(String run, String body, int calls) throws Exception {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            statuses.add(call(run, body).statusCode());
        }
        return statuses;
    }

    @Test
    void sameAnswerToTheSameRequest_stopsTheRun_andOnlyThatRun() throws Exception {
        breakers(Rule.IDENTICAL_ANSWERS, new Thresholds(2, 0, 4));

        assertThat(statuses("loop", Samples.CHAT, 6)).containsExactly(200, 200, 200, 402, 402, 402);
        assertThat(call("other", Samples.CHAT).statusCode()).isEqualTo(200);
        assertThat(house.provider.received).hasSize(4);

        HttpResponse<String> denied = call("loop", Samples.CHAT);
        JsonNode error = JSON.readTree(denied.body()).path("error");
        assertThat(denied.headers().firstValue("x-should-retry")).contains("false");
        assertThat(denied.headers().firstValue("Retry-After")).isEmpty();
        assertThat(denied.headers().firstValue("X-Bursar-Decision")).contains("deny");
        assertThat(error.path("code").asString()).isEqualTo("run_stopped");
        assertThat(error.path("type").asString()).isEqualTo("insufficient_quota");
        assertThat(error.path("message").asString())
                .startsWith("the run loop was stopped by the breaker identical_answers at 2")
                .contains("the same request was sent 4 times in a row and answered the same")
                .endsWith("begin a new run, or ask an operator to resume this one");
        assertThat(error.has("budget")).isFalse();
    }

    @Test
    void stop_isInAnthropicsEnvelope_too() throws Exception {
        house.provider.script(answer -> answer.json(200, Samples.MESSAGES_ANSWER));
        house.authority.submit(new Command.StopRun(House.ACME, "r", by("alice", "too dear")));

        HttpResponse<String> denied =
                house.send(
                        house.request("/v1/messages", Samples.MESSAGES)
                                .header("X-Bursar-Run", "r"));

        JsonNode body = JSON.readTree(denied.body());
        assertThat(denied.statusCode()).isEqualTo(402);
        assertThat(body.path("type").asString()).isEqualTo("error");
        assertThat(body.path("error").path("type").asString()).isEqualTo("billing_error");
        assertThat(body.path("error").path("code").asString()).isEqualTo("run_stopped");
        assertThat(body.path("error").path("message").asString())
                .startsWith("the run r was stopped by alice at ")
                .contains(": too dear; begin a new run");
    }

    private static Attribution by(String actor, String reason) {
        return Attribution.of(Map.of("actor", actor, "reason", reason), Map.of());
    }

    @Test
    void everyRefusal_andTheStop_areInTheJournal() throws Exception {
        breakers(Rule.IDENTICAL_ANSWERS, new Thresholds(2, 0, 3));
        statuses("loop", Samples.CHAT, 5);

        List<Entry.RunStopped> stops = house.entries(Entry.RunStopped.class);
        assertThat(stops).hasSize(1);
        assertThat(stops.getFirst().stop().run()).isEqualTo("loop");
        assertThat(stops.getFirst().by().labels())
                .containsEntry("actor", "breaker")
                .containsEntry("rule", "identical_answers");
        assertThat(stops.getFirst().by().numbers()).containsEntry("count", 3L);
        List<Entry.Refused> refused = house.entries(Entry.Refused.class);
        assertThat(refused)
                .hasSize(3)
                .allSatisfy(entry -> {
                    assertThat(entry.reason()).isEqualTo(Reason.RUN_STOPPED);
                    assertThat(entry.subject().get("run")).isEqualTo("loop");
                    assertThat(entry.blocks()).isEmpty();
                });
        // The call that was noticed says so itself.
        assertThat(refused.getFirst().attribution().labels())
                .containsEntry("breaker", "identical_answers")
                .containsEntry("breaker_action", "stop");
        Entry.Committed flagged = house.entries(Entry.Committed.class).getLast();
        assertThat(flagged.attribution().labels())
                .containsEntry("breaker", "identical_answers")
                .containsEntry("breaker_action", "flag");
        assertThat(flagged.attribution().numbers()).containsEntry("breaker_count", 2L);
        assertThat(house.held()).isZero();
    }

    @Test
    void stop_outlivesARestart_andAResumeLetsTheRunGoOn() throws Exception {
        breakers(Rule.IDENTICAL_ANSWERS, new Thresholds(0, 0, 3));
        assertThat(statuses("loop", Samples.CHAT, 3)).endsWith(402);
        house.close();

        house = new House(data, new BodyBytes(BodyBytes.bound()), AuthoritySettings.DEFAULT);
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
        breakers(Rule.IDENTICAL_ANSWERS, new Thresholds(0, 0, 3));
        HttpResponse<String> after = call("loop", Samples.CHAT);
        assertThat(after.statusCode()).isEqualTo(402);
        assertThat(after.body()).contains("run_stopped", "identical_answers");

        house.authority.submit(new Command.ResumeRun(House.ACME, "loop", by("alice", "mended")));
        assertThat(statuses("loop", Samples.CHAT, 3)).containsExactly(200, 200, 402);
        house.authority.submit(new Command.ResumeRun(House.ACME, "loop", by("alice", "again")));
        assertThat(statuses("loop", Samples.CHAT, 3)).containsExactly(200, 200, 402);
    }

    @Test
    void failingRequest_sentAgainAndAgain_stopsTheRun() throws Exception {
        breakers(Rule.RETRY_STORM, new Thresholds(0, 0, 3));
        house.provider.script(answer -> answer.json(500, "{\"error\":{\"message\":\"no\"}}"));

        assertThat(statuses("storm", Samples.CHAT, 4)).containsExactly(500, 500, 402, 402);
        assertThat(house.provider.received).hasSize(2);
        assertThat(house.held()).isZero();
    }

    @Test
    void usualThresholds_stopARunaway() throws Exception {
        assertThat(statuses("runaway", Samples.CHAT, 25)).containsOnly(200, 402).endsWith(200, 402);
    }

    @Test
    void polling_withOtherResults_isNoLoop() throws Exception {
        breakers(Rule.NO_PROGRESS, new Thresholds(2, 0, 2));
        String before = "";
        for (int i = 0; i < 40; i++) {
            String body = POLL.formatted(before, i, i, i + " % done");
            assertThat(call("poll", body).statusCode()).as("poll %d", i).isEqualTo(200);
        }
        assertThat(house.entries(Entry.Committed.class))
                .allSatisfy(entry ->
                        assertThat(entry.attribution().labels()).doesNotContainKey("breaker"));
    }

    @Test
    void sameToolResultAgainAndAgain_isNoProgress() throws Exception {
        breakers(Rule.NO_PROGRESS, new Thresholds(0, 0, 3));
        String before = "";
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            statuses.add(call("stuck", POLL.formatted(before, i, i, "pending")).statusCode());
            before += "{\"role\":\"assistant\",\"content\":\"hm, " + i + "\"},";
        }
        assertThat(statuses).containsExactly(200, 200, 402);
    }

    @ParameterizedTest
    @CsvSource({"false, 5", "true, 12"})
    void loopThatItsProviderRemembers_isSeen(boolean other, int calls) throws Exception {
        breakers(Rule.NO_PROGRESS, new Thresholds(0, 0, 4));
        AtomicInteger n = new AtomicInteger();
        house.provider.script(answer -> {
            int i = n.incrementAndGet();
            answer.json(200, asking(i, other ? i : 0));
        });
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            String body = i == 0 ? "{\"model\":\"house-model\",\"input\":\"go\"}" : resultOf(i);
            statuses.add(
                    house.send(house.request("/v1/responses", body).header("X-Bursar-Run", "r"))
                            .statusCode());
        }
        assertThat(statuses.subList(0, 4)).containsOnly(200);
        assertThat(statuses.getLast()).isEqualTo(other ? 200 : 402);
    }

    /// An answer that asks a tool, of a provider that keeps the conversation.
    private static String asking(int number, int of) {
        return """
        {"id":"resp_%d","object":"response","status":"completed","model":"house-model","output":[{"id":"fc_%d",\
        "type":"function_call","call_id":"call_%d","name":"status","arguments":"{\\"of\\":%d}"}],\
        "usage":{"input_tokens":9,"output_tokens":3,"total_tokens":12}}\
        """
                .formatted(number, number, number, of);
    }

    private static String resultOf(int number) {
        return """
        {"model":"house-model","previous_response_id":"resp_%d","input":[{"type":"function_call_output",\
        "call_id":"call_%d","output":"nothing"}]}\
        """
                .formatted(number, number);
    }

    @Test
    void sameRequest_answeredOtherwise_isNoLoop() throws Exception {
        breakers(Rule.IDENTICAL_ANSWERS, new Thresholds(0, 0, 3));
        AtomicInteger n = new AtomicInteger();
        house.provider.script(answer ->
                answer.json(
                        200,
                        Samples.CHAT_ANSWER.replace("Hello!", "Hello " + n.incrementAndGet())));

        assertThat(statuses("sampling", Samples.CHAT, 30)).containsOnly(200);
    }

    @Test
    void sameRequestAtTheSameTime_isNoLoop() throws Exception {
        breakers(Rule.IDENTICAL_ANSWERS, new Thresholds(0, 0, 3));
        CompletableFuture<Void> go = new CompletableFuture<>();
        house.provider.script(answer -> {
            var _ = go.thenRun(() -> answer.json(200, Samples.CHAT_ANSWER));
        });
        List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            calls.add(
                    house.http.sendAsync(
                            house.request(CHAT, Samples.CHAT).header("X-Bursar-Run", "n").build(),
                            HttpResponse.BodyHandlers.ofString()));
        }
        House.await(() -> house.provider.received.size() == calls.size());
        go.complete(null);
        for (CompletableFuture<HttpResponse<String>> call : calls) {
            assertThat(call.get().statusCode()).isEqualTo(200);
        }
    }

    @Test
    void callsWithoutARun_areRunsOfTheirOwn() throws Exception {
        breakers(Rule.IDENTICAL_ANSWERS, new Thresholds(2, 0, 2));
        for (int i = 0; i < 10; i++) {
            assertThat(house.post(CHAT, Samples.CHAT).statusCode()).isEqualTo(200);
        }
        assertThat(house.entries(Entry.Committed.class))
                .allSatisfy(entry ->
                        assertThat(entry.attribution().labels()).doesNotContainKey("breaker"));
    }

    @Test
    void slowed_waits_andIsNoted() throws Exception {
        breakers(Rule.IDENTICAL_ANSWERS, new Thresholds(0, 2, 0));

        assertThat(statuses("slow", Samples.CHAT, 2)).containsOnly(200);

        Attribution noted = house.entries(Entry.Committed.class).getLast().attribution();
        assertThat(noted.labels()).containsEntry("breaker_action", "slow");
        assertThat(noted.numbers().get("slowed_millis")).isBetween(1_000L, 5_000L);
    }

    @Test
    void slowed_whoseClientHangsUp_isNotSentOn() throws Exception {
        breakers(Rule.IDENTICAL_ANSWERS, new Thresholds(0, 2, 0));
        statuses("slow", Samples.CHAT, 2);
        house.awaitEnded();
        String head =
                RawClient.head(
                        CHAT, "Content-Length: " + Samples.CHAT.length(), "X-Bursar-Run: slow");
        try (RawClient client = new RawClient(house.uri("/"))) {
            client.send(head + Samples.CHAT);
            House.await(() -> house.gateway.calls() == 1);
        }
        House.await(() -> house.gateway.calls() == 0);

        assertThat(house.provider.received).hasSize(2);
        assertThat(house.held()).isZero();
    }
}
