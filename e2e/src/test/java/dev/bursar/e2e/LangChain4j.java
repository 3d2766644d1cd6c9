package dev.bursar.e2e;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.FinishReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import tools.jackson.databind.json.JsonMapper;

/// LangChain4j, with any of its models.
final class LangChain4j extends JavaLibrary {

    private static final int TIMEOUT_SECONDS = 60;

    /// Prints each denial that is asked for again, with its stack.
    private static final Logger RETRIES = Logger.getLogger("dev.langchain4j.internal.RetryUtils");

    static {
        RETRIES.setLevel(Level.SEVERE);
    }

    /// The models for a task, as its headers are those of the model.
    interface Models {

        ChatModel whole(Task task);

        StreamingChatModel streaming(Task task);

        default EmbeddingModel embeddings(Task task) {
            throw new UnsupportedOperationException("no embeddings");
        }
    }

    private final Models models;

    LangChain4j(Models models) {
        this.models = models;
    }

    @Override
    void answer(Task task, Consumer<String> say) {
        say.accept(models.whole(task).chat(task.prompt()));
    }

    @Override
    String stream(Task task, Consumer<String> say) throws Exception {
        return stream(task, say, false);
    }

    @Override
    void callTool(Task task, Consumer<String> say) {
        ToolSpecification tool =
                ToolSpecification.builder()
                        .name(TOOL)
                        .description(TOOL_PURPOSE)
                        .parameters(
                                JsonObjectSchema.builder()
                                        .addStringProperty(TOOL_ARGUMENT)
                                        .required(TOOL_ARGUMENT)
                                        .build())
                        .build();
        ChatModel model = models.whole(task);
        List<ChatMessage> messages = new ArrayList<>(List.of(UserMessage.from(task.prompt())));
        ChatRequest.Builder request = ChatRequest.builder().toolSpecifications(tool);
        ChatResponse asked = model.chat(request.messages(messages).build());
        ToolExecutionRequest call = asked.aiMessage().toolExecutionRequests().getFirst();
        String query =
                JsonMapper.shared().readTree(call.arguments()).path(TOOL_ARGUMENT).asString();
        messages.add(asked.aiMessage());
        messages.add(ToolExecutionResultMessage.from(call, lookup(query)));
        say.accept(model.chat(request.messages(messages).build()).aiMessage().text());
    }

    @Override
    void goAway(Task task, Consumer<String> say) throws Exception {
        stream(task, say, true);
    }

    @Override
    List<Float> embed(Task task) {
        return models.embeddings(task).embed(task.prompt()).content().vectorAsList();
    }

    @Override
    Surface surface(Throwable thrown) {
        HttpException http = Surface.cause(thrown, HttpException.class);
        return http == null
                ? Surface.of(thrown, 0, thrown.getMessage())
                : Surface.of(thrown, http.statusCode(), http.getMessage());
    }

    private String stream(Task task, Consumer<String> say, boolean leave) throws Exception {
        CompletableFuture<String> end = new CompletableFuture<>();
        models.streaming(task).chat(task.prompt(), new Listener(say, end, leave));
        try {
            return end.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    /// @param end gets why the answer ended
    /// @param leave whether to cancel after the first text
    private record Listener(Consumer<String> say, CompletableFuture<String> end, boolean leave)
            implements StreamingChatResponseHandler {

        @Override
        public void onPartialResponse(PartialResponse part, PartialResponseContext context) {
            say.accept(part.text());
            if (leave) {
                context.streamingHandle().cancel();
                end.complete(ClientCase.UNSEEN);
            }
        }

        @Override
        public void onCompleteResponse(ChatResponse answer) {
            FinishReason reason = answer.finishReason();
            end.complete(reason == null ? ClientCase.UNSEEN : reason.toString());
        }

        @Override
        public void onError(Throwable error) {
            end.completeExceptionally(error);
        }
    }
}
