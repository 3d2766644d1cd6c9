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
import com.openai.models.embeddings.EmbeddingCreateParams;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// The official OpenAI client, Chat Completions and embeddings.
final class OpenAiJava extends EventLibrary<ChatCompletionChunk> {

    /// Of a call of the tool.
    record Arguments(String query) {}

    private final OpenAIClient client;

    OpenAiJava(String url) {
        client = client(url);
    }

    static OpenAIClient client(String url) {
        return OpenAIOkHttpClient.builder().baseUrl(url + "/v1").apiKey(Setup.KEY).build();
    }

    @Override
    void answer(Task task, Consumer<String> say) {
        say.accept(ask(ask(task).build()).content().orElseThrow());
    }

    @Override
    void callTool(Task task, Consumer<String> say) {
        FunctionParameters parameters =
                ObjectMappers.jsonMapper().convertValue(TOOL_SCHEMA, FunctionParameters.class);
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
    @SuppressWarnings("MustBeClosedChecker") // closing the events closes it
    Stream<ChatCompletionChunk> events(Task task) {
        StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(ask(task).build());
        return stream.stream().onClose(stream::close);
    }

    @Override
    String text(ChatCompletionChunk chunk) {
        return chunk.choices().isEmpty()
                ? ""
                : chunk.choices().getFirst().delta().content().orElse("");
    }

    @Override
    Optional<String> finish(ChatCompletionChunk chunk) {
        return chunk.choices().stream()
                .flatMap(choice -> choice.finishReason().stream())
                .map(reason -> reason.asString())
                .findFirst();
    }

    @Override
    List<Float> embed(Task task) {
        EmbeddingCreateParams.Builder params =
                EmbeddingCreateParams.builder().model(task.model()).input(task.prompt());
        task.allHeaders().forEach(params::putAdditionalHeader);
        return client.embeddings().create(params.build()).data().getFirst().embedding();
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

    private static ChatCompletionCreateParams.Builder ask(Task task) {
        ChatCompletionCreateParams.Builder params =
                ChatCompletionCreateParams.builder()
                        .model(task.model())
                        .addUserMessage(task.prompt());
        task.allHeaders().forEach(params::putAdditionalHeader);
        return params;
    }

    private static String json(JsonValue body) {
        return ObjectMappers.jsonMapper().valueToTree(body).toString();
    }
}
