package dev.bursar.gateway.ladder;

import static dev.bursar.gateway.ladder.RequestBodyTest.MANY_TOOLS;
import static dev.bursar.gateway.ladder.RequestBodyTest.disable;
import static dev.bursar.gateway.ladder.RequestBodyTest.everySecond;
import static dev.bursar.gateway.ladder.RequestBodyTest.otherSeconds;
import static dev.bursar.gateway.ladder.RequestBodyTest.without;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.ladder.RequestBody.Disabled;
import dev.bursar.gateway.ladder.RequestBody.Form;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConverseToolsTest {

    private static final String ASKED =
            "\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"é\"}]}]";

    private static final String CALLED =
            """
            "messages":[{"role":"user","content":[{"text":"hi"}]},{"role":"assistant","content":[{"toolUse":\
            {"toolUseId":"t1","name":"web","input":{}}}]},{"role":"user","content":[{"toolResult":\
            {"toolUseId":"t1","content":[{"text":"x"}]}}]}]\
            """;

    private static String body(String messages, String tools, String choice) {
        return "{%s,\"toolConfig\":{\"tools\":%s%s},\"inferenceConfig\":{\"maxTokens\":9}}"
                .formatted(messages, tools, choice);
    }

    private static String spec(String name) {
        return "{\"toolSpec\":{\"name\":\"%s\",\"inputSchema\":{\"json\":{\"name\":\"q\"}},\"strict\":true}}"
                .formatted(name);
    }

    /// Tools are written as their names, marks for the cache as `*`.
    private static String tools(String names) {
        return List.of(names.split(" ")).stream()
                .map(name ->
                        name.equals("*") ? "{\"cachePoint\":{\"type\":\"default\"}}" : spec(name))
                .toList()
                .toString();
    }

    @ParameterizedTest
    @CsvSource({
        "web, web sql py, sql py",
        "py, web sql py, web sql",
        "web py, web sql py, sql",
        "other, web sql py, web sql py",
        "web, web * sql, sql",
        "sql, web * sql *, web *",
        "sql, web sql *, web *",
        "web, web sql *, sql *",
        "web sql, web * sql * py, py",
    })
    void namedTools_areTakenFromTheList(String names, String all, String left) {
        String choice = ",\"toolChoice\":{\"any\":{}}";
        for (String messages : List.of(ASKED, CALLED)) {
            assertThat(without(body(messages, tools(all), choice), Form.CONVERSE, names.split(" ")))
                    .isEqualTo(body(messages, tools(left), choice));
        }
    }

    @ParameterizedTest
    @CsvSource({"web_search", "nova_grounding"})
    void whatRunsAtAws_isKnownByItsNameAndByWhatItIs(String name) {
        String grounding = "{\"systemTool\":{\"name\":\"nova_grounding\"}}";
        assertThat(
                        without(
                                body(ASKED, "[" + grounding + "," + spec("sql") + "]", ""),
                                Form.CONVERSE,
                                name))
                .isEqualTo(body(ASKED, "[" + spec("sql") + "]", ""));
    }

    @ParameterizedTest
    @CsvSource({
        "tools, web sql",
        "web sql, web sql",
        "web, web",
        "web, web *",
        "tools, web * sql *"
    })
    void allTools_goWithTheirConfig(String names, String all) {
        String body = body(ASKED, tools(all), ",\"toolChoice\":{\"auto\":{}}");
        assertThat(disable(body, Form.CONVERSE, names.split(" ")))
                .isInstanceOfSatisfying(
                        Disabled.Changed.class,
                        changed -> {
                            assertThat(changed.noTools()).isTrue();
                            assertThat(changed.names()).contains(names.split(" "));
                        });
        assertThat(without(body, Form.CONVERSE, names.split(" ")))
                .isEqualTo("{" + ASKED + ",\"inferenceConfig\":{\"maxTokens\":9}}");
    }

    @Test
    void allTools_ofAHistoryOfCalls_areNeeded() {
        assertThat(disable(body(CALLED, tools("web sql"), ""), Form.CONVERSE, "tools"))
                .isEqualTo(new Disabled.Needed("tools", "messages"));
        String results = CALLED.replace("toolUse\"", "other\"");
        assertThat(disable(body(results, tools("web"), ""), Form.CONVERSE, "a", "web"))
                .isEqualTo(new Disabled.Needed("web", "messages"));
        String words = ASKED.replace("{\"text\":\"é\"}", "{\"json\":{\"toolUse\":1}}");
        assertThat(disable(body(words, tools("web"), ""), Form.CONVERSE, "web"))
                .isInstanceOf(Disabled.Changed.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    web     | {"tool":{"name":"web"}}
                    tools   | {"tool":{"name":"web"}}
                    tools   | {"any":{}}
                    sql web | {"any":{}}
                    """)
    void toolThatTheRequestInsistsOn_isNeeded(String names, String choice) {
        String body = body(ASKED, tools("web sql"), ",\"toolChoice\":" + choice);
        String[] disabled = names.split(" ", -1);
        assertThat(disable(body, Form.CONVERSE, disabled))
                .isEqualTo(new Disabled.Needed(disabled[0], "toolConfig.toolChoice"));
    }

    @Test
    void anotherToolThanTheOneInsistedOn_isTaken() {
        String choice = ",\"toolChoice\":{\"tool\":{\"name\":\"web\"}}";
        assertThat(without(body(ASKED, tools("web sql"), choice), Form.CONVERSE, "sql"))
                .isEqualTo(body(ASKED, tools("web"), choice));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    computer   | {"tools":[{"type":"computer_20250124","name":"computer"}]}
                    bash       | {"tools":[{"type":"bash_20250124","name":"sh"}]}
                    tools      | {"tools":[{"type":"bash_20250124","name":"sh"}]}
                    crm        | {"mcp_servers":[{"type":"url","name":"crm"}]}
                    """)
    void toolsThatAModelGetsAsTheyAre_areNeeded(String name, String fields) {
        String body = "{" + ASKED + ",\"additionalModelRequestFields\":" + fields + "}";
        assertThat(disable(body, Form.CONVERSE, name))
                .isEqualTo(new Disabled.Needed(name, "additionalModelRequestFields"));
        assertThat(disable(body, Form.CONVERSE, "web"))
                .isEqualTo(new Disabled.Changed(List.of(), List.of(), false));
    }

    @Test
    void noTools_changesNothing() {
        Disabled nothing = new Disabled.Changed(List.of(), List.of(), false);
        assertThat(disable("{" + ASKED + "}", Form.CONVERSE, "tools")).isEqualTo(nothing);
        assertThat(disable("{" + ASKED + ",\"toolConfig\":null}", Form.CONVERSE, "tools"))
                .isEqualTo(nothing);
        assertThat(disable(body(ASKED, "[]", ""), Form.CONVERSE, "tools")).isEqualTo(nothing);
    }

    @Test
    void schemasOfManyValues_areNotKept() {
        String schema = spec("sql").replace("\"q\"", "[" + GeminiToolsTest.many("0") + "]");
        String choice = ",\"toolChoice\":{\"auto\":[" + GeminiToolsTest.many("{}") + "]}";
        assertThat(
                        without(
                                body(ASKED, "[" + spec("web") + ", " + schema + "]", choice),
                                Form.CONVERSE,
                                "web"))
                .isEqualTo(body(ASKED, "[" + schema + "]", choice));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    "toolConfig":{"tools":[MANY]}
                    "toolConfig":{"tools":[{"toolSpec":{"name":"web"},FIELDS}]}
                    "toolConfig":{"tools":[{"toolSpec":{NAMES}}]}
                    "additionalModelRequestFields":{"tools":[MANY]}
                    """)
    void moreValuesThanAreKept_areRefused(String fields) {
        String body =
                ("{" + fields + "}")
                        .replace("MANY", GeminiToolsTest.many("0"))
                        .replace("FIELDS", GeminiToolsTest.many("\"a\":0"))
                        .replace("NAMES", GeminiToolsTest.many("\"name\":\"b\""));
        assertThat(disable(body, Form.CONVERSE, "sql", "web"))
                .isEqualTo(new Disabled.Needed("sql", "toolConfig"));
    }

    @Test
    @Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
    void manyTools_areTakenInOnePass() {
        String all = "[" + everySecond(MANY_TOOLS, "{\"web_2%d\":{}}", "{\"sql%d\":{}}") + "]";
        assertThat(without(body(ASKED, all, ""), Form.CONVERSE, "web"))
                .isEqualTo(body(ASKED, "[" + otherSeconds(MANY_TOOLS, "{\"sql%d\":{}}") + "]", ""));
    }
}
