package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the ladders of budgets make of calls beside chats and messages.
class LadderDialectsTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir private Path data;
    private House house;

    /// A way to call, with 4,000 tokens of output asked for.
    enum Way {
        RESPONSES(
                "/v1/responses",
                """
                {"model":"house-model","max_output_tokens": 4000 ,"reasoning":{"effort":"high"},\
                "input":"Say hello"}\
                """,
                """
                {"id":"r1","object":"response","status":"completed","model":"house-model","output":[],\
                "usage":{"input_tokens":40,"output_tokens":20,"total_tokens":60}}\
                """,
                "/max_output_tokens"),
        COMPLETIONS(
                "/v1/completions",
                "{\"model\":\"house-model\",\"max_tokens\": 4000 ,\"prompt\":\"Say hello\"}",
                """
                {"id":"c1","object":"text_completion","model":"house-model","choices":[{"index":0,\
                "text":"Hello!","finish_reason":"stop"}],\
                "usage":{"prompt_tokens":40,"completion_tokens":20,"total_tokens":60}}\
                """,
                "/max_tokens"),
        GENERATE(
                "/v1beta/models/house-model:generateContent",
                """
                {"contents":[{"role":"user","parts":[{"text":"Say hello"}]}],"generationConfig":{\
                "maxOutputTokens": 4000 ,"thinkingConfig":{"thinkingBudget":3900}}}\
                """,
                """
                {"candidates":[{"content":{"parts":[{"text":"Hello!"}]},"finishReason":"STOP"}],\
                "usageMetadata":{"promptTokenCount":40,"candidatesTokenCount":20,"totalTokenCount":60}}\
                """,
                "/generationConfig/maxOutputTokens");

        private final String path;
        private final String body;
        private final String answer;
        private final String bound;

        Way(String path, String body, String answer, String bound) {
            this.path = path;
            this.body = body;
            this.answer = answer;
            this.bound = bound;
        }
    }

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    private void budget(Unit unit, long limit, Budget.Mode mode, Budget.Step step) {
        house.authority.submit(
                new Command.DefineBudget(
                        new Budget(
                                new BudgetId("acme/run"),
                                House.ACME,
                                "run",
                                new TreeMap<>(),
                                List.of(),
                                unit,
                                limit,
                                new Window.Life(),
                                mode,
                                List.of(step))));
    }

    private HttpResponse<String> call(Way way) throws Exception {
        house.provider.script(answer -> answer.json(200, way.answer));
        return house.post(way.path, way.body);
    }

    private JsonNode sent() {
        return JSON.readTree(house.provider.received.getLast().body());
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void clamp_lessLeftThanAsked_lowersTheBoundAndTheThinking(Way way) throws Exception {
        budget(
                Unit.USD_MICROCENTS,
                400_000,
                Budget.Mode.HARD,
                new Budget.Step(100, Budget.Step.Action.CLAMP, List.of()));
        HttpResponse<String> answer = call(way);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("X-Bursar-Decision")).hasValue("clamped");
        long given = sent().at(way.bound).asLong();
        assertThat(given).isBetween(1_500L, 1_999L);
        if (way == Way.RESPONSES) {
            assertThat(sent().at("/reasoning/effort").asString()).isEqualTo("low");
        }
        if (way == Way.GENERATE) {
            assertThat(sent().at("/generationConfig/thinkingConfig/thinkingBudget").asLong())
                    .isEqualTo(given - 256);
        }
        assertThat(house.committed().attribution().labels()).containsEntry("decision", "clamped");
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void disable_ofThinking_leavesAsLittleAsModelsTake(Way way) throws Exception {
        budget(
                Unit.TOKENS,
                10,
                Budget.Mode.SOFT,
                new Budget.Step(50, Budget.Step.Action.DISABLE, List.of("thinking")));
        HttpResponse<String> answer = call(way);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("X-Bursar-Disabled").isPresent())
                .isEqualTo(way != Way.COMPLETIONS);
        assertThat(house.provider.received.getLast().body())
                .isEqualTo(way.body.replace("\"high\"", "\"low\"").replace("3900", "128"));
    }
}
