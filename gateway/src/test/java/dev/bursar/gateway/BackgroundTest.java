package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.authority.AuthoritySettings;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import dev.bursar.pricing.Price;
import io.vertx.core.http.HttpMethod;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Responses that go on at the provider after the client has its answer: the hold stays until the provider
/// has said what they took.
class BackgroundTest {

    private static final String PATH = "/v1/responses";
    private static final String ID = "resp_1";

    @TempDir private Path data;
    private House house;
    private BudgetId budget;
    private final FakeResponses responses = new FakeResponses();

    @BeforeEach
    void open() throws Exception {
        begin(new House(data));
    }

    private void begin(House opened) {
        house = opened;
        budget = house.budget("all", Unit.USD_MICROCENTS, 1_000_000_000);
        house.provider.script(responses);
    }

    /// In place of the usual house.
    private void instead(BackgroundResponses.Pace pace, int most) throws Exception {
        house.close();
        begin(
                new House(
                        data.resolve("instead"),
                        new BodyBytes(BodyBytes.bound()),
                        AuthoritySettings.DEFAULT,
                        new BackgroundResponses(pace, most)));
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    private HttpResponse<String> make() throws Exception {
        HttpResponse<String> answer = house.post(PATH, FakeResponses.REQUEST);
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer;
    }

    private HttpResponse<String> ask(String method, String path) throws Exception {
        return house.send(
                HttpRequest.newBuilder(house.uri(path))
                        .timeout(Duration.ofSeconds(30))
                        .header("Authorization", "Bearer " + House.KEY)
                        .method(method, HttpRequest.BodyPublishers.noBody()));
    }

    /// The only end of a hold, once nobody follows the response any more.
    private Entry.Committed settled() throws Exception {
        Entry.Committed entry = house.committed();
        House.await(() -> house.gateway.background() == 0);
        assertThat(house.entries(Entry.Committed.class)).hasSize(1);
        assertThat(house.entries(Entry.Released.class)).isEmpty();
        assertThat(house.held()).isZero();
        assertThat(house.spent(budget)).isEqualTo(entry.actual().get(Unit.USD_MICROCENTS));
        return entry;
    }

    private static Map<String, String> labels(Entry.Committed entry) {
        return entry.attribution().labels();
    }

    @Test
    void response_queued_isSettledOnceTheProviderHasEndedIt() throws Exception {
        HttpResponse<String> answer = make();
        assertThat(answer.body()).contains("\"status\":\"queued\"");
        assertThat(answer.headers().firstValue("X-Bursar-Call")).isPresent();
        assertThat(answer.headers().firstValue("X-Bursar-Cost")).isEmpty();
        House.await(() -> responses.asked.get() >= 3);
        responses.end(ID, "in_progress", null);
        int before = responses.asked.get();
        House.await(() -> responses.asked.get() >= before + 3);
        assertThat(house.held()).as("held while it goes on").isPositive();
        assertThat(house.gateway.background()).isEqualTo(1);

        responses.end(ID, "completed", FakeResponses.USAGE);
        Entry.Committed entry = settled();
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isEqualTo(FakeResponses.COST);
        assertThat(entry.actual().get(Unit.TOKENS)).isEqualTo(60);
        assertThat(labels(entry))
                .containsEntry("status", "completed")
                .containsEntry("background", "answered")
                .containsEntry("stop_reason", "completed")
                .containsEntry("response_model", "house-model-2026")
                .containsEntry("provenance", "priced");
        assertThat(entry.attribution().numbers()).containsKey("background_millis");
        FakeProvider.Received poll = house.provider.received.getLast();
        assertThat(poll.method()).isEqualTo("GET");
        assertThat(poll.uri()).isEqualTo("/v1/responses/" + ID);
        assertThat(poll.headers().get("authorization")).isEqualTo("Bearer sk-provider");
        assertThat(poll.body()).isEmpty();
    }

    @Test
    void response_overAtOnce_isSettledAtOnce() throws Exception {
        responses.first = "completed";
        HttpResponse<String> answer = make();
        assertThat(answer.headers().firstValue("X-Bursar-Cost")).hasValue("0.000053");
        assertThat(labels(settled()))
                .containsEntry("status", "200")
                .doesNotContainKey("background");
        assertThat(responses.asked).hasValue(0);
    }

    @Test
    void response_failed_isReleased() throws Exception {
        make();
        responses.end(ID, "failed", null);
        assertThat(house.released().attribution().labels()).containsEntry("status", "failed");
        House.await(() -> house.gateway.background() == 0);
        assertThat(house.entries(Entry.Committed.class)).isEmpty();
        assertThat(house.spent(budget)).isZero();
        assertThat(house.held()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"failed", "incomplete", "cancelled"})
    void response_endedEarlyWithUsage_isChargedForIt(String status) throws Exception {
        make();
        responses.end(ID, status, FakeResponses.USAGE);
        Entry.Committed entry = settled();
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isEqualTo(FakeResponses.COST);
        assertThat(labels(entry)).containsEntry("status", status);
    }

    @Test
    void response_cancelledWithoutUsage_isChargedForItsInput() throws Exception {
        make();
        responses.end(ID, "cancelled", null);
        Entry.Committed entry = settled();
        assertThat(labels(entry))
                .containsEntry("status", "cancelled")
                .containsEntry("provenance", "estimated");
        assertThat(entry.attribution().numbers().get("tokens_input")).isBetween(3L, 60L);
        assertThat(entry.attribution().numbers()).doesNotContainKey("tokens_output");
        assertThat(house.estimated).hasValue(1);
    }

    @Test
    void response_thatTheGatewayFailsToSettle_isChargedAsHeld() throws Exception {
        house.whenEstimated =
                () -> {
                    throw new IllegalStateException("a mistake of ours");
                };
        make();
        responses.end(ID, "cancelled", null);
        Entry.Committed entry = settled();
        assertThat(labels(entry)).containsEntry("status", "failed");
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isEqualTo(held());
    }

    @Test
    void cancellation_throughTheGateway_isSettledAtOnceAndNotCharged() throws Exception {
        Duration never = Duration.ofHours(1);
        instead(new BackgroundResponses.Pace(never, never), 10);
        make();
        HttpResponse<String> answer = ask("POST", PATH + "/" + ID + "/cancel");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"cancelled\"");
        assertThat(labels(settled())).containsEntry("status", "cancelled");
        assertThat(responses.cancelled).hasValue(1);
        assertThat(house.entries(Entry.Reserved.class)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"reset", "500", "429", "401", "garbage", "other"})
    void provider_inTroubleMeanwhile_isAskedAgain(String kind) throws Exception {
        make();
        House.await(() -> responses.asked.get() >= 1);
        int before = house.provider.received.size();
        responses.trouble =
                answer -> {
                    switch (kind) {
                        case "reset" -> answer.reset();
                        case "garbage" -> answer.json(200, "{\"id\":");
                        case "other" ->
                                answer.json(200, "{\"object\":\"response\",\"status\":\"x\"}");
                        default -> answer.json(Integer.parseInt(kind), "{}");
                    }
                };
        House.await(() -> house.provider.received.size() >= before + 5);
        assertThat(house.held()).isPositive();
        responses.end(ID, "completed", FakeResponses.USAGE);
        responses.trouble = null;
        assertThat(settled().actual().get(Unit.USD_MICROCENTS)).isEqualTo(FakeResponses.COST);
    }

