package dev.bursar.e2e;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.ObjectMappers;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// The official OpenAI client, Chat Completions.
final class OpenAiJava extends JavaLibrary {

    private record Arguments(String query) {}

    private final OpenAIClient client;

    OpenAiJava(Bursar bursar) {
        client =
                OpenAIOkHttpClient.builder()
                        .baseUrl(bursar.url() + "/v1")
                        .apiKey(Setup.KEY)
                        .build();
    }

    @Override
    void answer(Task task, Consumer<String> say) {
        say.accept(ask(ask(task).build()).content().orElseThrow());
    }

    @Override
    void stream(Task task, Consumer<String> say) {
        try (StreamResponse<ChatCompletionChunk> stream = streamed(task)) {
            stream.stream().forEach(chunk -> say.accept(text(chunk)));
        }
    }

    @Override
    void callTool(Task task, Consumer<String> say) {
        FunctionParameters parameters =
                FunctionParameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .putAdditionalProperty(
                                "properties",
                                JsonValue.from(Map.of(TOOL_ARGUMENT, Map.of("type", "string"))))
                        .putAdditionalProperty("required", JsonValue.from(List.of(TOOL_ARGUMENT)))
                        .build();
        ChatCompletionCreateParams.Builder conversation =
                ask(task)
                        .addFunctionTool(
                                FunctionDefinition.builder()
                                        .name(TOOL)
                                        .description(TOOL_PURPOSE)
                                        .parameters(parameters)
                                        .build());
        ChatCompletionMessage asked = ask(conversation.build());
        ChatCompletionMessageFunctionToolCall call =
                asked.toolCalls().orElseThrow().getFirst().asFunction();
        conversation
                .addMessage(asked)
                .addMessage(
                        ChatCompletionToolMessageParam.builder()
                                .toolCallId(call.id())
                                .content(lookup(call.function().arguments(Arguments.class).query()))
                                .build());
        say.accept(ask(conversation.build()).content().orElseThrow());
    }

    @Override
    void goAway(Task task, Consumer<String> say) {
        try (StreamResponse<ChatCompletionChunk> stream = streamed(task)) {
            stream.stream()
                    .map(OpenAiJava::text)
                    .filter(text -> !text.isEmpty())
                    .findFirst()
                    .ifPresent(say);
        }
    }

    @Override
    Surface surface(Throwable thrown) {
        return surfaceOf(thrown);
    }

    static Surface surfaceOf(Throwable thrown) {
        if (thrown instanceof OpenAIServiceException error) {
            return Surface.of(error, error.statusCode(), json(error.body()));
        }
        return Surface.of(thrown, 0, thrown.getMessage());
    }

    private ChatCompletionMessage ask(ChatCompletionCreateParams params) {
        return client.chat().completions().create(params).choices().getFirst().message();
    }

    @SuppressWarnings("MustBeClosedChecker") // who asks for it closes it
    private StreamResponse<ChatCompletionChunk> streamed(Task task) {
        return client.chat().completions().createStreaming(ask(task).build());
    }

    private static ChatCompletionCreateParams.Builder ask(Task task) {
        ChatCompletionCreateParams.Builder params =
                ChatCompletionCreateParams.builder()
                        .model(task.model())
                        .addUserMessage(task.prompt());
        task.allHeaders().forEach(params::putAdditionalHeader);
        return params;
    }

    private static String text(ChatCompletionChunk chunk) {
        return chunk.choices().isEmpty()
                ? ""
                : chunk.choices().getFirst().delta().content().orElse("");
    }

    private static String json(JsonValue body) {
        return ObjectMappers.jsonMapper().valueToTree(body).toString();
    }
}
