package dev.bursar.gateway;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.routing.ProviderKey;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Several keys of one provider, at a real gateway.
class ProviderKeysTest {

    private static final String CHAT = "/v1/chat/completions";

    /// What the provider answers to a key.
    private final Map<String, Integer> statuses = new ConcurrentHashMap<>();

    @TempDir private Path data;
    private House house;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        house.budget("all", Unit.USD_MICROCENTS, 10_000_000_000L);
        house.provider.script(answer -> {
            String header = requireNonNull(answer.request().getHeader("authorization"));
            String key = header.substring("Bearer ".length());
            int status = statuses.getOrDefault(key, 200);
            answer.json(
                    status,
                    status == 429 ? Map.of("Retry-After", "60") : Map.of(),
                    status == 200 ? Samples.CHAT_ANSWER : "{\"error\":\"" + key + "\"}");
        });
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    @ParameterizedTest
    @CsvSource({"401", "403", "429"})
    void key_refused_isReplacedForTheSameCallAndRests(int status) throws Exception {
        keys(ProviderKey.of("a", "sk-a"), ProviderKey.of("b", "sk-b"));
        statuses.put("sk-a", status);
        for (int run = 0; run < 12; run++) {
            HttpResponse<String> answer = post("r" + run);
            assertThat(answer.statusCode()).isEqualTo(200);
        }
        assertThat(received("sk-a")).isEqualTo(1);
        assertThat(received("sk-b")).isEqualTo(12);
        Map<String, String> failed = house.released().attribution().labels();
        assertThat(failed).containsEntry("provider_key", "a");
        Entry.Committed second =
                house.entries(Entry.Committed.class).stream()
                        .filter(e -> e.attribution().labels().containsKey("attempt"))
                        .findFirst()
                        .orElseThrow();
        assertThat(second.attribution().labels())
                .containsEntry("provider_key", "b")
                .containsEntry("route_reason", "another key after " + status)
                .containsEntry("attempt_of", failed.get("call"));
        assertThat(house.entries().toString()).doesNotContain("sk-");
        assertThat(house.held()).isZero();
    }

    @Test
    void keys_allRefused_passTheLastAnswerOn() throws Exception {
        keys(ProviderKey.of("a", "sk-a"), ProviderKey.of("b", "sk-b"));
        statuses.putAll(Map.of("sk-a", 401, "sk-b", 401));
        assertThat(post("r1").statusCode()).isEqualTo(401);
        assertThat(house.provider.received).hasSize(2);
        assertThat(post("r2").statusCode()).as("still tried, by one of them").isEqualTo(401);
        assertThat(house.held()).isZero();
    }

    @Test
    void key_ofTheClient_isNotReplaced() throws Exception {
        keys(ProviderKey.of("a", "sk-a"), ProviderKey.of("b", "sk-b"));
        statuses.put("sk-own", 401);
        HttpResponse<String> answer =
                house.send(
                        house.request(CHAT, Samples.CHAT)
                                .setHeader("Authorization", "Bearer sk-own")
                                .header("X-Bursar-Key", House.KEY));
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(house.provider.received).hasSize(1);
        assertThat(post("r1").statusCode()).isEqualTo(200);
    }

    @Test
    void keys_atTheirBounds_denyInTheDialectsEnvelope() throws Exception {
        keys(new ProviderKey("a", "sk-a", 1, 2, 0), new ProviderKey("b", "sk-b", 1, 1, 0));
        for (int call = 0; call < 3; call++) {
            assertThat(post("r").statusCode()).isEqualTo(200);
        }
        HttpResponse<String> answer = post("r");
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.body()).contains("provider_limited", "rate_limit_exceeded");
        // The bucket of the first key lets the next call through.
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("30");
        assertThat(received("sk-a")).isEqualTo(2);
        assertThat(received("sk-b")).isEqualTo(1);
        assertThat(house.held()).isZero();
    }

    @Test
    void keys_changedUnderLoad_failNoCall() throws Exception {
        keys(ProviderKey.of("a", "sk-a"), ProviderKey.of("b", "sk-b"));
        AtomicInteger good = new AtomicInteger();
        List<CompletableFuture<?>> calls = new ArrayList<>();
        for (int call = 0; call < 200; call++) {
            calls.add(
                    house.http
                            .sendAsync(
                                    house.request(CHAT, Samples.CHAT)
                                            .header("X-Bursar-Run", "r" + call)
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .thenAccept(
                                    answer -> good.addAndGet(answer.statusCode() == 200 ? 1 : 0)));
            if (call == 60) {
                statuses.put("sk-a", 401);
            }
            if (call == 120) {
                keys(ProviderKey.of("a", "sk-a2"), ProviderKey.of("b", "sk-b"));
            }
        }
        CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).join();
        assertThat(good).hasValue(200);
        int before = house.provider.received.size();
        Set<String> used = new TreeSet<>();
        for (int run = 0; run < 20; run++) {
            post("n" + run);
        }
        house.provider.received.stream()
                .skip(before)
                .forEach(received -> used.add(received.headers().get("authorization")));
        assertThat(used).containsExactly("Bearer sk-a2", "Bearer sk-b");
        House.await(() -> house.held() == 0);
    }

    private HttpResponse<String> post(String run) throws Exception {
        return house.send(house.request(CHAT, Samples.CHAT).header("X-Bursar-Run", run));
    }

    private long received(String key) {
        return house.provider.received.stream()
                .filter(received ->
                        ("Bearer " + key).equals(received.headers().get("authorization")))
                .count();
    }

    private void keys(ProviderKey... keys) {
        Map<String, ProviderSettings> providers = new TreeMap<>(house.settings().providers());
        providers.computeIfPresent("openai", (_, openai) -> openai.withKeys(List.of(keys)));
        house.gateway.reconfigure(House.BOOK, GatewaySettings.of(providers));
    }
}
