package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.routing.ProviderKey;
import dev.bursar.ledger.Budget.Mode;
import dev.bursar.ledger.Budget.Step.Action;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whose keys a call is made with that a budget keeps waiting, or leads to another provider.
class ServedElsewhereTest extends WithLadders {

    /// What the other provider answers to a key.
    private final Map<String, Integer> statuses = new ConcurrentHashMap<>();

    private Map<String, String> cheaper = Map.of("house-model", "other/small");
    private FakeProvider other;

    @BeforeEach
    void openOther() throws Exception {
        other = new FakeProvider(house.vertx);
        other.script(answer -> {
            String key = String.valueOf(answer.request().getHeader("authorization"));
            int status = statuses.getOrDefault(key.replace("Bearer ", ""), 200);
            answer.json(status, status == 200 ? Samples.CHAT_ANSWER : "{\"error\":{}}");
        });
        keys(List.of(key("a1", 0, 0)), key("b1", 0, 0), key("b2", 0, 0));
    }

    @AfterEach
    void closeOther() throws Exception {
        other.close();
    }

    private static ProviderKey key(String name, int callsPerMinute, int concurrent) {
        return new ProviderKey(name, "sk-" + name, 1, callsPerMinute, concurrent);
    }

    private void keys(List<ProviderKey> first, ProviderKey... keys) {
        Map<String, ProviderSettings> providers = new TreeMap<>(house.settings().providers());
        providers.computeIfPresent("openai", (_, openai) -> openai.withKeys(first));
        providers.put(
                "other",
                ProviderSettings.of("other", Dialect.OPENAI, other.uri("/v1"), null)
                        .withKeys(List.of(keys)));
        house.gateway.reconfigure(
                BOOK.with(List.of(small("other"))),
                GatewaySettings.of(providers).withLadders(Map.of("acme", ladder(cheaper))));
    }

    private void downgrade() {
        budget("cheap", Unit.TOKENS, 1_000, Mode.SOFT, at(1, Action.DOWNGRADE));
    }

    private HttpResponse<String> ask(String run) throws Exception {
        return house.send(request(run));
    }

    private HttpRequest.Builder request(String run) {
        return house.request(Way.CHAT.path, Way.CHAT.body("")).header("X-Bursar-Run", run);
    }

    private List<String> seen() {
        return other.received.stream()
                .map(received -> String.valueOf(received.headers().get("authorization")))
                .toList();
    }

    @Test
    void call_ledToAnotherProvider_isMadeWithTheKeysOfThatOne() throws Exception {
        downgrade();
        for (int run = 0; run < 16; run++) {
            HttpResponse<String> answer = ask("run-" + run);
            assertThat(header(answer, "X-Bursar-Decision")).isEqualTo("downgraded");
        }
        assertThat(Set.copyOf(seen())).containsExactlyInAnyOrder("Bearer sk-b1", "Bearer sk-b2");
        assertThat(house.provider.received).isEmpty();
        assertThat(house.entries(Entry.Committed.class))
                .allSatisfy(entry ->
                        assertThat(entry.attribution().labels())
                                .containsEntry("provider", "other")
                                .hasEntrySatisfying(
                                        "provider_key", key -> assertThat(key).startsWith("b")));
    }

    @Test
    void call_fromAProviderWithoutKeys_isMadeWithOneAllTheSame() throws Exception {
        keys(List.of(), key("b1", 0, 0));
        downgrade();
        assertThat(ask("r").statusCode()).isEqualTo(200);
        assertThat(seen()).containsExactly("Bearer sk-b1");
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 429})
    void keyThatIsRefused_restsAndIsReplaced_notThatOfTheFirst(int status) throws Exception {
        downgrade();
        for (int run = 0; run < 8; run++) {
            statuses.put("sk-b1", status);
            assertThat(ask("run-" + run).statusCode()).isEqualTo(200);
        }
        assertThat(seen()).containsOnlyOnce("Bearer sk-b1");
        cheaper = Map.of();
        keys(List.of(key("a1", 0, 0)), key("b1", 0, 0), key("b2", 0, 0));
        assertThat(ask("later").statusCode()).isEqualTo(200);
        assertThat(house.provider.received).hasSize(1);
    }

    @Test
    void boundsOfKeys_holdWhereTheCallGoes() throws Exception {
        keys(List.of(key("a1", 1, 0)), key("b1", 2, 0));
        downgrade();
        assertThat(ask("1").statusCode()).isEqualTo(200);
        assertThat(ask("2").statusCode()).isEqualTo(200);

        HttpResponse<String> third = ask("3");

        assertThat(third.statusCode()).isEqualTo(429);
        assertThat(third.body()).contains("provider_limited");
        assertThat(seen()).hasSize(2);
        assertThat(house.released().attribution().labels())
                .containsEntry("status", "provider_limited");
        assertThat(house.held()).isZero();
    }

    @Test
    void callThatWaits_keepsNoKey() throws Exception {
        keys(List.of(key("a1", 0, 1)), key("b1", 0, 0));
        budget(
                "one",
                List.of("run"),
                Unit.CALLS,
                1,
                new Window.Life(),
                Mode.HARD,
                at(100, Action.DEFER));
        assertThat(ask("r1").statusCode()).isEqualTo(200);
        var waiting =
                house.http.sendAsync(
                        request("r1").header("X-Bursar-Priority", "batch").build(),
                        HttpResponse.BodyHandlers.ofString());
        House.await(() -> house.gateway.waiting() == 1);

        assertThat(ask("r2").statusCode()).isEqualTo(200);
        assertThat(waiting).isNotDone();
    }
}
