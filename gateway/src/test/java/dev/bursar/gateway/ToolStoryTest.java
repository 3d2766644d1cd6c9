package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import dev.bursar.pricing.ToolPrice;
import dev.bursar.pricing.ToolPrices;
import io.vertx.core.MultiMap;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A model asks for tools, and the agent runs them.
class ToolStoryTest {

    private static final Identity.Caller AGENT =
            new Identity.Caller(House.ACME, "ci", new TreeMap<>());

    @TempDir private Path data;
    private House house;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        prices(100);
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    private void prices(long microcents) {
        ToolPrices tools = new ToolPrices(List.of(new ToolPrice("*", microcents, null)));
        house.gateway.reconfigure(House.BOOK.withTools(tools), house.settings());
    }

    private void charge(String tool, String call) {
        house.gateway
                .toolCalls()
                .charge(
                        AGENT,
                        MultiMap.caseInsensitiveMultiMap(),
                        new ToolCalls.Asked(
                                tool, null, null, null, call, "a", ToolCalls.DEFAULT_TTL));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void toolsThatAnAnswerCalls_areNamedInItsRecord_andCountedOnce(boolean stream)
            throws Exception {
        BudgetId steps = house.budget("steps", Unit.TOOL_CALLS, 3);
        String calls =
                "\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"search\"}},"
                        + "{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"fetch\"}}]";
        String request =
                Samples.CHAT.replace(
                        "\"max_tokens\"",
                        "\"tools\":[{}],\"stream\":" + stream + ",\"max_tokens\"");
        house.provider.script(answer -> {
            if (stream) {
                answer.stream()
                        .write(
                                "data: {\"choices\":[{\"index\":0,\"delta\":{"
                                        + calls
                                        + "}}]}\n\n"
                                        + "data: {\"choices\":[{\"index\":0,\"delta\":{},"
                                        + "\"finish_reason\":\"tool_calls\"}]}\n\n"
                                        + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,"
                                        + "\"completion_tokens\":7}}\n\ndata: [DONE]\n\n")
                        .end();
            } else {
                answer.json(200, Samples.CHAT_ANSWER.replace("\"content\":\"Hello!\"", calls));
            }
        });

        HttpResponse<String> answer = house.post("/v1/chat/completions", request);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String call = answer.headers().firstValue("X-Bursar-Call").orElseThrow();
        charge("search", call);
        charge("fetch", call);

        assertThat(house.spent(steps)).isEqualTo(2);
        Entry.Committed model =
                house.entries(Entry.Committed.class).stream()
                        .filter(entry -> entry.hold().value().equals(call))
                        .findFirst()
                        .orElseThrow();
        assertThat(model.attribution().labels()).containsEntry("tools", "fetch,search");
        charge("search", call);
        assertThat(house.spent(steps)).isEqualTo(3);
    }

    @Test
    void otherPrices_holdForWhatIsReservedFromThenOn() {
        BudgetId money = house.budget("money", Unit.USD_MICROCENTS, 1_000);
        ToolCalls tools = house.gateway.toolCalls();
        ToolCalls.Asked asked =
                new ToolCalls.Asked("search", "a", null, null, null, null, ToolCalls.DEFAULT_TTL);
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        tools.reserve(AGENT, headers, asked);
        String open = house.entries(Entry.Reserved.class).getLast().granted().hold().value();

        prices(7);

        charge("search", "call_none");
        assertThat(house.spent(money)).isEqualTo(7);
        tools.commit(AGENT, open, new ToolCalls.Used(null, null));
        assertThat(house.spent(money)).isEqualTo(107);
    }
}
