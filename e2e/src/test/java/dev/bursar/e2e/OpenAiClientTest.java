package dev.bursar.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonObject;
import com.openai.core.JsonValue;
import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import com.openai.errors.UnauthorizedException;
import com.openai.errors.UnexpectedStatusCodeException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// The official OpenAI client for Java, with nothing changed but its base URL, its key and a few
/// headers.
class OpenAiClientTest extends WithServer {

    @Test
    void create_answersAndTellsTheCost() {
        OpenAIClient client = client("answer");
        try (HttpResponseFor<ChatCompletion> response =
                client.chat().completions().withRawResponse().create(ask("Hello", 40))) {
            ChatCompletion answer = response.parse();

            assertThat(answer.choices().getFirst().message().content()).isPresent();
            assertThat(answer.usage().orElseThrow().completionTokens()).isPositive();
            assertThat(response.headers().values("X-Bursar-Decision")).containsExactly("allow");
            assertThat(response.headers().values("X-Bursar-Call")).hasSize(1);
            assertThat(response.headers().values("X-Bursar-Cost"))
                    .singleElement()
                    .satisfies(cost -> assertThat(new BigDecimal(cost)).isPositive());
        }
    }

    @Test
    void createStreaming_streamsAndHidesUsageThatWasNotAskedFor() {
        List<ChatCompletionChunk> chunks = chunks(ask("Tell me", 60));

        assertThat(text(chunks)).isNotBlank();
        assertThat(chunks.getLast().choices().getFirst().finishReason()).isPresent();
        assertThat(chunks).allMatch(chunk -> chunk.usage().isEmpty());
    }

    @Test
    void createStreaming_withUsageAskedFor_hasIt() {
        List<ChatCompletionChunk> chunks =
                chunks(
                        ask("Tell me", 60).toBuilder()
                                .streamOptions(
                                        ChatCompletionStreamOptions.builder()
                                                .includeUsage(true)
                                                .build())
                                .build());

        assertThat(chunks.getLast().usage().orElseThrow().completionTokens()).isPositive();
    }

    @Test
    void create_withoutBudget_throwsOnceWithTheBudgetInside() {
        OpenAIClient client = client("poor");
        long upstream = provider.requests();

        UnexpectedStatusCodeException denial =
                catchThrowableOfType(
                        UnexpectedStatusCodeException.class,
                        () -> client.chat().completions().create(ask("Hello", 40)));

        assertThat(denial.statusCode()).isEqualTo(402);
        assertThat(denial.code()).contains("budget_exhausted");
        assertThat(denial.type()).contains("insufficient_quota");
        assertThat(denial.headers().values("x-should-retry")).containsExactly("false");
        assertThat(denial.headers().values("Retry-After")).isEmpty();
        assertThat(budgetOf(denial.body())).containsEntry("name", JsonValue.from("poor-run"));
        assertThat(budgetOf(denial.body()))
                .containsEntry("unit", JsonValue.from("USD"))
                .containsEntry("limit", JsonValue.from("0.000001"))
                .containsKeys(
                        "scope",
                        "spent",
                        "held",
                        "asked",
                        "affordable",
                        "resets_at",
                        "suggestions");
        assertThat(provider.requests()).isEqualTo(upstream);
        assertThat(requestsAtTheGateway("poor")).isEqualTo(1);
    }

    @Test
    void createStreaming_withoutBudget_throwsBeforeTheFirstChunk() {
        OpenAIClient client = client("poor-stream");

        UnexpectedStatusCodeException denial =
                catchThrowableOfType(
                        UnexpectedStatusCodeException.class,
                        () -> client.chat().completions().createStreaming(ask("Hello", 40)));

        assertThat(denial.statusCode()).isEqualTo(402);
        assertThat(denial.code()).contains("budget_exhausted");
        assertThat(requestsAtTheGateway("poor-stream")).isEqualTo(1);
    }

    @Test
    void create_withWrongKey_throwsUnauthorized() {
        OpenAIClient client =
                OpenAIOkHttpClient.builder()
                        .baseUrl(bursar.url() + "/v1")
                        .apiKey("no-such-key-anywhere")
                        .build();

        assertThat(
                        catchThrowableOfType(
                                UnauthorizedException.class,
                                () -> client.chat().completions().create(ask("Hello", 40))))
                .isNotNull();
    }

    private OpenAIClient client(String workflow) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(bursar.url() + "/v1")
                .apiKey(Setup.KEY)
                .putHeader("X-Bursar-Workflow", workflow)
                .putHeader("X-Bursar-Run", "openai-" + workflow)
                .build();
    }

    private List<ChatCompletionChunk> chunks(ChatCompletionCreateParams params) {
        try (StreamResponse<ChatCompletionChunk> stream =
                client("stream").chat().completions().createStreaming(params)) {
            return stream.stream().toList();
        }
    }

    private static String text(List<ChatCompletionChunk> chunks) {
        StringBuilder text = new StringBuilder();
        chunks.forEach(chunk ->
                chunk.choices()
                        .forEach(choice -> choice.delta().content().ifPresent(text::append)));
        return text.toString();
    }

    private static ChatCompletionCreateParams ask(String prompt, int maxTokens) {
        return ChatCompletionCreateParams.builder()
                .model("gpt-4o-mini")
                .addUserMessage(prompt)
                .maxCompletionTokens(maxTokens)
                .build();
    }

    /// The client unwraps `error`, so the body is what is inside.
    private static Map<String, JsonValue> budgetOf(JsonValue error) {
        JsonValue budget = ((JsonObject) error).values().get("budget");
        return ((JsonObject) Objects.requireNonNull(budget)).values();
    }
}
