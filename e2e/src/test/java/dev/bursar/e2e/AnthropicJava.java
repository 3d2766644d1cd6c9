package dev.bursar.e2e;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
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
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// The official Anthropic client.
final class AnthropicJava extends EventLibrary<RawMessageStreamEvent> {

    private static final int MAX_TOKENS = 500;

    private final AnthropicClient client;

    AnthropicJava(String url) {
        client = AnthropicOkHttpClient.builder().baseUrl(url).apiKey(Setup.KEY).build();
    }

    @Override
    void answer(Task task, Consumer<String> say) {
        say.accept(text(client.messages().create(ask(task).build())));
    }

    @Override
    void callTool(Task task, Consumer<String> say) {
        Tool.InputSchema schema =
                ObjectMappers.jsonMapper().convertValue(TOOL_SCHEMA, Tool.InputSchema.class);
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
    @SuppressWarnings("MustBeClosedChecker") // closing the events closes it
    Stream<RawMessageStreamEvent> events(Task task) {
        StreamResponse<RawMessageStreamEvent> stream =
                client.messages().createStreaming(ask(task).build());
        return stream.stream().onClose(stream::close);
    }

    @Override
    String text(RawMessageStreamEvent event) {
        return event.contentBlockDelta()
                .flatMap(delta -> delta.delta().text())
                .map(delta -> delta.text())
                .orElse("");
    }

    @Override
    Optional<String> finish(RawMessageStreamEvent event) {
        return event.messageDelta()
                .flatMap(delta -> delta.delta().stopReason())
                .map(reason -> reason.asString());
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
}
