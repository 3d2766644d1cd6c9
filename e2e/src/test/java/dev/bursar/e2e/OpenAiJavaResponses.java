package dev.bursar.e2e;

import com.openai.client.OpenAIClient;
import com.openai.core.ObjectMappers;
import com.openai.core.http.StreamResponse;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseStreamEvent;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// The official OpenAI client, Responses.
final class OpenAiJavaResponses extends EventLibrary<ResponseStreamEvent> {

    private final OpenAIClient client;

    OpenAiJavaResponses(String url) {
        client = OpenAiJava.client(url);
    }

    @Override
    void answer(Task task, Consumer<String> say) {
        say.accept(text(client.responses().create(params(task).input(task.prompt()).build())));
    }

    @Override
    void callTool(Task task, Consumer<String> say) {
        ResponseInputItem user =
                ResponseInputItem.ofEasyInputMessage(
                        EasyInputMessage.builder()
                                .role(EasyInputMessage.Role.USER)
                                .content(task.prompt())
                                .build());
        ResponseCreateParams.Builder params = params(task).addTool(tool());
        Response asked = client.responses().create(params.inputOfResponse(List.of(user)).build());
        ResponseFunctionToolCall call = asked.output().getFirst().asFunctionCall();
        ResponseInputItem result =
                ResponseInputItem.ofFunctionCallOutput(
                        ResponseInputItem.FunctionCallOutput.builder()
                                .callId(call.callId())
                                .output(lookup(call.arguments(OpenAiJava.Arguments.class).query()))
                                .build());
        List<ResponseInputItem> all = List.of(user, ResponseInputItem.ofFunctionCall(call), result);
        say.accept(text(client.responses().create(params.inputOfResponse(all).build())));
    }

    @Override
    @SuppressWarnings("MustBeClosedChecker") // closing the events closes it
    Stream<ResponseStreamEvent> events(Task task) {
        StreamResponse<ResponseStreamEvent> stream =
                client.responses().createStreaming(params(task).input(task.prompt()).build());
        return stream.stream().onClose(stream::close);
    }

    @Override
    String text(ResponseStreamEvent event) {
        return event.outputTextDelta().map(delta -> delta.delta()).orElse("");
    }

    @Override
    Optional<String> finish(ResponseStreamEvent event) {
        return event.incomplete()
                .flatMap(end -> end.response().incompleteDetails())
                .flatMap(details -> details.reason())
                .map(reason -> reason.asString());
    }

    @Override
    Surface surface(Throwable thrown) {
        return OpenAiJava.surfaceOf(thrown);
    }

    private static ResponseCreateParams.Builder params(Task task) {
        ResponseCreateParams.Builder params = ResponseCreateParams.builder().model(task.model());
        task.allHeaders().forEach(params::putAdditionalHeader);
        return params;
    }

    private static FunctionTool tool() {
        return FunctionTool.builder()
                .name(TOOL)
                .description(TOOL_PURPOSE)
                .parameters(
                        ObjectMappers.jsonMapper()
                                .convertValue(TOOL_SCHEMA, FunctionTool.Parameters.class))
                .strict(true)
                .build();
    }

    private static String text(Response response) {
        return response.output().getFirst().asMessage().content().getFirst().asOutputText().text();
    }
}
