package dev.bursar.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.pricing.TokenUsage;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Clients of chats ask models of Anthropic.
final class ChatToMessagesTest {

    private static final String STREAM =
            """
            {"type":"message_start","message":{"id":"msg_1","model":"claude","usage":{"input_tokens":10,"cache_read_input_tokens":5,"cache_creation_input_tokens":2,"output_tokens":1}}}
            {"type":"ping"}
            {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}
            {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm."}}
            {"type":"content_block_stop","index":0}
            {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}
            {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Let me "}}
            {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"see."}}
            {"type":"content_block_stop","index":1}
            {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"weather","input":{}}}
            {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":""}}
            {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\\"city\\":"}}
            {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"\\"Berlin\\"}"}}
            {"type":"content_block_stop","index":2}
            {"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"toolu_2","name":"clock","input":{}}}
            {"type":"content_block_stop","index":3}
            {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":40}}
            {"type":"message_stop"}
            """;

    @Test
    void request_ofAConversationWithTools_hasAllOfIt() {
        JsonNode body =
                Wire.request(
                        Form.CHAT,
                        Form.MESSAGES,
                        """
                        {"model":"claude","stream":false,"user":"u1","max_completion_tokens":100,
                         "temperature":0.5,"top_p":0.9,"seed":7,"stop":"END","parallel_tool_calls":false,
                         "messages":[
                          {"role":"system","content":"Be brief."},
                          {"role":"developer","content":[{"type":"text","text":"Be kind."}]},
                          {"role":"user","content":"Weather?"},
                          {"role":"assistant","content":null,"tool_calls":[
                            {"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Berlin\\"}"}},
                            {"id":"call_2","type":"function","function":{"name":"clock","arguments":""}}]},
                          {"role":"tool","tool_call_id":"call_1","content":"rain"},
                          {"role":"tool","tool_call_id":"call_2","content":[{"type":"text","text":"noon"}]},
                          {"role":"user","content":[
                            {"type":"text","text":"And this?"},
                            {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"low"}},
                            {"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}],
                         "tools":[{"type":"function","function":{"name":"weather","description":"of a city",
                            "parameters":{"type":"object","properties":{"city":{"type":"string"}}},"strict":true}},
                            {"type":"function","function":{"name":"clock"}}],
                         "tool_choice":{"type":"function","function":{"name":"weather"}}}
                        """);
        assertThat(body)
                .isEqualTo(
                        Wire.json(
                                """
                                {"model":"theirs","max_tokens":100,
                                 "system":[{"type":"text","text":"Be brief."},{"type":"text","text":"Be kind."}],
                                 "messages":[
                                  {"role":"user","content":[{"type":"text","text":"Weather?"}]},
                                  {"role":"assistant","content":[
                                    {"type":"tool_use","id":"call_1","name":"weather","input":{"city":"Berlin"}},
                                    {"type":"tool_use","id":"call_2","name":"clock","input":{}}]},
                                  {"role":"user","content":[
                                    {"type":"tool_result","tool_use_id":"call_1","content":[{"type":"text","text":"rain"}]},
                                    {"type":"tool_result","tool_use_id":"call_2","content":[{"type":"text","text":"noon"}]},
                                    {"type":"text","text":"And this?"},
                                    {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},
                                    {"type":"image","source":{"type":"url","url":"https://example.com/a.png"}}]}],
                                 "tools":[{"name":"weather","description":"of a city",
                                    "input_schema":{"type":"object","properties":{"city":{"type":"string"}}}},
                                    {"name":"clock","input_schema":{"type":"object"}}],
                                 "tool_choice":{"type":"tool","name":"weather","disable_parallel_tool_use":true},
                                 "temperature":0.5,"top_p":0.9,"stop_sequences":["END"]}
                                """));
    }

