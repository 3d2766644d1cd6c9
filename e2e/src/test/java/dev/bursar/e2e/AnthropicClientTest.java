package dev.bursar.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonObject;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.HttpResponseFor;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.PaymentRequiredException;
import com.anthropic.models.ErrorType;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The official Anthropic client for Java, with nothing changed but its base URL, its key and a few
/// headers.
class AnthropicClientTest extends WithServer {

    @Test
    void create_answersAndTellsTheCost() {
        try (HttpResponseFor<Message> response =
                client("answer").messages().withRawResponse().create(ask("Hello", 40))) {
            Message answer = response.parse();

            assertThat(answer.content().getFirst().isText()).isTrue();
            assertThat(answer.usage().outputTokens()).isPositive();
            assertThat(response.headers().values("X-Bursar-Decision")).containsExactly("allow");
            assertThat(response.headers().values("X-Bursar-Cost"))
                    .singleElement()
                    .satisfies(cost -> assertThat(new BigDecimal(cost)).isPositive());
        }
    }

    @Test
    void createStreaming_streamsToTheEnd() {
        List<RawMessageStreamEvent> events;
        try (StreamResponse<RawMessageStreamEvent> stream =
                client("stream").messages().createStreaming(ask("<<simulate output=90>>", 60))) {
            events = stream.stream().toList();
        }

        assertThat(events.getFirst().isMessageStart()).isTrue();
        assertThat(events.getLast().isMessageStop()).isTrue();
        assertThat(events)
                .filteredOn(RawMessageStreamEvent::isMessageDelta)
                .singleElement()
                .satisfies(event ->
                        assertThat(event.asMessageDelta().delta().stopReason())
                                .contains(StopReason.MAX_TOKENS));
    }

    @Test
    void create_withoutBudget_throwsOnceWithTheBudgetInside() {
        long upstream = provider.requests();

        PaymentRequiredException denial =
                catchThrowableOfType(
                        PaymentRequiredException.class,
                        () -> client("poor").messages().create(ask("Hello", 40)));

        assertThat(denial.statusCode()).isEqualTo(402);
        assertThat(denial.type()).contains(ErrorType.BILLING_ERROR);
        assertThat(denial.headers().values("x-should-retry")).containsExactly("false");
        Map<String, JsonValue> error = object(object(denial.body()).get("error"));
        assertThat(error).containsEntry("code", JsonValue.from("budget_exhausted"));
        assertThat(object(error.get("budget")))
                .containsEntry("name", JsonValue.from("poor-run"))
                .containsEntry("limit", JsonValue.from("0.000001"))
                .containsKeys("spent", "held", "asked", "affordable", "suggestions");
        assertThat(denial.requestId()).isPresent();
        assertThat(provider.requests()).isEqualTo(upstream);
        assertThat(requestsAtTheGateway("poor")).isEqualTo(1);
    }

    @Test
    void createStreaming_withoutBudget_throwsBeforeTheFirstEvent() {
        PaymentRequiredException denial =
                catchThrowableOfType(
                        PaymentRequiredException.class,
                        () -> client("poor-stream").messages().createStreaming(ask("Hi", 40)));

        assertThat(denial.type()).contains(ErrorType.BILLING_ERROR);
        assertThat(requestsAtTheGateway("poor-stream")).isEqualTo(1);
    }

    private AnthropicClient client(String workflow) {
        return AnthropicOkHttpClient.builder()
                .baseUrl(bursar.url())
                .apiKey(Setup.KEY)
                .putHeader("X-Bursar-Workflow", workflow)
                .putHeader("X-Bursar-Run", "anthropic-" + workflow)
                .build();
    }

    private static MessageCreateParams ask(String prompt, int maxTokens) {
        return MessageCreateParams.builder()
                .model("claude-sonnet-4-5")
                .addUserMessage(prompt)
                .maxTokens(maxTokens)
                .build();
    }

    private static Map<String, JsonValue> object(@Nullable JsonValue value) {
        return ((JsonObject) Objects.requireNonNull(value)).values();
    }
}
