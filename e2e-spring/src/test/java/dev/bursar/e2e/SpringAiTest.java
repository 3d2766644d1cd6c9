package dev.bursar.e2e;

import java.util.stream.Stream;
import org.springframework.ai.anthropic.AnthropicChatModel;
import org.springframework.ai.anthropic.AnthropicChatOptions;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;

/// Spring AI, with the releases of the official clients that it brings.
class SpringAiTest extends ClientContract {

    @Override
    Stream<ClientCase> cases() {
        return Stream.of(
                new ClientCase(
                        "spring-ai openai",
                        "gpt-4o-mini",
                        bursar -> new SpringAi(task -> openAi(bursar, task)),
                        "UnexpectedStatusCodeException 402 budget_exhausted poor",
                        "PermissionDeniedException 403 model_unpriced -",
                        "SseException 200 provider_unreachable -"),
                new ClientCase(
                        "spring-ai anthropic",
                        "claude-opus-4-6",
                        bursar -> new SpringAi(task -> anthropic(bursar, task)),
                        "UnexpectedStatusCodeException 402 budget_exhausted poor",
                        "PermissionDeniedException 403 model_unpriced -",
                        "SseException 200 provider_unreachable -"));
    }

    private static ChatModel openAi(Bursar bursar, Task task) {
        return OpenAiChatModel.builder()
                .options(
                        OpenAiChatOptions.builder()
                                .baseUrl(bursar.url() + "/v1")
                                .apiKey(Setup.KEY)
                                .model(task.model())
                                .customHeaders(task.allHeaders())
                                .build())
                .build();
    }

    private static ChatModel anthropic(Bursar bursar, Task task) {
        return AnthropicChatModel.builder()
                .options(
                        AnthropicChatOptions.builder()
                                .baseUrl(bursar.url())
                                .apiKey(Setup.KEY)
                                .model(task.model())
                                .customHeaders(task.allHeaders())
                                .build())
                .build();
    }
}