    @Test
    void request_withoutABound_getsTheOneOfTheGateway() {
        JsonNode body =
                Wire.request(
                        Form.CHAT,
                        Form.MESSAGES,
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
        assertThat(body.path("max_tokens").asInt()).isEqualTo(4096);
    }

    @Test
    void request_thatTurnsOfOneRoleFollowEachOther_hasThemAsOne() {
        JsonNode body =
                Wire.request(
                        Form.CHAT,
                        Form.MESSAGES,
                        """
                        {"messages":[{"role":"user","content":"One"},{"role":"user","content":"Two"},
                          {"role":"assistant","content":""},{"role":"user","content":"Three"}]}
                        """);
        assertThat(body.path("messages"))
                .isEqualTo(
                        Wire.json(
                                """
                                [{"role":"user","content":[{"type":"text","text":"One"},
                                  {"type":"text","text":"Two"},{"type":"text","text":"Three"}]}]
                                """));
    }

    @Test
    void request_thatWantsJsonOfASchema_asksForIt() {
        JsonNode body =
                Wire.request(
                        Form.CHAT,
                        Form.MESSAGES,
                        """
                        {"messages":[{"role":"user","content":"Hi"}],"response_format":{"type":"json_schema",
                          "json_schema":{"name":"city","strict":true,"schema":{"type":"object"}}}}
                        """);
        assertThat(body.path("output_config"))
                .isEqualTo(
                        Wire.json(
                                "{\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\"}}}"));
    }

    @Test
    void answer_withTextAndCalls_isACompletion() {
        JsonNode answer =
                Wire.answer(
                        Form.CHAT,
                        Form.MESSAGES,
                        """
                        {"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[
                          {"type":"thinking","thinking":"Hm.","signature":"s"},
                          {"type":"text","text":"Let me see."},
                          {"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":"Berlin"}}],
                         "stop_reason":"tool_use","stop_sequence":null,
                         "usage":{"input_tokens":10,"cache_read_input_tokens":5,"cache_creation_input_tokens":2,"output_tokens":40}}
                        """);
        assertThat(answer)
                .isEqualTo(
                        Wire.json(
                                """
                                {"id":"msg_1","object":"chat.completion","created":1767225600,"model":"ours",
                                 "choices":[{"index":0,"message":{"role":"assistant","content":"Let me see.","refusal":null,
                                   "tool_calls":[{"id":"toolu_1","type":"function",
                                     "function":{"name":"weather","arguments":"{\\"city\\":\\"Berlin\\"}"}}]},
                                   "logprobs":null,"finish_reason":"tool_calls"}],
                                 "usage":{"prompt_tokens":17,"completion_tokens":40,"total_tokens":57,
                                   "prompt_tokens_details":{"cached_tokens":5},
                                   "completion_tokens_details":{"reasoning_tokens":0}}}
                                """));
    }

    @Test
    void stream_withTextAndCalls_isChunks() {
        String stream = Wire.stream(Form.CHAT, Form.MESSAGES, STREAM);
        assertThat(stream).endsWith("data: [DONE]\n\n").doesNotContain("event:", "Hm.");
        List<JsonNode> chunks = Wire.events(stream);
        assertThat(chunks)
                .allSatisfy(chunk -> {
                    assertThat(chunk.path("id").asString()).isEqualTo("msg_1");
                    assertThat(chunk.path("model").asString()).isEqualTo("ours");
                    assertThat(chunk.path("created").asLong()).isEqualTo(Wire.NOW);
                });
        assertThat(chunks.stream().map(chunk -> chunk.path("choices").path(0).path("delta")))
                .containsExactly(
                        Wire.json("{\"role\":\"assistant\",\"content\":\"\"}"),
                        Wire.json("{\"content\":\"Let me \"}"),
                        Wire.json("{\"content\":\"see.\"}"),
                        begun(0, "toolu_1", "weather"),
                        more(0, "{\\\"city\\\":"),
                        more(0, "\\\"Berlin\\\"}"),
                        begun(1, "toolu_2", "clock"),
                        more(1, "{}"),
                        Wire.json("{}"),
                        Wire.json("{}").path("none"));
        assertThat(chunks.get(8).path("choices").path(0).path("finish_reason").asString())
                .isEqualTo("tool_calls");
        assertThat(chunks.getLast().path("choices")).isEmpty();
        assertThat(chunks.getLast().path("usage").path("prompt_tokens").asInt()).isEqualTo(17);
        assertThat(chunks.getLast().path("usage").path("completion_tokens").asInt()).isEqualTo(40);
    }

    private static JsonNode begun(int index, String id, String name) {
        return Wire.json(
                "{\"tool_calls\":[{\"index\":%d,\"id\":\"%s\",\"type\":\"function\",\"function\":{\"name\":\"%s\",\"arguments\":\"\"}}]}"
                        .formatted(index, id, name));
    }

    private static JsonNode more(int index, String json) {
        return Wire.json(
                "{\"tool_calls\":[{\"index\":%d,\"function\":{\"arguments\":\"%s\"}}]}"
                        .formatted(index, json));
    }

    @Test
    void stream_ofAClientThatDidNotAskForUsage_hasNone() {
        StreamTranslation stream = Wire.between(Form.CHAT, Form.MESSAGES).stream("ours", false);
        Wire.feed(stream, STREAM);
        assertThat(Wire.text(stream.end())).doesNotContain("usage").endsWith("[DONE]\n\n");
    }

    @Test
    void stream_thatIsStopped_endsAtItsBound() {
        StreamTranslation stream = Wire.between(Form.CHAT, Form.MESSAGES).stream("ours", true);
        Wire.feed(stream, STREAM.lines().limit(7).reduce("", (all, line) -> all + line + "\n"));
        List<JsonNode> end = Wire.events(Wire.text(stream.stop(TokenUsage.of(3, 4))));
        assertThat(end).hasSize(2);
        assertThat(end.getFirst().path("choices").path(0).path("finish_reason").asString())
                .isEqualTo("length");
        assertThat(end.getLast().path("usage").path("total_tokens").asInt()).isEqualTo(7);
        assertThat(Wire.feed(stream, STREAM)).isEmpty();
        assertThat(stream.end()).isEmpty();
        assertThat(stream.error(Wire.bytes("{}"))).isEmpty();
    }

    @Test
    void stream_thatBreaksOff_isAnError() {
        String stream =
                Wire.stream(
                        Form.CHAT,
                        Form.MESSAGES,
                        STREAM.lines().limit(8).reduce("", (all, line) -> all + line + "\n"));
        assertThat(stream)
                .doesNotContain("[DONE]")
                .endsWith(
                        """
                        event: error
                        data: {"error":{"message":"the provider's stream broke off",\
                        "type":"server_error","param":null,"code":null}}

                        """);
    }

    @Test
    void stream_withAnErrorInIt_endsWithIt() {
        StreamTranslation stream = Wire.between(Form.CHAT, Form.MESSAGES).stream("ours", true);
        String told =
                Wire.feed(
                        stream,
                        "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"Slow down\"}}");
        assertThat(told)
                .isEqualTo(
                        """
                        event: error
                        data: {"error":{"message":"Slow down","type":"rate_limit_exceeded",\
                        "param":null,"code":"rate_limit_error"}}

                        """);
        assertThat(stream.end()).isEmpty();
    }
}
