package dev.bursar.gateway.ladder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.ladder.RequestBody.Disabled;
import dev.bursar.gateway.ladder.RequestBody.Edit;
import dev.bursar.gateway.ladder.RequestBody.Form;
import java.io.ByteArrayOutputStream;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestBodyTest {

    private static final long FLOOR = 256;

    /// So many that work which grows with their square takes much longer than one pass.
    static final int MANY_TOOLS = 90_000;

    private static String apply(String body, List<Edit> edits) {
        byte[] from = body.getBytes(UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        for (Edit edit : edits.stream().sorted(Comparator.comparingInt(Edit::start)).toList()) {
            assertThat(edit.start()).isGreaterThanOrEqualTo(at);
            out.write(from, at, edit.start() - at);
            out.writeBytes(edit.text().getBytes(UTF_8));
            at = edit.end();
        }
        out.write(from, at, from.length - at);
        return out.toString(UTF_8);
    }

    private static RequestBody read(String body) {
        return RequestBody.read(body.getBytes(UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {"a":"é", "reasoning_effort": "high" } | {"a":"é", "reasoning_effort": "low" }
                    {"reasoning_effort":"minimal"}         | {"reasoning_effort":"minimal"}
                    {"reasoning_effort":null}              | {"reasoning_effort":null}
                    {"messages":[{"reasoning_effort":"high"}]} | {"messages":[{"reasoning_effort":"high"}]}
                    {"model":"m"}                          | {"model":"m"}
                    {"reasoning":{"summary":"auto","effort":"xhigh"}} | {"reasoning":{"summary":"auto","effort":"low"}}
                    {"reasoning":"high"}                   | {"reasoning":"high"}
                    {"output_config":{"effort":"max"}}     | {"output_config":{"effort":"low"}}
                    {"reasoning_effort":"high","reasoning":{"effort":"high"}} | {"reasoning_effort":"low","reasoning":{"effort":"low"}}
                    {"reasoning":{"effort":"low"}}         | {"reasoning":{"effort":"low"}}
                    {"generationConfig":{"thinkingConfig":{"thinkingLevel":"HIGH"}}} | {"generationConfig":{"thinkingConfig":{"thinkingLevel":"low"}}}
                    {"generation_config":{"thinking_config":{"thinking_budget": 8000 },"x":[1]}} | {"generation_config":{"thinking_config":{"thinking_budget": 244 },"x":[1]}}
                    {"generationConfig":{"thinkingConfig":{"thinkingBudget":-1}}} | {"generationConfig":{"thinkingConfig":{"thinkingBudget":-1}}}
                    {"generationConfig":{"thinkingConfig":{"thinkingBudget":100}}} | {"generationConfig":{"thinkingConfig":{"thinkingBudget":100}}}
                    """)
    void lessThinking_lowersTheEffortAndNothingElse(String body, String lowered) {
        assertThat(apply(body, read(body).lessThinking(500, FLOOR))).isEqualTo(lowered);
    }

    @ParameterizedTest
    @CsvSource({
        "8000, 4000, 4000, 3744",
        "8000, 4000, 6000, 4000",
        "8000, 4000, 1280, 1024",
        "8000, 1024, 1300, 1024",
    })
    void lessThinking_staysBelowTheBoundAndAboveItsLeast(
            long asked, long thinking, long given, long left) {
        String body =
                "{\"max_tokens\":%d,\"thinking\":{\"type\":\"enabled\",\"budget_tokens\": %d}}"
                        .formatted(asked, thinking);

        assertThat(apply(body, read(body).lessThinking(given, FLOOR)))
                .isEqualTo(
                        "{\"max_tokens\":%d,\"thinking\":{\"type\":\"enabled\",\"budget_tokens\": %d}}"
                                .formatted(asked, left));
        assertThat(read(body).leastOutput(asked, FLOOR)).isEqualTo(1_280);
    }

    @ParameterizedTest
    @ValueSource(strings = {"thinking", "reasoning_config"})
    void lessThinking_ofConverse_isWhereAModelsOwnFieldsAre(String name) {
        String body =
                "{\"additionalModelRequestFields\":{\"top_k\":1,\"%s\":{\"budget_tokens\": %d,\"type\":\"enabled\"}}}";
        String asked = body.formatted(name, 8_000);

        assertThat(apply(asked, read(asked).lessThinking(4_000, FLOOR)))
                .isEqualTo(body.formatted(name, 3_744));
        assertThat(disable(asked, Form.OPENAI, "thinking"))
                .isEqualTo(new Disabled.Needed("thinking", "additionalModelRequestFields"));
    }

    @Test
    void leastOutput_withoutThinking_isTheFloorOrWhatIsAsked() {
        assertThat(read("{\"thinking\":{\"type\":\"disabled\"}}").leastOutput(900, FLOOR))
                .isEqualTo(FLOOR);
        assertThat(read("{}").leastOutput(100, FLOOR)).isEqualTo(100);
    }

    private static final String FUNCTIONS =
            """
            {"tools":[ {"type":"function","function":{"name":"web","parameters":{"name":"x"}}} ,\
             {"type":"function","function":{"name":"sql"}}, {"type":"custom","custom":{"name":"py"}} ],"n":1}\
            """;

    static Disabled disable(String body, Form form, String... names) {
        return read(body).disable(new TreeSet<>(List.of(names)), false, form);
    }

    static String without(String body, Form form, String... names) {
        Disabled disabled = disable(body, form, names);
        assertThat(disabled).isInstanceOf(Disabled.Changed.class);
        return apply(body, ((Disabled.Changed) disabled).edits());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    web     | [ {"type":"function","function":{"name":"sql"}}, {"type":"custom","custom":{"name":"py"}} ]
                    sql     | [ {"type":"function","function":{"name":"web","parameters":{"name":"x"}}} , {"type":"custom","custom":{"name":"py"}} ]
                    py      | [ {"type":"function","function":{"name":"web","parameters":{"name":"x"}}} , {"type":"function","function":{"name":"sql"}} ]
                    sql py  | [ {"type":"function","function":{"name":"web","parameters":{"name":"x"}}} ]
                    web sql | [ {"type":"custom","custom":{"name":"py"}} ]
                    x other | [ {"type":"function","function":{"name":"web","parameters":{"name":"x"}}} , {"type":"function","function":{"name":"sql"}}, {"type":"custom","custom":{"name":"py"}} ]
                    """)
    void disable_namedTools_takesThemFromTheArray(String names, String tools) {
        assertThat(without(FUNCTIONS, Form.OPENAI, names.split(" ")))
                .isEqualTo("{\"tools\":" + tools + ",\"n\":1}");
    }

    @Test
    void disable_allTools_forbidsCallsAndKeepsTheDefinitions() {
        assertThat(without(FUNCTIONS, Form.OPENAI, "tools"))
                .isEqualTo("{\"tool_choice\":\"none\"," + FUNCTIONS.substring(1));
        assertThat(without(FUNCTIONS, Form.OPENAI, "web", "sql", "py"))
                .isEqualTo("{\"tool_choice\":\"none\"," + FUNCTIONS.substring(1));
        String messages =
                "{\"tool_choice\":{\"type\":\"auto\"},\"tools\":[{\"name\":\"web\",\"input_schema\":{}}]}";
        assertThat(without(messages, Form.ANTHROPIC, "web"))
                .isEqualTo(messages.replace("\"auto\"", "\"none\""));
        assertThat(without("{\"functions\":[{\"name\":\"f\"}]}", Form.OPENAI, "tools"))
                .isEqualTo("{\"function_call\":\"none\",\"functions\":[{\"name\":\"f\"}]}");
    }

    @Test
    void disable_features_areTakenFromTheRequest() {
        assertThat(
                        without(
                                "{\"model\":\"m\",\"web_search_options\":{\"a\":[1]}}",
                                Form.OPENAI,
                                "web_search"))
                .isEqualTo("{\"model\":\"m\"}");
        assertThat(
                        without(
                                "{\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2000}, \"model\":\"m\"}",
                                Form.ANTHROPIC,
                                "thinking"))
                .isEqualTo("{\"model\":\"m\"}");
        assertThat(
                        without(
                                "{\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"},{\"name\":\"f\"}]}",
                                Form.ANTHROPIC,
                                "web_search"))
                .isEqualTo("{\"tools\":[{\"name\":\"f\"}]}");
        assertThat(without("{\"reasoning_effort\":\"high\"}", Form.OPENAI, "thinking"))
                .isEqualTo("{\"reasoning_effort\":\"low\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {"type":"allowed_tools","allowed_tools":{"mode":"MODE","tools":[%s]}} | {"type":"function","function":{"name":"%s"}}
                    {"type":"allowed_tools","mode":"MODE","tools":[%s]}                   | {"type":"function","name":"%s"}
                    {"tools":[%s],"type":"allowed_tools","mode":"MODE"}                   | {"type":"custom","name":"%s"}
                    """)
    void disable_toolsThatTheModelMayChooseFrom_areTakenFromThatListToo(
            String choice, String each) {
        String web = each.formatted("web");
        String sql = each.formatted("sql");
        String py = each.formatted("py");
        String head = "{\"tools\":[" + web + "," + sql + "," + py + "],\"tool_choice\":";
        String less = "{\"tools\":[" + sql + "," + py + "],\"tool_choice\":";
        for (String mode : List.of("auto", "required")) {
            String only = choice.replace("MODE", mode);
            String two = head + only.formatted(web + " , " + sql) + "}";
            assertThat(without(two, Form.OPENAI, "web"))
                    .isEqualTo(less + only.formatted(sql) + "}");
            assertThat(without(two, Form.OPENAI, "py")).isEqualTo(two.replace("," + py, ""));
        }
        String one = head + choice.formatted(web) + "}";
        assertThat(disable(one.replace("MODE", "required"), Form.OPENAI, "web"))
                .isEqualTo(new Disabled.Needed("web", "tool_choice"));
        assertThat(without(one.replace("MODE", "auto"), Form.OPENAI, "web"))
                .isEqualTo(less + "\"none\"}");
        assertThat(without(one.replace("MODE", "auto"), Form.OPENAI, "tools"))
                .isEqualTo(head + "\"none\"}");
        assertThat(((Disabled.Changed) disable(one, Form.OPENAI, "web")).noTools()).isTrue();
        assertThat(((Disabled.Changed) disable(one, Form.OPENAI, "sql")).noTools()).isFalse();
    }

    @Test
    void disable_toolOfTheProviderThatTheModelMayChoose_isTakenFromThatListToo() {
        String body =
                """
                {"tools":[{"type":"web_search_preview"},{"type":"mcp","server_label":"a"},{"type":"mcp","server_label":"b"}],\
                "tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"mcp","server_label":"b"},{"type":"web_search_preview"}]}}\
                """;
        assertThat(without(body, Form.OPENAI, "b"))
                .isEqualTo(
                        body.replace(",{\"type\":\"mcp\",\"server_label\":\"b\"}]", "]")
                                .replace("{\"type\":\"mcp\",\"server_label\":\"b\"},", ""));
        assertThat(without(body, Form.OPENAI, "web_search"))
                .isEqualTo(
                        body.replace(",{\"type\":\"web_search_preview\"}", "")
                                .replace("{\"type\":\"web_search_preview\"},", ""));
    }

    @Test
    void disable_typeThatTheRequestInsistsOn_isNeeded() {
        String body =
                """
                {"tools":[{"type":"web_search"},{"type":"mcp","server_label":"a"},{"type":"mcp","server_label":"b"}],\
                "tool_choice":%s}\
                """;
        String search = body.formatted("{\"type\":\"web_search\"}");
        String server = body.formatted("{\"type\":\"mcp\",\"server_label\":\"b\"}");
        assertThat(disable(search, Form.OPENAI, "web_search"))
                .isEqualTo(new Disabled.Needed("web_search", "tool_choice"));
        assertThat(disable(server, Form.OPENAI, "b"))
                .isEqualTo(new Disabled.Needed("b", "tool_choice"));
        assertThat(without(server, Form.OPENAI, "a"))
                .isEqualTo(server.replace("{\"type\":\"mcp\",\"server_label\":\"a\"},", ""));
    }

    @Test
    void lessThinking_ofAFieldThatIsThereManyTimes_lowersTheLast() {
        String body = "{" + many("\"reasoning_effort\":\"high\"") + "}";
        assertThat(read(body).lessThinking(500, FLOOR))
                .containsExactly(new Edit(body.length() - 7, body.length() - 1, "\"low\""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {"type":"function","function":{"name":"web"}} | web
                    {"type":"tool","name":"web"}                  | web
                    {"type":"tool","name":"web"}                  | tools
                    "required"                                    | tools
                    {"type":"any"}                                | tools
                    """)
    void disable_toolThatTheRequestInsistsOn_isNeeded(String choice, String name) {
        String body =
                "{\"tools\":[{\"name\":\"web\"},{\"name\":\"sql\"}],\"tool_choice\":"
                        + choice
                        + "}";

        assertThat(disable(body, Form.OPENAI, name))
                .isInstanceOfSatisfying(
                        Disabled.Needed.class,
                        needed -> assertThat(needed.field()).isEqualTo("tool_choice"));
    }

    @Test
    void disable_images_areNeededWhereThereAreSome() {
        TreeSet<String> names = new TreeSet<>(List.of("images"));

        assertThat(read("{}").disable(names, true, Form.OPENAI))
                .isEqualTo(new Disabled.Needed("images", "messages"));
        assertThat(read("{}").disable(names, false, Form.OPENAI))
                .isEqualTo(new Disabled.Changed(List.of(), List.of(), false));
    }

    /// The elements of a list: every second one is a tool of the web, all others are of another kind.
    static String everySecond(int count, String web, String other) {
        return IntStream.range(0, count)
                .mapToObj(i -> (i % 2 == 0 ? web : other).formatted(i))
                .collect(Collectors.joining(","));
    }

    /// Those that are not of the web.
    static String otherSeconds(int count, String other) {
        return IntStream.range(0, count)
                .filter(i -> i % 2 != 0)
                .mapToObj(other::formatted)
                .collect(Collectors.joining(","));
    }

    @Test
    @Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
    void manyTools_areTakenInOnePass() {
        String web = "{\"name\":\"web_2%d\"}";
        String other = "{\"name\":\"sql%d\"}";
        assertThat(
                        without(
                                "{\"tools\":[" + everySecond(MANY_TOOLS, web, other) + "]}",
                                Form.OPENAI,
                                "web"))
                .isEqualTo("{\"tools\":[" + otherSeconds(MANY_TOOLS, other) + "]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    OPENAI    | tools      | "tools":[{"name":"web"},0,MANY]
                    ANTHROPIC | tools      | "tools":[{"name":"web"}],MEMBERS
                    ANTHROPIC | tools      | "tools":[{"name":"web"},{NAMES}]
                    OPENAI    | tools      | "tools":[{"name":"web"}],"tool_choice":[TEXTS]
                    GEMINI    | tools      | "tools":[{"functionDeclarations":[{"name":"web"}]}],MEMBERS
                    CONVERSE  | toolConfig | "toolConfig":{"tools":[{"toolSpec":{"name":"web"}}]},MEMBERS
                    """)
    void morePartsThanAreKept_areRefused(Form form, String field, String fields) {
        String body =
                ("{" + fields + ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":9000}}")
                        .replace("MANY", many("0"))
                        .replace("MEMBERS", many("\"a\":0"))
                        .replace("NAMES", many("\"name\":\"b\""))
                        .replace("TEXTS", many("\"b\""));
        assertThat(disable(body, form, "sql", "web")).isEqualTo(new Disabled.Needed("sql", field));
        assertThat(read(body).thinkingTokens()).isEqualTo(9000);
    }

    /// More than are kept of one body.
    static String many(String each) {
        return String.join(",", Collections.nCopies(BodyScan.MAX_PARTS + 1, each));
    }
}
