package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Budget.Step.Action;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Tools that budgets disable, in calls of Gemini and Converse, and in translated ones.
class DisabledToolsTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String GENERATE = "/v1beta/models/house-model:generateContent";
    private static final String CONVERSE = "/model/acme.house-model-v1%3A0/converse";
    private static final String CHAT = "/v1/chat/completions";

    private static final String GENERATED =
            """
            {"candidates":[{"content":{"parts":[{"text":"Hello!"}]},"finishReason":"STOP"}],\
            "usageMetadata":{"promptTokenCount":40,"candidatesTokenCount":20,"totalTokenCount":60}}\
            """;

    private static final String CONVERSED =
            """
            {"metrics":{"latencyMs":1},"output":{"message":{"role":"assistant","content":[{"text":"Hello!"}]}},\
            "stopReason":"end_turn","usage":{"inputTokens":40,"outputTokens":20,"totalTokens":60}}\
            """;

    private static final String CHAT_TOOLS =
            """
            {"model":"%s","max_tokens":100,"tools":[{"type":"function","function":{"name":"web"}},\
            {"type":"function","function":{"name":"sql"}}],"messages":[{"role":"user","content":"hi"}%s]}\
            """;

    private static final String CHAT_CALLS =
            """
            ,{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"web",\
            "arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"x"}\
            """;

    @TempDir private Path data;
    private House house;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    private void disable(String... names) {
        house.budget(
                new BudgetId("acme/run"),
                "run",
                List.of(),
                Unit.TOKENS,
                10,
                new Window.Life(),
                Budget.Mode.SOFT,
                new Budget.Step(50, Action.DISABLE, List.of(names)));
    }

    private HttpResponse<String> call(String path, String body, String answer) throws Exception {
        house.provider.script(to -> to.json(200, answer));
        return house.post(path, body);
    }

    private String sent() {
        return house.provider.received.getLast().body();
    }

    private void assertDenied(HttpResponse<String> answer, String message) {
        assertThat(answer.statusCode()).isEqualTo(403);
        JsonNode error = JSON.readTree(answer.body());
        JsonNode told = error.has("error") ? error.at("/error/message") : error.path("message");
        assertThat(told.asString()).isEqualTo(message);
        assertThat(house.entries(Entry.Refused.class))
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.reason().name()).isEqualTo("NOT_ALLOWED");
                    assertThat(entry.attribution().labels()).containsKey("call");
                });
        assertThat(house.provider.received).isEmpty();
        assertThat(house.held()).isZero();
    }

    private void assertTaken(HttpResponse<String> answer, String names) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("X-Bursar-Disabled")).hasValue(names);
        assertThat(house.committed().attribution().labels()).containsEntry("disabled", names);
        assertThat(house.held()).isZero();
    }

    @Test
    void namedTools_ofGemini_areTakenFromTheRequest() throws Exception {
        disable("web", "google_search");
        String body =
                "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}],\"tools\":[{\"functionDeclarations\":["
                        + "{\"name\":\"web\"},{\"name\":\"sql\"}]}%s],\"toolConfig\":{"
                        + "\"functionCallingConfig\":{\"mode\":\"ANY\",\"allowedFunctionNames\":[%s\"sql\"]}},\"generationConfig\":{\"maxOutputTokens\":9}}";
        HttpResponse<String> answer =
                call(GENERATE, body.formatted(",{\"googleSearch\":{}}", "\"web\","), GENERATED);
        assertTaken(answer, "google_search, web");
        assertThat(sent()).isEqualTo(body.replace("{\"name\":\"web\"},", "").formatted("", ""));
    }

    @Test
    void functionThatMustBeCalled_ofGemini_isADenialInTheJournal() throws Exception {
        disable("web");
        HttpResponse<String> answer =
                call(
                        GENERATE,
                        "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}],\"tools\":[{"
                                + "\"functionDeclarations\":[{\"name\":\"web\"},{\"name\":\"sql\"}]}],"
                                + "\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"ANY\","
                                + "\"allowedFunctionNames\":[\"web\"]}}}",
                        GENERATED);
        assertDenied(
                answer,
                "toolConfig.functionCallingConfig: web is disabled: the budget run has reached a"
                        + " step that does not allow it");
    }

    @Test
    void tools_ofGemini_letTheLastAnswerPassAnExhaustedBudgetOfToolCalls() throws Exception {
        house.budget("steps", Unit.TOOL_CALLS, 0);
        disable("tools");
        HttpResponse<String> answer =
                call(
                        GENERATE,
                        "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}],\"tools\":[{"
                                + "\"functionDeclarations\":[{\"name\":\"web\"}]}]}",
                        GENERATED);
        assertTaken(answer, "tools");
        assertThat(JSON.readTree(sent()).at("/toolConfig/functionCallingConfig/mode").asString())
                .isEqualTo("NONE");
    }

    @Test
    void namedTools_ofConverse_areTakenFromTheRequest() throws Exception {
        disable("web");
        String body =
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"hi\"}]}],\"toolConfig\":{"
                        + "\"tools\":[%s{\"toolSpec\":{\"name\":\"sql\",\"inputSchema\":{\"json\":{}}}}],"
                        + "\"toolChoice\":{\"any\":{}}}}";
        HttpResponse<String> answer =
                call(
                        CONVERSE,
                        body.formatted(
                                "{\"toolSpec\":{\"name\":\"web\",\"inputSchema\":{\"json\":{}}}},"),
                        CONVERSED);
        assertTaken(answer, "web");
        JsonNode sent = JSON.readTree(sent());
        assertThat(sent.path("toolConfig"))
                .isEqualTo(JSON.readTree(body.formatted("")).path("toolConfig"));
    }

    @Test
    void allTools_ofConverse_goWithTheirConfig() throws Exception {
        house.budget("steps", Unit.TOOL_CALLS, 0);
        disable("tools");
        HttpResponse<String> answer =
                call(
                        CONVERSE,
                        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"hi\"}]}],"
                                + "\"toolConfig\":{\"tools\":[{\"toolSpec\":{\"name\":\"sql\","
                                + "\"inputSchema\":{\"json\":{}}}}]}}",
                        CONVERSED);
        assertTaken(answer, "tools");
        assertThat(JSON.readTree(sent()).has("toolConfig")).isFalse();
    }

    @Test
    void toolThatMustBeCalled_ofConverse_isADenialInTheJournal() throws Exception {
        disable("sql");
        HttpResponse<String> answer =
                call(
                        CONVERSE,
                        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"hi\"}]}],"
                                + "\"toolConfig\":{\"tools\":[{\"toolSpec\":{\"name\":\"sql\","
                                + "\"inputSchema\":{\"json\":{}}}}],\"toolChoice\":{\"tool\":{"
                                + "\"name\":\"sql\"}}}}",
                        CONVERSED);
        assertDenied(
                answer,
                "toolConfig.toolChoice: sql is disabled: the budget run has reached a step that"
                        + " does not allow it");
    }

    @ParameterizedTest
    @CsvSource({
        "gemini/house-model, /tools/0/functionDeclarations, /tools/0/functionDeclarations/0/name",
        "bedrock/acme.house-model-v1:0, /toolConfig/tools, /toolConfig/tools/0/toolSpec/name",
        "anthropic/house-model, /tools, /tools/0/name",
    })
    void namedTool_ofATranslatedChat_isNotAskedFor(String model, String tools, String name)
            throws Exception {
        disable("web");
        String answer =
                switch (model.substring(0, 1)) {
                    case "g" -> GENERATED;
                    case "b" -> CONVERSED;
                    default -> Samples.MESSAGES_ANSWER;
                };
        assertTaken(call(CHAT, CHAT_TOOLS.formatted(model, CHAT_CALLS), answer), "web");
        assertThat(JSON.readTree(sent()).at(tools)).hasSize(1);
        assertThat(JSON.readTree(sent()).at(name).asString()).isEqualTo("sql");
    }

    @Test
    void namedFunction_ofAGeminiClient_isNotAskedForAtAnotherProvider() throws Exception {
        disable("web");
        HttpResponse<String> answer =
                call(
                        "/v1beta/models/openai/house-model:generateContent",
                        "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}],\"tools\":[{"
                                + "\"functionDeclarations\":[{\"name\":\"web\"},{\"name\":\"sql\"}]}],"
                                + "\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"ANY\","
                                + "\"allowedFunctionNames\":[\"web\",\"sql\"]}}}",
                        Samples.CHAT_ANSWER);
        assertTaken(answer, "web");
        JsonNode sent = JSON.readTree(sent());
        assertThat(sent.path("tools")).hasSize(1);
        assertThat(sent.at("/tools/0/function/name").asString()).isEqualTo("sql");
        assertThat(sent.at("/tool_choice/function/name").asString()).isEqualTo("sql");
    }

    @Test
    void tools_ofATranslatedChat_areForbiddenWhereTheProviderHasAWordForIt() throws Exception {
        disable("tools");
        String body = CHAT_TOOLS.formatted("gemini/house-model", CHAT_CALLS);
        assertTaken(call(CHAT, body, GENERATED), "tools");
        assertThat(JSON.readTree(sent()).at("/toolConfig/functionCallingConfig/mode").asString())
                .isEqualTo("NONE");
    }

    @Test
    void tools_ofATranslatedHistoryOfCalls_areADenialWhereTheProviderHasNoWordForIt()
            throws Exception {
        disable("tools");
        String body = CHAT_TOOLS.formatted("bedrock/acme.house-model-v1:0", CHAT_CALLS);
        assertDenied(
                call(CHAT, body, CONVERSED),
                "with tools disabled: tool_choice: has no counterpart at the provider of this"
                        + " model");
    }
}
