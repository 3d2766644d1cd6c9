package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthoritySettings;
import dev.bursar.authority.JournalReader.Positioned;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Budget.Mode;
import dev.bursar.ledger.Budget.Step;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import dev.bursar.pricing.PriceBook;
import dev.bursar.pricing.ToolPrice;
import dev.bursar.pricing.ToolPrices;
import io.vertx.core.MultiMap;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What agents spend on tools, over a real authority.
class ToolCallsTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final long CENT = Unit.MICROCENTS_PER_USD / 100;
    private static final Identity.Caller AGENT =
            new Identity.Caller(ACME, "ci", new TreeMap<>(Map.of("team", "core")));

    /// A search costs a cent; a crawl a cent and, for each of at most 50 pages, a tenth of one.
    private static final PriceBook BOOK =
            PriceBook.empty()
                    .withTools(
                            new ToolPrices(
                                    List.of(
                                            new ToolPrice("search", CENT, null),
                                            new ToolPrice(
                                                    "crawl",
                                                    CENT,
                                                    new ToolPrice.Meter(CENT / 10, "page", 50)))));

    @TempDir private Path data;

    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-03-10T12:00:00Z"));
    private final List<String> unpriced = new ArrayList<>();
    private final GatewayMeter meter =
            new GatewayMeter() {
                @Override
                public void overhead(long nanos) {}

                @Override
                public void unpriced(String provider, String model) {}

                @Override
                public void unpricedTool(String tool) {
                    unpriced.add(tool);
                }

                @Override
                public void estimated(String provider, String model) {}
            };
    private final List<String> woken = new ArrayList<>();
    private final MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("X-Bursar-Run", "r1");
    private Authority authority;
    private ToolCalls tools;

    @BeforeEach
    void open() {
        authority = Authority.open(data, AuthoritySettings.DEFAULT, now::get);
        tools =
                new ToolCalls(
                        authority, BOOK, GatewaySettings.of(Map.of()), now::get, meter, woken::add);
    }

    @AfterEach
    void close() {
        authority.close();
    }

    private void restart() {
        authority.close();
        open();
    }

    private BudgetId budget(String name, Unit unit, long limit, Step... ladder) {
        return budget(name, Map.of(), List.of(), unit, limit, ladder);
    }

    private BudgetId budget(
            String name,
            Map<String, String> match,
            List<String> per,
            Unit unit,
            long limit,
            Step... ladder) {
        BudgetId id = new BudgetId("acme/" + name);
        authority.submit(
                new Command.DefineBudget(
                        new Budget(
                                id,
                                ACME,
                                name,
                                new TreeMap<>(match),
                                per,
                                unit,
                                limit,
                                new Window.Life(),
                                Mode.HARD,
                                List.of(ladder))));
        return id;
    }

    private long spent(BudgetId budget) {
        return authority.balances(budget, 1_000).stream().mapToLong(Balance::spent).sum();
    }

    private long held(BudgetId budget) {
        return authority.balances(budget, 1_000).stream().mapToLong(Balance::held).sum();
    }

    private static ToolCalls.Asked asked(String tool) {
        return asked(tool, null, null, null, null);
    }

    private static ToolCalls.Asked asked(
            String tool,
            @Nullable String id,
            @Nullable Long units,
            @Nullable Long microcents,
            @Nullable String call) {
        return new ToolCalls.Asked(tool, id, units, microcents, call, null, ToolCalls.DEFAULT_TTL);
    }

    private static ToolCalls.Used used(@Nullable Long units, @Nullable Long microcents) {
        return new ToolCalls.Used(units, microcents);
    }

    private Outcome.Granted reserve(ToolCalls.Asked asked) {
        return (Outcome.Granted) tools.reserve(AGENT, headers, asked);
    }

    private Outcome.Committed charge(ToolCalls.Asked asked) {
        return (Outcome.Committed) tools.charge(AGENT, headers, asked);
    }

    private Denial denial(Callable<?> action) {
        RefusedException refused = catchThrowableOfType(RefusedException.class, action::call);
        assertThat(refused).isNotNull();
        return refused.denial();
    }

    private List<Entry> entries() {
        return authority.journal().read(0, 10_000).stream().map(Positioned::entry).toList();
    }

    private <T extends Entry> T last(Class<T> kind) {
        return entries().stream().filter(kind::isInstance).map(kind::cast).toList().getLast();
    }

    @Test
    void reserve_holdsPriceToolCallAndSlot_andCommitSpendsThem() {
        BudgetId money = budget("money", Unit.USD_MICROCENTS, 100 * CENT);
        BudgetId calls = budget("steps", Unit.TOOL_CALLS, 5);
        BudgetId slots = budget("slots", Unit.SLOTS, 1);
        BudgetId models = budget("calls", Unit.CALLS, 0);

        Outcome.Granted held = reserve(asked("search"));

        assertThat(held(money)).isEqualTo(CENT);
        assertThat(held(calls)).isEqualTo(1);
        assertThat(held(slots)).isEqualTo(1);
        now.updateAndGet(at -> at.plusMillis(1_500));
        Outcome ended = tools.commit(AGENT, held.hold().value(), used(null, null));
        assertThat(ended).isInstanceOf(Outcome.Committed.class);
        assertThat(spent(money)).isEqualTo(CENT);
        assertThat(spent(calls)).isEqualTo(1);
        assertThat(held(slots)).isZero();
        assertThat(spent(models)).isZero();
        Entry.Committed entry = last(Entry.Committed.class);
        assertThat(entry.subject().values())
                .containsEntry("tool", "search")
                .containsEntry("run", "r1")
                .containsEntry("team", "core")
                .containsEntry("key", "ci");
        assertThat(entry.attribution().labels())
                .containsEntry("tool", "search")
                .containsEntry("call", held.hold().value())
                .containsEntry("price", "tool:search")
                .containsEntry("provenance", "priced");
        assertThat(entry.attribution().numbers()).containsEntry("latency_millis", 1_500L);
        assertThat(woken).containsExactly("acme");
    }

    @Test
    void reserve_secondOfOneSlot_isHeldUp() {
        budget("slots", Unit.SLOTS, 1);
        reserve(asked("search"));

        Denial denial = denial(() -> reserve(asked("search")));

        assertThat(denial.refusal()).isEqualTo(Refusal.BUDGET_HELD);
        assertThat(tools.status(denial)).isEqualTo(429);
    }

    @Test
    void release_givesAllBack() {
        BudgetId money = budget("money", Unit.USD_MICROCENTS, 100 * CENT);
        String id = reserve(asked("search")).hold().value();

        assertThat(tools.release(AGENT, id)).isInstanceOf(Outcome.Released.class);

        assertThat(held(money) + spent(money)).isZero();
        assertThat(tools.release(AGENT, id)).isInstanceOf(Outcome.Repeated.class);
        assertThat(tools.commit(AGENT, id, used(null, null)))
                .isEqualTo(new Outcome.Refused(Reason.HOLD_FINALIZED, List.of()));
        assertThat(last(Entry.Released.class).attribution().labels())
                .containsEntry("tool", "search");
    }

    @Test
    void meteredTool_holdsItsMost_orWhatIsAskedFor_andIsChargedByUse() {
        BudgetId money = budget("money", Unit.USD_MICROCENTS, 100 * CENT);
        assertThat(reserve(asked("crawl")).held().get(Unit.USD_MICROCENTS)).isEqualTo(6 * CENT);

        Outcome.Granted held = reserve(asked("crawl", null, 20L, null, null));

        assertThat(held.held().get(Unit.USD_MICROCENTS)).isEqualTo(3 * CENT);
        tools.commit(AGENT, held.hold().value(), used(10L, null));
        assertThat(spent(money)).isEqualTo(2 * CENT);
        assertThat(last(Entry.Committed.class).attribution().numbers()).containsEntry("units", 10L);
    }

    @Test
    void commit_beyondTheHold_isChargedAllTheSame() {
        BudgetId money = budget("money", Unit.USD_MICROCENTS, 3 * CENT);
        String id = reserve(asked("crawl", null, 20L, null, null)).hold().value();

        tools.commit(AGENT, id, used(100L, null));

        assertThat(spent(money)).isEqualTo(11 * CENT);
        assertThat(last(Entry.Committed.class).overrun().get(Unit.USD_MICROCENTS))
                .isEqualTo(8 * CENT);
    }

    @Test
    void unpricedTool_isRefused_unlessItsCostIsSaid() {
        BudgetId money = budget("money", Unit.USD_MICROCENTS, 100 * CENT);

        Denial denial = denial(() -> reserve(asked("other")));

        assertThat(denial.refusal()).isEqualTo(Refusal.TOOL_UNPRICED);
        assertThat(tools.status(denial)).isEqualTo(403);
        assertThat(unpriced).containsExactly("other");
        String id = reserve(asked("other", null, null, 5 * CENT, null)).hold().value();
        assertThat(held(money)).isEqualTo(5 * CENT);
        tools.commit(AGENT, id, used(null, 4 * CENT));
        assertThat(spent(money)).isEqualTo(4 * CENT);
        assertThat(last(Entry.Committed.class).attribution().labels())
                .containsEntry("provenance", "stated");
    }

    @ParameterizedTest
    @CsvSource({
        "search, , 5, , cost",
        "search, 1, , , units",
        "crawl, 51, , , units",
        "crawl, -1, , , units",
        "other, 1, 5, , units",
        "other, , -1, , cost",
        "a b, , , , tool",
        "search, , , a/b, call",
    })
    void reserve_withAMistake_namesTheFieldAndChangesNothing(
            String tool,
            @Nullable Long units,
            @Nullable Long cost,
            @Nullable String call,
            String field) {
        long before = authority.journal().lastPosition();

        Denial denial = denial(() -> reserve(asked(tool, null, units, cost, call)));

        assertThat(denial.refusal()).isEqualTo(Refusal.MALFORMED);
        assertThat(denial.field()).isEqualTo(field);
        assertThat(denial.message()).startsWith(field + ": ");
        assertThat(authority.journal().lastPosition()).isEqualTo(before);
    }

    @Test
    void commit_thatDoesNotGoWithThePrice_changesNothing() {
        BudgetId money = budget("money", Unit.USD_MICROCENTS, 100 * CENT);
        String search = reserve(asked("search")).hold().value();
        String other = reserve(asked("other", null, null, CENT, null)).hold().value();

        assertThat(denial(() -> tools.commit(AGENT, search, used(1L, null))).field())
                .isEqualTo("units");
        assertThat(denial(() -> tools.commit(AGENT, search, used(null, 1L))).field())
                .isEqualTo("cost");
        assertThat(denial(() -> tools.commit(AGENT, other, used(1L, null))).field())
                .isEqualTo("units");
        assertThat(held(money)).isEqualTo(2 * CENT);
    }

    @Test
    void denial_explainsItself_andIsRecordedWithItsTool() {
        budget("run", Map.of(), List.of("run"), Unit.USD_MICROCENTS, 2 * CENT);

        Denial denial = denial(() -> reserve(asked("crawl")));

        assertThat(denial.refusal()).isEqualTo(Refusal.BUDGET_EXHAUSTED);
        BlockingBudget budget = denial.budgets().getFirst();
        assertThat(budget.scope()).isEqualTo("run=r1");
        assertThat(budget.block().asked()).isEqualTo(6 * CENT);
        assertThat(budget.suggestions())
                .contains("ask for at most 10 of the unit page", "answer without this tool");
        assertThat(last(Entry.Refused.class).attribution().labels()).containsEntry("tool", "crawl");
    }

    @Test
    void disabledTool_isNotAllowed_onceTheStepIsReached() {
        budget(
                "money",
                Unit.USD_MICROCENTS,
                10 * CENT,
                new Step(30, Step.Action.DISABLE, List.of("search")));
        charge(asked("search"));
        charge(asked("search"));

        Denial denial = denial(() -> charge(asked("search")));

        assertThat(denial.refusal()).isEqualTo(Refusal.NOT_ALLOWED);
        assertThat(denial.message()).contains("search", "money");
        assertThat(last(Entry.Refused.class).reason()).isEqualTo(Reason.NOT_ALLOWED);
        charge(asked("crawl", null, 0L, null, null));
    }

    @Test
    void allTools_disabled_areNotAllowed() {
        budget("steps", Unit.TOOL_CALLS, 2, new Step(100, Step.Action.DISABLE, List.of("tools")));
        charge(asked("search"));

        assertThat(denial(() -> charge(asked("crawl"))).refusal()).isEqualTo(Refusal.NOT_ALLOWED);
    }

    @Test
    void stepsThatOnlyChangeModelCalls_doNotStopTools() {
        budget(
                "money",
                Unit.USD_MICROCENTS,
                2 * CENT,
                new Step(10, Step.Action.CLAMP, List.of()),
                new Step(20, Step.Action.DOWNGRADE, List.of()));

        charge(asked("search"));
        charge(asked("search"));

        assertThat(denial(() -> charge(asked("search"))).refusal())
                .isEqualTo(Refusal.BUDGET_EXHAUSTED);
    }

    @Test
    void stoppedRun_isRefused() {
        authority.submit(new Command.StopRun(ACME, "r1", Attribution.NONE));

        Denial denial = denial(() -> charge(asked("search")));

        assertThat(denial.refusal()).isEqualTo(Refusal.RUN_STOPPED);
        assertThat(tools.status(denial)).isEqualTo(402);
    }

    @Test
    void sameId_isAnsweredAlike_andChargedOnce_alsoAfterARestartAndWithOtherPrices() {
        BudgetId money = budget("money", Unit.USD_MICROCENTS, 100 * CENT);
        ToolCalls.Asked asked = asked("search", "once", null, null, null);
        Outcome.Granted held = reserve(asked);
        assertThat(tools.reserve(AGENT, headers, asked)).isEqualTo(new Outcome.Repeated(held));
        Outcome committed = tools.commit(AGENT, held.hold().value(), used(null, null));

        restart();
        tools.reconfigure(
                PriceBook.empty()
                        .withTools(new ToolPrices(List.of(new ToolPrice("search", 9, null)))),
                GatewaySettings.of(Map.of()));

        assertThat(tools.reserve(AGENT, headers, asked)).isEqualTo(new Outcome.Repeated(held));
        assertThat(tools.commit(AGENT, held.hold().value(), used(null, null)))
                .isEqualTo(new Outcome.Repeated(committed));
        assertThat(tools.commit(AGENT, held.hold().value(), used(5L, null)))
                .isEqualTo(new Outcome.Refused(Reason.IDEMPOTENCY_MISMATCH, List.of()));
        assertThat(tools.reserve(AGENT, headers, asked("search", "once", null, null, "call_1")))
                .isEqualTo(new Outcome.Refused(Reason.IDEMPOTENCY_MISMATCH, List.of()));
        assertThat(spent(money)).isEqualTo(CENT);
        assertThat(held(money)).isZero();
    }

    @Test
    void charge_cutOffHalfWay_isFinishedByItsRepetition() {
        BudgetId money = budget("money", Unit.USD_MICROCENTS, 100 * CENT);
        ToolCalls.Asked asked = asked("search", "once", null, null, null);
        reserveOfACharge(asked);
        assertThat(held(money)).isEqualTo(CENT);

        restart();
        tools.charge(AGENT, headers, asked);
        tools.charge(AGENT, headers, asked);

        assertThat(spent(money)).isEqualTo(CENT);
        assertThat(held(money)).isZero();
    }

    @Test
    void charge_cutOffAndNeverRepeatedInTime_isChargedOnce() throws Exception {
        BudgetId money = budget("money", Unit.USD_MICROCENTS, 100 * CENT);
        ToolCalls.Asked asked = asked("search", "once", null, null, null);
        reserveOfACharge(asked);
        now.updateAndGet(at -> at.plus(Duration.ofMinutes(2)));
        House.await(() -> spent(money) == CENT);

        Outcome repeated = tools.charge(AGENT, headers, asked);

        assertThat(repeated).isInstanceOf(Outcome.Committed.class);
        assertThat(spent(money)).isEqualTo(CENT);
    }

    /// What a charge does before the process ends.
    private void reserveOfACharge(ToolCalls.Asked asked) {
        ToolAsk ask =
                new ToolAsk(
                        AGENT,
                        CallHeaders.read(headers),
                        asked,
                        ToolRate.of(BOOK.tools(), asked, meter),
                        ToolAsk.CHARGE,
                        "tool_cut");
        assertThat(new ToolAdmission(authority, now::get, ask).admit())
                .isInstanceOf(Outcome.Granted.class);
    }

    @Test
    void hold_thatNobodyEnds_isChargedAsHeld_andToldSo() throws Exception {
        BudgetId money = budget("money", Unit.USD_MICROCENTS, 100 * CENT);
        String id = reserve(asked("crawl")).hold().value();
        now.updateAndGet(at -> at.plus(ToolCalls.DEFAULT_TTL).plusSeconds(1));
        House.await(() -> spent(money) == 6 * CENT);

        assertThat(tools.commit(AGENT, id, used(1L, null)))
                .isEqualTo(new Outcome.Refused(Reason.HOLD_EXPIRED, List.of()));
        assertThat(last(Entry.Expired.class).attribution().labels()).containsEntry("tool", "crawl");
    }

    @Test
    void holdsOfOthers_areNotThere() {
        String id = reserve(asked("search")).hold().value();
        Identity.Caller other = new Identity.Caller(new TenantId("other"), "k", new TreeMap<>());
        Outcome none = new Outcome.Refused(Reason.HOLD_NOT_FOUND, List.of());
        model("call_1", 0, false);

        assertThat(tools.commit(other, id, used(null, null))).isEqualTo(none);
        assertThat(tools.release(other, id)).isEqualTo(none);
        assertThat(tools.commit(AGENT, "call_1", used(null, null))).isEqualTo(none);
        assertThat(tools.release(AGENT, "call_1")).isEqualTo(none);
        assertThat(tools.release(AGENT, "tool_" + "x".repeat(500))).isEqualTo(none);
    }

    @Test
    void narrowKey_actsWithinItsScopeOnly() {
        Identity.Caller narrow =
                new Identity.Caller(
                        ACME,
                        "narrow",
                        new TreeMap<>(Map.of("agent", "bot")),
                        ScopePath.parse("tenant:acme/agent:bot"));
        String outside = reserve(asked("search")).hold().value();

        tools.charge(narrow, headers, asked("search"));

        assertThat(denial(() -> tools.commit(narrow, outside, used(null, null))).refusal())
                .isEqualTo(Refusal.KEY_OUT_OF_SCOPE);
        headers.add("X-Bursar-Agent", "elsewhere");
        assertThat(denial(() -> tools.charge(narrow, headers, asked("search"))).refusal())
                .isEqualTo(Refusal.KEY_OUT_OF_SCOPE);
        headers.set("X-Bursar-Agent", "no path");
        assertThat(denial(() -> tools.charge(narrow, headers, asked("search"))).refusal())
                .isEqualTo(Refusal.KEY_OUT_OF_SCOPE);
    }

    /// A call of a model whose answer has asked for so many tool calls.
    private void model(String call, long toolCalls, boolean settled) {
        Subject subject = Subject.of(Map.of("tenant", "acme", "run", "r1", "model", "m"));
        authority.submit(
                new Command.Reserve(
                        new CommandKey(call, 1),
                        new HoldId(call),
                        ACME,
                        subject,
                        Amounts.of(Unit.TOOL_CALLS, 1),
                        Amounts.NONE,
                        Duration.ofMinutes(10),
                        Command.OnExpiry.CHARGE,
                        Command.Overage.ALWAYS,
                        Attribution.NONE));
        if (settled) {
            authority.submit(
                    new Command.Commit(
                            new CommandKey(call, 1),
                            ACME,
                            new HoldId(call),
                            Amounts.of(Unit.TOOL_CALLS, toolCalls),
                            Attribution.NONE));
        }
    }

    @Test
    void callsThatAModelAskedFor_areCountedOnce_andThoseBeyondThemSelves() {
        BudgetId steps = budget("steps", Map.of(), List.of("run"), Unit.TOOL_CALLS, 100);
        BudgetId searches =
                budget("searches", Map.of("tool", "search"), List.of(), Unit.TOOL_CALLS, 100);
        BudgetId money = budget("money", Unit.USD_MICROCENTS, 100 * CENT);
        model("call_1", 2, true);
        assertThat(spent(steps)).isEqualTo(2);

        charge(asked("search", "a", null, null, "call_1"));
        charge(asked("search", "b", null, null, "call_1"));
        restart();
        tools.charge(AGENT, headers, asked("search", "a", null, null, "call_1"));
        assertThat(spent(steps)).isEqualTo(2);
        assertThat(last(Entry.Committed.class).attribution().labels())
                .containsEntry("counted_by", "call_1");

        charge(asked("search", "c", null, null, "call_1"));

        assertThat(spent(steps)).isEqualTo(3);
        assertThat(spent(searches)).isEqualTo(3);
        assertThat(spent(money)).isEqualTo(3 * CENT);
        assertThat(last(Entry.Committed.class).attribution().labels())
                .containsEntry("asked_by", "call_1")
                .doesNotContainKey("counted_by");
    }

    @Test
    void callsThatNoAnswerHasCounted_areCounted() {
        BudgetId steps = budget("steps", Unit.TOOL_CALLS, 100);
        model("call_open", 0, false);
        model("call_none", 0, true);
        String tool = charge(asked("search")).hold().value();
        long before = spent(steps);

        for (String call : List.of("call_open", "call_none", "call_unknown", tool)) {
            charge(asked("search", null, null, null, call));
        }

        assertThat(spent(steps)).isEqualTo(before + 4);
    }

    @Test
    void callsThatAModelAskedFor_atOnce_areNotMoreThanWereCounted() throws Exception {
        BudgetId steps = budget("steps", Unit.TOOL_CALLS, 1_000);
        model("call_1", 7, true);

        atOnce(50, _ -> charge(asked("search", null, null, null, "call_1")));

        assertThat(spent(steps)).isEqualTo(50);
    }

    @Test
    void charges_atOnce_areAsManyAsTheBudgetAllows() throws Exception {
        BudgetId steps = budget("steps", Unit.TOOL_CALLS, 10);
        BudgetId money = budget("money", Unit.USD_MICROCENTS, 1_000 * CENT);
        long seed = Long.getLong("bursar.tools.seed", 20_260_301L);
        Random random = new Random(seed);
        List<String> names =
                IntStream.range(0, 200)
                        .mapToObj(_ -> random.nextBoolean() ? "search" : "crawl")
                        .toList();

        List<Object> outcomes = atOnce(200, i -> charge(asked(names.get(i))));

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
        assertThat(spent(steps)).isEqualTo(10);
        assertThat(spent(money)).isEqualTo(paid);
        assertThat(held(steps) + held(money)).isZero();
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
