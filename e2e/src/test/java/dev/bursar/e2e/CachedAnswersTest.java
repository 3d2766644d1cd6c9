package dev.bursar.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.HttpResponseFor;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Answers of the cache, read by the official clients: as a whole and as a stream, whichever way the
/// answer came that was paid for.
class CachedAnswersTest extends WithServer {

    private static final String CACHE =
            """
                cache:
                  answers:
                    - exact: { ttl: 10m }
            """;

    @Override
    Setup setup() {
        return super.setup().with(CACHE);
    }

    private OpenAIClient openAi() {
        return OpenAIOkHttpClient.builder().baseUrl(bursar.url() + "/v1").apiKey(Setup.KEY).build();
    }

    private AnthropicClient anthropic() {
        return AnthropicOkHttpClient.builder().baseUrl(bursar.url()).apiKey(Setup.KEY).build();
    }

    private static ChatCompletionCreateParams chat(String text) {
        return ChatCompletionCreateParams.builder()
                .model("gpt-4o-mini")
                .maxCompletionTokens(60)
                .temperature(0)
                .addUserMessage(text + " <<simulate output=20>>")
                .build();
    }

    private static MessageCreateParams message(String text) {
        return MessageCreateParams.builder()
                .model("claude-sonnet-4-5")
                .maxTokens(60)
                .putAdditionalBodyProperty("temperature", JsonValue.from(0))
                .addUserMessage(text + " <<simulate output=20>>")
                .build();
    }

    private ChatCompletion streamed(ChatCompletionCreateParams params) {
        ChatCompletionAccumulator all = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream =
                openAi().chat()
                        .completions()
                        .createStreaming(
                                params.toBuilder()
                                        .streamOptions(
                                                ChatCompletionStreamOptions.builder()
                                                        .includeUsage(true)
                                                        .build())
                                        .build())) {
            stream.stream().forEach(all::accumulate);
        }
        return all.chatCompletion();
    }

    private Message streamed(MessageCreateParams params) {
        MessageAccumulator all = MessageAccumulator.create();
        try (com.anthropic.core.http.StreamResponse<RawMessageStreamEvent> stream =
                anthropic().messages().createStreaming(params)) {
            stream.stream().forEach(all::accumulate);
        }
        return all.message();
    }

    private static void requireSame(ChatCompletion one, ChatCompletion other) {
        assertThat(other.id()).isEqualTo(one.id());
        assertThat(other.choices().getFirst().message().content())
                .isEqualTo(one.choices().getFirst().message().content());
        assertThat(other.choices().getFirst().finishReason())
                .isEqualTo(one.choices().getFirst().finishReason());
        assertThat(other.usage().orElseThrow().totalTokens())
                .isEqualTo(one.usage().orElseThrow().totalTokens());
    }

    private static void requireSame(Message one, Message other) {
        assertThat(other.id()).isEqualTo(one.id());
        assertThat(other.content().stream().map(block -> block.asText().text()).toList())
                .isEqualTo(one.content().stream().map(block -> block.asText().text()).toList());
        assertThat(other.stopReason()).isEqualTo(one.stopReason());
        assertThat(List.of(other.usage().inputTokens(), other.usage().outputTokens()))
                .isEqualTo(List.of(one.usage().inputTokens(), one.usage().outputTokens()));
    }

    @Test
    void chat_answeredOnce_isToldAsAStreamToo() {
        long before = provider.requests();
        ChatCompletion first = openAi().chat().completions().create(chat("whole"));
        requireSame(first, openAi().chat().completions().create(chat("whole")));
        requireSame(first, streamed(chat("whole")));
        assertThat(provider.requests()).isEqualTo(before + 1);
    }

    @Test
    void chat_streamedOnce_isToldAsAWholeToo() {
        long before = provider.requests();
        ChatCompletion first = streamed(chat("stream"));
        requireSame(first, streamed(chat("stream")));
        requireSame(first, openAi().chat().completions().create(chat("stream")));
        assertThat(provider.requests()).isEqualTo(before + 1);
    }

    @Test
    void message_answeredOnce_isToldAsAStreamToo() {
        long before = provider.requests();
        Message first = anthropic().messages().create(message("whole"));
        requireSame(first, streamed(message("whole")));
        try (HttpResponseFor<Message> hit =
                anthropic().messages().withRawResponse().create(message("whole"))) {
            assertThat(hit.headers().values("X-Bursar-Decision")).containsExactly("cached");
            assertThat(hit.headers().values("X-Bursar-Cost")).containsExactly("0");
            requireSame(first, hit.parse());
        }
        assertThat(provider.requests()).isEqualTo(before + 1);
    }

    @Test
    void message_streamedOnce_isToldAsAWholeToo() {
        long before = provider.requests();
        Message first = streamed(message("stream"));
        requireSame(first, streamed(message("stream")));
        requireSame(first, anthropic().messages().create(message("stream")));
        assertThat(provider.requests()).isEqualTo(before + 1);
    }
}
