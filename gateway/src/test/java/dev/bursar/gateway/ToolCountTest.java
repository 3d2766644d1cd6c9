package dev.bursar.gateway;

import static dev.bursar.gateway.ToolShop.AGENT;
import static dev.bursar.gateway.ToolShop.CENT;
import static dev.bursar.gateway.ToolShop.asked;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Unit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tool calls are counted once, and never more of them than a budget allows.
class ToolCountTest {

    @TempDir private Path data;
    private ToolShop shop;

    @BeforeEach
    void open() {
        shop = new ToolShop(data);
    }

    @AfterEach
    void close() {
        shop.close();
    }

    @Test
    void callsThatAModelAskedFor_areCountedOnce_andThoseBeyondThemSelves() {
        BudgetId steps = shop.budget("steps", Map.of(), List.of("run"), Unit.TOOL_CALLS, 100);
        BudgetId searches =
                shop.budget("searches", Map.of("tool", "search"), List.of(), Unit.TOOL_CALLS, 100);
        BudgetId money = shop.budget("money", Unit.USD_MICROCENTS, 100 * CENT);
        shop.model("call_1", 2, true);
        assertThat(shop.spent(steps)).isEqualTo(2);

        shop.charge(asked("search", "a", null, null, "call_1"));
        shop.charge(asked("search", "b", null, null, "call_1"));
        shop.restart();
        shop.tools.charge(AGENT, shop.headers, asked("search", "a", null, null, "call_1"));
        assertThat(shop.spent(steps)).isEqualTo(2);
        assertThat(shop.last(Entry.Committed.class).attribution().labels())
                .containsEntry("counted_by", "call_1");

        shop.charge(asked("search", "c", null, null, "call_1"));

        assertThat(shop.spent(steps)).isEqualTo(3);
        assertThat(shop.spent(searches)).isEqualTo(3);
        assertThat(shop.spent(money)).isEqualTo(3 * CENT);
        assertThat(shop.last(Entry.Committed.class).attribution().labels())
                .containsEntry("asked_by", "call_1")
                .doesNotContainKey("counted_by");
    }

    @Test
    void callsThatNoAnswerHasCounted_areCounted() {
        BudgetId steps = shop.budget("steps", Unit.TOOL_CALLS, 100);
        shop.model("call_open", 0, false);
        shop.model("call_none", 0, true);
        String tool = shop.charge(asked("search")).hold().value();
        long before = shop.spent(steps);

        for (String call : List.of("call_open", "call_none", "call_unknown", tool)) {
            shop.charge(asked("search", null, null, null, call));
        }

        assertThat(shop.spent(steps)).isEqualTo(before + 4);
    }

    @Test
    void callsThatAModelAskedFor_atOnce_areNotMoreThanWereCounted() throws Exception {
        BudgetId steps = shop.budget("steps", Unit.TOOL_CALLS, 1_000);
        shop.model("call_1", 7, true);

        atOnce(50, _ -> shop.charge(asked("search", null, null, null, "call_1")));

        assertThat(shop.spent(steps)).isEqualTo(50);
    }

    @Test
    void charges_atOnce_areAsManyAsTheBudgetAllows() throws Exception {
        BudgetId steps = shop.budget("steps", Unit.TOOL_CALLS, 10);
        BudgetId money = shop.budget("money", Unit.USD_MICROCENTS, 1_000 * CENT);
        long seed = Long.getLong("bursar.tools.seed", 20_260_301L);
        Random random = new Random(seed);
        List<String> names =
                IntStream.range(0, 200)
                        .mapToObj(_ -> random.nextBoolean() ? "search" : "crawl")
                        .toList();

        List<Object> outcomes = atOnce(200, i -> shop.charge(asked(names.get(i))));

        assertThat(outcomes)
                .as("seed %d", seed)
                .filteredOn(Outcome.Committed.class::isInstance)
                .hasSize(10);
        assertThat(outcomes)
                .filteredOn(Denial.class::isInstance)
                .hasSize(190)
                .allMatch(denial ->
                        ((Denial) denial).budgets().getFirst().block().name().equals("steps"));
        long paid =
                outcomes.stream()
                        .filter(Outcome.Committed.class::isInstance)
                        .mapToLong(
                                one -> ((Outcome.Committed) one).actual().get(Unit.USD_MICROCENTS))
                        .sum();
        assertThat(shop.spent(steps)).isEqualTo(10);
        assertThat(shop.spent(money)).isEqualTo(paid);
        assertThat(shop.held(steps) + shop.held(money)).isZero();
    }

    private interface Numbered {
        Object call(int number);
    }

    private static List<Object> atOnce(int times, Numbered action) throws Exception {
        List<Object> outcomes = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Object>> running = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                int number = i;
                running.add(
                        threads.submit(() -> {
                            try {
                                return action.call(number);
                            } catch (RefusedException refused) {
                                return refused.denial();
                            }
                        }));
            }
            for (Future<Object> one : running) {
                outcomes.add(one.get());
            }
        }
        return outcomes;
    }
}
