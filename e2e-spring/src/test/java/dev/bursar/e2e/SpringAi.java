package dev.bursar.e2e;

import com.anthropic.errors.AnthropicServiceException;
import com.openai.errors.OpenAIServiceException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.tool.function.FunctionToolCallback;

/// Spring AI's client for chats, with any of its models.
final class SpringAi extends JavaLibrary {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    record Arguments(String query) {}

    private final Function<Task, ChatModel> model;

    /// @param model for a task, as its headers are those of the model
    SpringAi(Function<Task, ChatModel> model) {
        this.model = model;
    }

    @Override
    void answer(Task task, Consumer<String> say) {
        say.accept(Objects.requireNonNull(ask(task).call().content()));
    }

    @Override
    void stream(Task task, Consumer<String> say) {
        ask(task).stream().content().doOnNext(say).blockLast(TIMEOUT);
    }

    @Override
    void callTool(Task task, Consumer<String> say) {
        FunctionToolCallback<Arguments, String> tool =
                FunctionToolCallback.builder(
                                TOOL, (Arguments arguments) -> lookup(arguments.query()))
                        .description(TOOL_PURPOSE)
                        .inputType(Arguments.class)
                        .build();
        say.accept(Objects.requireNonNull(ask(task).tools(tool).call().content()));
    }

    @Override
    void goAway(Task task, Consumer<String> say) {
        ask(task).stream()
                .content()
                .filter(text -> !text.isEmpty())
                .take(1)
                .doOnNext(say)
                .blockLast(TIMEOUT);
    }

    @Override
    Surface surface(Throwable thrown) {
        OpenAIServiceException openAi = Surface.cause(thrown, OpenAIServiceException.class);
        if (openAi != null) {
            return Surface.of(
                    openAi,
                    openAi.statusCode(),
                    com.openai.core.ObjectMappers.jsonMapper()
                            .valueToTree(openAi.body())
                            .toString());
        }
        AnthropicServiceException anthropic =
                Surface.cause(thrown, AnthropicServiceException.class);
        if (anthropic != null) {
            return Surface.of(
                    anthropic,
                    anthropic.statusCode(),
                    com.anthropic.core.ObjectMappers.jsonMapper()
                            .valueToTree(anthropic.body())
                            .toString());
        }
        return Surface.of(thrown, 0, thrown.getMessage());
    }

    private ChatClient.ChatClientRequestSpec ask(Task task) {
        return ChatClient.create(model.apply(task)).prompt(task.prompt());
    }
}