    @Test
    void response_thatIsNotThereAnyMore_isChargedAsHeld() throws Exception {
        make();
        assertThat(ask("DELETE", PATH + "/" + ID).body()).contains("\"deleted\":true");
        Entry.Committed entry = settled();
        assertThat(labels(entry))
                .containsEntry("status", "not_found")
                .containsEntry("provenance", "estimated");
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isEqualTo(held());
    }

    private long held() {
        return house.entries(Entry.Reserved.class)
                .getFirst()
                .granted()
                .held()
                .get(Unit.USD_MICROCENTS);
    }

    private void callTimeout(Duration timeout) {
        Duration other = Duration.ofSeconds(20);
        house.gateway.reconfigure(House.BOOK, house.settings(other, other, timeout));
    }

    @Test
    void time_over_cancelsTheResponseAndChargesWhatItTook() throws Exception {
        callTimeout(Duration.ofMillis(300));
        make();
        Entry.Committed entry = settled();
        assertThat(responses.cancelled).hasValue(1);
        assertThat(labels(entry))
                .containsEntry("status", "timeout")
                .containsEntry("provenance", "priced");
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isEqualTo(FakeResponses.COST);
    }

    @Test
    void time_overWithAProviderThatIsDown_chargesAllThatWasHeld() throws Exception {
        callTimeout(Duration.ofMillis(300));
        responses.trouble = answer -> answer.json(503, "{}");
        make();
        Entry.Committed entry = settled();
        assertThat(labels(entry)).containsEntry("status", "timeout");
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isEqualTo(held());
    }

