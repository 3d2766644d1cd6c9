package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.gateway.CallRequest.Tools;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How the tools of Gemini's requests are read.
class GenerateParserTest {

    private static CallRequest parse(String body) {
        return RequestParser.parse(
                new Target(Operation.GENERATE, "m"), body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void parse_ofToolsAndTheirConfig_leavesWhatItDoesNotKnow() {
        CallRequest request =
                parse(
                        """
                        {"contents":[{"parts":[{"text":"hi"}]}],"tools":[{"function_declarations":[{"name":"f"}]}],
                        "tool_config":{"function_calling_config":{"mode":"ANY","allowed_function_names":["f"],
                        "stream_function_call_arguments":true,"x":1,"x":2},"retrieval_config":{}}}
                        """);
        assertThat(request.tools()).isEqualTo(Tools.OFFERED);
        assertThat(request.hiddenInput()).isFalse();
        assertThat(
                        parse(
                                        """
                                        {"contents":[{}],"tools":[{"functionDeclarations":[{"name":"f"}]}],
                                        "toolConfig":{"functionCallingConfig":{"mode":"NONE"}}}
                                        """)
                                .tools())
                .isEqualTo(Tools.SHOWN);
        assertThat(parse("{\"contents\":[{}],\"toolConfig\":null}").tools()).isEqualTo(Tools.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    "toolConfig":1                    | toolConfig: must be an object
                    "toolConfig":{},"tool_config":{}  | toolConfig: is given twice
                    "toolConfig":{"functionCallingConfig":[]} | toolConfig.functionCallingConfig: must be an object
                    "toolConfig":{"functionCallingConfig":{},"function_calling_config":{}} | toolConfig.functionCallingConfig: is given twice
                    "toolConfig":{"functionCallingConfig":{"mode":"ANY","mode":"NONE"}} | toolConfig.functionCallingConfig.mode: is given twice
                    """)
    void parse_ofAToolConfigThatCanBeReadInTwoWays_isRefused(String field, String message) {
        assertThatThrownBy(() -> parse("{\"contents\":[{}]," + field + "}"))
                .isInstanceOf(RefusedException.class)
                .hasMessage(message);
    }
}
