package dev.bursar.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Models of Bedrock.
final class ConverseTest {

    @Test
    void request_ofAClientOfMessages_hasAllOfIt() {
        JsonNode body =
                Wire.request(
                        Form.MESSAGES,
                        Form.CONVERSE,
                        """
                        {"model":"nova","max_tokens":100,"system":"Be brief.","temperature":0.5,"stop_sequences":["END"],
                         "messages":[
                          {"role":"user","content":[{"type":"text","text":"This?"},
                            {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]},
                          {"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":1}}]},
                          {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"rain","is_error":true}]}],
                         "tools":[{"name":"weather","description":"of a city","input_schema":{"type":"object"}}],
                         "tool_choice":{"type":"tool","name":"weather"},
                         "output_config":{"effort":"low","format":{"type":"json_schema","schema":{"type":"object"}}}}
                        """);
        assertThat(body)
                .isEqualTo(
                        Wire.json(
                                """
                                {"messages":[
                                  {"role":"user","content":[{"text":"This?"},{"image":{"format":"png","source":{"bytes":"AAAA"}}}]},
                                  {"role":"assistant","content":[{"toolUse":{"toolUseId":"toolu_1","name":"weather","input":{"city":1}}}]},
                                  {"role":"user","content":[{"toolResult":{"toolUseId":"toolu_1","content":[{"text":"rain"}],"status":"error"}}]}],
                                 "system":[{"text":"Be brief."}],
                                 "inferenceConfig":{"maxTokens":100,"temperature":0.5,"stopSequences":["END"]},
                                 "toolConfig":{"tools":[{"toolSpec":{"name":"weather","description":"of a city","inputSchema":{"json":{"type":"object"}}}}],
                                   "toolChoice":{"tool":{"name":"weather"}}},
                                 "outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"name":"answer","schema":"{\\"type\\":\\"object\\"}"}}}}}
                                """));
    }

    @Test
    void request_thatForbidsTools_hasNone() {
        JsonNode body =
                Wire.request(
                        Form.CHAT,
                        Form.CONVERSE,
                        """
                        {"messages":[{"role":"user","content":"Hi"}],"tool_choice":"none",
                         "tools":[{"type":"function","function":{"name":"weather"}}]}
                        """);
        assertThat(body.has("toolConfig")).isFalse();
    }

    @Test
    void stream_withTextAndCalls_isChunks() {
        String stream =
                Wire.stream(
                        Form.CHAT,
                        Form.CONVERSE,
                        """
                        messageStart {"p":"abc","role":"assistant"}
                        contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"Hm."}}}
                        contentBlockStop {"contentBlockIndex":0}
                        contentBlockDelta {"contentBlockIndex":1,"delta":{"text":"So"}}
                        contentBlockStop {"contentBlockIndex":1}
                        contentBlockStart {"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"tooluse_1","name":"weather"}}}
                        contentBlockDelta {"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\\"city\\":"}}}
                        contentBlockDelta {"contentBlockIndex":2,"delta":{"toolUse":{"input":"1}"}}}
                        contentBlockStop {"contentBlockIndex":2}
                        contentBlockStart {"contentBlockIndex":3,"start":{"toolUse":{"toolUseId":"tooluse_2","name":"clock"}}}
                        contentBlockStop {"contentBlockIndex":3}
                        messageStop {"stopReason":"tool_use"}
                        metadata {"usage":{"inputTokens":5,"outputTokens":3,"totalTokens":18,"cacheReadInputTokens":8,"cacheWriteInputTokens":2},"metrics":{"latencyMs":1}}
                        """);
        assertThat(stream)
                .contains("{\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"{}\"}}]}");
        List<JsonNode> chunks = Wire.events(stream);
        Told told =
                Told.of(
                        Form.CHAT,
                        chunks.stream()
                                .map(chunk -> new Recordings.Event("", chunk.toString()))
                                .toList(),
                        true);
        assertThat(told)
                .isEqualTo(
                        new Told(
                                "So",
                                List.of("weather {\"city\":1}", "clock {}"),
                                Told.CALLS,
                                15,
                                3));
        assertThat(chunks.getLast().path("usage").path("prompt_tokens_details"))
                .isEqualTo(Wire.json("{\"cached_tokens\":8}"));
        assertThat(chunks.stream().map(chunk -> chunk.path("id").asString()).distinct())
                .singleElement()
                .asString()
                .startsWith("msg_");
    }

