package dev.bursar.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.eventstream.FrameWriter;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/// Answers of Responses, Gemini and Bedrock in another form than they came in.
class WireReplayTest {

    private static final String RESPONSE =
            """
            {'id':'r1','object':'response','created_at':7,'status':'completed','model':'m-1','output':[\
            {'id':'rs1','type':'reasoning','summary':[{'type':'summary_text','text':'hm'}],\
            'encrypted_content':'xyz'},\
            {'id':'msg1','type':'message','role':'assistant','status':'completed','content':[\
            {'type':'output_text','text':'Hello','annotations':[{'type':'url_citation','url':'u'}],'logprobs':[]},\
            {'type':'refusal','refusal':'No'}]},\
            {'id':'fc1','type':'function_call','status':'completed','call_id':'t1','name':'f',\
            'arguments':'{}'},\
            {'id':'ct1','type':'custom_tool_call','status':'completed','call_id':'t2','name':'g','input':'raw'},\
            {'id':'n1','type':'new_item','status':'completed','content':[1]}],\
            'usage':{'input_tokens':5,'output_tokens':2,'total_tokens':7}}\
            """;

    private static final String GENERATED =
            """
            {'candidates':[{'content':{'parts':[{'text':'hm','thought':true},{'text':'Hello!'},\
            {'functionCall':{'name':'f','args':{'a':[1,2.50]}},'thoughtSignature':'s'},\
            {'text':'','thoughtSignature':'t'}],'role':'model'},'finishReason':'STOP','index':0}],\
            'usageMetadata':{'promptTokenCount':5,'totalTokenCount':7},'modelVersion':'m-1','responseId':'x'}\
            """;

    private static final String CONVERSED =
            """
            {'metrics':{'latencyMs':1},'output':{'message':{'role':'assistant','content':[\
            {'reasoningContent':{'reasoningText':{'text':'hm','signature':'s'}}},\
            {'reasoningContent':{'redactedContent':'AAA='}},\
            {'text':'Hello!'},{'toolUse':{'toolUseId':'t1','name':'f','input':{'a':[1,2]}}},\
            {'toolUse':{'toolUseId':'t2','name':'g','input':{}}}]}},'stopReason':'tool_use',\
            'usage':{'inputTokens':5,'outputTokens':2,'totalTokens':7},'serviceTier':{'type':'default'}}\
            """;

    private static Answer whole(String quoted) {
        return new Answer(Bodies.bytes(quoted), Form.WHOLE);
    }

    private static Answer events(String text) {
        return new Answer(text.getBytes(StandardCharsets.UTF_8), Form.EVENTS);
    }

    private static ObjectNode tree(byte[] json) {
        return Trees.object(json).orElseThrow();
    }

