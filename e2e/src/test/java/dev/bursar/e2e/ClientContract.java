package dev.bursar.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.e2e.Task.Does;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What every client library must get from the gateway, whatever it makes of it: answers, streams and
/// tool calls pass; a denial surfaces as the library's own error after a single request; a broken stream
/// is seen as broken; who goes away pays for what was produced, and holds nothing.
abstract class ClientContract extends WithServer {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final Duration SETTLED = Duration.ofSeconds(30);

    private static final String HELLO = "Hello <<simulate output=20>>";

    /// One call at a time in each run: a hold that stays would refuse the next.
    private static final String BUDGETS =
            """
            - { name: company, limit: 1000 USD, every: month }
            - { name: one-at-a-time, per: [run], limit: 1 slots }
            - { name: poor, match: { feature: poor }, per: [run], limit: 0.000001 USD }
            """;

    private final Map<String, ClientLibrary> open = new HashMap<>();

    abstract Stream<ClientCase> cases();

    @Override
    Setup setup() {
        return super.setup().withGemini(provider.geminiUrl()).withBudgets(BUDGETS);
    }

    @AfterAll
    void closeLibraries() {
        open.values().forEach(ClientLibrary::close);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void answer_isOneCall(ClientCase client) {
        Seen seen = perform(client, "answer", Does.ANSWER, HELLO);

        assertThat(seen.error()).isNull();
        assertThat(seen.text()).isNotBlank();
        assertThat(calls(client, "answer", 1)).singleElement().satisfies(ClientContract::isPriced);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void stream_hasTheTextOfAnAnswer(ClientCase client) {
        Seen seen = perform(client, "stream", Does.STREAM, HELLO);
        Seen whole = perform(client, "whole", Does.ANSWER, HELLO);

        assertThat(seen.error()).isNull();
        assertThat(seen.text()).isNotBlank().isEqualTo(whole.text());
        assertThat(calls(client, "stream", 1)).singleElement().satisfies(ClientContract::isPriced);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void toolCall_isAnsweredAndCounted(ClientCase client) {
        Seen seen = perform(client, "tool", Does.CALL_TOOL, HELLO);

        assertThat(seen.error()).isNull();
        assertThat(seen.text()).isNotBlank();
        assertThat(calls(client, "tool", 2)).hasSize(2).allSatisfy(ClientContract::isPriced);
        assertThat(run(runName(client, "tool")).path("run").path("tool_calls").asInt())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void answer_withoutBudget_surfacesAfterOneRequest(ClientCase client) {
        isDeniedOnce(client, "poor", Does.ANSWER);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void stream_withoutBudget_surfacesAfterOneRequest(ClientCase client) {
        isDeniedOnce(client, "poor-stream", Does.STREAM);
    }

    private void isDeniedOnce(ClientCase client, String name, Does does) {
        long upstream = provider.requests();

        Seen seen = perform(client, task(client, name, does, HELLO, "poor"));

        assertThat(seen.error()).hasToString(client.denied());
        assertThat(seen.text()).isEmpty();
        assertThat(provider.requests()).isEqualTo(upstream);
        assertThat(calls(client, name, 1))
                .singleElement()
                .satisfies(call -> {
                    assertThat(call.path("outcome").asString()).isEqualTo("denied");
                    assertThat(call.path("budget").asString()).isEqualTo("poor");
                });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void answer_ofModelWithoutPrice_surfacesAfterOneRequest(ClientCase client) {
        long upstream = provider.requests();
        double unpriced = bursar.metric("bursar_unpriced_requests_total");
        String run = runName(client, "unpriced");

        Seen seen =
                perform(client, new Task(Does.ANSWER, run, "model-without-price", HELLO, Map.of()));

        assertThat(seen.error()).hasToString(client.forbidden());
        assertThat(provider.requests()).isEqualTo(upstream);
        assertThat(bursar.metric("bursar_unpriced_requests_total")).isEqualTo(unpriced + 1);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void stream_brokenOffByTheProvider_surfacesAndIsChargedAsEstimated(ClientCase client) {
        Seen seen = perform(client, "cut", Does.STREAM, "Hello <<simulate output=400 silent=cut>>");

        assertThat(seen.error() == null ? ClientCase.UNSEEN : seen.error().toString())
                .isEqualTo(client.cut());
        assertThat(seen.text()).isNotBlank();
        assertThat(calls(client, "cut", 1)).singleElement().satisfies(ClientContract::isEstimated);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void goAway_inAStream_cancelsChargesAndHoldsNothing(ClientCase client) {
        long abandoned = provider.abandoned();
        String silent = "Hello <<simulate output=400 silent=middle>>";

        Seen seen = perform(client, "gone", Does.GO_AWAY, silent);

        assertThat(seen.text()).isNotBlank();
        Await.until(SETTLED, "the provider is told", () -> provider.abandoned() == abandoned + 1);
        assertThat(calls(client, "gone", 1))
                .singleElement()
                .satisfies(ClientContract::isEstimated)
                .satisfies(call ->
                        assertThat(call.path("status").asString()).isEqualTo("client_gone"));
        assertThat(perform(client, "gone", Does.ANSWER, HELLO).error()).isNull();
    }

    private Seen perform(ClientCase client, String name, Does does, String prompt) {
        return perform(client, task(client, name, does, prompt, "plain"));
    }

    private Seen perform(ClientCase client, Task task) {
        return open.computeIfAbsent(client.name(), name -> client.open().apply(bursar))
                .perform(task);
    }

    private Task task(ClientCase client, String name, Does does, String prompt, String feature) {
        return new Task(
                does,
                runName(client, name),
                client.model(),
                prompt,
                Map.of("X-Bursar-Feature", feature));
    }

    private static String runName(ClientCase client, String name) {
        return client.name().replaceAll("[^a-z0-9]+", "-") + "-" + name;
    }

    /// All calls of a run, when everything that was decided until now has been seen. A stream may end
    /// before its call is settled.
    private List<JsonNode> calls(ClientCase client, String name, int expected) {
        String run = runName(client, name);
        Await.until(SETTLED, run + " is settled", () -> calls(run).size() >= expected);
        awaitFollower();
        return calls(run);
    }

    private List<JsonNode> calls(String run) {
        return List.copyOf(run(run).path("calls").values());
    }

    private JsonNode run(String name) {
        return JSON.readTree(bursar.ask("/api/runs/acme/" + name, Setup.ADMIN).body());
    }

    private static void isPriced(JsonNode call) {
        assertThat(call.path("outcome").asString()).isEqualTo("settled");
        assertThat(call.path("status").asString()).isEqualTo("200");
        assertThat(call.path("provenance").asString()).isEqualTo("priced");
        assertThat(new BigDecimal(call.path("usd").asString())).isPositive();
    }

    private static void isEstimated(JsonNode call) {
        assertThat(call.path("outcome").asString()).isEqualTo("settled");
        assertThat(call.path("provenance").asString()).isEqualTo("estimated");
        assertThat(new BigDecimal(call.path("usd").asString())).isPositive();
    }
}
