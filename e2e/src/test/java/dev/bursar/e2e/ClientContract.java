package dev.bursar.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.e2e.ClientCase.Trouble;
import dev.bursar.e2e.Task.Does;
import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// What every client library must get from the gateway, whatever it makes of it: answers, streams,
/// tool calls and embeddings pass; a denial surfaces as the library's own error after one request; a
/// broken stream is seen as broken, and one that there is no money for as cut short; who goes away pays
/// for what was produced, and holds nothing.
abstract class ClientContract extends WaitingContract {

    /// A stream of twice the tokens that the budget `tight` has, which does not end by itself.
    private static final String ENDLESS =
            "Hello <<simulate output=4000 bound=ignored silent=middle>>";

    @ParameterizedTest
    @MethodSource("cases")
    void answer_isOneCall(ClientCase client) {
        Seen seen = perform(client, "answer", Does.ANSWER, HELLO);

        assertThat(seen.error()).isNull();
        assertThat(seen.text()).isNotBlank();
        assertThat(tap.statuses(runName(client, "answer"))).containsExactly(200);
        assertThat(calls(client, "answer", 1)).singleElement().satisfies(ClientContract::isPriced);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void stream_hasTheTextOfAnAnswer(ClientCase client) {
        Seen seen = perform(client, "stream", Does.STREAM, HELLO);
        Seen whole = perform(client, "whole", Does.ANSWER, HELLO);

        assertThat(seen.error()).isNull();
        assertThat(seen.text()).isNotBlank().isEqualTo(whole.text());
        assertThat(tap.statuses(runName(client, "stream"))).containsExactly(200);
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

    @ParameterizedTest
    @MethodSource("embedding")
    void embedding_isOneCall(ClientCase client) {
        Seen seen = perform(client, "embedding", Does.EMBED, HELLO);

        assertThat(seen.error()).isNull();
        assertThat(seen.text().strip().split(" ", -1))
                .hasSize(16)
                .doesNotHaveDuplicates()
                .allSatisfy(number ->
                        assertThat(Double.parseDouble(number)).isStrictlyBetween(-1.0, 1.0));
        assertThat(tap.statuses(runName(client, "embedding"))).containsExactly(200);
        assertThat(calls(client, "embedding", 1))
                .singleElement()
                .satisfies(call -> {
                    assertThat(call.path("model").asString()).isEqualTo(client.embeddings());
                    if (client.embeddings().startsWith("gemini")) {
                        // Gemini does not tell what its embeddings took.
                        isEstimated(call);
                    } else {
                        isPriced(call);
                    }
                });
    }

    @ParameterizedTest
    @MethodSource("embedding")
    void embedding_withoutBudget_surfacesAfterOneRequest(ClientCase client) {
        isDeniedOnce(client, "poor-embedding", Does.EMBED);
    }

    private void isDeniedOnce(ClientCase client, String name, Does does) {
        long upstream = provider.requests();

        Seen seen = perform(client, task(client, name, does, HELLO, "poor"));

        assertThat(seen.error()).hasToString(client.expected(Trouble.DENIED));
        assertThat(seen.text()).isEmpty();
        assertThat(tap.statuses(runName(client, name))).containsExactly(402);
        Tap.Request denied = tap.requests(runName(client, name)).getFirst();
        assertThat(denied.header("x-should-retry")).hasValue("false");
        assertThat(denied.header("Retry-After")).isEmpty();
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

        assertThat(seen.error()).hasToString(client.expected(Trouble.FORBIDDEN));
        assertThat(tap.statuses(run)).containsExactly(403);
        assertThat(provider.requests()).isEqualTo(upstream);
        assertThat(bursar.metric("bursar_unpriced_requests_total")).isEqualTo(unpriced + 1);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void stream_brokenOffByTheProvider_surfacesAndIsChargedAsEstimated(ClientCase client) {
        Seen seen = perform(client, "cut", Does.STREAM, "Hello <<simulate output=400 silent=cut>>");

        assertThat(seen.error() == null ? ClientCase.UNSEEN : seen.error().toString())
                .isEqualTo(client.expected(Trouble.CUT));
        assertThat(seen.text()).isNotBlank();
        assertThat(calls(client, "cut", 1)).singleElement().satisfies(ClientContract::isEstimated);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void stream_thatThereIsNoMoneyFor_isSeenAsCutShortAndFlagged(ClientCase client) {
        long abandoned = provider.abandoned();

        Seen seen = perform(client, task(client, "stopped", Does.STREAM, ENDLESS, "tight"));

        assertThat(seen.end()).isEqualTo(client.expected(Trouble.STOPPED));
        assertThat(seen.text().split(" ", -1)).hasSizeBetween(500, 1500);
        assertThat(tap.statuses(runName(client, "stopped"))).containsExactly(200);
        Await.until(SETTLED, "the provider is told", () -> provider.abandoned() > abandoned);
        assertThat(calls(client, "stopped", 2))
                .satisfiesExactly(
                        more -> {
                            assertThat(more.path("outcome").asString()).isEqualTo("denied");
                            assertThat(more.path("budget").asString()).isEqualTo("tight");
                        },
                        call -> {
                            isEstimated(call);
                            assertThat(call.path("status").asString()).isEqualTo("stopped");
                        });
        assertThat(perform(client, "stopped", Does.ANSWER, HELLO).error()).isNull();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void goAway_inAStream_cancelsChargesAndHoldsNothing(ClientCase client) {
        long abandoned = provider.abandoned();

        Seen seen = perform(client, "gone", Does.GO_AWAY, SILENT);

        assertThat(seen.text()).isNotBlank();
        Await.until(SETTLED, "the provider is told", () -> provider.abandoned() > abandoned);
        assertThat(calls(client, "gone", 1))
                .singleElement()
                .satisfies(ClientContract::isEstimated)
                .satisfies(call ->
                        assertThat(call.path("status").asString()).isEqualTo("client_gone"));
        assertThat(perform(client, "gone", Does.ANSWER, HELLO).error()).isNull();
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
