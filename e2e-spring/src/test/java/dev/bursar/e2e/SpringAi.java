package dev.bursar.e2e;

import com.anthropic.errors.AnthropicServiceException;
import com.openai.errors.OpenAIServiceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.tool.function.FunctionToolCallback;

/// Spring AI's client for chats, with any of its models.
final class SpringAi extends JavaLibrary {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    record Arguments(String query) {}

    private final Function<Task, ChatModel> model;
    private final Function<Task, EmbeddingModel> embeddings;

    /// @param model for a task, as its headers are those of the model
    SpringAi(Function<Task, ChatModel> model) {
        this(
                model,
                task -> {
                    throw new UnsupportedOperationException("no embeddings");
                });
    }

    SpringAi(Function<Task, ChatModel> model, Function<Task, EmbeddingModel> embeddings) {
        this.model = model;
        this.embeddings = embeddings;
    }

    @Override
    void answer(Task task, Consumer<String> say) {
        say.accept(Objects.requireNonNull(ask(task).call().content()));
    }

    @Override
    String stream(Task task, Consumer<String> say) {
        AtomicReference<String> finish = new AtomicReference<>(ClientCase.UNSEEN);
        ask(task).stream()
                .chatResponse()
                .flatMapIterable(ChatResponse::getResults)
                .doOnNext(part -> {
                    say.accept(Objects.requireNonNullElse(part.getOutput().getText(), ""));
                    String reason = part.getMetadata().getFinishReason();
                    if (reason != null && !reason.isEmpty()) {
                        finish.set(reason);
                    }
                })
                .blockLast(TIMEOUT);
        return finish.get();
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
    List<Float> embed(Task task) {
        List<Float> numbers = new ArrayList<>();
        for (float number : embeddings.apply(task).embed(task.prompt())) {
            numbers.add(number);
        }
        return numbers;
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