    private static ObjectNode back(Wire wire, String quoted, Form form) {
        byte[] told = Replay.of(wire, whole(quoted), form).orElseThrow();
        return tree(Replay.of(wire, new Answer(told, form), Form.WHOLE).orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({"RESPONSES,EVENTS", "GENERATE,EVENTS", "GENERATE,ARRAY", "CONVERSE,FRAMES"})
    void answer_asAStreamAndBack_losesNothing(Wire wire, Form form) {
        String quoted =
                switch (wire) {
                    case RESPONSES -> RESPONSE;
                    case GENERATE -> GENERATED;
                    default -> CONVERSED;
                };
        assertThat(back(wire, quoted, form)).isEqualTo(tree(Bodies.bytes(quoted)));
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void answer_inAFormThatItsFormatDoesNotHave_isNotTold(Wire wire) {
        Form strange = wire == Wire.CONVERSE ? Form.EVENTS : Form.FRAMES;
        assertThat(Replay.of(wire, whole(GENERATED), strange)).isEmpty();
        assertThat(Replay.of(wire, new Answer(new byte[] {1}, strange), Form.WHOLE)).isEmpty();
    }

    @Test
    void response_asAStream_hasItsEventsInOrderAndNumbered() {
        byte[] told = Replay.of(Wire.RESPONSES, whole(RESPONSE), Form.EVENTS).orElseThrow();
        List<ObjectNode> events = Events.read(told).orElseThrow();
        assertThat(events.stream().map(event -> event.path("type").asString()))
                .containsExactly(
                        "response.created",
                        "response.in_progress",
                        "response.output_item.added",
                        "response.reasoning_summary_part.added",
                        "response.reasoning_summary_text.delta",
                        "response.reasoning_summary_text.done",
                        "response.reasoning_summary_part.done",
                        "response.output_item.done",
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.output_text.delta",
                        "response.output_text.done",
                        "response.output_text.annotation.added",
                        "response.content_part.done",
                        "response.content_part.added",
                        "response.refusal.delta",
                        "response.refusal.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.output_item.added",
                        "response.function_call_arguments.delta",
                        "response.function_call_arguments.done",
                        "response.output_item.done",
                        "response.output_item.added",
                        "response.custom_tool_call_input.delta",
                        "response.custom_tool_call_input.done",
                        "response.output_item.done",
                        "response.output_item.added",
                        "response.output_item.done",
                        "response.completed");
        for (int at = 0; at < events.size(); at++) {
            assertThat(events.get(at).path("sequence_number").asInt()).isEqualTo(at);
        }
        assertThat(events.get(0).path("response").path("status").asString())
                .isEqualTo("in_progress");
        assertThat(events.get(0).path("response").path("output").isEmpty()).isTrue();
        ObjectNode delta = events.get(10);
        assertThat(delta.path("delta").asString()).isEqualTo("Hello");
        assertThat(delta.path("item_id").asString()).isEqualTo("msg1");
        assertThat(delta.path("output_index").asInt()).isEqualTo(1);
        assertThat(delta.path("content_index").asInt(-1)).isZero();
        assertThat(events.get(8).path("item").path("content").isEmpty()).isTrue();
        assertThat(new String(told, StandardCharsets.UTF_8))
                .startsWith("event: response.created\ndata: {");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'response.incomplete','response':{'status':'incomplete'}}",
                "{'type':'response.completed','response':{'status':'failed'}}",
                "{'type':'response.output_text.delta','delta':'x'}",
            })
    void responseStream_thatDoesNotEndWell_isToldAsAStreamOnly(String last) {
        String text = "data: " + Bodies.json(last) + "\n\n";
        assertThat(Replay.of(Wire.RESPONSES, events(text), Form.WHOLE)).isEmpty();
        assertThat(Replay.of(Wire.RESPONSES, events(text), Form.EVENTS)).isPresent();
    }

    @Test
    void generatedStream_asAWholeAnswer_joinsItsTexts() {
        String text =
                Bodies.json(
                        """
                        data: {'candidates':[{'content':{'parts':[{'text':'h','thought':true}],'role':'model'}}],\
                        'usageMetadata':{'totalTokenCount':1}}

                        data: {'candidates':[{'content':{'parts':[{'text':'m','thought':true},{'text':'Hel'}]}}]}

                        data: {'candidates':[{'content':{'parts':[{'text':'lo'}]},'finishReason':'STOP'}],\
                        'usageMetadata':{'totalTokenCount':7}}

                        """);
        ObjectNode told = tree(Replay.of(Wire.GENERATE, events(text), Form.WHOLE).orElseThrow());
        assertThat(told)
                .isEqualTo(
                        tree(
                                Bodies.bytes(
                                        "{'candidates':[{'content':{'parts':[{'text':'hm','thought':true},"
                                                + "{'text':'Hello'}],'role':'model'},'finishReason':'STOP'}],"
                                                + "'usageMetadata':{'totalTokenCount':7}}")));
        byte[] array = Replay.of(Wire.GENERATE, events(text), Form.ARRAY).orElseThrow();
        assertThat(Trees.objects(array)).isEqualTo(Events.read(events(text).body()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'candidates':[{'content':{'parts':[]},'groundingMetadata':{}}]}",
                "{'candidates':[{'content':{'parts':[],'new':1}}]}",
                "{'candidates':[{},{}]}",
                "{'promptFeedback':{}}",
            })
    void generatedStream_withSomethingUnknown_isToldAsAStreamOnly(String piece) {
        String text = "data: " + Bodies.json(piece) + "\n\n";
        assertThat(Replay.of(Wire.GENERATE, events(text), Form.WHOLE)).isEmpty();
        assertThat(Replay.of(Wire.GENERATE, events(text), Form.ARRAY)).isPresent();
    }

    private static byte[] frames(String... events) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String event : events) {
            int space = event.indexOf(' ');
            out.writeBytes(
                    FrameWriter.event(
                            event.substring(0, space), Bodies.bytes(event.substring(space + 1))));
        }
        return out.toByteArray();
    }

    private static Optional<byte[]> whole(byte[] frames) {
        return Replay.of(Wire.CONVERSE, new Answer(frames, Form.FRAMES), Form.WHOLE);
    }

    @Test
    void conversedStream_asAWholeAnswer_joinsItsPiecesWithoutTheirPadding() {
        byte[] stream =
                frames(
                        "messageStart {'role':'assistant','p':'abc'}",
                        "contentBlockDelta {'contentBlockIndex':0,'delta':{'text':'Hel'},'p':'a'}",
                        "contentBlockDelta {'contentBlockIndex':0,'delta':{'text':'lo'},'p':'ab'}",
                        "contentBlockStop {'contentBlockIndex':0,'p':'x'}",
                        "contentBlockStart {'contentBlockIndex':1,'start':{'toolUse':"
                                + "{'toolUseId':'t','name':'f'}}}",
                        "contentBlockDelta {'contentBlockIndex':1,'delta':{'toolUse':{'input':'{\\u0022a'}}}",
                        "contentBlockDelta {'contentBlockIndex':1,'delta':{'toolUse':{'input':'\\u0022:1}'}}}",
                        "contentBlockStop {'contentBlockIndex':1}",
                        "messageStop {'stopReason':'tool_use','p':'x'}",
                        "metadata {'usage':{'totalTokens':7},'metrics':{'latencyMs':3},'p':'x'}");
        assertThat(tree(whole(stream).orElseThrow()))
                .isEqualTo(
                        tree(
                                Bodies.bytes(
                                        "{'output':{'message':{'role':'assistant','content':[{'text':'Hello'},"
                                                + "{'toolUse':{'toolUseId':'t','name':'f','input':{'a':1}}}]}},"
                                                + "'stopReason':'tool_use','usage':{'totalTokens':7},"
                                                + "'metrics':{'latencyMs':3}}")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "contentBlockDelta {'contentBlockIndex':0,'delta':{'citation':{}}}",
                "contentBlockDelta {'contentBlockIndex':4,'delta':{'text':'x'}}",
                "contentBlockStart {'contentBlockIndex':0,'start':{'image':{}}}",
                "contentBlockStop {'contentBlockIndex':0}",
                "newEvent {}",
                "contentBlockDelta {'contentBlockIndex':0,'delta':{'text':'open'}}",
            })
    void conversedStream_withSomethingUnknown_isToldAsAStreamOnly(String event) {
        String end = "metadata {'usage':{'totalTokens':7}}";
        assertThat(whole(frames(event, "messageStop {'stopReason':'end_turn'}", end))).isEmpty();
        assertThat(whole(frames("messageStop {'stopReason':'end_turn'}", end))).isPresent();
    }

    @Test
    void conversedStream_thatIsCutOff_isToldAsAStreamOnly() {
        byte[] stream = frames("messageStop {'stopReason':'end_turn'}", "metadata {'usage':{}}");
        assertThat(whole(stream)).isPresent();
        assertThat(whole(Arrays.copyOf(stream, stream.length - 1))).isEmpty();
        assertThat(whole(frames("messageStop {'stopReason':'end_turn'}"))).isEmpty();
        assertThat(whole(frames("metadata {'usage':{}}"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'stopReason':'end_turn'}",
                "{'output':{'message':{'role':'assistant','content':[{'citationsContent':{}}]}}}",
                "{'output':{'message':{'role':'assistant','content':[{'text':'a','more':1}]}}}",
            })
    void conversedAnswer_withSomethingUnknown_isToldWholeOnly(String quoted) {
        assertThat(Replay.of(Wire.CONVERSE, whole(quoted), Form.FRAMES)).isEmpty();
    }
}
