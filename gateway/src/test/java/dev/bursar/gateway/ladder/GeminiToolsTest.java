package dev.bursar.gateway.ladder;

import static dev.bursar.gateway.ladder.RequestBodyTest.MANY_TOOLS;
import static dev.bursar.gateway.ladder.RequestBodyTest.disable;
import static dev.bursar.gateway.ladder.RequestBodyTest.everySecond;
import static dev.bursar.gateway.ladder.RequestBodyTest.otherSeconds;
import static dev.bursar.gateway.ladder.RequestBodyTest.without;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.ladder.RequestBody.Disabled;
import dev.bursar.gateway.ladder.RequestBody.Form;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GeminiToolsTest {

    private static final String FUNCTIONS =
            """
            {"contents":[{"parts":[{"text":"é"}]}],"tools":[{"functionDeclarations":[ {"name":"web",\
            "parameters":{"type":"OBJECT","properties":{"name":{"type":"STRING"}}},"x":1} ,{"name":"sql"},\
             {"name":"py"} ]}],"labels":{"tools":"a"}}\
            """;

    private static final String NONE =
            "\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"NONE\"}}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    web     | [ {"name":"sql"}, {"name":"py"} ]
                    sql     | [ {"name":"web","parameters":{"type":"OBJECT","properties":{"name":{"type":"STRING"}}},"x":1} ,{"name":"py"} ]
                    web py  | [ {"name":"sql"} ]
                    other   | [ {"name":"web","parameters":{"type":"OBJECT","properties":{"name":{"type":"STRING"}}},"x":1} ,{"name":"sql"}, {"name":"py"} ]
                    """)
    void namedFunctions_areTakenFromTheirList(String names, String left) {
        assertThat(without(FUNCTIONS, Form.GEMINI, names.split(" ")))
                .isEqualTo(
                        "{\"contents\":[{\"parts\":[{\"text\":\"é\"}]}],\"tools\":[{"
                                + "\"functionDeclarations\":"
                                + left
                                + "}],\"labels\":{\"tools\":\"a\"}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    google_search   | [{"googleSearch":{}},{"codeExecution":{}}]               | [{"codeExecution":{}}]
                    googleSearch    | [{"code_execution":{},"google_search":{"a":1}}]          | [{"code_execution":{}}]
                    web_search      | [{"googleSearch":{}},{"urlContext":{}}]                  | [{"urlContext":{}}]
                    web_search      | [{"googleSearchRetrieval":{}},{"urlContext":{}}]         | [{"urlContext":{}}]
                    code_execution  | [{"googleMaps":{},"codeExecution":{}}]                   | [{"googleMaps":{}}]
                    url_context     | [{"url_context":{}},{"functionDeclarations":[{"name":"f"}]}] | [{"functionDeclarations":[{"name":"f"}]}]
                    f               | [{"functionDeclarations":[{"name":"f"}]},{"functionDeclarations":[{"name":"g"}]}] | [{"functionDeclarations":[{"name":"g"}]}]
                    f               | [{"functionDeclarations":[{"name":"f"}],"googleSearch":{}},{"function_declarations":[{"name":"g"}]}] | [{"googleSearch":{}},{"function_declarations":[{"name":"g"}]}]
                    f urlContext    | [{"functionDeclarations":[{"name":"f"}],"urlContext":{},"x":null},{"functionDeclarations":[{"name":"g"}]}] | [{"functionDeclarations":[{"name":"g"}]}]
                    crm             | [{"mcpServers":[{"name":"crm"},{"name":"erp"}]}]         | [{"mcpServers":[{"name":"erp"}]}]
                    googleSearch    | [{"googleSearch":null},{"urlContext":{}}]                | [{"googleSearch":null},{"urlContext":{}}]
                    f               | [null,{"functionDeclarations":[{"name":"g"}]}]           | [null,{"functionDeclarations":[{"name":"g"}]}]
                    """)
    void whatIsLeft_hasNoEmptyListsAndObjects(String names, String tools, String left) {
        assertThat(
                        without(
                                "{\"tools\":" + tools + ",\"contents\":[]}",
                                Form.GEMINI,
                                names.split(" ")))
                .isEqualTo("{\"tools\":" + left + ",\"contents\":[]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    tools          | [{"googleSearch":{}},{"urlContext":{}}]
                    google_search  | [{"googleSearch":{}}]
                    google_search  | {"googleSearch":{}}
                    url_context code_execution | [{"urlContext":{},"codeExecution":{}}]
                    """)
    void whatGoogleRuns_goesWithTheFieldWhenNothingElseIsThere(String names, String tools) {
        Disabled gone =
                disable("{\"contents\":[],\"tools\":" + tools + "}", Form.GEMINI, names.split(" "));
        assertThat(((Disabled.Changed) gone).noTools()).isTrue();
        assertThat(((Disabled.Changed) gone).names()).containsExactlyInAnyOrder(names.split(" "));
        assertThat(
                        without(
                                "{\"contents\":[], \"tools\":" + tools + "}",
                                Form.GEMINI,
                                names.split(" ")))
                .isEqualTo("{\"contents\":[]}");
        assertThat(
                        without(
                                "{\"tools\":" + tools + ", \"contents\":[]}",
                                Form.GEMINI,
                                names.split(" ")))
                .isEqualTo("{\"contents\":[]}");
    }

    @Test
    void allFunctions_areForbiddenAndKeepTheirDefinitions() {
        assertThat(without(FUNCTIONS, Form.GEMINI, "tools"))
                .isEqualTo("{" + NONE + "," + FUNCTIONS.substring(1));
        assertThat(without(FUNCTIONS, Form.GEMINI, "web", "sql", "py"))
                .isEqualTo("{" + NONE + "," + FUNCTIONS.substring(1));
        assertThat(
                        without(
                                "{\"contents\":[],\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\"}],"
                                        + "\"googleSearch\":{}},{\"codeExecution\":{}}]}",
                                Form.GEMINI,
                                "tools"))
                .isEqualTo(
                        "{"
                                + NONE
                                + ",\"contents\":[],\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\"}]}]}");
    }

    @Test
    void functionsForbidden_besideASearch_leaveCallsOfTools() {
        Disabled left =
                disable(
                        "{\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\"}]},{\"googleSearch\":{}}]}",
                        Form.GEMINI,
                        "f");
        assertThat(left)
                .isInstanceOfSatisfying(
                        Disabled.Changed.class,
                        changed -> {
                            assertThat(changed.noTools()).isFalse();
                            assertThat(changed.names()).containsExactly("f");
                        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    {"mode":"AUTO","x":1}                        | {"mode":"NONE","x":1}
                    {"x":1}                                      | {"mode":"NONE","x":1}
                    {}                                           | {"mode":"NONE"}
                    null                                         | {"mode":"NONE"}
                    {"mode":null}                                | {"mode":"NONE"}
                    {"mode":"VALIDATED","allowedFunctionNames":["f"],"x":1} | {"mode":"NONE","x":1}
                    {"allowed_function_names":["f"]}             | {"mode":"NONE"}
                    """)
    void forbidding_keepsWhatElseIsSaidOfCalling(String calling, String forbidden) {
        String body =
                "{\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\"}]}],"
                        + "\"tool_config\":{\"functionCallingConfig\":%s,\"retrievalConfig\":{\"a\":1}}}";
        assertThat(without(body.formatted(calling), Form.GEMINI, "f"))
                .isEqualTo(body.formatted(forbidden));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    "toolConfig":null                     | "toolConfig":{"functionCallingConfig":{"mode":"NONE"}}
                    "toolConfig":{}                       | "toolConfig":{"functionCallingConfig":{"mode":"NONE"}}
                    "toolConfig":{"retrievalConfig":{}}   | "toolConfig":{"functionCallingConfig":{"mode":"NONE"},"retrievalConfig":{}}
                    """)
    void forbidding_findsItsPlace(String config, String forbidden) {
        String body = "{\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\"}]}],%s}";
        assertThat(without(body.formatted(config), Form.GEMINI, "f"))
                .isEqualTo(body.formatted(forbidden));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    web     | "ANY"       | "web","sql"   | [ {"name":"sql"} ] | "ANY"       | "sql"
                    web     | "VALIDATED" | "sql", "web"  | [ {"name":"sql"} ] | "VALIDATED" | "sql"
                    web     | "ANY"       | "sql"         | [ {"name":"sql"} ] | "ANY"       | "sql"
                    """)
    void allowedNames_areThoseThatAreLeft(
            String name,
            String mode,
            String names,
            String left,
            String modeLeft,
            String namesLeft) {
        String body =
                "{\"tools\":[{\"functionDeclarations\":%s}],\"toolConfig\":{\"functionCallingConfig\":{"
                        + "\"mode\":%s,\"allowedFunctionNames\":[%s]}}}";
        assertThat(
                        without(
                                body.formatted(
                                        "[ {\"name\":\"web\"}, {\"name\":\"sql\"} ]", mode, names),
                                Form.GEMINI,
                                name))
                .isEqualTo(body.formatted(left, modeLeft, namesLeft));
    }

    @Test
    void noAllowedNameLeft_ofAModelThatMayAnswer_forbidsCalls() {
        String body =
                "{\"tools\":[{\"functionDeclarations\":[{\"name\":\"web\"},{\"name\":\"sql\"}]}],"
                        + "\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"VALIDATED\","
                        + "\"allowedFunctionNames\":[\"web\"]}}}";
        assertThat(without(body, Form.GEMINI, "web"))
                .isEqualTo(
                        body.replace(
                                "\"VALIDATED\",\"allowedFunctionNames\":[\"web\"]", "\"NONE\""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    web      | "mode":"ANY","allowedFunctionNames":["web"]
                    tools    | "mode":"ANY","allowedFunctionNames":["web"]
                    tools    | "mode":"ANY"
                    sql web  | "allowed_function_names":[],"mode":"any"
                    """)
    void functionThatTheRequestInsistsOn_isNeeded(String names, String calling) {
        String body =
                "{\"tools\":[{\"functionDeclarations\":[{\"name\":\"web\"},{\"name\":\"sql\"}]},"
                        + "{\"googleSearch\":{}}],\"toolConfig\":{\"functionCallingConfig\":{"
                        + calling
                        + "}}}";
        assertThat(disable(body, Form.GEMINI, names.split(" ")))
                .isEqualTo(
                        new Disabled.Needed(
                                names.split(" ", -1)[0], "toolConfig.functionCallingConfig"));
    }

    @Test
    void nothingNamed_changesNothing() {
        Disabled nothing = new Disabled.Changed(List.of(), List.of(), false);
        assertThat(disable("{\"contents\":[]}", Form.GEMINI, "tools")).isEqualTo(nothing);
        assertThat(disable("{\"tools\":[],\"contents\":[]}", Form.GEMINI, "tools"))
                .isEqualTo(nothing);
        assertThat(disable("{\"tools\":[{\"functionDeclarations\":[]}]}", Form.GEMINI, "tools"))
                .isEqualTo(nothing);
        assertThat(
                        disable(
                                FUNCTIONS.replace("{\"contents\"", "{" + NONE + ",\"contents\""),
                                Form.GEMINI,
                                "x"))
                .isEqualTo(nothing);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    [{"functionDeclarations":[%s{"name":"sql","parameters":{"enum":[MANY]},"response":{FIELDS}}]}]
                    [{"functionDeclarations":[%s{"name":[MANY],"description":{"a":[MANY]}}]},[MANY]]
                    [{"functionDeclarations":[%s{"name":"sql"}]},{"computerUse":{"a":[MANY],FIELDS}}]
                    """)
    void schemasOfManyValues_areNotKept(String tools) {
        String body =
                ("{\"tools\":"
                                + tools
                                + ",\"toolConfig\":{\"retrievalConfig\":[MANY],\"a\":{FIELDS}}}")
                        .replace("MANY", many("0"))
                        .replace("FIELDS", many("\"a\":0"));
        assertThat(without(body.formatted("{\"name\":\"web\"},"), Form.GEMINI, "web"))
                .isEqualTo(body.formatted(""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    "tools":[MANY]
                    "tools":[{"functionDeclarations":[{"name":"web"},MANY]}]
                    "tools":{"mcpServers":[MANY]}
                    "tools":[{FIELDS}]
                    "tools":[{"functionDeclarations":[{"name":"web"}]}],"toolConfig":{FIELDS}
                    "toolConfig":{"functionCallingConfig":{"allowedFunctionNames":[MANY]}}
                    "tool_config":{"function_calling_config":{FIELDS}}
                    """)
    void moreValuesThanAreKept_areRefused(String fields) {
        String body =
                ("{" + fields + "}").replace("MANY", many("0")).replace("FIELDS", many("\"a\":0"));
        assertThat(disable(body, Form.GEMINI, "sql", "web"))
                .isEqualTo(new Disabled.Needed("sql", "tools"));
    }

    /// More than are kept of one body.
    static String many(String each) {
        return String.join(",", Collections.nCopies(ValueReader.MAX_VALUES + 1, each));
    }

    @Test
    @Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
    void manyFunctions_areTakenInOnePass() {
        int count = MANY_TOOLS * 2 / 3;
        String body =
                "{\"tools\":[{\"functionDeclarations\":[%s]}],\"toolConfig\":{"
                        + "\"functionCallingConfig\":{\"allowedFunctionNames\":[%s]}}}";
        String web = "{\"name\":\"web_2%d\"}";
        String sql = "{\"name\":\"sql%d\"}";
        String allowed = everySecond(count, "\"web_2%d\"", "\"sql%d\"");
        assertThat(
                        without(
                                body.formatted(everySecond(count, web, sql), allowed),
                                Form.GEMINI,
                                "web"))
                .isEqualTo(
                        body.formatted(otherSeconds(count, sql), otherSeconds(count, "\"sql%d\"")));
    }

    @Test
    @Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
    void manyFieldsOfATool_areTakenInOnePass() {
        String body = "{\"tools\":[%s{\"googleSearch\":{}}]}";
        String fields = everySecond(2 * MANY_TOOLS, "\"web_2%d\":{}", "\"web_3%d\":null");
        assertThat(without(body.formatted("{" + fields + "},"), Form.GEMINI, "web"))
                .isEqualTo(body.formatted(""));
    }

    @Test
    void allowedNameThatIsNoText_stays() {
        String body =
                "{\"tools\":[{\"functionDeclarations\":[%s{\"name\":\"sql\"}]}],\"toolConfig\":{"
                        + "\"functionCallingConfig\":{\"allowedFunctionNames\":[7,null%s]}}}";
        assertThat(without(body.formatted("{\"name\":\"web\"},", ",\"web\""), Form.GEMINI, "web"))
                .isEqualTo(body.formatted("", ""));
    }
}
