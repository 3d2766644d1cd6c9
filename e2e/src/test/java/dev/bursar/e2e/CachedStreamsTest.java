package dev.bursar.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.genai.Client;
import com.google.genai.ResponseStream;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.HttpOptions;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Answers of the cache to Responses and Gemini, read by the official clients: as a whole and as a stream,
/// whichever way the answer came that was paid for.
class CachedStreamsTest extends WithServer {

    private static final String CACHE =
            """
                cache:
                  answers:
                    - exact: { ttl: 10m }
            """;

    /// An answer as a client has it in the end.
    private record Told(String id, String text, String end, long tokens) {}

    @Override
    Setup setup() {
        return super.setup().withGemini(provider.geminiUrl()).with(CACHE);
    }

    private OpenAIClient openAi() {
        return OpenAIOkHttpClient.builder().baseUrl(bursar.url() + "/v1").apiKey(Setup.KEY).build();
    }

    private static ResponseCreateParams question(String text) {
        return ResponseCreateParams.builder()
                .model("gpt-4o-mini")
                .maxOutputTokens(60)
                .temperature(0.0)
                .store(false)
                .input(text + " <<simulate output=20>>")
                .build();
    }

    private Told response(String text) {
        return told(openAi().responses().create(question(text)));
    }

    private Told streamedResponse(String text) {
        ResponseAccumulator all = ResponseAccumulator.create();
        StringBuilder pieces = new StringBuilder();
        try (StreamResponse<ResponseStreamEvent> stream =
                openAi().responses().createStreaming(question(text))) {
            stream.stream()
                    .forEach(event -> {
                        all.accumulate(event);
                        event.outputTextDelta().ifPresent(delta -> pieces.append(delta.delta()));
                    });
        }
        Told told = told(all.response());
        assertThat(pieces.toString()).isEqualTo(told.text());
        return told;
    }

    private static Told told(Response response) {
        return new Told(
                response.id(),
                response.output().getFirst().asMessage().content().getFirst().asOutputText().text(),
                response.status().orElseThrow().asString(),
                response.usage().orElseThrow().totalTokens());
    }

    private Client gemini() {
        return Client.builder()
                .apiKey(Setup.KEY)
                .httpOptions(HttpOptions.builder().baseUrl(bursar.url()).build())
                .build();
    }

    private static final GenerateContentConfig CONFIG =
            GenerateContentConfig.builder().temperature(0f).maxOutputTokens(60).build();

    private static String prompt(String text) {
        return text + " <<simulate output=20>>";
    }

    private Told generation(String text) {
        try (Client client = gemini()) {
            return told(
                    List.of(
                            client.models.generateContent(
                                    "gemini-2.5-flash", prompt(text), CONFIG)));
        }
    }

    private Told streamedGeneration(String text) {
        List<GenerateContentResponse> all = new ArrayList<>();
        try (Client client = gemini();
                ResponseStream<GenerateContentResponse> stream =
                        client.models.generateContentStream(
                                "gemini-2.5-flash", prompt(text), CONFIG)) {
            stream.forEach(all::add);
        }
        return told(all);
    }

    private static Told told(List<GenerateContentResponse> pieces) {
        StringBuilder text = new StringBuilder();
        for (GenerateContentResponse piece : pieces) {
            String more = piece.text();
            text.append(more == null ? "" : more);
        }
        GenerateContentResponse last = pieces.getLast();
        return new Told(
                last.responseId().orElse(""),
                text.toString(),
                last.candidates().orElseThrow().getFirst().finishReason().orElseThrow().toString(),
                last.usageMetadata().orElseThrow().totalTokenCount().orElseThrow());
    }

    @Test
    void response_answeredOnce_isToldAsAStreamToo() {
        long before = provider.requests();
        Told first = response("whole");
        assertThat(first.text()).isNotEmpty();
        assertThat(response("whole")).isEqualTo(first);
        assertThat(streamedResponse("whole")).isEqualTo(first);
        assertThat(provider.requests()).isEqualTo(before + 1);
    }

    @Test
    void response_streamedOnce_isToldAsAWholeToo() {
        long before = provider.requests();
        Told first = streamedResponse("stream");
        assertThat(first.text()).isNotEmpty();
        assertThat(streamedResponse("stream")).isEqualTo(first);
        assertThat(response("stream")).isEqualTo(first);
        assertThat(provider.requests()).isEqualTo(before + 1);
    }

    @Test
    void generation_answeredOnce_isToldAsAStreamToo() {
        long before = provider.requests();
        Told first = generation("whole");
        assertThat(first.text()).isNotEmpty();
        assertThat(generation("whole")).isEqualTo(first);
        assertThat(streamedGeneration("whole")).isEqualTo(first);
        assertThat(provider.requests()).isEqualTo(before + 1);
    }

    @Test
    void generation_streamedOnce_isToldAsAWholeToo() {
        long before = provider.requests();
        Told first = streamedGeneration("stream");
        assertThat(first.text()).isNotEmpty();
        assertThat(streamedGeneration("stream")).isEqualTo(first);
        assertThat(generation("stream")).isEqualTo(first);
        assertThat(provider.requests()).isEqualTo(before + 1);
    }
}
