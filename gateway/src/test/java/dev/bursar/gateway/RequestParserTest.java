package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.bursar.gateway.CallRequest.CacheWrite;
import dev.bursar.gateway.CallRequest.Tools;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestParserTest {

    private static final String USAGE = "\"stream_options\":{\"include_usage\":true}";

    private static CallRequest openAi(String body) {
        return RequestParser.parse(Operation.CHAT, bytes(body));
    }

    private static byte[] bytes(String body) {
        return body.getBytes(StandardCharsets.UTF_8);
    }

    private static String rewritten(String body, String model) {
        return new String(
                openAi(body).rewrite(bytes(body), model, null, true), StandardCharsets.UTF_8);
    }

    @Test
    void parse_everyKnownField_isRead() {
        CallRequest request =
                openAi(
                        """
                        {"max_tokens":5,"messages":[{"role":"user","content":[{"type":"image_url"}]}],
                        "n":3,"max_completion_tokens":7,"model":"a\\u002fb","stream":true,"tools":[{}]}
                        """);
        assertThat(request.model()).isEqualTo("a/b");
        assertThat(request.maxOutputTokens()).isEqualTo(7);
        assertThat(request.choices()).isEqualTo(3);
        assertThat(request.stream()).isTrue();
        assertThat(request.tools()).isEqualTo(Tools.OFFERED);
        assertThat(request.images()).isEqualTo(1);
        assertThat(request.hiddenInput()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model\":\"m\",\"messages\":[{}],\"stream\":true}",
                "{ \"stream\" : true, \"é\":\"ü\\\"\", \"messages\":[{}], \"model\" : \"m\"}",
                "\n\t{\"model\":\"m\",\"stream\":true,\"messages\":[{\"content\":\"{[\"}]}",
            })
    void rewrite_streamWithoutOptions_asksForUsageAndChangesNothingElse(String body) {
        int brace = body.indexOf('{') + 1;
        assertThat(rewritten(body, "m"))
                .isEqualTo(body.substring(0, brace) + USAGE + "," + body.substring(brace));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "null|{\"include_usage\":true}",
                "{}|{\"include_usage\":true}",
                "{ \"x\":[1,{}] }|{\"include_usage\":true, \"x\":[1,{}] }",
                "{\"include_usage\": false}|{\"include_usage\": true}",
                "{\"include_usage\":null,\"x\":1}|{\"include_usage\":true,\"x\":1}",
                "{\"include_usage\":true}|{\"include_usage\":true}",
            })
    void rewrite_streamOptions_askForUsageInPlace(String given, String sent) {
        String body = "{\"model\":\"m\",\"stream_options\":%s,\"stream\":true,\"messages\":[{}]}";
        assertThat(rewritten(body.formatted(given), "m")).isEqualTo(body.formatted(sent));
    }

    @Test
    void rewrite_forAProviderThatRefusesTheQuestion_doesNotAsk() {
        String body = "{\"model\":\"m\",\"stream\":true,\"messages\":[{}]}";
        assertThat(openAi(body).rewrite(bytes(body), "m", null, false)).isEqualTo(bytes(body));
    }

    @Test
    void rewrite_notStreamed_staysAsItIs() {
        String body = "{\"model\":\"m\",\"messages\":[{}]}";
        assertThat(openAi(body).rewrite(bytes(body), "m", null, true)).isEqualTo(bytes(body));
    }

    @Test
    void rewrite_otherModel_replacesItsStringOnly() {
        String body = "{\"x\":\"ü\",\"model\" :  \"a\\\"b\" ,\"messages\":[{\"x\":\"a\\\"b\"}]}";
        assertThat(rewritten(body, "ö\"c"))
                .isEqualTo(
                        "{\"x\":\"ü\",\"model\" :  \"ö\\\"c\" ,\"messages\":[{\"x\":\"a\\\"b\"}]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ \"model\":\"m\",\"messages\":[{}]}|{\"max_tokens\":9, \"model\":\"m\",\"messages\":[{}]}",
                "{\"max_tokens\": null ,\"model\":\"m\",\"messages\":[{}]}"
                        + "|{\"max_tokens\": 9 ,\"model\":\"m\",\"messages\":[{}]}",
                "{\"max_completion_tokens\":null,\"model\":\"m\",\"messages\":[{}]}"
                        + "|{\"max_tokens\":9,\"max_completion_tokens\":null,\"model\":\"m\","
                        + "\"messages\":[{}]}",
            })
    void rewrite_bound_isPutInOnce(String body, String sent) {
        byte[] bytes = bytes(body);
        byte[] rewritten =
                openAi(body).rewrite(bytes, "m", new CallRequest.Bound("max_tokens", 9), true);
        assertThat(new String(rewritten, StandardCharsets.UTF_8)).isEqualTo(sent);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"tools\":[{}],\"functions\":[]",
                "\"functions\":[],\"tools\":[{}]",
                "\"functions\":[{}],\"tools\":null",
            })
    void parse_toolsAndFunctions_eitherCounts(String fields) {
        assertThat(openAi("{\"model\":\"m\",\"messages\":[{}]," + fields + "}").tools())
                .isEqualTo(Tools.OFFERED);
    }

    @Test
    void parse_cacheControlOfTheWholeRequest_isSeen() {
        String body =
                "{\"model\":\"m\",\"messages\":[{}],\"cache_control\":{\"type\":\"ephemeral\"%s}}";
        assertThat(openAi(body.formatted("")).cacheWrite()).isEqualTo(CacheWrite.FIVE_MINUTES);
        assertThat(openAi(body.formatted(",\"ttl\":\"1h\"")).cacheWrite())
                .isEqualTo(CacheWrite.ONE_HOUR);
    }

    @Test
    void parse_anthropic_seesCachingServerToolsAndDocuments() {
        CallRequest request =
                RequestParser.parse(
                        Operation.MESSAGES,
                        bytes(
                                """
                                {"model":"m","max_tokens":1,"stream":true,"system":[{"type":"text","text":"x",
                                "cache_control":{"type":"ephemeral","ttl":"1h"}}],
                                "tools":[{"type":"web_search_20250305","name":"web_search"}],"messages":[{}]}
                                """));
        assertThat(request.cacheWrite()).isEqualTo(CacheWrite.ONE_HOUR);
        assertThat(request.hiddenInput()).isTrue();
        assertThat(request.askForUsage()).isNull();
        CallRequest cached =
                RequestParser.parse(
                        Operation.MESSAGES,
                        bytes(
                                """
                                {"model":"m","messages":[{"content":[{"type":"document",
                                "cache_control":{"type":"ephemeral"}}]}]}
                                """));
        assertThat(cached.cacheWrite()).isEqualTo(CacheWrite.FIVE_MINUTES);
        assertThat(cached.hiddenInput()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "{\"model\":1,\"messages\":[{}]}|model",
                "{\"model\":\"\",\"messages\":[{}]}|model",
                "{\"messages\":[{}]}|model",
                "{\"model\":\"m\"}|messages",
                "{\"model\":\"m\",\"messages\":{}}|messages",
                "{\"model\":\"m\",\"model\":\"n\",\"messages\":[{}]}|model",
                "{\"model\":\"m\",\"messages\":[{}],\"stream\":\"yes\"}|stream",
                "{\"model\":\"m\",\"messages\":[{}],\"n\":0}|n",
                "{\"model\":\"m\",\"messages\":[{}],\"n\":1.5}|n",
                "{\"model\":\"m\",\"messages\":[{}],\"max_tokens\":-1}|max_tokens",
                "{\"model\":\"m\",\"messages\":[{}],\"max_tokens\":\"9\"}|max_tokens",
                "{\"model\":\"m\",\"messages\":[{}],\"max_tokens\":99999999999999999999}|max_tokens",
                "{\"model\":\"m\",\"messages\":[{}],\"stream_options\":true}|stream_options",
                "{\"model\":\"m\",\"messages\":[{}],\"stream_options\":{\"include_usage\":1}}"
                        + "|stream_options.include_usage",
                "{\"model\":\"m\",\"messages\":[{}],\"tools\":{}}|tools",
                "[]|body",
                "{\"model\":\"m\",\"messages\":[{}]} x|body",
                "{\"model\":\"m\",\"messages\":[|body",
                "nonsense|body",
            })
    void parse_wrong_namesTheField(String body, String field) {
        RefusedException refused = catchThrowableOfType(RefusedException.class, () -> openAi(body));
        assertThat(refused.denial().refusal()).isEqualTo(Refusal.MALFORMED);
        assertThat(refused.denial().field()).isEqualTo(field);
        assertThat(refused.denial().message()).startsWith(field + ": ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "\"messages\":[]|messages",
                "\"messages\":null|messages",
                "\"messages\":[\"hi\"]|messages[0]",
                "\"messages\":[{},null]|messages[1]",
                "\"messages\":[{},{\"role\":1}]|messages[1].role",
                "\"messages\":[{\"content\":1}]|messages[0].content",
                "\"messages\":[{\"content\":{}}]|messages[0].content",
                "\"messages\":[{\"content\":[{},7]}]|messages[0].content[1]",
                "\"temperature\":\"hot\"|temperature",
                "\"top_p\":[1]|top_p",
                "\"tools\":\"all\"|tools",
                "\"tools\":[{},\"search\"]|tools[1]",
                "\"max_tokens\":1.5|max_tokens",
                "\"max_tokens\":true|max_tokens",
                "\"stream\":1|stream",
                "\"temperature\":1,\"temperature\":2|temperature",
            })
    void parse_wrongTypeInEitherDialect_namesThePath(String fields, String path) {
        for (Operation operation : List.of(Operation.CHAT, Operation.MESSAGES)) {
            assertThat(refusedField(operation, fields)).isEqualTo(path);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "CHAT|\"max_tokens\":0|max_tokens",
                "CHAT|\"max_completion_tokens\":0|max_completion_tokens",
                "CHAT|\"n\":\"2\"|n",
                "CHAT|\"stop\":1|stop",
                "CHAT|\"stop\":[\"a\",1]|stop[1]",
                "CHAT|\"functions\":[1]|functions[0]",
                "MESSAGES|\"max_tokens\":-1|max_tokens",
                "MESSAGES|\"messages\":[{\"content\":null}]|messages[0].content",
                "MESSAGES|\"messages\":[{\"content\":[\"hi\"]}]|messages[0].content[0]",
                "MESSAGES|\"system\":7|system",
                "MESSAGES|\"system\":{}|system",
                "MESSAGES|\"stop_sequences\":\"a\"|stop_sequences",
                "MESSAGES|\"stop_sequences\":[null]|stop_sequences[0]",
            })
    void parse_wrongTypeInItsDialect_namesThePath(Operation operation, String fields, String path) {
        assertThat(refusedField(operation, fields)).isEqualTo(path);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "CHAT|\"temperature\":null,\"top_p\":null,\"stop\":null,\"n\":null,\"tools\":null,"
                        + "\"stream\":null,\"max_tokens\":null,\"stream_options\":null",
                "CHAT|\"temperature\":0,\"top_p\":0.95,\"stop\":\"end\",\"max_tokens\":1",
                "CHAT|\"stop\":[\"a\",\"b\"],\"temperature\":1e-3",
                "CHAT|\"messages\":[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[]}]",
                "CHAT|\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\"},\"b\"]}]",
                "CHAT|\"system\":7,\"stop_sequences\":1,\"top_k\":{},\"user\":3",
                "MESSAGES|\"system\":\"be brief\",\"max_tokens\":0,\"stop\":1",
                "MESSAGES|\"system\":[{\"type\":\"text\"}],\"stop_sequences\":[\"a\"],\"top_p\":0.9",
                "MESSAGES|\"system\":null,\"stop_sequences\":null,\"temperature\":null",
                "MESSAGES|\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]",
            })
    void parse_whatTheDialectAllows_isAccepted(Operation operation, String fields) {
        assertThat(RequestParser.parse(operation, bytes(whole(fields))).model()).isEqualTo("m");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "{\"type\":\"create\"}|false",
                "null|false",
                "{\"type\":\"continue\",\"previous_message_id\":\"msg_1\"}|true",
            })
    void parse_threadThatGoesOn_hasInputThatTheBodyDoesNotShow(String thread, boolean hidden) {
        CallRequest request =
                RequestParser.parse(Operation.MESSAGES, bytes(whole("\"thread\":" + thread)));
        assertThat(request.hiddenInput()).isEqualTo(hidden);
    }

    @Test
    void parse_afterTheMessages_stillSeesWhatChangesThePrice() {
        CallRequest request =
                openAi(
                        """
                        {"messages":[{"role":"user","name":{"a":[{}]},"content":[{"type":"image_url"},
                        {"type":"image_url"}],"cache_control":{"type":"ephemeral"}},{"content":[{"type":
                        "file"}]}],"model":"m"}
                        """);
        assertThat(request.images()).isEqualTo(2);
        assertThat(request.hiddenInput()).isTrue();
        assertThat(request.cacheWrite()).isEqualTo(CacheWrite.FIVE_MINUTES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tool_choice", "function_call", "functions"})
    void parse_whatMayBeCalledGivenTwice_namesTheField(String field) {
        String once = "\"" + field + "\":[]";
        String given = "\"input\":\"x\"," + once;
        for (Operation operation :
                List.of(Operation.CHAT, Operation.MESSAGES, Operation.RESPONSES)) {
            assertThat(refusedField(operation, given + ",\"n\":1," + once)).isEqualTo(field);
            assertThat(RequestParser.parse(operation, bytes(whole(given))).tools())
                    .isEqualTo(Tools.NONE);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "SHOWN|{\"tools\":[{}],\"tool_choice\":\"none\"}",
                "SHOWN|{\"tool_choice\":\"none\",\"tools\":[{}]}",
                "SHOWN|{\"tool_choice\":{\"x\":{\"type\":1},\"type\":\"none\"},\"tools\":[{}]}",
                "NONE|{\"tool_choice\":\"none\"}",
                "NONE|{\"tool_choice\":\"auto\"}",
                "OFFERED|{\"tools\":[{}]}",
                "OFFERED|{\"tools\":[{}],\"tool_choice\":null}",
                "OFFERED|{\"tools\":[{}],\"tool_choice\":\"required\"}",
                "OFFERED|{\"tools\":[{}],\"tool_choice\":{\"type\":\"function\",\"name\":\"none\"}}",
                "OFFERED|{\"tools\":[{}],\"tool_choice\":{\"function\":{\"type\":\"none\"}}}",
                "OFFERED|{\"tools\":[{}],\"tool_choice\":[\"none\"]}",
            })
    void parse_toolsThatNoneIsToBeCalledOf_areOnlyShown(Tools tools, String body) {
        String fields = "\"input\":\"x\"," + body.substring(1, body.length() - 1);
        for (Operation operation :
                List.of(Operation.CHAT, Operation.MESSAGES, Operation.RESPONSES)) {
            assertThat(RequestParser.parse(operation, bytes(whole(fields))).tools())
                    .isEqualTo(tools);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "OFFERED|\"tools\":[{}],\"tool_choice\":\"auto\",\"function_call\":\"none\"",
                "OFFERED|\"tools\":[{}],\"function_call\":\"none\"",
                "OFFERED|\"functions\":[{}],\"tool_choice\":\"none\"",
                "OFFERED|\"tools\":[{}],\"functions\":[{}],\"tool_choice\":\"none\"",
                "SHOWN|\"functions\":[{}],\"function_call\":\"none\"",
                "SHOWN|\"functions\":[{}],\"tools\":[{}],\"function_call\":\"none\",\"tool_choice\":\"none\"",
            })
    void parse_choiceOfOneKind_saysNothingOfTheOther(Tools tools, String fields) {
        assertThat(RequestParser.parse(Operation.CHAT, bytes(whole(fields))).tools())
                .isEqualTo(tools);
    }

    @Test
    void parse_typeOfTheChoiceGivenTwice_namesTheField() {
        assertThat(
                        refusedField(
                                Operation.CHAT,
                                "\"tool_choice\":{\"type\":\"none\",\"type\":\"auto\"}"))
                .isEqualTo("tool_choice.type");
    }

    private static String refusedField(Operation operation, String fields) {
        RefusedException refused =
                catchThrowableOfType(
                        RefusedException.class,
                        () -> RequestParser.parse(operation, bytes(whole(fields))));
        assertThat(refused.denial().refusal()).isEqualTo(Refusal.MALFORMED);
        return String.valueOf(refused.denial().field());
    }

    private static String whole(String fields) {
        String messages = fields.contains("messages") ? "" : "\"messages\":[{}],";
        return "{\"model\":\"m\"," + messages + fields + "}";
    }

    @Test
    void parse_malformed_doesNotRepeatThePrompt() {
        RefusedException refused =
                catchThrowableOfType(
                        RefusedException.class,
                        () ->
                                openAi(
                                        "{\"model\":\"m\",\"messages\":[{\"content\":\"secret prompt\" oops"));
        assertThat(refused.denial().message()).doesNotContain("secret").contains("line 1");
    }

    @Test
    void parse_emptyAndTooDeep_areRefused() {
        String deep = "{\"model\":\"m\",\"x\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}";
        for (String body : new String[] {"", deep}) {
            RefusedException refused =
                    catchThrowableOfType(RefusedException.class, () -> openAi(body));
            assertThat(refused.denial().field()).isEqualTo("body");
        }
    }
}
