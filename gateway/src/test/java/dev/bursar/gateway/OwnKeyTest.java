package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.routing.ProviderKey;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Keys of a provider that a client brings itself, in queries and headers: they go there, and no key of ours
/// does.
class OwnKeyTest {

    @TempDir private Path data;
    private House house;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        house.budget("all", Unit.USD_MICROCENTS, 10_000_000_000L);
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    private HttpResponse<String> generate(String model, String query) throws Exception {
        return house.send(
                HttpRequest.newBuilder(
                                house.uri("/v1beta/models/" + model + ":generateContent?" + query))
                        .header("X-Bursar-Key", House.KEY)
                        .POST(HttpRequest.BodyPublishers.ofString(Samples.GENERATE)));
    }

    @ParameterizedTest
    @CsvSource({
        "key=own&x=1, key=own&x=1",
        "key=own&key=" + House.KEY + ", key=own",
        "key=" + House.KEY + "&key=own, key=own",
        "%6bey=own, %6bey=own",
        "x=1&%6bey=" + House.KEY + ", x=1",
        "key=&x=1, x=1",
        "xkey=1&keyx, xkey=1&keyx",
    })
    void keysInTheQuery_goOnUnlessTheyAreOurs(String query, String sent) throws Exception {
        generate("house-model", query);
        FakeProvider.Received received = house.provider.received.getFirst();
        assertThat(received.uri()).endsWith(":generateContent?" + sent);
        boolean own = sent.contains("own");
        assertThat(received.headers().get("x-goog-api-key")).isEqualTo(own ? null : "g-provider");
    }

    @ParameterizedTest
    @ValueSource(strings = {"house-model", "openai/house-model", "anthropic/house-model"})
    void keyThatCanBeInNoHeader_isRefusedAndNotRepeated(String model) throws Exception {
        for (String key :
                new String[] {"own-secret%0A", "own-secret%0D%0AX-Evil:%201", "%E2%82%AC"}) {
            HttpResponse<String> answer = generate(model, "key=" + key);
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body())
                    .contains("key: must have visible ASCII characters only")
                    .doesNotContain("own-secret");
        }
        assertThat(house.provider.received).isEmpty();
        assertThat(house.entries(Entry.Reserved.class)).isEmpty();
        assertThat(house.held()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"key=&key=junk", "key=" + House.KEY + "&key=junk", "key=junk"})
    void keyThatTheProviderRefuses_isReplacedByNoneOfOurs(String query) throws Exception {
        Map<String, ProviderSettings> providers = new TreeMap<>(house.settings().providers());
        providers.computeIfPresent(
                "gemini",
                (_, gemini) ->
                        gemini.withKeys(
                                List.of(ProviderKey.of("a", "g-a"), ProviderKey.of("b", "g-b"))));
        house.gateway.reconfigure(House.BOOK, GatewaySettings.of(providers));
        for (int status : new int[] {401, 429}) {
            house.provider.script(answer -> answer.json(status, "{\"error\":{}}"));
            assertThat(generate("house-model", query).statusCode()).isEqualTo(status);
        }
        assertThat(house.provider.received)
                .hasSize(2)
                .allSatisfy(received ->
                        assertThat(received.uri()).endsWith(":generateContent?key=junk"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer ", "bearer", "Bearer"})
    void emptyKey_isNone(String empty) throws Exception {
        house.send(
                house.request("/v1/chat/completions", Samples.CHAT)
                        .setHeader("Authorization", empty)
                        .header("X-Bursar-Key", House.KEY));
        assertThat(house.provider.received.getFirst().headers().getAll("authorization"))
                .containsExactly("Bearer sk-provider");
    }

    @Test
    void ownKey_toAModelOfAnotherDialect_isPutWhereItBelongs() throws Exception {
        generate("anthropic/house-model", "key=own");
        assertThat(house.provider.received.getFirst().headers().get("x-api-key")).isEqualTo("own");
        assertThat(house.provider.received.getFirst().uri()).doesNotContain("own");
    }
}
