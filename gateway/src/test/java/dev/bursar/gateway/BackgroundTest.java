package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import dev.bursar.pricing.Price;
import io.vertx.core.http.HttpMethod;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Responses that go on at the provider after the client has its answer: the hold stays until the provider
/// has said what they took.
class BackgroundTest extends BackgroundCase {

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

    @Test
    void time_over_cancelsTheResponseAndChargesWhatItTook() throws Exception {
        callTimeout(SOON_OVER);
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
        callTimeout(SOON_OVER);
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
        callTimeout(SOON_OVER);
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
        house.awaitEnded();
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
        house.awaitHangUp();
        responses.answer(answer);
        House.await(() -> responses.asked.get() >= 1);
        responses.end(ID, "completed", FakeResponses.USAGE);
        assertThat(labels(settled()))
                .containsEntry("background", "client_gone")
                .containsEntry("status", "completed");
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
