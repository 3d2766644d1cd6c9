package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.routing.Choice;
import dev.bursar.gateway.routing.Condition;
import dev.bursar.gateway.routing.HealthSettings;
import dev.bursar.gateway.routing.ProviderKey;
import dev.bursar.gateway.routing.RouteRules;
import dev.bursar.gateway.routing.RoutingSettings;
import dev.bursar.gateway.routing.Rule;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import dev.bursar.pricing.Price;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Calls that find another model when a provider fails: a real gateway between three providers.
class FallbackTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String SMART = Samples.CHAT.replace("house-model", "smart");
    private static final String SMART_STREAM = Samples.CHAT_STREAM.replace("house-model", "smart");

    private static final Price SECOND =
            Price.of("second", "spare-model", Instant.EPOCH, House.PRICE.rates());

    private static final List<Price> SPARE =
            List.of(
                    Price.of("openai", "spare-model", Instant.EPOCH, House.PRICE.rates()),
                    Price.of("openai", "last-model", Instant.EPOCH, House.PRICE.rates()));

    private static final List<String> FALLBACK = List.of("second/spare-model", "third/free-model");

    @TempDir private Path data;
    private House house;
    private FakeProvider second;
    private FakeProvider third;
    private BudgetId budget;
    private Duration silence = Duration.ofSeconds(20);
    private HealthSettings health = HealthSettings.DEFAULT;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        budget = house.budget("all", Unit.USD_MICROCENTS, 1_000_000_000);
        second = new FakeProvider(house.vertx);
        third = new FakeProvider(house.vertx);
        second.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
        third.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
        configure(house.provider.uri("/v1"));
    }

    @AfterEach
    void close() throws Exception {
        second.close();
        third.close();
        house.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 408, 429, 500, 502, 503, 529})
    void provider_refusing_leadsToTheNextWithItsOwnHold(int status) throws Exception {
        house.provider.script(answer -> answer.json(status, "{\"error\":{\"message\":\"no\"}}"));
        answersFromTheSecond(Integer.toString(status));
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 408, 429, 500, 529})
    void model_refused_leadsToAnotherOfTheSameProviderAndKey(int status) throws Exception {
        route(
                Choice.Weighted.only("openai/house-model"),
                List.of("openai/spare-model", "openai/last-model"));
        house.provider.script(answer ->
                answer.json(
                        answer.asked().body().contains("last-model") ? 200 : status,
                        Samples.CHAT_ANSWER));

        HttpResponse<String> answer = house.post(CHAT, SMART);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("X-Bursar-Model")).hasValue("last-model");
        assertThat(house.provider.received)
                .extracting(received -> received.headers().get("authorization"))
                .containsExactly("Bearer sk-openai", "Bearer sk-openai", "Bearer sk-openai");
        assertThat(house.entries(Entry.Released.class)).hasSize(2);
        assertThat(house.committed().attribution().labels()).containsEntry("attempt", "3");
        assertThat(house.held()).isZero();
    }

    @Test
    void key_unknownToTheProvider_isTriedWithNoOtherModel() throws Exception {
        route(
                Choice.Weighted.only("openai/house-model"),
                List.of("openai/spare-model", "second/spare-model"));
        house.provider.script(answer -> answer.json(401, "{\"error\":{}}"));

        assertThat(house.post(CHAT, SMART).statusCode()).isEqualTo(200);
        assertThat(house.provider.received).hasSize(1);
        assertThat(second.received).hasSize(1);
    }

    @Test
    void key_thatRests_isNotWokenByAnotherModelOfTheSameCall() throws Exception {
        route(Choice.Weighted.only("openai/house-model"), List.of("openai/last-model"));
        house.provider.script(answer -> {
            boolean last = answer.asked().body().contains("last-model");
            answer.json(last ? 200 : 429, Map.of("Retry-After", "60"), Samples.CHAT_ANSWER);
        });
        house.post(CHAT, SMART);
        assertThat(house.provider.received).hasSize(2);
        route(
                Choice.Weighted.only("openai/house-model"),
                List.of("second/spare-model", "openai/last-model"));

        assertThat(house.post(CHAT, SMART).statusCode()).isEqualTo(200);

        assertThat(house.provider.received).hasSize(2);
        assertThat(second.received).hasSize(1);
    }

    @Test
    void provider_withTooManyCallsForLong_leadsToTheNext() throws Exception {
        house.provider.script(answer -> answer.json(429, Map.of("Retry-After", "6"), "{}"));
        answersFromTheSecond("429");
    }

    @Test
    void provider_breakingOff_leadsToTheNext() throws Exception {
        house.provider.script(FakeProvider.Answer::reset);
        answersFromTheSecond("broken_off");
    }

    @Test
    void provider_notThere_leadsToTheNext() throws Exception {
        configure(URI.create("http://127.0.0.1:1/v1"));
        answersFromTheSecond("connect_failed");
    }

    @Test
    void provider_silent_leadsToTheNext() throws Exception {
        silence = Duration.ofSeconds(2);
        configure(house.provider.uri("/v1"));
        house.provider.script(_ -> {});
        answersFromTheSecond("timeout");
    }

    private void answersFromTheSecond(String failure) throws Exception {
        HttpResponse<String> answer = house.post(CHAT, SMART);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(Samples.CHAT_ANSWER);
        assertThat(answer.headers().firstValue("X-Bursar-Model")).hasValue("spare-model");
        assertThat(house.entries(Entry.Reserved.class)).hasSize(2);
        Map<String, String> failed = house.released().attribution().labels();
        assertThat(failed)
                .containsEntry("status", failure)
                .containsEntry("provider", "openai")
                .containsEntry("model", "house-model")
                .containsEntry("route", "smart")
                .containsEntry("route_rule", "default")
                .containsEntry("route_reason", "rule")
                .doesNotContainKey("attempt");
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().labels())
                .containsEntry("status", "200")
                .containsEntry("provider", "second")
                .containsEntry("model", "spare-model")
                .containsEntry("requested_model", "smart")
                .containsEntry("route_reason", "fallback after " + failure)
                .containsEntry("attempt", "2")
                .containsEntry("attempt_of", failed.get("call"))
                .containsEntry("call", answer.headers().firstValue("X-Bursar-Call").orElseThrow());
        assertThat(entry.subject().get("run")).isEqualTo(failed.get("call"));
        assertThat(entry.subject().get("model")).isEqualTo("spare-model");
        assertThat(house.held()).isZero();
        assertThat(house.spent(budget)).isEqualTo(entry.actual().get(Unit.USD_MICROCENTS));
        assertThat(second.received.getFirst().body())
                .isEqualTo(Samples.CHAT.replace("house-model", "spare-model"));
        assertThat(third.received).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 413, 422})
    void provider_refusingTheRequest_isPassedOn(int status) throws Exception {
        house.provider.script(answer -> answer.json(status, "{\"error\":\"yours\"}"));
        HttpResponse<String> answer = house.post(CHAT, SMART);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).isEqualTo("{\"error\":\"yours\"}");
        assertThat(second.received).isEmpty();
        house.released();
        assertThat(house.held()).isZero();
    }

    @Test
    void provider_withTooManyCallsForAMoment_isPassedOnForTheClientToWait() throws Exception {
        house.provider.script(answer -> answer.json(429, Map.of("Retry-After", "5"), "{}"));
        HttpResponse<String> answer = house.post(CHAT, SMART);
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("5");
        assertThat(second.received).isEmpty();
    }

    @Test
    void stream_thatHasBegun_isNotTriedAgain() throws Exception {
        house.provider.script(answer -> {
            answer.stream().write(Samples.CHAT_DELTA_1);
            answer.after(50, answer::reset);
        });
        HttpResponse<String> answer = house.post(CHAT, SMART_STREAM);
        assertThat(answer.body()).startsWith(Samples.CHAT_DELTA_1).contains("event: error");
        house.committed();
        assertThat(second.received).isEmpty();
        assertThat(house.held()).isZero();
    }

    @Test
    void stream_refusedBeforeItBegan_isStreamedByTheNext() throws Exception {
        house.provider.script(answer -> answer.json(503, "{}"));
        second.script(answer ->
                answer.stream().write(Samples.CHAT_DELTA_1).write("data: [DONE]\n\n").end());
        HttpResponse<String> answer = house.post(CHAT, SMART_STREAM);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(Samples.CHAT_DELTA_1 + "data: [DONE]\n\n");
        house.committed();
        assertThat(house.held()).isZero();
    }

    @Test
    void providers_allFailing_passTheLastFailureOn() throws Exception {
        house.provider.script(answer -> answer.json(500, "{}"));
        second.script(FakeProvider.Answer::reset);
        third.script(answer -> answer.json(503, "{\"error\":\"third\"}"));
        HttpResponse<String> answer = house.post(CHAT, SMART);
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).isEqualTo("{\"error\":\"third\"}");
        House.await(() -> house.entries(Entry.Released.class).size() == 3);
        assertThat(house.entries(Entry.Committed.class)).isEmpty();
        assertThat(house.held()).isZero();
        assertThat(house.spent(budget)).isZero();
    }

    @Test
    void client_hangingUpDuringAnAttempt_endsTheCall() throws Exception {
        house.provider.script(_ -> {});
        try (RawClient client = new RawClient(house.uri("/"))) {
            client.send(RawClient.request(CHAT, SMART));
            House.await(() -> !house.provider.received.isEmpty());
        }
        House.await(() -> house.held() == 0 && house.gateway.calls() == 0);
        assertThat(second.received).isEmpty();
    }

    @Test
    void budget_tooSmallForTheNextModel_deniesWithNothingHeld() throws Exception {
        house.provider.script(answer -> {
            house.budget("calls", Unit.CALLS, 0);
            answer.json(503, "{}");
        });
        HttpResponse<String> answer = house.post(CHAT, SMART);
        assertThat(answer.statusCode()).isEqualTo(402);
        assertThat(answer.body()).contains("budget_exhausted").contains("calls");
        house.released();
        assertThat(house.held()).isZero();
        assertThat(second.received).isEmpty();
    }

    @Test
    void provider_failingOften_isLeftAloneAndComesBackByAProbe() throws Exception {
        health =
                new HealthSettings(
                        2, Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofSeconds(5));
        configure(house.provider.uri("/v1"));
        house.provider.script(answer -> answer.json(500, "{}"));
        for (int i = 0; i < 6; i++) {
            assertThat(house.post(CHAT, SMART).statusCode()).isEqualTo(200);
        }
        int asked = house.provider.received.size();
        assertThat(asked).isLessThan(6);
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
        House.await(() -> {
            assertThat(post(SMART)).isEqualTo(200);
            return house.provider.received.size() > asked + 1;
        });
        assertThat(house.held()).isZero();
    }

    @Test
    void model_notServedToTheDialect_isPassedOver() throws Exception {
        route(
                new Choice.Weighted(new TreeMap<>(Map.of("anthropic/house-model", 1))),
                List.of("second/spare-model"));
        String body = "{\"model\":\"smart\",\"prompt\":\"Say hello\",\"max_tokens\":100}";
        assertThat(house.post("/v1/completions", body).statusCode()).isEqualTo(200);
        assertThat(second.received).hasSize(1);
        assertThat(house.entries(Entry.Reserved.class)).hasSize(1);
    }

    @Test
    void provider_ofAnotherDialect_takesOverInItsOwnWords() throws Exception {
        house.provider.script(answer -> {
            if (answer.request().uri().equals("/v1/messages")) {
                answer.json(200, Samples.MESSAGES_ANSWER);
            } else {
                answer.json(500, "{}");
            }
        });
        route(
                new Choice.Weighted(new TreeMap<>(Map.of("openai/house-model", 1))),
                List.of("anthropic/house-model"));
        HttpResponse<String> answer = house.post(CHAT, SMART);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"chat.completion\"", "Hello!");
        House.await(() -> house.held() == 0);
        assertThat(house.spent(budget)).isEqualTo(10 * 100 + 30 * 10 + 20 * 200);
    }

    @Test
    void provider_thatCannotBeAskedThis_isPassedOver() throws Exception {
        house.provider.script(answer -> answer.json(503, "{\"error\":{\"message\":\"busy\"}}"));
        route(
                new Choice.Weighted(new TreeMap<>(Map.of("openai/house-model", 1))),
                List.of("anthropic/house-model"));
        HttpResponse<String> answer =
                house.post(CHAT, SMART.replace("\"max_tokens\"", "\"n\":2,\"max_tokens\""));
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("busy");
        assertThat(house.provider.received).hasSize(1);
        assertThat(house.held()).isZero();
    }

    @Test
    void key_ofTheClient_goesToNoOtherProvider() throws Exception {
        house.provider.script(answer -> answer.json(503, "{\"error\":{\"message\":\"busy\"}}"));
        HttpResponse<String> answer =
                house.send(
                        house.request(CHAT, SMART)
                                .setHeader("Authorization", "Bearer sk-mine")
                                .header("X-Bursar-Key", House.KEY));
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(second.received).isEmpty();
        assertThat(third.received).isEmpty();
    }

    @Test
    void weights_keepTheCallsOfARunWithOneModel() throws Exception {
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
        route(
                new Choice.Weighted(
                        new TreeMap<>(Map.of("openai/house-model", 1, "second/spare-model", 1))),
                List.of());
        for (int run = 0; run < 8; run++) {
            for (int call = 0; call < 3; call++) {
                house.send(house.request(CHAT, SMART).header("X-Bursar-Run", "r" + run));
            }
        }
        Map<String, Long> models = new TreeMap<>();
        for (Entry.Committed entry : house.entries(Entry.Committed.class)) {
            assertThat(entry.attribution().labels())
                    .containsEntry("route_reason", "weight 1 of 2 by run");
            models.merge(entry.subject().get("run") + entry.subject().get("model"), 1L, Long::sum);
        }
        assertThat(models).hasSize(8);
        assertThat(models.values()).containsOnly(3L);
        assertThat(house.provider.received).isNotEmpty();
        assertThat(second.received).isNotEmpty();
    }

    private int post(String body) {
        try {
            return house.post(CHAT, body).statusCode();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void configure(URI first) {
        reconfigure(first, Choice.Weighted.only("openai/house-model"), FALLBACK);
    }

    private void route(Choice to, List<String> fallback) {
        reconfigure(house.provider.uri("/v1"), to, fallback);
    }

    private void reconfigure(URI first, Choice to, List<String> fallback) {
        GatewaySettings usual = house.settings();
        Map<String, ProviderSettings> providers = new TreeMap<>(usual.providers());
        providers.put("openai", provider("openai", first));
        providers.put("second", provider("second", second.uri("/v1")));
        providers.put("third", provider("third", third.uri("/v1")).asFree());
        RouteRules smart =
                new RouteRules(
                        "smart",
                        List.of(new Rule(Rule.OTHERWISE, Condition.ANY, to, fallback)),
                        RouteRules.STICKY,
                        RouteRules.WITHIN,
                        silence);
        house.gateway.reconfigure(
                House.BOOK.with(List.of(SECOND)).with(SPARE),
                GatewaySettings.of(providers)
                        .withRouting(
                                new RoutingSettings(
                                        new TreeMap<>(Map.of("smart", smart)), health)));
    }

    private static ProviderSettings provider(String name, URI uri) {
        return ProviderSettings.of(name, Dialect.OPENAI, uri, null)
                .withKeys(List.of(ProviderKey.of("key", "sk-" + name)));
    }
}
