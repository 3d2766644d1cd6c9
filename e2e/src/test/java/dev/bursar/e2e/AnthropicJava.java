package dev.bursar.e2e;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.ObjectMappers;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlock;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// The official Anthropic client.
final class AnthropicJava extends JavaLibrary {

    private static final int MAX_TOKENS = 500;

    private final AnthropicClient client;

    AnthropicJava(Bursar bursar) {
        client = AnthropicOkHttpClient.builder().baseUrl(bursar.url()).apiKey(Setup.KEY).build();
    }

    @Override
    void answer(Task task, Consumer<String> say) {
        say.accept(text(client.messages().create(ask(task).build())));
    }

    @Override
    void stream(Task task, Consumer<String> say) {
        try (StreamResponse<RawMessageStreamEvent> stream = streamed(task)) {
            stream.stream().forEach(event -> say.accept(text(event)));
        }
    }

    @Override
    void callTool(Task task, Consumer<String> say) {
        Tool.InputSchema schema =
                Tool.InputSchema.builder()
                        .properties(
                                Tool.InputSchema.Properties.builder()
                                        .putAdditionalProperty(
                                                TOOL_ARGUMENT,
                                                JsonValue.from(Map.of("type", "string")))
                                        .build())
                        .required(List.of(TOOL_ARGUMENT))
                        .build();
        MessageCreateParams.Builder conversation =
                ask(task)
                        .addTool(
                                Tool.builder()
                                        .name(TOOL)
                                        .description(TOOL_PURPOSE)
                                        .inputSchema(schema)
                                        .build());
        Message asked = client.messages().create(conversation.build());
        ToolUseBlock call = asked.content().getFirst().asToolUse();
        String query =
                ObjectMappers.jsonMapper().valueToTree(call._input()).path(TOOL_ARGUMENT).asText();
        ToolResultBlockParam result =
                ToolResultBlockParam.builder().toolUseId(call.id()).content(lookup(query)).build();
        conversation
                .addMessage(asked)
                .addUserMessageOfContentBlockParams(
                        List.of(ContentBlockParam.ofToolResult(result)));
        say.accept(text(client.messages().create(conversation.build())));
    }

    @Override
    void goAway(Task task, Consumer<String> say) {
        try (StreamResponse<RawMessageStreamEvent> stream = streamed(task)) {
            stream.stream()
                    .map(AnthropicJava::text)
                    .filter(text -> !text.isEmpty())
                    .findFirst()
                    .ifPresent(say);
        }
    }

    @Override
    Surface surface(Throwable thrown) {
        if (thrown instanceof AnthropicServiceException error) {
            return Surface.of(
                    error,
                    error.statusCode(),
                    ObjectMappers.jsonMapper().valueToTree(error.body()).toString());
        }
        return Surface.of(thrown, 0, thrown.getMessage());
    }

    @SuppressWarnings("MustBeClosedChecker") // who asks for it closes it
    private StreamResponse<RawMessageStreamEvent> streamed(Task task) {
        return client.messages().createStreaming(ask(task).build());
    }

    private static MessageCreateParams.Builder ask(Task task) {
        MessageCreateParams.Builder params =
                MessageCreateParams.builder()
                        .model(task.model())
                        .maxTokens(MAX_TOKENS)
                        .addUserMessage(task.prompt());
        task.allHeaders().forEach(params::putAdditionalHeader);
        return params;
    }

    private static String text(Message message) {
        return message.content().getFirst().asText().text();
    }

    private static String text(RawMessageStreamEvent event) {
        return event.contentBlockDelta()
                .flatMap(delta -> delta.delta().text())
                .map(delta -> delta.text())
                .orElse("");
    }
}
