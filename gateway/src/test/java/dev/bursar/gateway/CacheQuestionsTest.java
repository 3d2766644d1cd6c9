package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What makes another question of a request, and which answers are no answers for others.
class CacheQuestionsTest extends WithCachedAnswers {

    private static final String CLAUDE =
            Samples.CHAT.replace("house-model", "anthropic/house-model");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"store\":true",
                "\"top_p\":1",
                "\"store\":false,\"conversation\":\"conv_1\"",
                "\"store\":false,\"tools\":[{\"type\":\"web_search\"}]",
            })
    void response_thatTheProviderRemembersOrWorksFor_isNotKept(String fields) throws Exception {
        answers(RESPONSE);
        String asked = RESPONSES.formatted("").replace("\"store\":false", fields);
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> answer = ask("/v1/responses", asked);
            assertThat(header(answer, "X-Bursar-Decision")).isEqualTo("allow");
        }
        assertThat(house.provider.received).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"MAX_TOKENS", "SAFETY"})
    void generated_thatIsNotTheWholeAnswer_isNotKept(String reason) throws Exception {
        answers(GENERATED.replace("STOP", reason));
        for (int i = 0; i < 2; i++) {
            ask(GEMINI + "generateContent", Samples.GENERATE);
        }
        assertThat(house.provider.received).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json|[%s", "text/event-stream|data: %s\n\ndata: {\"cand"})
    void stream_thatEndsInsideOfIt_isNotKept(String stream) throws Exception {
        String type = stream.substring(0, stream.indexOf('|'));
        streams(type, stream.substring(stream.indexOf('|') + 1).formatted(GENERATED));
        String path = type.equals("application/json") ? array().path() : generated().path();
        for (int i = 0; i < 2; i++) {
            ask(path, Samples.GENERATE);
        }
        assertThat(house.provider.received).hasSize(2);
    }

    @Test
    void answer_thatCallsATool_isNotKept() throws Exception {
        answers(
                RESPONSE.replace(
                        "\"output\":[",
                        "\"output\":[{\"type\":\"function_call\",\"id\":\"fc_1\",\"name\":\"look\","
                                + "\"arguments\":\"{}\"},"));
        for (int i = 0; i < 2; i++) {
            ask("/v1/responses", RESPONSES.formatted(""));
        }
        assertThat(house.provider.received).hasSize(2);
    }

    @Test
    void keyInTheQuery_isNoPartOfTheQuestion() throws Exception {
        answers(GENERATED);
        ask(GEMINI + "generateContent", Samples.GENERATE);
        HttpResponse<String> again =
                house.send(
                        house.request(GEMINI + "generateContent?key=" + House.KEY, Samples.GENERATE)
                                .setHeader("Authorization", ""));
        assertCached(again);
        HttpResponse<String> other =
                ask(GEMINI + "generateContent?prettyPrint=false", Samples.GENERATE);
        assertThat(header(other, "X-Bursar-Decision")).isEqualTo("allow");
    }

    @Test
    void headersOfGoogle_thatSayWhatIsAnswered_arePartOfTheQuestion() throws Exception {
        answers(GENERATED);
        ask(GEMINI + "generateContent", Samples.GENERATE);
        assertCached(askWith("X-Goog-Api-Client", "genai-js/1.0"));
        HttpResponse<String> masked = askWith("X-Goog-FieldMask", "usageMetadata");
        assertThat(header(masked, "X-Bursar-Decision")).isEqualTo("allow");
    }

    private HttpResponse<String> askWith(String header, String value) throws Exception {
        return house.send(
                house.request(GEMINI + "generateContent", Samples.GENERATE).header(header, value));
    }

    @Test
    void formInTheQuery_ofAWholeAnswer_isPartOfTheQuestion() throws Exception {
        answers(GENERATED);
        ask(GEMINI + "generateContent", Samples.GENERATE);
        HttpResponse<String> other = ask(GEMINI + "generateContent?alt=sse", Samples.GENERATE);
        assertThat(header(other, "X-Bursar-Decision")).isEqualTo("allow");
    }

    @Test
    void halvesOfSurrogatePairs_areToldApart() throws Exception {
        answers(Samples.CHAT_ANSWER);
        String asked = Samples.CHAT.replace("\"max", "\"temperature\":0,\"max");
        ask("/v1/chat/completions", asked.replace("Say hello", "a\\ud83d"));
        HttpResponse<String> other = ask("/v1/chat/completions", asked.replace("Say hello", "a?"));
        assertThat(header(other, "X-Bursar-Decision")).isEqualTo("allow");
    }

    @Test
    void translatedAnswer_isToldInBothForms() throws Exception {
        answers(Samples.MESSAGES_ANSWER);
        HttpResponse<String> first = ask("/v1/chat/completions", CLAUDE);
        HttpResponse<String> again = ask("/v1/chat/completions", CLAUDE);
        assertCached(again);
        assertThat(again.body()).isEqualTo(first.body()).contains("chat.completion", "Hello!");
        HttpResponse<String> stream =
                ask(
                        "/v1/chat/completions",
                        CLAUDE.replace(
                                "{\"model\"",
                                "{\"stream\":true,\"stream_options\":{\"include_usage\":true},\"model\""));
        assertCached(stream);
        assertThat(stream.body())
                .contains("\"content\":\"Hello!\"", "\"prompt_tokens\":40")
                .endsWith(Samples.DONE);
        assertThat(house.provider.received).hasSize(1);
    }

    @Test
    void translatedStream_isToldAsTheClientGotIt() throws Exception {
        streams(
                "text/event-stream",
                Samples.MESSAGE_START + Samples.MESSAGE_TEXT + Samples.MESSAGE_END);
        String plain = CLAUDE.replace("{\"model\"", "{\"stream\":true,\"model\"");
        HttpResponse<String> first = ask("/v1/chat/completions", plain);
        HttpResponse<String> again = ask("/v1/chat/completions", plain);
        assertCached(again);
        assertThat(again.body())
                .isEqualTo(first.body())
                .contains("Hello!")
                .endsWith(Samples.DONE)
                .doesNotContain("prompt_tokens");
        String withUsage =
                plain.replace("true,", "true,\"stream_options\":{\"include_usage\":true},");
        HttpResponse<String> other = ask("/v1/chat/completions", withUsage);
        assertThat(header(other, "X-Bursar-Decision")).isEqualTo("allow");
        assertThat(other.body()).contains("\"prompt_tokens\":40");
        assertCached(ask("/v1/chat/completions", withUsage));
        assertThat(house.provider.received).hasSize(2);
        HttpResponse<String> whole = ask("/v1/chat/completions", CLAUDE);
        assertCached(whole);
        assertThat(whole.body()).contains("\"content\":\"Hello!\"", "\"prompt_tokens\":40");
    }
}