    @Test
    void responses_moreThanThereMayBe_areRefusedBeforeAnythingIsHeld() throws Exception {
        instead(House.EAGER, 1);
        make();
        HttpResponse<String> refused = house.post(PATH, FakeResponses.REQUEST);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("5");
        assertThat(house.entries(Entry.Reserved.class)).hasSize(1);
        responses.end(ID, "completed", FakeResponses.USAGE);
        settled();
        make();
        assertThat(house.post(PATH, "{\"model\":\"nobody/none\",\"input\":\"a\"}").statusCode())
                .as("others do not need the room")
                .isNotEqualTo(503);
    }

    @Test
    void tenant_withAQuarterOfTheRoom_leavesTheRestToOthers() throws Exception {
        instead(House.EAGER, 8);
        make();
        make();
        HttpResponse<String> refused = house.post(PATH, FakeResponses.REQUEST);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("the tenant has too many");
        HttpRequest.Builder other =
                HttpRequest.newBuilder(house.uri(PATH))
                        .header("Authorization", "Bearer " + House.OTHER_KEY)
                        .POST(HttpRequest.BodyPublishers.ofString(FakeResponses.REQUEST));
        assertThat(house.send(other).statusCode()).isEqualTo(200);
        responses.end(ID, "completed", FakeResponses.USAGE);
        House.await(() -> house.gateway.background() == 2);
        make();
    }

    @Test
    void provider_thatIsSilent_doesNotKeepOthersFromBeingAsked() throws Exception {
        GatewaySettings now = house.settings();
        Map<String, ProviderSettings> providers = new TreeMap<>(now.providers());
        providers.put(
                "second",
                ProviderSettings.of("second", Dialect.OPENAI, house.provider.uri("/two/v1"), "s"));
        Price price = Price.of("second", "house-model", Instant.EPOCH, House.PRICE.rates());
        house.gateway.reconfigure(House.BOOK.with(List.of(price)), GatewaySettings.of(providers));
        responses.trouble = _ -> {};
        for (int i = 0; i < 3 * Questions.SHARE; i++) {
            make();
        }
        house.provider.script(answer -> {
            String uri = answer.request().uri();
            if (uri.startsWith("/two/")) {
                boolean made = answer.request().method().equals(HttpMethod.POST);
                answer.json(
                        200,
                        "{\"id\":\"r\",\"object\":\"response\",\"status\":\"%s\",\"usage\":%s}"
                                .formatted(
                                        made ? "queued" : "completed",
                                        made ? null : FakeResponses.USAGE));
            } else {
                responses.answer(answer);
            }
        });
        String second = FakeResponses.REQUEST.replace("house-model", "second/house-model");
        assertThat(house.post(PATH, second).statusCode()).isEqualTo(200);
        assertThat(labels(house.committed()))
                .containsEntry("provider", "second")
                .containsEntry("status", "completed");
        assertThat(house.gateway.background()).isGreaterThanOrEqualTo(3 * Questions.SHARE);
    }

