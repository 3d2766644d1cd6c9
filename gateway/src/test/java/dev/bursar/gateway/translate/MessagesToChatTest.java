package dev.bursar.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.bursar.pricing.TokenUsage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Clients of Messages ask models of OpenAI and those who speak like it.
final class MessagesToChatTest {

    private static final String STREAM =
            """
            {"id":"c1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}
            {"id":"c1","choices":[{"index":0,"delta":{"content":"Let "}}]}
            {"id":"c1","choices":[{"index":0,"delta":{"content":"me see."}}]}
            {"id":"c1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"weather","arguments":""}}]}}]}
            {"id":"c1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"city\\":"}}]}}]}
            {"id":"c1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}}]}
            {"id":"c1","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_2","function":{"name":"clock","arguments":"{}"}}]}}]}
            {"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}
            {"id":"c1","choices":[],"usage":{"prompt_tokens":20,"completion_tokens":9,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":8},"completion_tokens_details":{"reasoning_tokens":3}}}
            [DONE]
            """;

    @Test
    void request_ofAConversationWithTools_hasAllOfIt() {
        JsonNode body =
                Wire.request(
                        Form.MESSAGES,
                        Form.CHAT,
                        """
                        {"model":"gpt","max_tokens":100,"system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],
                         "thinking":{"type":"enabled","budget_tokens":50},"metadata":{"user_id":"u"},"top_k":5,
                         "stop_sequences":["END"],"temperature":1,
                         "messages":[
                          {"role":"user","content":"Weather?"},
                          {"role":"assistant","content":[
                            {"type":"thinking","thinking":"Hm.","signature":"s"},
                            {"type":"text","text":"Let me see."},
                            {"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":"Berlin"}}]},
                          {"role":"user","content":[
                            {"type":"text","text":"And?"},
                            {"type":"tool_result","tool_use_id":"toolu_1","is_error":true,"content":[
                              {"type":"text","text":"rain"},
                              {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]}]}],
                         "tools":[{"name":"weather","description":"of a city","input_schema":{"type":"object"}}],
                         "tool_choice":{"type":"any","disable_parallel_tool_use":true}}
                        """);
        assertThat(body)
                .isEqualTo(
                        Wire.json(
                                """
                                {"model":"theirs","messages":[
                                  {"role":"system","content":"Be brief."},
                                  {"role":"user","content":"Weather?"},
                                  {"role":"assistant","content":"Let me see.","tool_calls":[
                                    {"id":"toolu_1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Berlin\\"}"}}]},
                                  {"role":"tool","tool_call_id":"toolu_1","content":"rain"},
                                  {"role":"user","content":[
                                    {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},
                                    {"type":"text","text":"And?"}]}],
                                 "tools":[{"type":"function","function":{"name":"weather","description":"of a city","parameters":{"type":"object"}}}],
                                 "tool_choice":"required","parallel_tool_calls":false,
                                 "max_completion_tokens":100,"temperature":1,"stop":["END"]}
                                """));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"true|,\"stream_options\":{\"include_usage\":true}", "false|''"})
    void request_forAStream_asksForItsUsageWhereItMay(boolean ask, String asked) {
        byte[] body =
                Wire.between(Form.MESSAGES, Form.CHAT)
                        .forChats("max_tokens", ask)
                        .request(
                                Wire.bytes(
                                        "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"),
                                "theirs",
                                true,
                                64);
        assertThat(Wire.json(body))
                .isEqualTo(
                        Wire.json(
                                """
                                {"model":"theirs","messages":[{"role":"user","content":"Hi"}],"max_tokens":64,
                                 "stream":true%s}
                                """
                                        .formatted(asked)));
    }

    @Test
    void answer_withTextAndCalls_isAMessage() {
        JsonNode answer =
                Wire.answer(
                        Form.MESSAGES,
                        Form.CHAT,
                        """
                        {"id":"c1","object":"chat.completion","model":"gpt","choices":[{"index":0,"finish_reason":"tool_calls",
                          "message":{"role":"assistant","content":"Let me see.","tool_calls":[
                            {"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":1}"}}]}}],
                         "usage":{"prompt_tokens":20,"completion_tokens":9,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":8}}}
                        """);
        assertThat(answer)
                .isEqualTo(
                        Wire.json(
                                """
                                {"id":"c1","type":"message","role":"assistant","model":"ours","content":[
                                  {"type":"text","text":"Let me see."},
                                  {"type":"tool_use","id":"call_1","name":"weather","input":{"city":1}}],
                                 "stop_reason":"tool_use","stop_sequence":null,
                                 "usage":{"input_tokens":12,"cache_creation_input_tokens":0,"cache_read_input_tokens":8,"output_tokens":9}}
                                """));
    }

    @Test
    void answer_whoseArgumentsAreNoJson_isRefused() {
        String answer =
                """
                {"id":"c1","choices":[{"finish_reason":"%s","message":{"content":"So","tool_calls":[
                  {"id":"call_1","function":{"name":"weather","arguments":"{\\"city\\":"}}]}}]}
                """;
        assertThatExceptionOfType(TranslationException.class)
                .isThrownBy(
                        () -> Wire.answer(Form.MESSAGES, Form.CHAT, answer.formatted("tool_calls")))
                .withMessage("the arguments of a tool call are not a JSON object");
        // The bound of the output broke the call off.
        JsonNode cut = Wire.answer(Form.MESSAGES, Form.CHAT, answer.formatted("length"));
        assertThat(cut.path("content")).hasSize(1);
        assertThat(cut.path("stop_reason").asString()).isEqualTo("max_tokens");
        // What a filter has cut short cannot be run either.
        JsonNode filtered =
                Wire.answer(Form.MESSAGES, Form.CHAT, answer.formatted("content_filter"));
        assertThat(filtered.path("content")).hasSize(1);
        assertThat(filtered.path("stop_reason").asString()).isEqualTo("refusal");
    }

    @Test
    void stream_withTextAndCalls_isBlocksOneAfterTheOther() {
        List<JsonNode> events = Wire.events(Wire.stream(Form.MESSAGES, Form.CHAT, STREAM));
        assertThat(events)
                .containsExactlyElementsOf(
                        """
                        {"type":"message_start","message":{"id":"c1","type":"message","role":"assistant","model":"ours","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}}
                        {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
                        {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Let "}}
                        {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"me see."}}
                        {"type":"content_block_stop","index":0}
                        {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"call_1","name":"weather","input":{}}}
                        {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\\"city\\":"}}
                        {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"1}"}}
                        {"type":"content_block_stop","index":1}
                        {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"call_2","name":"clock","input":{}}}
                        {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{}"}}
                        {"type":"content_block_stop","index":2}
                        {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":12,"cache_creation_input_tokens":0,"cache_read_input_tokens":8,"output_tokens":9}}
                        {"type":"message_stop"}
                        """
                                .lines()
                                .map(Wire::json)
                                .toList());
    }

    @Test
    void stream_thatIsStoppedInACall_closesItsBlock() {
        StreamTranslation stream = Wire.between(Form.MESSAGES, Form.CHAT).stream("ours", true);
        Wire.feed(stream, STREAM.lines().limit(5).reduce("", (all, line) -> all + line + "\n"));
        assertThat(Wire.events(Wire.text(stream.stop(TokenUsage.of(3, 4)))))
                .containsExactlyElementsOf(
                        """
                        {"type":"content_block_stop","index":1}
                        {"type":"message_delta","delta":{"stop_reason":"max_tokens","stop_sequence":null},"usage":{"input_tokens":3,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":4}}
                        {"type":"message_stop"}
                        """
                                .lines()
                                .map(Wire::json)
                                .toList());
    }

    @Test
    void stream_whoseCallsAreMixed_isRefused() {
        StreamTranslation stream = Wire.between(Form.MESSAGES, Form.CHAT).stream("ours", true);
        Wire.feed(stream, STREAM.lines().limit(7).reduce("", (all, line) -> all + line + "\n"));
        assertThatExceptionOfType(TranslationException.class)
                .isThrownBy(() ->
                        Wire.feed(stream, STREAM.lines().skip(5).limit(1).toList().getFirst()));
        assertThat(Wire.text(stream.error(Wire.bytes("{\"type\":\"error\"}"))))
                .isEqualTo("event: error\ndata: {\"type\":\"error\"}\n\n");
    }

    @Test
    void stream_whoseCallsHaveNoPlaces_tellsThemApartByTheirIds() {
        String stream =
                Wire.stream(
                        Form.MESSAGES,
                        Form.CHAT,
                        """
                        {"id":"m","choices":[{"index":0,"delta":{"tool_calls":[{"id":"a","function":{"name":"one","arguments":"{}"}},{"id":"b","function":{"name":"two","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}
                        """);
        assertThat(
                        Wire.events(stream).stream()
                                .map(event -> event.path("content_block").path("id").asString(""))
                                .filter(id -> !id.isEmpty()))
                .containsExactly("a", "b");
    }

    @Test
    void stream_thatCutsACharacterInTwo_passesBothHalves() {
        String stream =
                Wire.stream(
                        Form.MESSAGES,
                        Form.CHAT,
                        """
                        {"id":null,"choices":[{"index":0,"delta":{"content":"\\ud83d"}}]}
                        {"id":null,"choices":[{"index":0,"delta":{"content":"\\ude00","tool_calls":null},"finish_reason":"stop"}],"usage":null}
                        """);
        StringBuilder text = new StringBuilder();
        Wire.events(stream)
                .forEach(event -> text.append(event.path("delta").path("text").asString("")));
        assertThat(text.toString()).isEqualTo("\ud83d\ude00");
        assertThat(Wire.events(stream).getFirst().path("message").path("id").asString())
                .startsWith("msg_");
    }
}
