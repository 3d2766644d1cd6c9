package dev.bursar.gateway.ladder;

import static dev.bursar.gateway.ladder.RequestBodyTest.MANY_TOOLS;
import static dev.bursar.gateway.ladder.RequestBodyTest.disable;
import static dev.bursar.gateway.ladder.RequestBodyTest.everySecond;
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
import org.junit.jupiter.params.provider.FieldSource;

/// Requests that have tools in the list of today, in that of old, or in both.
class ListedToolsTest {

    private static final String WEB = "{\"type\":\"function\",\"function\":{\"name\":\"web\"}}";
    private static final String SQL = "{\"type\":\"function\",\"function\":{\"name\":\"sql\"}}";
    private static final String OLD = "{\"name\":\"old\"}";
    private static final String ELDER = "{\"name\":\"elder\"}";

    /// Where the two lists are among the other fields: before, between and after them.
    static final List<String> PLACES =
            List.of(
                    "{TOOLS,FUNCTIONS,\"messages\":[{}],\"max_tokens\":50}",
                    "{FUNCTIONS,TOOLS,\"messages\":[{}],\"max_tokens\":50}",
                    "{TOOLS,\"messages\":[{}],\"max_tokens\":50,FUNCTIONS}",
                    "{FUNCTIONS,\"messages\":[{}],\"max_tokens\":50,TOOLS}",
                    "{\"messages\":[{}],TOOLS,\"max_tokens\":50,FUNCTIONS,\"n\":1}",
                    "{\"messages\":[{}],FUNCTIONS,\"max_tokens\":50,TOOLS,\"n\":1}",
                    "{\"messages\":[{}],\"max_tokens\":50,TOOLS,FUNCTIONS}",
                    "{\"messages\":[{}],\"max_tokens\":50,FUNCTIONS,TOOLS}");

    private static String body(String place, String tools, String functions) {
        return place.replace("TOOLS", "\"tools\":[" + tools + "]")
                .replace("FUNCTIONS", "\"functions\":[" + functions + "]");
    }

    @ParameterizedTest
    @FieldSource("PLACES")
    void disable_someOfTwoLists_takesThemAndNothingElse(String place) {
        String body = body(place, WEB + "," + SQL, OLD + ", " + ELDER);

        assertThat(without(body, Form.OPENAI, "web"))
                .isEqualTo(body(place, SQL, OLD + ", " + ELDER));
        assertThat(without(body, Form.OPENAI, "sql"))
                .isEqualTo(body(place, WEB, OLD + ", " + ELDER));
        assertThat(without(body, Form.OPENAI, "old"))
                .isEqualTo(body(place, WEB + "," + SQL, ELDER));
        assertThat(without(body, Form.OPENAI, "elder"))
                .isEqualTo(body(place, WEB + "," + SQL, OLD));
        assertThat(without(body, Form.OPENAI, "web", "elder")).isEqualTo(body(place, SQL, OLD));
    }

    @ParameterizedTest
    @FieldSource("PLACES")
    void disable_allOfOneList_forbidsThatOneOnly(String place) {
        String body = body(place, WEB, OLD);
        String rest = body.substring(1);

        assertThat(without(body, Form.OPENAI, "web"))
                .isEqualTo("{\"tool_choice\":\"none\"," + rest);
        assertThat(without(body, Form.OPENAI, "old"))
                .isEqualTo("{\"function_call\":\"none\"," + rest);
        assertThat(without(body, Form.OPENAI, "web", "old"))
                .isEqualTo("{\"tool_choice\":\"none\",\"function_call\":\"none\"," + rest)
                .isEqualTo(without(body, Form.OPENAI, "tools"));
        assertThat(isLeftWithNone(body, "web")).isFalse();
        assertThat(isLeftWithNone(body, "old")).isFalse();
        assertThat(isLeftWithNone(body, "web", "old")).isTrue();
    }

    @ParameterizedTest
    @FieldSource("PLACES")
    void disable_allOfOneListAndSomeOfTheOther_doesBoth(String place) {
        assertThat(without(body(place, WEB, OLD + "," + ELDER), Form.OPENAI, "web", "old"))
                .isEqualTo("{\"tool_choice\":\"none\"," + body(place, WEB, ELDER).substring(1));
        assertThat(without(body(place, WEB + "," + SQL, OLD), Form.OPENAI, "web", "old"))
                .isEqualTo("{\"function_call\":\"none\"," + body(place, SQL, OLD).substring(1));
    }