    @Test
    void answer_thatIsTooLong_isNotReadAndChargedAsHeldInTheEnd() throws Exception {
        callTimeout(Duration.ofMillis(600));
        String padding = "x".repeat(BackgroundResponses.MOST_ANSWER_BYTES);
        responses.trouble =
                answer ->
                        answer.json(
                                200,
                                "{\"object\":\"response\",\"status\":\"completed\",\"pad\":\""
                                        + padding
                                        + "\",\"usage\":"
                                        + FakeResponses.USAGE
                                        + "}");
        make();
        Entry.Committed entry = settled();
        assertThat(labels(entry)).containsEntry("status", "timeout");
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isEqualTo(held());
    }

    @Test
    void call_refusedOrFailed_givesItsRoomBack() throws Exception {
        instead(House.EAGER, 1);
        house.budget("small", Unit.USD_MICROCENTS, 10);
        assertThat(house.post(PATH, FakeResponses.REQUEST).statusCode()).isEqualTo(402);
        assertThat(house.post(PATH, FakeResponses.REQUEST).statusCode()).isEqualTo(402);
    }

    @Test
    void client_goneBeforeItsAnswer_isSettledAllTheSame() throws Exception {
        CompletableFuture<FakeProvider.Answer> waiting = new CompletableFuture<>();
        house.provider.script(answer -> {
            if (PATH.equals(answer.request().path())) {
                waiting.complete(answer);
            } else {
                responses.answer(answer);
            }
        });
        RawClient client =
                new RawClient(house.uri(PATH)).send(RawClient.request(PATH, FakeResponses.REQUEST));
        FakeProvider.Answer answer = waiting.get();
        client.close();
        answer.after(100, () -> responses.answer(answer));
        House.await(() -> responses.asked.get() >= 1);
        responses.end(ID, "completed", FakeResponses.USAGE);
        assertThat(labels(settled()))
                .containsEntry("background", "client_gone")
                .containsEntry("status", "completed");
    }

    private FakeProvider.Script streaming(FakeProvider.Script stream) {
        return answer -> {
            if (PATH.equals(answer.request().path())) {
                stream.answer(answer);
            } else {
                responses.answer(answer);
            }
        };
    }

    @Test
    void stream_ofWhichTheClientHangsUp_isSettledByTheProvidersLastWord() throws Exception {
        responses.end(ID, "in_progress", null);
        house.provider.script(
                streaming(answer ->
                        answer.stream()
                                .write(FakeResponses.created(ID))
                                .write(FakeResponses.delta("Hel"))));
        RawClient client =
                new RawClient(house.uri(PATH)).send(RawClient.request(PATH, FakeResponses.STREAM));
        client.readUntil("Hel");
        client.close();
        House.await(() -> responses.asked.get() >= 2);
        assertThat(house.held()).isPositive();
        responses.end(ID, "completed", FakeResponses.USAGE);
        Entry.Committed entry = settled();
        assertThat(labels(entry))
                .containsEntry("background", "client_gone")
                .containsEntry("status", "completed")
                .containsEntry("provenance", "priced");
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isEqualTo(FakeResponses.COST);
        assertThat(responses.cancelled).as("it goes on").hasValue(0);
    }

    /// Of 50 words, of which every one has a token at least.
    @ParameterizedTest
    @ValueSource(strings = {"cancelled", "failed", "incomplete"})
    void stream_endedWithoutUsageAfterItsClientHasRead_isChargedForWhatWasSeen(String status)
            throws Exception {
        responses.end(ID, "in_progress", null);
        house.provider.script(
                streaming(answer ->
                        answer.stream()
                                .write(FakeResponses.created(ID))
                                .write(FakeResponses.delta("word ".repeat(50) + "done"))));
        RawClient client =
                new RawClient(house.uri(PATH)).send(RawClient.request(PATH, FakeResponses.STREAM));
        client.readUntil("done");
        client.close();
        House.await(() -> house.gateway.background() == 1);
        responses.end(ID, status, null);
        Entry.Committed entry = settled();
        assertThat(labels(entry))
                .containsEntry("status", status)
                .containsEntry("provenance", "estimated");
        assertThat(entry.attribution().numbers().get("tokens_input")).isBetween(3L, 60L);
        assertThat(entry.attribution().numbers().get("tokens_output")).isBetween(50L, 100L);
    }

