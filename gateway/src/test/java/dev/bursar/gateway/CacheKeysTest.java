package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.cache.CacheSettings;
import dev.bursar.gateway.cache.CacheStats;
import dev.bursar.gateway.routing.Choice;
import dev.bursar.gateway.routing.Condition;
import dev.bursar.gateway.routing.HealthSettings;
import dev.bursar.gateway.routing.ProviderKey;
import dev.bursar.gateway.routing.RouteRules;
import dev.bursar.gateway.routing.RoutingSettings;
import dev.bursar.gateway.routing.Rule;
import dev.bursar.ledger.Entry;
import dev.bursar.pricing.Price;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Calls that the cache answers need no key of the provider: only those that ask it take a place.
@Timeout(120)
class CacheKeysTest {

    private static final String PATH = "/v1/chat/completions";
    private static final String SMART = Samples.CHAT.replace("house-model", "smart");
    private static final String OTHER = SMART.replace("Say hello", "Say goodbye");

    private static final Price SPARE =
            Price.of("second", "spare-model", Instant.EPOCH, House.PRICE.rates());

    @TempDir private Path data;
    private House house;
    private FakeProvider second;

    /// After which a model rests.
    private int failures = 1;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        second = new FakeProvider(house.vertx);
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
        second.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
    }

    @AfterEach
    void close() throws Exception {
        second.close();
        house.close();
    }

    /// @param fallback where calls of `smart` go when the first has no room or fails
    private void use(int callsPerMinute, int concurrent, String... fallback) {
        CacheSettings caches =
                WithCachedAnswers.caches(
                        CacheSettings.DEFAULT_BYTES, Duration.ofSeconds(60), "acme");
        ProviderKey key = new ProviderKey("a", "sk-a", 1, callsPerMinute, concurrent);
        Map<String, ProviderSettings> providers = new TreeMap<>(house.settings().providers());
        providers.computeIfPresent("openai", (_, openai) -> openai.withKeys(List.of(key)));
        providers.put(
                "second",
                ProviderSettings.of("second", Dialect.OPENAI, second.uri("/v1"), "sk-second"));
        RouteRules smart =
                new RouteRules(
                        "smart",
                        List.of(
                                new Rule(
                                        Rule.OTHERWISE,
                                        Condition.ANY,
                                        Choice.Weighted.only("openai/house-model"),
                                        List.of(fallback))),
                        RouteRules.STICKY,
                        RouteRules.WITHIN,
                        RouteRules.ANSWER_WITHIN);
        HealthSettings health =
                new HealthSettings(
                        failures,
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(5));
        house.gateway.reconfigure(
                House.BOOK.with(List.of(SPARE)),
                GatewaySettings.of(providers)
                        .withRouting(
                                new RoutingSettings(new TreeMap<>(Map.of("smart", smart)), health))
                        .withCaches(caches));
    }

    private CompletableFuture<HttpResponse<String>> start(String body) {
        return house.http.sendAsync(
                house.request(PATH, body).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> end(CompletableFuture<HttpResponse<String>> call)
            throws Exception {
        return call.get(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /// Returns once the call has ended: its answer is kept a moment after its client has it.
    private HttpResponse<String> post(String body) throws Exception {
        int open = house.gateway.calls();
        HttpResponse<String> answer = house.post(PATH, body);
        House.await(() -> house.gateway.calls() == open);
        return answer;
    }

    private static String decision(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Bursar-Decision").orElse("none");
    }

    /// Makes a call that takes a place until the provider may answer.
    private CompletableFuture<HttpResponse<String>> open(String body, CompletableFuture<Void> go)
            throws Exception {
        house.provider.script(answer -> {
            var _ = go.thenRun(() -> answer.json(200, Samples.CHAT_ANSWER));
        });
        int asked = house.provider.received.size();
        CompletableFuture<HttpResponse<String>> call = start(body);
        House.await(() -> house.provider.received.size() > asked);
        return call;
    }

    @Test
    void equalCalls_beyondThePlacesOfTheKey_getTheAnswerOfTheFirst() throws Exception {
        use(0, 1);
        CompletableFuture<Void> go = new CompletableFuture<>();
        List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
        calls.add(open(SMART, go));
        for (int i = 0; i < 4; i++) {
            calls.add(start(SMART));
        }
        House.await(() -> house.gateway.calls() == 5);
        HttpResponse<String> other = post(OTHER);
        assertThat(other.statusCode()).isEqualTo(429);
        assertThat(other.body()).contains("provider_limited");
        go.complete(null);
        for (CompletableFuture<HttpResponse<String>> call : calls) {
            assertThat(end(call).statusCode()).isEqualTo(200);
            assertThat(end(call).body()).isEqualTo(Samples.CHAT_ANSWER);
        }
        assertThat(house.provider.received).hasSize(1);
    }

    @Test
    void hit_whileTheKeyIsBusy_isAnswered() throws Exception {
        use(0, 1);
        post(SMART);
        CompletableFuture<Void> go = new CompletableFuture<>();
        CompletableFuture<HttpResponse<String>> busy = open(OTHER, go);
        assertThat(decision(post(SMART))).isEqualTo("cached");
        go.complete(null);
        assertThat(end(busy).statusCode()).isEqualTo(200);
        Entry.Charged hit = house.entries(Entry.Charged.class).getLast();
        assertThat(hit.attribution().labels())
                .containsEntry("route", "smart")
                .containsEntry("provider", "openai")
                .doesNotContainKey("provider_key");
    }

    @Test
    void hits_takeNoCallOfTheKeysRate() throws Exception {
        use(2, 0);
        post(SMART);
        for (int i = 0; i < 3; i++) {
            assertThat(decision(post(SMART))).isEqualTo("cached");
        }
        assertThat(post(OTHER).statusCode()).isEqualTo(200);
        assertThat(post(OTHER.replace("goodbye", "nothing")).statusCode()).isEqualTo(429);
    }

    @Test
    void miss_whoseKeyIsBusy_goesToTheNextAndIsKeptForIt() throws Exception {
        use(0, 1, "second/spare-model");
        CompletableFuture<Void> go = new CompletableFuture<>();
        CompletableFuture<HttpResponse<String>> busy = open(OTHER, go);
        HttpResponse<String> first = post(SMART);
        HttpResponse<String> again = post(SMART);
        go.complete(null);
        assertThat(end(busy).statusCode()).isEqualTo(200);
        assertThat(decision(first)).isEqualTo("allow");
        assertThat(decision(again)).isEqualTo("cached");
        assertThat(again.headers().firstValue("X-Bursar-Model")).hasValue("spare-model");
        assertThat(second.received).hasSize(1);
        // One of each call, however many models were tried for it.
        assertThat(house.gateway.cache().stats().get("acme"))
                .extracting(CacheStats::misses, CacheStats::exact)
                .containsExactly(2L, 1L);
        Entry.Committed entry = house.entries(Entry.Committed.class).getFirst();
        assertThat(entry.attribution().labels())
                .containsEntry("provider", "second")
                .containsEntry("call", first.headers().firstValue("X-Bursar-Call").orElseThrow())
                .doesNotContainKey("attempt");
    }

    /// Whoever waited finds the place free, whatever came of the call that had it.
    @ParameterizedTest
    @CsvSource({"400,stop", "200,length"})
    void answer_thatIsNobodyElses_leavesItsPlaceToTheNext(int status, String reason)
            throws Exception {
        use(0, 1);
        for (int round = 0; round < 25; round++) {
            String body = SMART.replace("hello", "hello " + round);
            CompletableFuture<Void> go = new CompletableFuture<>();
            String answered = Samples.CHAT_ANSWER.replace("stop", reason);
            house.provider.script(answer -> {
                var _ = go.thenRun(() -> answer.json(status, answered));
            });
            int asked = house.provider.received.size();
            CompletableFuture<HttpResponse<String>> first = start(body);
            House.await(() -> house.provider.received.size() > asked);
            CompletableFuture<HttpResponse<String>> next = start(body);
            House.await(() -> house.gateway.calls() == 2);
            house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
            go.complete(null);
            assertThat(end(first).statusCode()).isEqualTo(status);
            assertThat(end(next).statusCode()).isEqualTo(200);
            house.awaitEnded();
        }
        assertThat(house.provider.received).hasSize(50);
    }

    /// What a fallback says is no answer of the model that was to be asked.
    @Test
    void equalCalls_whoseFirstIsAnsweredByAFallback_allAskAtOnce() throws Exception {
        failures = 100;
        use(0, 0, "second/spare-model");
        CompletableFuture<Void> go = new CompletableFuture<>();
        house.provider.script(answer -> {
            var _ = go.thenRun(() -> answer.json(500, "{}"));
        });
        List<FakeProvider.Answer> asked = new CopyOnWriteArrayList<>();
        second.script(answer -> {
            asked.add(answer);
            if (asked.size() == 1) {
                answer.json(200, Samples.CHAT_ANSWER);
            } else if (asked.size() == 5) {
                asked.subList(1, 5).forEach(each -> each.json(200, Samples.CHAT_ANSWER));
            }
        });
        List<CompletableFuture<HttpResponse<String>>> calls =
                Stream.generate(() -> start(SMART)).limit(5).toList();
        House.await(() -> house.gateway.calls() == 5 && !house.provider.received.isEmpty());
        go.complete(null);
        for (CompletableFuture<HttpResponse<String>> call : calls) {
            assertThat(decision(end(call))).isEqualTo("allow");
        }
        assertThat(house.provider.received).hasSize(5);
    }

    /// Nobody waits for the fallback, whose answer may be a stream that stays open for long.
    @Test
    void equalCalls_whoseFirstGoesToAFallback_askWhileThatIsOpen() throws Exception {
        failures = 100;
        use(0, 0, "second/spare-model");
        CompletableFuture<Void> fail = new CompletableFuture<>();
        house.provider.script(answer -> {
            var _ = fail.thenRun(() -> answer.json(500, "{}"));
        });
        CompletableFuture<Void> end = new CompletableFuture<>();
        second.script(answer -> {
            var _ = end.thenRun(() -> answer.json(200, Samples.CHAT_ANSWER));
        });
        CompletableFuture<HttpResponse<String>> first = start(SMART);
        House.await(() -> !house.provider.received.isEmpty());
        List<CompletableFuture<HttpResponse<String>>> others =
                Stream.generate(() -> start(SMART)).limit(4).toList();
        House.await(() -> house.gateway.calls() == 5);
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
        fail.complete(null);
        for (CompletableFuture<HttpResponse<String>> other : others) {
            HttpResponse<String> answer = end(other);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("X-Bursar-Model")).hasValue("house-model");
        }
        assertThat(first).isNotDone();
        end.complete(null);
        assertThat(end(first).headers().firstValue("X-Bursar-Model")).hasValue("spare-model");
    }

    @Test
    void hit_doesNotTakeTheProbeOfAModelThatRested() throws Exception {
        use(0, 0, "second/spare-model");
        post(SMART);
        house.provider.script(answer -> answer.json(500, "{}"));
        assertThat(post(OTHER).statusCode()).isEqualTo(200);
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
        // While the first rests, the answer that was kept of it is not looked for.
        House.await(() -> {
            HttpResponse<String> hit = smart();
            return decision(hit).equals("cached")
                    && hit.headers().firstValue("X-Bursar-Model").orElse("").equals("house-model");
        });
        assertThat(post(OTHER.replace("goodbye", "nothing")).statusCode()).isEqualTo(200);
        assertThat(house.provider.received).hasSize(3);
    }

    private HttpResponse<String> smart() {
        try {
            return post(SMART);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