    @ParameterizedTest
    @FieldSource("PLACES")
    void disable_emptyList_isLeftAsItIs(String place) {
        String old = body(place, "", OLD);
        String web = body(place, WEB, "");

        assertThat(without(old, Form.OPENAI, "tools"))
                .isEqualTo("{\"function_call\":\"none\"," + old.substring(1))
                .isEqualTo(without(old, Form.OPENAI, "old"));
        assertThat(without(web, Form.OPENAI, "tools"))
                .isEqualTo("{\"tool_choice\":\"none\"," + web.substring(1))
                .isEqualTo(without(web, Form.OPENAI, "web"));
        assertThat(isLeftWithNone(old, "old")).isTrue();
        assertThat(isLeftWithNone(web, "web")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {TOOLS,CHOICE,FUNCTIONS,"n":1}
                    {FUNCTIONS,CHOICE,TOOLS,"n":1}
                    {CHOICE,"n":1,TOOLS,FUNCTIONS}
                    {TOOLS,FUNCTIONS,"n":1,CHOICE}
                    """)
    void disable_allowedToolsBesideTwoLists_goFromAll(String place) {
        String choice =
                "\"tool_choice\":{\"type\":\"allowed_tools\",\"mode\":\"auto\",\"tools\":[%s]}";
        String both = place.replace("CHOICE", choice.formatted(WEB + "," + SQL));
        String one = place.replace("CHOICE", choice.formatted(SQL));

        assertThat(
                        without(
                                body(both, WEB + "," + SQL, OLD + "," + ELDER),
                                Form.OPENAI,
                                "web",
                                "old"))
                .isEqualTo(body(one, SQL, ELDER));
        assertThat(without(body(one, WEB + "," + SQL, OLD), Form.OPENAI, "sql"))
                .isEqualTo(body(place.replace("CHOICE", "\"tool_choice\":\"none\""), WEB, OLD));
        assertThat(without(body(one, WEB + "," + SQL, OLD), Form.OPENAI, "old"))
                .isEqualTo(
                        "{\"function_call\":\"none\","
                                + body(one, WEB + "," + SQL, OLD).substring(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "tool_choice":"required"        | web     | web | tool_choice
                    "tool_choice":"required"        | web old | old | tool_choice
                    "function_call":{"name":"old"}  | old     | old | function_call
                    "function_call":{"name":"old"}  | web old | old | function_call
                    """)
    void disable_choiceOfOneList_needsWhatIsInIt(
            String choice, String names, String needed, String field) {
        String body = body("{TOOLS,FUNCTIONS," + choice + "}", WEB, OLD);

        assertThat(disable(body, Form.OPENAI, names.split(" ")))
                .isEqualTo(new Disabled.Needed(needed, field));
    }

    @Test
    void disable_choiceOfTheOtherList_doesNotNeedIt() {
        String required = body("{\"tool_choice\":\"required\",TOOLS,FUNCTIONS}", WEB, OLD);
        String old = body("{\"function_call\":{\"name\":\"old\"},TOOLS,FUNCTIONS}", WEB, OLD);

        assertThat(without(required, Form.OPENAI, "old"))
                .isEqualTo("{\"function_call\":\"none\"," + required.substring(1));
        assertThat(without(old, Form.OPENAI, "web"))
                .isEqualTo("{\"tool_choice\":\"none\"," + old.substring(1));
    }

    @Test
    void disable_listThatIsThereTwice_changesTheLast() {
        assertThat(
                        without(
                                "{\"functions\":[{\"name\":\"a\"},{\"name\":\"b\"}],\"n\":1,"
                                        + "\"functions\":[{\"name\":\"a\"},{\"name\":\"c\"}]}",
                                Form.OPENAI,
                                "a"))
                .isEqualTo(
                        "{\"functions\":[{\"name\":\"a\"},{\"name\":\"b\"}],\"n\":1,"
                                + "\"functions\":[{\"name\":\"c\"}]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    web_search_preview_2025_03_11 | web_search_preview
                    web_search_preview_2025_03_11 | web_search
                    web_search_20250305           | web_search
                    web_search                    | web_search
                    """)
    void disable_versionOfWhatTheRequestInsistsOn_isNeeded(String type, String chosen) {
        String body =
                "{\"tools\":[{\"type\":\"%s\"},{\"type\":\"x\"}],\"tool_choice\":{\"type\":\"%s\"}}"
                        .formatted(type, chosen);

        for (String name : List.of(type, chosen, "web_search")) {
            assertThat(disable(body, Form.OPENAI, name))
                    .isEqualTo(new Disabled.Needed(chosen, "tool_choice"));
        }
    }

    @Test
    void disable_versionBesideTheToolThatIsWanted_isNotNeeded() {
        String body =
                "{\"tools\":[{\"name\":\"sql_2\"},{\"name\":\"sql\"}],"
                        + "\"tool_choice\":{\"type\":\"tool\",\"name\":\"sql\"}}";

        assertThat(without(body, Form.ANTHROPIC, "sql_2"))
                .isEqualTo(body.replace("{\"name\":\"sql_2\"},", ""));
    }

    @Test
    @Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
    void disable_moreWantedThanAnyProviderTakes_isNeeded() {
        String tools = everySecond(MANY_TOOLS, "{\"name\":\"web_2%d\"}", "{\"name\":\"sql%d\"}");
        String wanted = everySecond(MANY_TOOLS / 9, "{\"name\":\"a%d\"}", "{\"name\":\"b%d\"}");
        String body = "{\"tools\":[" + tools + "],\"tool_choice\":[" + wanted + "]}";

        assertThat(disable(body, Form.OPENAI, "web"))
                .isEqualTo(new Disabled.Needed("web", "tool_choice"));
    }

    private static boolean isLeftWithNone(String body, String... names) {
        return ((Disabled.Changed) disable(body, Form.OPENAI, names)).noTools();
    }
}