    @Test
    void stream_stoppedAndCancelledWithoutUsage_isChargedForWhatWasSeen() throws Exception {
        house.budget("tight", List.of(), Unit.TOKENS, 200, new Window.Life(), Budget.Mode.HARD);
        responses.end(ID, "in_progress", null);
        responses.usageOfCancelled = null;
        house.provider.script(
                streaming(answer -> endless(answer.stream().write(FakeResponses.created(ID)))));
        house.post(PATH, FakeResponses.STREAM);
        Entry.Committed entry = settled();
        assertThat(responses.cancelled).hasValue(1);
        assertThat(labels(entry)).containsEntry("status", "stopped");
        assertThat(entry.attribution().numbers().get("tokens_output")).isBetween(90L, 100L);
    }

    @ParameterizedTest
    @CsvSource({"true, broken_off", "false, cut_short"})
    void stream_thatBreaksOff_isSettledByTheProvidersLastWord(boolean reset, String how)
            throws Exception {
        responses.end(ID, "completed", FakeResponses.USAGE);
        house.provider.script(
                streaming(answer -> {
                    answer.stream().write(FakeResponses.created(ID));
                    answer.after(
                            50,
                            () -> {
                                if (reset) {
                                    answer.reset();
                                } else {
                                    answer.end();
                                }
                            });
                }));
        HttpResponse<String> answer = house.post(PATH, FakeResponses.STREAM);
        assertThat(answer.body().contains("event: error")).isEqualTo(reset);
        Entry.Committed entry = settled();
        assertThat(labels(entry))
                .containsEntry("background", how)
                .containsEntry("status", "completed");
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isEqualTo(FakeResponses.COST);
    }

    @Test
    void stream_goneBeforeItsId_isChargedAsHeld() throws Exception {
        house.provider.script(streaming(answer -> answer.stream().write(": nothing yet\n\n")));
        RawClient client =
                new RawClient(house.uri(PATH)).send(RawClient.request(PATH, FakeResponses.STREAM));
        client.readUntil("nothing yet");
        client.close();
        Entry.Committed entry = settled();
        assertThat(labels(entry)).containsEntry("status", "client_gone");
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isEqualTo(held());
    }

