package dev.bursar.e2e;

import dev.bursar.e2e.ClientCase.Trouble;
import java.util.function.Function;
import java.util.stream.Stream;
import org.springframework.ai.anthropic.AnthropicChatModel;
import org.springframework.ai.anthropic.AnthropicChatOptions;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.ai.openai.OpenAiEmbeddingModel;
import org.springframework.ai.openai.OpenAiEmbeddingOptions;

/// Spring AI, with the releases of the official clients that it brings.
class SpringAiTest extends ClientContract {

    @Override
    Stream<ClientCase> clients() {
        return Stream.of(
                official(
                                "spring-ai openai",
                                "gpt-4o-mini",
                                url ->
                                        new SpringAi(
                                                task -> openAi(url, task),
                                                task -> embeddings(url, task)))
                        .sees(Trouble.STOPPED, "LENGTH")
                        .waits(4)
                        .embeds("text-embedding-3-small"),
                official(
                                "spring-ai anthropic",
                                "claude-opus-4-6",
                                url -> new SpringAi(task -> anthropic(url, task)))
                        .sees(Trouble.STOPPED, "max_tokens")
                        .waits(3));
    }

    private static ClientCase official(
            String name, String model, Function<String, ClientLibrary> open) {
        return new ClientCase(name, model, open)
                .sees(Trouble.DENIED, "UnexpectedStatusCodeException 402 budget_exhausted poor")
                .sees(Trouble.FORBIDDEN, "PermissionDeniedException 403 model_unpriced -")
                .sees(Trouble.BUSY, "RateLimitException 429 budget_held one-at-a-time")
                .sees(Trouble.CUT, "SseException 200 provider_unreachable -");
    }

    private static ChatModel openAi(String url, Task task) {
        return OpenAiChatModel.builder()
                .options(
                        OpenAiChatOptions.builder()
                                .baseUrl(url + "/v1")
                                .apiKey(Setup.KEY)
                                .model(task.model())
                                .customHeaders(task.allHeaders())
                                .build())
                .build();
    }

    private static ChatModel anthropic(String url, Task task) {
        return AnthropicChatModel.builder()
                .options(
                        AnthropicChatOptions.builder()
                                .baseUrl(url)
                                .apiKey(Setup.KEY)
                                .model(task.model())
                                .customHeaders(task.allHeaders())
                                .build())
                .build();
    }

    private static EmbeddingModel embeddings(String url, Task task) {
        return OpenAiEmbeddingModel.builder()
                .options(
                        OpenAiEmbeddingOptions.builder()
                                .baseUrl(url + "/v1")
                                .apiKey(Setup.KEY)
                                .model(task.model())
                                .customHeaders(task.allHeaders())
                                .build())
                .build();
    }
}
