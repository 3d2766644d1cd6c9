package dev.bursar.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.bursar.pricing.TokenUsage;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Models of Gemini for clients of other forms, and clients of Gemini for other models.
final class GenerateTest {

    private static final String SIGNED_CALL =
            """
            {"candidates":[{"content":{"role":"model","parts":[
              {"text":"Hm.","thought":true},
              {"text":"So"},
              {"functionCall":{"name":"weather","args":{"city":"Berlin"}},"thoughtSignature":"+/8="},
              {"functionCall":{"name":"clock","args":{}}}]},"finishReason":"STOP","index":0}],
             "usageMetadata":{"promptTokenCount":30,"cachedContentTokenCount":10,"candidatesTokenCount":5,
               "thoughtsTokenCount":7,"totalTokenCount":42},
             "modelVersion":"gemini-3","responseId":"r1"}
            """;

    @Test
    void request_ofAChat_hasAllOfIt() {
        JsonNode body =
                Wire.request(
                        Form.CHAT,
                        Form.GENERATE,
                        """
                        {"model":"gemini","max_tokens":100,"temperature":0.5,"seed":7,"stop":["A","B"],
                         "frequency_penalty":0.1,
                         "response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object"}}},
                         "messages":[
                          {"role":"system","content":"Be brief."},
                          {"role":"user","content":[{"type":"text","text":"This?"},
                            {"type":"image_url","image_url":{"url":"data:image/jpeg;base64,AAAA"}}]},
                          {"role":"assistant","content":"So","tool_calls":[
                            {"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":1}"}},
                            {"id":"call_2","type":"function","function":{"name":"clock","arguments":"{}"}}]},
                          {"role":"tool","tool_call_id":"call_2","content":"noon"},
                          {"role":"tool","tool_call_id":"call_1","content":"rain"}],
                         "tools":[{"type":"function","function":{"name":"weather","description":"of a city","parameters":{"type":"object"}}},
                           {"type":"function","function":{"name":"clock"}}],
                         "tool_choice":{"type":"function","function":{"name":"clock"}}}
                        """);
        assertThat(body)
                .isEqualTo(
                        Wire.json(
                                """
                                {"systemInstruction":{"parts":[{"text":"Be brief."}]},
                                 "contents":[
                                  {"role":"user","parts":[{"text":"This?"},{"inlineData":{"mimeType":"image/jpeg","data":"AAAA"}}]},
                                  {"role":"model","parts":[{"text":"So"},
                                    {"functionCall":{"id":"call_1","name":"weather","args":{"city":1}},
                                     "thoughtSignature":"skip_thought_signature_validator"},
                                    {"functionCall":{"id":"call_2","name":"clock","args":{}}}]},
                                  {"role":"user","parts":[
                                    {"functionResponse":{"id":"call_2","name":"clock","response":{"output":"noon"}}},
                                    {"functionResponse":{"id":"call_1","name":"weather","response":{"output":"rain"}}}]}],
                                 "tools":[{"functionDeclarations":[
                                   {"name":"weather","description":"of a city","parametersJsonSchema":{"type":"object"}},
                                   {"name":"clock"}]}],
                                 "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["clock"]}},
                                 "generationConfig":{"maxOutputTokens":100,"temperature":0.5,"frequencyPenalty":0.1,"seed":7,
                                   "stopSequences":["A","B"],"responseMimeType":"application/json","responseJsonSchema":{"type":"object"}}}
                                """));
    }

    @Test
    void request_whoseResultBelongsToNoCall_isRefused() {
        assertThatExceptionOfType(TranslationException.class)
                .isThrownBy(() ->
                        Wire.request(
                                Form.CHAT,
                                Form.GENERATE,
                                "{\"messages\":[{\"role\":\"tool\",\"tool_call_id\":\"x\",\"content\":\"y\"}]}"))
                .satisfies(e -> assertThat(e.field()).isEqualTo("messages[0].tool_call_id"));
    }