    @ParameterizedTest
    @CsvSource({"malformed_tool_use", "malformed_model_output"})
    void answer_thatBedrockFoundMalformed_isNoGoodEnd(String reason) {
        String events =
                """
                messageStart {"role":"assistant"}
                contentBlockStart {"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"t","name":"f"}}}
                contentBlockDelta {"contentBlockIndex":0,"delta":{"toolUse":{"input":"{\\"a\\":"}}}
                contentBlockStop {"contentBlockIndex":0}
                messageStop {"stopReason":"%s"}
                metadata {"usage":{"inputTokens":5,"outputTokens":3,"totalTokens":8}}
                """
                        .formatted(reason);
        assertThat(Wire.stream(Form.CHAT, Form.CONVERSE, events))
                .contains("\"finish_reason\":\"content_filter\"");
        assertThat(Wire.stream(Form.MESSAGES, Form.CONVERSE, events))
                .contains("\"stop_reason\":\"refusal\"");
        assertThat(Wire.stream(Form.GENERATE, Form.CONVERSE, events))
                .contains("\"finishReason\":\"SAFETY\"")
                .doesNotContain("functionCall");
        assertThat(Wire.stream(Form.RESPONSES, Form.CONVERSE, events))
                .contains("response.incomplete", "\"status\":\"incomplete\"")
                .doesNotContain("\"status\":\"completed\"");
    }

    @Test
    void usage_thatBedrockDoesNotTell_isNotToldAsNone() {
        String events =
                """
                messageStart {"role":"assistant"}
                contentBlockDelta {"contentBlockIndex":0,"delta":{"text":"So"}}
                contentBlockStop {"contentBlockIndex":0}
                messageStop {"stopReason":"end_turn"}
                """;
        String answer =
                """
                {"output":{"message":{"role":"assistant","content":[{"text":"So"}]}},"stopReason":"end_turn"}
                """;
        assertThat(Wire.stream(Form.CHAT, Form.CONVERSE, events))
                .contains("So")
                .doesNotContain("usage");
        assertThat(Wire.stream(Form.RESPONSES, Form.CONVERSE, events))
                .contains("So", "\"usage\":null")
                .doesNotContain("input_tokens");
        assertThat(Wire.stream(Form.GENERATE, Form.CONVERSE, events))
                .contains("So")
                .doesNotContain("usageMetadata");
        assertThat(Wire.answer(Form.CHAT, Form.CONVERSE, answer).has("usage")).isFalse();
        assertThat(Wire.answer(Form.RESPONSES, Form.CONVERSE, answer).path("usage").isNull())
                .isTrue();
        assertThat(Wire.answer(Form.GENERATE, Form.CONVERSE, answer).has("usageMetadata"))
                .isFalse();
        // Clients of Messages take the counts for granted.
        assertThat(
                        Wire.answer(Form.MESSAGES, Form.CONVERSE, answer)
                                .at("/usage/output_tokens")
                                .asInt())
                .isZero();
    }

    /// What a client is told of an event that comes when the stream has begun.
    private static String afterItsStart(Form client, String event) {
        StreamTranslation stream = Wire.between(client, Form.CONVERSE).stream("ours", true);
        Wire.feed(stream, "messageStart {\"role\":\"assistant\"}");
        return Wire.feed(stream, event);
    }

    @Test
    void stream_withAnError_endsWithIt() {
        assertThat(
                        afterItsStart(
                                Form.CHAT,
                                "error {\"message\":\"boo\",\"code\":\"InternalFailure\"}"))
                .isEqualTo(
                        """
                        event: error
                        data: {"error":{"message":"boo","type":"server_error","param":null,"code":"InternalFailure"}}

                        """);
    }

    @Test
    void stream_withAnException_endsWithIt() {
        assertThat(afterItsStart(Form.MESSAGES, "throttlingException {\"message\":\"Too many\"}"))
                .isEqualTo(
                        """
                        event: error
                        data: {"type":"error","error":{"type":"rate_limit_error","message":"Too many"}}

                        """);
    }
}
