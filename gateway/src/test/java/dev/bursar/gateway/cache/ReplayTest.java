package dev.bursar.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class ReplayTest {

    private static final String CHAT_WITH_EVERYTHING =
            """
            {'id':'c1','object':'chat.completion','created':7,'model':'m-1','system_fingerprint':'fp',\
            'choices':[{'index':0,'message':{'role':'assistant','content':'Let me \\u00e9 look','refusal':null,\
            'reasoning_content':'hm','tool_calls':[{'id':'t1','type':'function','function':{'name':'f',\
            'arguments':'{\\'a\\':1}'}},{'id':'t2','type':'function','function':{'name':'g','arguments':''}}]},\
            'logprobs':null,'finish_reason':'tool_calls'},\
            {'index':1,'message':{'role':'assistant','content':'Two'},'logprobs':null,'finish_reason':'stop'}],\
            'usage':{'prompt_tokens':5,'completion_tokens':2,'total_tokens':7}}\
            """;

    private static final String MESSAGE =
            """
            {'id':'m1','type':'message','role':'assistant','model':'c-1','content':[\
            {'type':'thinking','thinking':'hm','signature':'sig'},\
            {'type':'redacted_thinking','data':'xyz'},\
            {'type':'text','text':'Hello \\u00e9!','citations':[{'type':'char_location','cited_text':'x'}]},\
            {'type':'tool_use','id':'t1','name':'f','input':{'a':[1,2]}},\
            {'type':'tool_use','id':'t2','name':'g','input':{}}],\
            'stop_reason':'tool_use','stop_sequence':null,\
            'usage':{'input_tokens':10,'cache_read_input_tokens':3,'output_tokens':20}}\
            """;

    private static String json(String quoted) {
        return Bodies.json(quoted.replace("\\'", "\\\""));
    }

    private static Answer whole(String quoted) {
        return new Answer(json(quoted).getBytes(StandardCharsets.UTF_8), Form.WHOLE);
    }

    private static Answer stream(String text) {
        return new Answer(text.getBytes(StandardCharsets.UTF_8), Form.EVENTS);
    }

    private static ObjectNode tree(byte[] json) {
        return Trees.object(json).orElseThrow();
    }

    @Test
    void sameForm_isByteForByte() {
        Answer answer = whole(CHAT_WITH_EVERYTHING);
        assertThat(Replay.of(Wire.EMBEDDINGS, answer, Form.WHOLE)).hasValue(answer.body());
        assertThat(Replay.of(Wire.CHAT, stream("x"), Form.EVENTS)).isPresent();
        assertThat(Replay.of(Wire.EMBEDDINGS, answer, Form.EVENTS)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {CHAT_WITH_EVERYTHING, Bodies.CHAT_ANSWER})
    void chat_asAStreamAndBack_losesNothing(String quoted) {
        Answer answer = whole(quoted);
        byte[] streamed = Replay.of(Wire.CHAT, answer, Form.EVENTS).orElseThrow();
        byte[] back =
                Replay.of(Wire.CHAT, new Answer(streamed, Form.EVENTS), Form.WHOLE).orElseThrow();
        ObjectNode expected = tree(answer.body());
        // Null and absent are the same to every client of this dialect.
        for (JsonNode choice : expected.path("choices")) {
            choice.path("message").properties().removeIf(f -> f.getValue().isNull());
        }
        ObjectNode told = tree(back);
        for (JsonNode choice : told.path("choices")) {
            choice.path("message").properties().removeIf(f -> f.getValue().isNull());
        }
        assertThat(told).isEqualTo(expected);
    }

    @Test
    void chat_asAStream_hasItsUsageInAChunkOfItsOwnBeforeTheEnd() {
        String text =
                new String(
                        Replay.of(Wire.CHAT, whole(Bodies.CHAT_ANSWER), Form.EVENTS).orElseThrow(),
                        StandardCharsets.UTF_8);
        assertThat(text).endsWith("data: [DONE]\n\n");
        List<ObjectNode> chunks = Events.read(text.getBytes(StandardCharsets.UTF_8)).orElseThrow();
        assertThat(chunks).hasSize(3);
        assertThat(chunks)
                .allMatch(c -> c.path("object").asString().equals("chat.completion.chunk"));
        assertThat(chunks).allMatch(c -> c.path("id").asString().equals("c1"));
        assertThat(chunks.get(0).path("choices").get(0).path("delta").path("content").asString())
                .isEqualTo("Hi there");
        assertThat(chunks.get(0).has("usage")).isFalse();
        assertThat(chunks.get(1).path("choices").get(0).path("finish_reason").asString())
                .isEqualTo("stop");
        assertThat(chunks.get(2).path("choices").isEmpty()).isTrue();
        assertThat(chunks.get(2).path("usage").path("total_tokens").asInt()).isEqualTo(7);
    }

    @Test
    void chatStream_asAWholeAnswer_joinsItsPieces() {
        String text =
                json(
                        """
                        : ping

                        data: {'id':'c','object':'chat.completion.chunk','model':'m','choices':[{'index':0,\
                        'delta':{'role':'assistant','content':''},'finish_reason':null}],'usage':null}

                        data: {'id':'c','choices':[{'index':0,'delta':{'content':'Hel'},'finish_reason':null}]}

                        data: {'id':'c','choices':[{'index':0,'delta':{'content':'lo'},'finish_reason':null}]}

                        data: {'id':'c','choices':[{'index':0,'delta':{'tool_calls':[{'index':0,'id':'t',\
                        'type':'function','function':{'name':'f','arguments':'{'}}]}}]}

                        data: {'id':'c','choices':[{'index':0,'delta':{'tool_calls':[{'index':0,\
                        'function':{'arguments':'}'}}]}}]}

                        data: {'id':'c','choices':[{'index':0,'delta':{},'finish_reason':'tool_calls'}]}

                        data: {'id':'c','choices':[],'usage':{'total_tokens':7}}

                        data: [DONE]

                        """);
        ObjectNode answer = tree(Replay.of(Wire.CHAT, stream(text), Form.WHOLE).orElseThrow());
        JsonNode choice = answer.path("choices").get(0);
        assertThat(answer.path("object").asString()).isEqualTo("chat.completion");
        assertThat(choice.path("message").path("content").asString()).isEqualTo("Hello");
        assertThat(
                        choice.path("message")
                                .path("tool_calls")
                                .get(0)
                                .path("function")
                                .path("arguments"))
                .hasToString("\"{}\"");
        assertThat(choice.path("message").path("tool_calls").get(0).has("index")).isFalse();
        assertThat(choice.path("finish_reason").asString()).isEqualTo("tool_calls");
        assertThat(answer.path("usage").path("total_tokens").asInt()).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'choices':[{'index':0,'delta':{'audio':{'data':'x'}}}]}",
                "{'choices':[{'index':0,'delta':{'content':'x'},'logprobs':{'content':[]}}]}",
                "{'choices':[{'index':0,'delta':{'tool_calls':[{'index':3,'function':{'arguments':''}}]}}]}",
                "not json",
            })
    void chatStream_withSomethingUnknown_isToldAsAStreamOnly(String chunk) {
        String text =
                json("data: " + chunk + "\n\ndata: {'choices':[],'usage':{'total_tokens':1}}\n\n");
        assertThat(Replay.of(Wire.CHAT, stream(text), Form.WHOLE)).isEmpty();
        assertThat(Replay.of(Wire.CHAT, stream(text), Form.EVENTS)).isPresent();
    }

    @Test
    void chatStream_withoutUsage_isToldAsAStreamOnly() {
        String text = json("data: {'choices':[{'index':0,'delta':{'content':'x'}}]}\n\n");
        assertThat(Replay.of(Wire.CHAT, stream(text), Form.WHOLE)).isEmpty();
    }

    @Test
    void message_asAStreamAndBack_losesNothing() {
        Answer answer = whole(MESSAGE);
        byte[] streamed = Replay.of(Wire.MESSAGES, answer, Form.EVENTS).orElseThrow();
        Optional<byte[]> back =
                Replay.of(Wire.MESSAGES, new Answer(streamed, Form.EVENTS), Form.WHOLE);
        assertThat(tree(back.orElseThrow())).isEqualTo(tree(answer.body()));
    }

    @Test
    void message_asAStream_hasTheEventsInTheirOrder() {
        String text =
                new String(
                        Replay.of(Wire.MESSAGES, whole(MESSAGE), Form.EVENTS).orElseThrow(),
                        StandardCharsets.UTF_8);
        assertThat(text).startsWith("event: message_start\ndata: {\"type\":\"message_start\"");
        assertThat(text).endsWith("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
        assertThat(text)
                .contains("\"stop_reason\":\"tool_use\"", "input_json_delta", "signature_delta");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'content_block_delta','index':0,'delta':{'type':'new_delta'}}",
                "{'type':'new_event'}",
                "{'type':'error','error':{}}",
            })
    void messageStream_withSomethingUnknown_isToldAsAStreamOnly(String event) {
        String text =
                json(
                        "data: {'type':'message_start','message':{'usage':{}}}\n\n"
                                + "data: {'type':'content_block_start','index':0,"
                                + "'content_block':{'type':'text','text':''}}\n\ndata: "
                                + event
                                + "\n\ndata: {'type':'message_stop'}\n\n");
        assertThat(Replay.of(Wire.MESSAGES, stream(text), Form.WHOLE)).isEmpty();
        assertThat(
                        Replay.of(
                                Wire.MESSAGES,
                                stream(text.replace("data: " + json(event) + "\n\n", "")),
                                Form.WHOLE))
                .isPresent();
    }

    @Test
    void messageStream_thatDoesNotEnd_isToldAsAStreamOnly() {
        String text = json("data: {'type':'message_start','message':{'usage':{}}}\n\n");
        assertThat(Replay.of(Wire.MESSAGES, stream(text), Form.WHOLE)).isEmpty();
    }
}
