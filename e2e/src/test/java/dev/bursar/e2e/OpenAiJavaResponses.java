package dev.bursar.e2e;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseStreamEvent;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// The official OpenAI client, Responses.
final class OpenAiJavaResponses extends JavaLibrary {

    private record Arguments(String query) {}

    private final OpenAIClient client;

    OpenAiJavaResponses(Bursar bursar) {
        client =
                OpenAIOkHttpClient.builder()
                        .baseUrl(bursar.url() + "/v1")
                        .apiKey(Setup.KEY)
                        .build();
    }

    @Override
    void answer(Task task, Consumer<String> say) {
        say.accept(text(client.responses().create(params(task).input(task.prompt()).build())));
    }

    @Override
    void stream(Task task, Consumer<String> say) {
        try (StreamResponse<ResponseStreamEvent> stream = streamed(task)) {
            stream.stream().forEach(event -> say.accept(text(event)));
        }
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
                                .output(lookup(call.arguments(Arguments.class).query()))
                                .build());
        List<ResponseInputItem> all = List.of(user, ResponseInputItem.ofFunctionCall(call), result);
        say.accept(text(client.responses().create(params.inputOfResponse(all).build())));
    }

    @Override
    void goAway(Task task, Consumer<String> say) {
        try (StreamResponse<ResponseStreamEvent> stream = streamed(task)) {
            stream.stream()
                    .map(OpenAiJavaResponses::text)
                    .filter(text -> !text.isEmpty())
                    .findFirst()
                    .ifPresent(say);
        }
    }

    @Override
    Surface surface(Throwable thrown) {
        return OpenAiJava.surfaceOf(thrown);
    }

    @SuppressWarnings("MustBeClosedChecker") // who asks for it closes it
    private StreamResponse<ResponseStreamEvent> streamed(Task task) {
        return client.responses().createStreaming(params(task).input(task.prompt()).build());
    }

    private static ResponseCreateParams.Builder params(Task task) {
        ResponseCreateParams.Builder params = ResponseCreateParams.builder().model(task.model());
        task.allHeaders().forEach(params::putAdditionalHeader);
        return params;
    }

    private static FunctionTool tool() {
        JsonValue properties = JsonValue.from(Map.of(TOOL_ARGUMENT, Map.of("type", "string")));
        return FunctionTool.builder()
                .name(TOOL)
                .description(TOOL_PURPOSE)
                .parameters(
                        FunctionTool.Parameters.builder()
                                .putAdditionalProperty("type", JsonValue.from("object"))
                                .putAdditionalProperty("properties", properties)
                                .putAdditionalProperty(
                                        "required", JsonValue.from(List.of(TOOL_ARGUMENT)))
                                .putAdditionalProperty(
                                        "additionalProperties", JsonValue.from(false))
                                .build())
                .strict(true)
                .build();
    }

    private static String text(Response response) {
        return response.output().getFirst().asMessage().content().getFirst().asOutputText().text();
    }

    private static String text(ResponseStreamEvent event) {
        return event.outputTextDelta().map(delta -> delta.delta()).orElse("");
    }
}
