package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is read of a Converse request, and where its bound goes.
class ConverseParserTest {

    private static final String MESSAGES =
            "\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Hi\"}]}]";

    private static CallRequest parse(String body) {
        return RequestParser.parse(
                new Target(Operation.CONVERSE, "acme.house-model-v1:0"),
                body.getBytes(StandardCharsets.UTF_8));
    }

    private static CallRequest withBlock(String block) {
        return parse("{\"messages\":[{\"role\":\"user\",\"content\":[" + block + "]}]}");
    }

    @Test
    void parse_ofAWholeRequest_knowsItsBoundAndItsTools() {
        CallRequest request =
                parse(
                        """
                        {%s,"system":[{"text":"Be kind"},{"cachePoint":{"type":"default"}}],
                        "inferenceConfig":{"maxTokens":70,"temperature":0.5,"stopSequences":["x"]},
                        "toolConfig":{"tools":[{"toolSpec":{"name":"look","inputSchema":{"json":{
                        "type":"object"}}}},{"cachePoint":{"type":"default","ttl":"1h"}}]}}
                        """
                                .formatted(MESSAGES));
        assertThat(request.maxOutputTokens()).isEqualTo(70);
        assertThat(request.tools()).isEqualTo(CallRequest.Tools.OFFERED);
        assertThat(request.hiddenInput()).isFalse();
        assertThat(request.stream()).isFalse();
        assertThat(request.cacheWrite()).isEqualTo(CallRequest.CacheWrite.ONE_HOUR);
        assertThat(request.modelAt()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{M} | {\"inferenceConfig\":{\"maxTokens\":9},M}",
                "{\"inferenceConfig\":null,M} | {\"inferenceConfig\":{\"maxTokens\":9},M}",
                "{\"inferenceConfig\":{},M} | {\"inferenceConfig\":{\"maxTokens\":9},M}",
                "{\"inferenceConfig\":{\"topP\":1},M} |"
                        + " {\"inferenceConfig\":{\"maxTokens\":9,\"topP\":1},M}",
                "{\"inferenceConfig\":{\"maxTokens\":null},M} |"
                        + " {\"inferenceConfig\":{\"maxTokens\":9},M}",
            })
    void rewrite_ofAnUnboundedRequest_putsTheBoundWhereItBelongs(String from, String to) {
        String body = from.replace("M}", MESSAGES + "}");
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        byte[] sent =
                parse(body)
                        .rewrite(
                                bytes, "any", new CallRequest.Bound(ConverseParser.BOUND, 9), true);
        assertThat(new String(sent, StandardCharsets.UTF_8))
                .isEqualTo(to.replace("M}", MESSAGES + "}"));
    }

    @Test
    void parse_ofPictures_countsThemAlsoInResultsOfTools() {
        String image = "{\"image\":{\"format\":\"png\",\"source\":{\"bytes\":\"AAAA\"}}}";
        CallRequest request =
                withBlock(
                        image
                                + ",{\"toolResult\":{\"toolUseId\":\"t1\",\"content\":["
                                + image
                                + "]}},{\"guardContent\":"
                                + image
                                + "}");
        assertThat(request.images()).isEqualTo(3);
        assertThat(request.hiddenInput()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"document\":{\"format\":\"pdf\",\"name\":\"a\",\"source\":{\"bytes\":\"AA\"}}}",
                "{\"video\":{\"format\":\"mp4\",\"source\":{\"s3Location\":{\"uri\":\"s3://a\"}}}}",
                "{\"audio\":{\"format\":\"mp3\",\"source\":{\"bytes\":\"AA\"}}}",
                "{\"toolResult\":{\"toolUseId\":\"t\",\"content\":[{\"document\":{}}]}}",
            })
    void parse_ofPartsWhoseSizeIsUnknown_knowsOfHiddenInput(String block) {
        assertThat(withBlock(block).hiddenInput()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"guardrailConfig\":{\"guardrailIdentifier\":\"g\",\"guardrailVersion\":\"1\"}",
                "\"promptVariables\":{\"who\":{\"text\":\"you\"}}",
                "\"additionalModelRequestFields\":{\"tools\":[{\"type\":\"computer_1\"}]}",
                "\"toolConfig\":{\"tools\":[{\"systemTool\":{\"name\":\"grounding\"}}]}",
            })
    void parse_ofWhatAddsInputElsewhere_knowsOfHiddenInput(String field) {
        assertThat(parse("{" + field + "," + MESSAGES + "}").hiddenInput()).isTrue();
    }

    @Test
    void parse_ofAStoredPrompt_needsNoMessages() {
        assertThat(parse("{\"promptVariables\":{}}").hiddenInput()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | messages: is missing",
                "{\"messages\":[]} | messages: must not be empty",
                "{\"messages\":{}} | messages: must be an array",
                "{\"messages\":[1]} | messages[0]: must be an object",
                "{\"messages\":[{\"role\":1}]} | messages[0].role: must be a string",
                "{\"messages\":[{\"content\":\"Hi\"}]} | messages[0].content: must be an array",
                "{\"messages\":[{\"content\":[\"Hi\"]}]} | messages[0].content[0]: must be an object",
                "{\"messages\":[{\"content\":[{\"toolResult\":{\"content\":1}}]}]} |"
                        + " messages[0].content[0].toolResult.content: must be an array",
                "{M,\"system\":\"Hi\"} | system: must be an array",
                "{M,M} | messages: is given twice",
                "{M,\"inferenceConfig\":1} | inferenceConfig: must be an object",
                "{M,\"inferenceConfig\":{\"maxTokens\":0}} | maxTokens: must be 1 to 1000000000",
                "{M,\"inferenceConfig\":{\"maxTokens\":\"9\"}} | maxTokens: must be a whole number",
                "{M,\"inferenceConfig\":{\"topP\":\"9\"}} | topP: must be a number",
                "{M,\"toolConfig\":[]} | toolConfig: must be an object",
                "{M,\"toolConfig\":{\"tools\":{}}} | toolConfig.tools: must be an array",
                "{M,\"toolConfig\":{\"tools\":[1]}} | toolConfig.tools[0]: must be an object",
                "{M,\"toolConfig\":{\"toolChoice\":1,\"toolChoice\":1}} | toolConfig.toolChoice: is given"
                        + " twice",
            })
    void parse_ofAWrongField_namesIt(String body, String message) {
        String whole = body.replace("{M", "{" + MESSAGES).replace(",M}", "," + MESSAGES + "}");
        assertThatThrownBy(() -> parse(whole))
                .isInstanceOf(RefusedException.class)
                .hasMessage(message);
    }
}