    @Test
    void signature_ofACall_comesBackWithTheNextTurn() {
        JsonNode message =
                Wire.answer(Form.CHAT, Form.GENERATE, SIGNED_CALL)
                        .path("choices")
                        .path(0)
                        .path("message");
        String first = message.path("tool_calls").path(0).path("id").asString();
        String second = message.path("tool_calls").path(1).path("id").asString();
        assertThat(first).matches("[A-Za-z0-9_-]+").isNotEqualTo(second);
        assertThat(second).isEqualTo("call_r1_1");
        String next =
                """
                {"messages":[{"role":"user","content":"Weather?"},%s,
                  {"role":"tool","tool_call_id":"%s","content":"rain"},
                  {"role":"tool","tool_call_id":"%s","content":"noon"}]}
                """
                        .formatted(message, first, second);
        JsonNode contents = Wire.request(Form.CHAT, Form.GENERATE, next).path("contents");
        JsonNode calls = contents.path(1).path("parts");
        assertThat(calls.path(1).path("thoughtSignature").asString()).isEqualTo("+/8=");
        assertThat(calls.path(2).has("thoughtSignature")).isFalse();
        assertThat(calls.path(1).path("functionCall").path("id").asString())
                .isEqualTo(
                        contents.path(2)
                                .path("parts")
                                .path(0)
                                .path("functionResponse")
                                .path("id")
                                .asString())
                .isEqualTo("call_r1_0");
        // Another provider gets an id that it takes.
        assertThat(
                        Wire.request(Form.CHAT, Form.MESSAGES, next)
                                .path("messages")
                                .path(1)
                                .path("content")
                                .path(1)
                                .path("id")
                                .asString())
                .isEqualTo("call_r1_0");
    }

    @Test
    void answer_withThoughts_countsThemAsOutput() {
        JsonNode usage = Wire.answer(Form.CHAT, Form.GENERATE, SIGNED_CALL).path("usage");
        assertThat(usage)
                .isEqualTo(
                        Wire.json(
                                """
                                {"prompt_tokens":30,"completion_tokens":12,"total_tokens":42,
                                 "prompt_tokens_details":{"cached_tokens":10},
                                 "completion_tokens_details":{"reasoning_tokens":7}}
                                """));
    }

    @Test
    void answer_toAPromptThatIsRefused_isFiltered() {
        JsonNode answer =
                Wire.answer(
                        Form.MESSAGES,
                        Form.GENERATE,
                        "{\"promptFeedback\":{\"blockReason\":\"SAFETY\"},\"usageMetadata\":{\"promptTokenCount\":4,\"totalTokenCount\":4}}");
        assertThat(answer.path("stop_reason").asString()).isEqualTo("refusal");
        assertThat(answer.path("content")).isEmpty();
        assertThat(answer.path("usage").path("input_tokens").asInt()).isEqualTo(4);
    }

    @Test
    void stream_forAClientOfMessages_isBlocks() {
        String stream =
                Wire.stream(
                        Form.MESSAGES,
                        Form.GENERATE,
                        """
                        {"candidates":[{"content":{"parts":[{"text":"Hel"}]}}],"usageMetadata":{"promptTokenCount":3},"responseId":"r"}
                        {"candidates":[{"content":{"parts":[{"text":"lo"}]}}],"responseId":"r"}
                        {"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"MAX_TOKENS"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5},"responseId":"r"}
                        """);
        List<JsonNode> events = Wire.events(stream);
        assertThat(events.stream().map(event -> event.path("type").asString()))
                .containsExactly(
                        "message_start",
                        "content_block_start",
                        "content_block_delta",
                        "content_block_delta",
                        "content_block_stop",
                        "message_delta",
                        "message_stop");
        assertThat(events.get(5).path("delta").path("stop_reason").asString())
                .isEqualTo("max_tokens");
        assertThat(events.get(5).path("usage").path("output_tokens").asInt()).isEqualTo(2);
    }

