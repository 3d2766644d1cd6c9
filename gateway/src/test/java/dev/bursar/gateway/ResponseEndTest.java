package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.TokenUsage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The end of a stream of Responses that the gateway writes: what was shown is in it.
class ResponseEndTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final TokenUsage USAGE =
            TokenUsage.of(7, 5).with(TokenClass.CACHE_READ, 3).with(TokenClass.REASONING, 2);

    private final AnswerReader reader = AnswerReader.of(Operation.RESPONSES);

    private void read(String... events) {
        for (String event : events) {
            byte[] json = event.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
            reader.read(json, 0, json.length);
        }
    }

    private List<JsonNode> end() {
        String text = StreamEnd.of(Operation.RESPONSES, reader, USAGE, true, false).toString();
        List<JsonNode> events = new ArrayList<>();
        for (String event : text.split("\n\n", -1)) {
            if (!event.isEmpty()) {
                String[] lines = event.split("\n", -1);
                JsonNode json = JSON.readTree(lines[1].substring("data: ".length()));
                assertThat(lines[0]).isEqualTo("event: " + json.path("type").asString());
                events.add(json);
            }
        }
        return events;
    }

    private static String delta(int index, int part, String text, int number) {
        return "{'type':'response.output_text.delta','item_id':'msg_%d','output_index':%d,'content_index':%d,'delta':'%s','sequence_number':%d}"
                .formatted(index, index, part, text, number);
    }

    @Test
    void end_closesWhatIsOpen_andRepeatsWhatWasShown() {
        read(
                "{'type':'response.created','sequence_number':0,'response':{'id':'resp_1','created_at':1700000000,'model':'m','status':'in_progress','output':[]}}",
                delta(0, 0, "One", 1),
                "{'type':'response.output_item.done','output_index':0,'sequence_number':2,'item':{'id':'msg_0','type':'message'}}",
                "{'type':'response.function_call_arguments.delta','item_id':'fc','output_index':1,'delta':'{','sequence_number':3}",
                delta(2, 0, "Two", 4),
                delta(2, 1, "three", 5),
                delta(2, 0, " more", 6));

        List<JsonNode> events = end();

        assertThat(events)
                .extracting(event -> event.path("type").asString())
                .containsExactly(
                        "response.output_text.done",
                        "response.content_part.done",
                        "response.output_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.incomplete");
        assertThat(events)
                .extracting(event -> event.path("sequence_number").asInt())
                .containsExactly(7, 8, 9, 10, 11, 12);
        assertThat(events.get(0).path("text").asString()).isEqualTo("Two more");
        assertThat(events.get(0).path("item_id").asString()).isEqualTo("msg_2");
        assertThat(events.get(0).path("output_index").asInt()).isEqualTo(2);
        assertThat(events.get(3).path("content_index").asInt()).isEqualTo(1);
        assertThat(events.get(3).path("part").path("text").asString()).isEqualTo("three");
        JsonNode response = events.getLast().path("response");
        assertThat(response)
                .isEqualTo(
                        JSON.readTree(
                                """
                                {"id":"resp_1","object":"response","created_at":1700000000,"status":"incomplete",
                                 "model":"m","incomplete_details":{"reason":"max_output_tokens"},"output":[
                                  {"id":"msg_0","type":"message","status":"completed","role":"assistant","content":[
                                    {"type":"output_text","text":"One","annotations":[]}]},
                                  {"id":"msg_2","type":"message","status":"incomplete","role":"assistant","content":[
                                    {"type":"output_text","text":"Two more","annotations":[]},
                                    {"type":"output_text","text":"three","annotations":[]}]}],
                                 "usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":3},
                                  "output_tokens":7,"output_tokens_details":{"reasoning_tokens":2},
                                  "total_tokens":17}}
                                """));
        assertThat(events.get(4).path("item")).isEqualTo(response.path("output").get(1));
    }

    @Test
    void end_ofAStreamThatShowsMoreThanIsRemembered_isWithoutMessages() {
        String piece = "x".repeat(1_000);
        for (int i = 0; i <= ShownText.MAX_CHARS / 1_000; i++) {
            read(delta(0, 0, piece, i));
        }
        assertThat(end()).hasSize(1);
        assertThat(end().getFirst().path("response").path("output").isEmpty()).isTrue();
    }

    @Test
    void end_beforeAnythingWasShown_isTheLastEventOnly() {
        assertThat(end()).hasSize(1);
    }
}
