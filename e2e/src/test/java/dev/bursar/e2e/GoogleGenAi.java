package dev.bursar.e2e;

import com.google.genai.Client;
import com.google.genai.ResponseStream;
import com.google.genai.errors.ApiException;
import com.google.genai.types.Content;
import com.google.genai.types.EmbedContentConfig;
import com.google.genai.types.FinishReason;
import com.google.genai.types.FunctionCall;
import com.google.genai.types.FunctionDeclaration;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.Part;
import com.google.genai.types.Tool;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// The official Gemini client.
final class GoogleGenAi extends EventLibrary<GenerateContentResponse> {

    private static final GenerateContentConfig PLAIN = GenerateContentConfig.builder().build();

    private final String url;

    GoogleGenAi(String url) {
        this.url = url;
    }

    @Override
    void answer(Task task, Consumer<String> say) {
        try (Client client = client(task)) {
            say.accept(text(client.models.generateContent(task.model(), task.prompt(), PLAIN)));
        }
    }

    @Override
    void callTool(Task task, Consumer<String> say) {
        FunctionDeclaration function =
                FunctionDeclaration.builder()
                        .name(TOOL)
                        .description(TOOL_PURPOSE)
                        .parametersJsonSchema(TOOL_SCHEMA)
                        .build();
        GenerateContentConfig config =
                GenerateContentConfig.builder()
                        .tools(Tool.builder().functionDeclarations(function).build())
                        .build();
        Content user = Content.builder().role("user").parts(Part.fromText(task.prompt())).build();
        try (Client client = client(task)) {
            GenerateContentResponse asked =
                    client.models.generateContent(task.model(), user, config);
            FunctionCall call = Objects.requireNonNull(asked.functionCalls()).getFirst();
            Object query = call.args().orElseThrow().get(TOOL_ARGUMENT);
            Map<String, Object> found = Map.of("output", lookup(String.valueOf(query)));
            Content result =
                    Content.builder()
                            .role("user")
                            .parts(Part.fromFunctionResponse(TOOL, found))
                            .build();
            Content model = asked.candidates().orElseThrow().getFirst().content().orElseThrow();
            List<Content> all = List.of(user, model, result);
            say.accept(text(client.models.generateContent(task.model(), all, config)));
        }
    }

    @Override
    @SuppressWarnings("MustBeClosedChecker") // closing the events closes both
    Stream<GenerateContentResponse> events(Task task) {
        Client client = client(task);
        ResponseStream<GenerateContentResponse> stream =
                client.models.generateContentStream(task.model(), task.prompt(), PLAIN);
        return StreamSupport.stream(stream.spliterator(), false)
                .onClose(stream::close)
                .onClose(client::close);
    }

    @Override
    String text(GenerateContentResponse answer) {
        String text = answer.text();
        return text == null ? "" : text;
    }

    @Override
    Optional<String> finish(GenerateContentResponse answer) {
        return answer.candidates()
                .flatMap(candidates -> candidates.getFirst().finishReason())
                .map(FinishReason::toString);
    }

    @Override
    List<Float> embed(Task task) {
        try (Client client = client(task)) {
            return client.models
                    .embedContent(task.model(), task.prompt(), EmbedContentConfig.builder().build())
                    .embeddings()
                    .orElseThrow()
                    .getFirst()
                    .values()
                    .orElseThrow();
        }
    }

    @Override
    Surface surface(Throwable thrown) {
        return thrown instanceof ApiException error
                ? Surface.of(error, error.code(), error.message())
                : Surface.of(thrown, 0, thrown.getMessage());
    }

    private Client client(Task task) {
        return Client.builder()
                .apiKey(Setup.KEY)
                .httpOptions(HttpOptions.builder().baseUrl(url).headers(task.allHeaders()).build())
                .build();
    }
}