    @Test
    void request_ofAClientOfGemini_isReadInBothSpellings() {
        JsonNode body =
                Wire.request(
                        Form.GENERATE,
                        Form.CHAT,
                        """
                        {"system_instruction":{"parts":[{"text":"Be brief."}]},
                         "contents":[{"role":"user","parts":[{"text":"Weather?"},{"inline_data":{"mime_type":"image/png","data":"AAAA"}}]},
                          {"role":"model","parts":[{"functionCall":{"name":"weather","args":{"city":1}},"thoughtSignature":"AA=="},
                             {"function_call":{"name":"weather","args":{"city":2}}}]},
                          {"role":"user","parts":[{"functionResponse":{"name":"weather","response":{"output":"rain"}}},
                             {"function_response":{"name":"weather","response":{"degrees":3}}}]}],
                         "tools":[{"function_declarations":[{"name":"weather","description":"of a city",
                           "parameters":{"type":"OBJECT","properties":{"city":{"type":"STRING","nullable":true},
                             "days":{"type":"ARRAY","items":{"type":"INTEGER"}}}}}]}],
                         "generation_config":{"max_output_tokens":50,"topP":0.5,"stopSequences":["END"],"thinkingConfig":{"thinkingBudget":0}}}
                        """);
        assertThat(body)
                .isEqualTo(
                        Wire.json(
                                """
                                {"model":"theirs","messages":[
                                  {"role":"system","content":"Be brief."},
                                  {"role":"user","content":[{"type":"text","text":"Weather?"},
                                    {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]},
                                  {"role":"assistant","content":null,"tool_calls":[
                                    {"id":"call_0","type":"function","function":{"name":"weather","arguments":"{\\"city\\":1}"}},
                                    {"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":2}"}}]},
                                  {"role":"tool","tool_call_id":"call_0","content":"rain"},
                                  {"role":"tool","tool_call_id":"call_1","content":"{\\"degrees\\":3}"}],
                                 "tools":[{"type":"function","function":{"name":"weather","description":"of a city",
                                   "parameters":{"type":"object","properties":{"city":{"type":["string","null"]},
                                     "days":{"type":"array","items":{"type":"integer"}}}}}}],
                                 "max_completion_tokens":50,"top_p":0.5,"stop":["END"]}
                                """));
    }

    private static final String CHAT_STREAM =
            """
            {"id":"c1","choices":[{"index":0,"delta":{"content":"So"}}]}
            {"id":"c1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","function":{"name":"weather","arguments":"{\\"city\\":"}}]}}]}
            {"id":"c1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}}]}
            {"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}
            """;

    private static final List<JsonNode> GENERATED =
            List.of(
                    Wire.json(
                            """
                            {"candidates":[{"content":{"role":"model","parts":[{"text":"So"}]},"index":0}],
                             "modelVersion":"ours","responseId":"c1"}
                            """),
                    Wire.json(
                            """
                            {"candidates":[{"content":{"role":"model","parts":[
                              {"functionCall":{"id":"call_1","name":"weather","args":{"city":1}}}]},"index":0}],
                             "modelVersion":"ours","responseId":"c1"}
                            """),
                    Wire.json(
                            """
                            {"candidates":[{"content":{"role":"model","parts":[{"text":""}]},"index":0,"finishReason":"STOP"}],
                             "modelVersion":"ours","responseId":"c1",
                             "usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5}}
                            """));

    @Test
    void stream_forAClientOfGemini_tellsACallAsAWhole() {
        assertThat(Wire.events(Wire.stream(Form.GENERATE, Form.CHAT, CHAT_STREAM)))
                .isEqualTo(GENERATED);
    }

    @Test
    void stream_forAClientWithoutEvents_isOneArray() {
        StreamTranslation stream = Wire.between(Form.GENERATE, Form.CHAT).arrayStream("ours");
        String all = Wire.feed(stream, CHAT_STREAM) + Wire.text(stream.end());
        assertThat(Wire.json(all).valueStream().toList()).isEqualTo(GENERATED);
        StreamTranslation failed = Wire.between(Form.GENERATE, Form.CHAT).arrayStream("ours");
        assertThat(Wire.text(failed.error(Wire.bytes("{\"error\":{}}"))))
                .isEqualTo("[{\"error\":{}}]");
    }

    @Test
    void stream_thatIsStoppedInACall_leavesTheCallOut() {
        StreamTranslation stream = Wire.between(Form.GENERATE, Form.CHAT).stream("ours", true);
        Wire.feed(
                stream, CHAT_STREAM.lines().limit(2).reduce("", (all, line) -> all + line + "\n"));
        List<JsonNode> end = Wire.events(Wire.text(stream.stop(TokenUsage.of(3, 4))));
        assertThat(end).hasSize(1);
        assertThat(end.getFirst().path("candidates").path(0).path("finishReason").asString())
                .isEqualTo("MAX_TOKENS");
    }

    @Test
    void stream_whoseArgumentsAreNoJson_endsInAnError() {
        StreamTranslation stream = Wire.between(Form.GENERATE, Form.CHAT).stream("ours", true);
        Wire.feed(
                stream, CHAT_STREAM.lines().limit(2).reduce("", (all, line) -> all + line + "\n"));
        Wire.feed(stream, CHAT_STREAM.lines().skip(3).toList().getFirst());
        assertThatExceptionOfType(TranslationException.class).isThrownBy(stream::end);
        assertThat(Wire.text(stream.error(Wire.bytes("{\"error\":{}}"))))
                .isEqualTo("data: {\"error\":{}}\n\n");
    }
}
