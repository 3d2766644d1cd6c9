package dev.bursar.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.pricing.TokenUsage;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Clients of Responses.
final class ResponsesTest {

    private static final String STREAM =
            """
            {"type":"message_start","message":{"id":"msg_1","usage":{"input_tokens":10,"output_tokens":1}}}
            {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
            {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Let "}}
            {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"me."}}
            {"type":"content_block_stop","index":0}
            {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_1","name":"weather","input":{}}}
            {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\\"city\\":1}"}}
            {"type":"content_block_stop","index":1}
            {"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":9}}
            {"type":"message_stop"}
            """;

    @Test
    void request_ofItems_hasAllOfThem() {
        JsonNode body =
                Wire.request(
                        Form.RESPONSES,
                        Form.MESSAGES,
                        """
                        {"model":"claude","instructions":"Be brief.","max_output_tokens":100,"store":false,
                         "include":["reasoning.encrypted_content"],"reasoning":{"effort":"low"},"parallel_tool_calls":true,
                         "input":[
                          {"role":"developer","content":"Be kind."},
                          {"role":"user","content":[{"type":"input_text","text":"This?"},
                            {"type":"input_image","detail":"auto","image_url":"data:image/png;base64,AAAA"}]},
                          {"type":"reasoning","id":"rs_1","summary":[]},
                          {"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"So","annotations":[]}]},
                          {"type":"function_call","id":"fc_1","call_id":"call_1","name":"weather","arguments":"{\\"city\\":1}","status":"completed"},
                          {"type":"function_call_output","call_id":"call_1","output":"rain"}],
                         "tools":[{"type":"function","name":"weather","description":"of a city","parameters":{"type":"object"},"strict":true}],
                         "tool_choice":"required"}
                        """);
        assertThat(body)
                .isEqualTo(
                        Wire.json(
                                """
                                {"model":"theirs","max_tokens":100,
                                 "system":[{"type":"text","text":"Be brief."},{"type":"text","text":"Be kind."}],
                                 "messages":[
                                  {"role":"user","content":[{"type":"text","text":"This?"},
                                    {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]},
                                  {"role":"assistant","content":[{"type":"text","text":"So"},
                                    {"type":"tool_use","id":"call_1","name":"weather","input":{"city":1}}]},
                                  {"role":"user","content":[{"type":"tool_result","tool_use_id":"call_1","content":[{"type":"text","text":"rain"}]}]}],
                                 "tools":[{"name":"weather","description":"of a city","input_schema":{"type":"object"}}],
                                 "tool_choice":{"type":"any"}}
                                """));
    }

    @Test
    void request_ofAText_isOneTurn() {
        JsonNode body =
                Wire.request(Form.RESPONSES, Form.CHAT, "{\"model\":\"x\",\"input\":\"Hi\"}");
        assertThat(body.path("messages"))
                .isEqualTo(Wire.json("[{\"role\":\"user\",\"content\":\"Hi\"}]"));
    }

    @Test
    void stream_withTextAndACall_isTheEventsOfItsItems() {
        List<JsonNode> events = Wire.events(Wire.stream(Form.RESPONSES, Form.MESSAGES, STREAM));
        assertThat(events.stream().map(event -> event.path("type").asString()))
                .containsExactly(
                        "response.created",
                        "response.in_progress",
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.output_text.delta",
                        "response.output_text.delta",
                        "response.output_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.output_item.added",
                        "response.function_call_arguments.delta",
                        "response.function_call_arguments.done",
                        "response.output_item.done",
                        "response.completed");
        for (int at = 0; at < events.size(); at++) {
            assertThat(events.get(at).path("sequence_number").asInt()).isEqualTo(at);
        }
        assertThat(events.get(6).path("text").asString()).isEqualTo("Let me.");
        assertThat(events.get(11).path("arguments").asString()).isEqualTo("{\"city\":1}");
        assertThat(events.get(11).path("item_id").asString())
                .isEqualTo(events.get(9).path("item").path("id").asString());
        assertThat(events.get(10).path("output_index").asInt()).isEqualTo(1);
        JsonNode response = events.getLast().path("response");
        assertThat(response.path("status").asString()).isEqualTo("completed");
        assertThat(response.path("output").valueStream().toList())
                .containsExactly(events.get(8).path("item"), events.get(12).path("item"));
        assertThat(response.path("output").path(1).path("call_id").asString()).isEqualTo("toolu_1");
        assertThat(response.path("usage").path("total_tokens").asInt()).isEqualTo(19);
    }

    @Test
    void stream_thatIsStopped_isIncomplete() {
        StreamTranslation stream = Wire.between(Form.RESPONSES, Form.MESSAGES).stream("ours", true);
        Wire.feed(stream, STREAM.lines().limit(3).reduce("", (all, line) -> all + line + "\n"));
        List<JsonNode> end = Wire.events(Wire.text(stream.stop(TokenUsage.of(3, 4))));
        JsonNode last = end.getLast();
        assertThat(last.path("type").asString()).isEqualTo("response.incomplete");
        assertThat(last.path("response").path("incomplete_details").path("reason").asString())
                .isEqualTo("max_output_tokens");
        assertThat(last.path("response").path("output").path(0))
                .isEqualTo(
                        Wire.json(
                                """
                                {"id":"msg_resp_msg_1_0","type":"message","role":"assistant","status":"incomplete",
                                 "content":[{"type":"output_text","text":"Let ","annotations":[],"logprobs":[]}]}
                                """));
    }

    @Test
    void stream_withAnErrorInIt_endsWithItsEvent() {
        StreamTranslation stream = Wire.between(Form.RESPONSES, Form.MESSAGES).stream("ours", true);
        Wire.feed(stream, STREAM.lines().limit(1).toList().getFirst());
        String told =
                Wire.feed(
                        stream,
                        "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Busy\"}}");
        JsonNode event = Wire.events(told).getFirst();
        assertThat(event.path("type").asString()).isEqualTo("error");
        assertThat(event.path("message").asString()).isEqualTo("Busy");
        assertThat(event.path("code").asString()).isEqualTo("overloaded_error");
        assertThat(event.path("sequence_number").asInt()).isEqualTo(2);
    }
}
