package dev.bursar.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What cannot be told is refused with its field; what makes no difference to the answer is left out.
final class RefusedFieldsTest {

    private static final String TOOL =
            "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]";

    @ParameterizedTest(name = "{2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0000',
            value = {
                "MESSAGES | \"n\":2 | n",
                "MESSAGES | \"logprobs\":true | logprobs",
                "MESSAGES | \"top_logprobs\":3 | top_logprobs",
                "MESSAGES | \"modalities\":[\"text\",\"audio\"] | modalities",
                "MESSAGES | \"audio\":{\"voice\":\"a\"} | audio",
                "MESSAGES | \"prediction\":{\"type\":\"content\"} | prediction",
                "MESSAGES | \"logit_bias\":{\"50256\":-100} | logit_bias",
                "MESSAGES | \"functions\":[{\"name\":\"f\"}] | functions",
                "MESSAGES | \"web_search_options\":{\"x\":1} | web_search_options",
                "MESSAGES | \"invented_tomorrow\":1 | invented_tomorrow",
                "MESSAGES | \"response_format\":{\"type\":\"json_object\"} | response_format.type",
                "CONVERSE | \"response_format\":{\"type\":\"json_object\"} | response_format.type",
                "MESSAGES | \"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"f\"}}] | tools[0].type",
                "MESSAGES | \"tool_choice\":{\"type\":\"allowed_tools\"} | tool_choice.type",
                "GENERATE | \"parallel_tool_calls\":false,TOOL | parallel_tool_calls",
                "CONVERSE | \"parallel_tool_calls\":false,TOOL | parallel_tool_calls",
            })
    void chat_thatAsksForMoreThanTheProviderHas_isRefused(
            Form provider, String fields, String field) {
        String body =
                "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],"
                        + fields.replace("TOOL", TOOL)
                        + "}";
        assertThatExceptionOfType(TranslationException.class)
                .isThrownBy(() -> Wire.request(Form.CHAT, provider, body))
                .satisfies(e -> assertThat(e.field()).isEqualTo(field))
                .withMessage("has no counterpart at the provider of this model");
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0000',
            value = {
                "RESPONSES | {\"input\":\"Hi\",\"previous_response_id\":\"r\"} | previous_response_id",
                "RESPONSES | {\"input\":\"Hi\",\"conversation\":\"c\"} | conversation",
                "RESPONSES | {\"input\":\"Hi\",\"prompt\":{\"id\":\"p\"}} | prompt",
                "RESPONSES | {\"input\":\"Hi\",\"background\":true} | background",
                "RESPONSES | {\"input\":\"Hi\",\"tools\":[{\"type\":\"web_search\"}]} | tools[0].type",
                "RESPONSES | {\"input\":\"Hi\",\"include\":[\"message.output_text.logprobs\"]} | include",
                "RESPONSES | {\"input\":[{\"type\":\"item_reference\",\"id\":\"x\"}]} | input[0].type",
                "RESPONSES | {\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_file\"}]}]} | input[0].content[0].type",
                "RESPONSES | {\"input\":[]} | input",
                "MESSAGES | {\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"document\"}]}]} | messages[0].content[0].type",
                "MESSAGES | {\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"w\"}]} | tools[0].type",
                "MESSAGES | {\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"mcp_servers\":[{\"url\":\"u\"}]} | mcp_servers",
                "MESSAGES | {\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"inference_geo\":\"eu\"} | inference_geo",
                "MESSAGES | {\"messages\":[{\"role\":\"user\",\"content\":7}]} | messages[0].content",
                "MESSAGES | {\"messages\":[{\"role\":\"user\",\"content\":\"\"}]} | messages",
                "GENERATE | {\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}],\"generationConfig\":{\"candidateCount\":2}} | generationConfig.candidateCount",
                "GENERATE | {\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}],\"generation_config\":{\"response_modalities\":[\"AUDIO\"]}} | generationConfig.responseModalities",
                "GENERATE | {\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}],\"cachedContent\":\"c\"} | cachedContent",
                "GENERATE | {\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}],\"tools\":[{\"googleSearch\":{\"x\":1}}]} | tools[0].googleSearch",
                "GENERATE | {\"contents\":[{\"parts\":[{\"executableCode\":{\"code\":\"1\"}}]}]} | contents[0].parts[0].executableCode",
            })
    void clients_thatAskForMoreThanAChatHas_areRefused(Form client, String body, String field) {
        assertThatExceptionOfType(TranslationException.class)
                .isThrownBy(() -> Wire.request(client, Form.CHAT, body))
                .satisfies(e -> assertThat(e.field()).isEqualTo(field));
    }

    @Test
    void fields_thatMakeNoDifference_areLeftOut() {
        String plain = "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
        String wordy =
                """
                {"messages":[{"role":"user","content":"Hi","name":"Ann"}],"user":"u","metadata":{"a":"b"},
                 "store":true,"service_tier":"auto","prompt_cache_key":"k","safety_identifier":"s",
                 "reasoning_effort":"low","verbosity":"low","stream":true,"stream_options":{"include_usage":true},
                 "n":1,"logprobs":false,"logit_bias":{},"tools":[],"audio":null,"response_format":{"type":"text"}}
                """;
        assertThat(Wire.request(Form.CHAT, Form.MESSAGES, wordy))
                .isEqualTo(Wire.request(Form.CHAT, Form.MESSAGES, plain));
    }

    @Test
    void fieldsOfResponses_thatMakeNoDifference_areLeftOut() {
        String wordy =
                """
                {"input":"Hi","user":"u","metadata":{"a":"b"},"client_metadata":{"session":"s"},"store":false,
                 "service_tier":"auto","prompt_cache_key":"k","reasoning":{"effort":"low"},"max_tool_calls":3,
                 "truncation":"auto","include":["reasoning.encrypted_content"],"tools":[]}
                """;
        assertThat(Wire.request(Form.RESPONSES, Form.MESSAGES, wordy))
                .isEqualTo(Wire.request(Form.RESPONSES, Form.MESSAGES, "{\"input\":\"Hi\"}"));
    }

    @Test
    void picturesByAddress_whereTheyMustBeSent_areRefused() {
        String body =
                """
                {"messages":[{"role":"user","content":[
                  {"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]}
                """;
        for (Form provider : new Form[] {Form.GENERATE, Form.CONVERSE}) {
            assertThatExceptionOfType(TranslationException.class)
                    .isThrownBy(() -> Wire.request(Form.CHAT, provider, body))
                    .satisfies(e ->
                            assertThat(e.field()).isEqualTo("messages[0].content[0].image_url.url"))
                    .withMessage("the provider of this model takes pictures in base64 only");
        }
    }

    @Test
    void arguments_thatAreNoJson_areRefused() {
        String body =
                """
                {"messages":[{"role":"assistant","tool_calls":[
                  {"id":"a","type":"function","function":{"name":"f","arguments":"{"}}]}]}
                """;
        assertThatExceptionOfType(TranslationException.class)
                .isThrownBy(() -> Wire.request(Form.CHAT, Form.MESSAGES, body))
                .satisfies(e ->
                        assertThat(e.field())
                                .isEqualTo("messages[0].tool_calls[0].function.arguments"));
    }

    @ParameterizedTest
    @CsvSource({
        "CHAT, CHAT",
        "MESSAGES, MESSAGES",
        "GENERATE, GENERATE",
        "CHAT, RESPONSES",
        "CONVERSE, CHAT",
    })
    void translation_thatThereIsNone_isEmpty(Form client, Form provider) {
        assertThat(Translation.of(client, provider, InstantSource.system())).isEmpty();
    }
}