    @Test
    void stream_toItsEnd_isSettledAsEver() throws Exception {
        house.provider.script(
                streaming(answer ->
                        answer.stream()
                                .write(FakeResponses.created(ID))
                                .write(
                                        "data: {\"type\":\"response.completed\",\"response\":{"
                                                + "\"id\":\"resp_1\",\"status\":\"completed\","
                                                + "\"usage\":"
                                                + FakeResponses.USAGE
                                                + "}}\n\n")
                                .end()));
        house.post(PATH, FakeResponses.STREAM);
        Entry.Committed entry = settled();
        assertThat(labels(entry)).containsEntry("status", "200").doesNotContainKey("background");
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isEqualTo(FakeResponses.COST);
        assertThat(responses.asked).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void stream_thatOutgrowsItsBudget_isCancelledAtTheProvider(boolean atOnce) throws Exception {
        house.budget("tight", List.of(), Unit.TOKENS, 200, new Window.Life(), Budget.Mode.HARD);
        responses.end(ID, "in_progress", null);
        int failing = atOnce ? 0 : 3;
        if (!atOnce) {
            responses.trouble =
                    answer -> {
                        if (house.provider.received.size() > failing) {
                            responses.trouble = null;
                        }
                        answer.json(500, "{}");
                    };
        }
        house.provider.script(
                streaming(answer -> endless(answer.stream().write(FakeResponses.created(ID)))));
        HttpResponse<String> answer = house.post(PATH, FakeResponses.STREAM);
        assertThat(answer.body()).contains("event: response.incomplete");
        Entry.Committed entry = settled();
        assertThat(responses.cancelled).hasValue(1);
        assertThat(labels(entry))
                .containsEntry("background", "stopped")
                .containsEntry("status", "stopped");
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isEqualTo(FakeResponses.COST);
    }

    private static void endless(FakeProvider.Answer answer) {
        if (!answer.response().closed()) {
            answer.write(FakeResponses.delta("one two three four five six seven eight "));
            answer.after(1, () -> endless(answer));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"not_found", "timeout", "failed"})
    void stream_beyondItsHold_isChargedWithAllThatWasHeldForIt(String status) throws Exception {
        switch (status) {
            case "timeout" -> {
                callTimeout(Duration.ofMillis(600));
                responses.trouble = answer -> answer.json(503, "{}");
            }
            case "failed" ->
                    house.whenEstimated =
                            () -> {
                                throw new IllegalStateException("a mistake of ours");
                            };
            default -> {}
        }
        house.provider.script(
                streaming(answer ->
                        answer.stream()
                                .write(FakeResponses.created(ID))
                                .write(FakeResponses.delta("word ".repeat(600) + "done"))));
        RawClient client =
                new RawClient(house.uri(PATH)).send(RawClient.request(PATH, FakeResponses.STREAM));
        client.readUntil("done");
        House.await(() -> house.entries(Entry.Reserved.class).size() >= 2);
        client.close();
        House.await(() -> house.held() == 0);
        assertThat(house.entries(Entry.Released.class)).isEmpty();
        List<Entry.Committed> ends = house.entries(Entry.Committed.class);
        assertThat(ends).hasSameSizeAs(house.entries(Entry.Reserved.class));
        assertThat(labels(ends.getFirst())).containsEntry("status", status);
        assertThat(labels(ends.getLast()))
                .containsEntry("call", labels(ends.getFirst()).get("call"))
                .containsEntry("part", "more_output")
                .containsEntry("provenance", "estimated");
        assertThat(house.spent(budget))
                .as("the 100 tokens of output it asked for, and a piece of 256")
                .isGreaterThan(356 * 200)
                .isEqualTo(
                        house.entries(Entry.Reserved.class).stream()
                                .mapToLong(e -> e.granted().held().get(Unit.USD_MICROCENTS))
                                .sum());
    }

    @Test
    void gateway_closed_leavesTheHoldToExpire() throws Exception {
        make();
        House.await(() -> responses.asked.get() >= 1);
        long from = System.nanoTime();
        house.gateway.close();
        assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(8));
        assertThat(house.gateway.background()).isZero();
        responses.end(ID, "completed", FakeResponses.USAGE);
        assertThat(house.held()).isPositive();
        assertThat(house.entries(Entry.Committed.class)).isEmpty();
        assertThat(house.entries(Entry.Released.class)).isEmpty();
    }

    @Test
    void model_ofAnotherDialect_isRefusedInTheBackground() throws Exception {
        HttpResponse<String> answer =
                house.post(
                        PATH,
                        FakeResponses.REQUEST.replace("house-model", "anthropic/house-model"));
        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode error = JsonMapper.shared().readTree(answer.body()).path("error");
        assertThat(error.path("param").asString()).isEqualTo("background");
        assertThat(house.held()).isZero();
        assertThat(house.provider.received).isEmpty();
    }

    @Test
    void client_withAKeyOfItsOwn_isFollowedWithThat() throws Exception {
        HttpRequest.Builder own =
                HttpRequest.newBuilder(house.uri(PATH))
                        .header("X-Bursar-Key", House.KEY)
                        .header("Authorization", "Bearer sk-own")
                        .header("OpenAI-Project", "p1")
                        .POST(HttpRequest.BodyPublishers.ofString(FakeResponses.REQUEST));
        assertThat(house.send(own).statusCode()).isEqualTo(200);
        House.await(() -> responses.asked.get() >= 1);
        FakeProvider.Received poll = house.provider.received.getLast();
        assertThat(poll.headers().get("authorization")).isEqualTo("Bearer sk-own");
        assertThat(poll.headers().get("openai-project")).isEqualTo("p1");
        assertThat(poll.headers().contains("x-bursar-key")).isFalse();
        responses.end(ID, "completed", FakeResponses.USAGE);
        settled();
        assertThat(house.entries().toString()).doesNotContain("sk-own");
    }
}
