package dev.bursar.gateway;

import static dev.bursar.gateway.ToolShop.ACME;
import static dev.bursar.gateway.ToolShop.AGENT;
import static dev.bursar.gateway.ToolShop.BOOK;
import static dev.bursar.gateway.ToolShop.CENT;
import static dev.bursar.gateway.ToolShop.asked;
import static dev.bursar.gateway.ToolShop.used;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Budget.Step;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.pricing.PriceBook;
import dev.bursar.pricing.ToolPrice;
import dev.bursar.pricing.ToolPrices;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What agents spend on tools, over a real authority.
class ToolCallsTest {

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
    void reserve_holdsPriceToolCallAndSlot_andCommitSpendsThem() {
        BudgetId money = shop.budget("money", Unit.USD_MICROCENTS, 100 * CENT);
        BudgetId calls = shop.budget("steps", Unit.TOOL_CALLS, 5);
        BudgetId slots = shop.budget("slots", Unit.SLOTS, 1);
        BudgetId models = shop.budget("calls", Unit.CALLS, 0);

        Outcome.Granted held = shop.reserve(asked("search"));

        assertThat(shop.held(money)).isEqualTo(CENT);
        assertThat(shop.held(calls)).isEqualTo(1);
        assertThat(shop.held(slots)).isEqualTo(1);
        shop.now.updateAndGet(at -> at.plusMillis(1_500));
        Outcome ended = shop.tools.commit(AGENT, held.hold().value(), used(null, null));
        assertThat(ended).isInstanceOf(Outcome.Committed.class);
        assertThat(shop.spent(money)).isEqualTo(CENT);
        assertThat(shop.spent(calls)).isEqualTo(1);
        assertThat(shop.held(slots)).isZero();
        assertThat(shop.spent(models)).isZero();
        Entry.Committed entry = shop.last(Entry.Committed.class);
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
        assertThat(shop.woken).containsExactly("acme");
    }

    @Test
    void reserve_secondOfOneSlot_isHeldUp() {
        shop.budget("slots", Unit.SLOTS, 1);
        shop.reserve(asked("search"));

        Denial denial = shop.denial(() -> shop.reserve(asked("search")));

        assertThat(denial.refusal()).isEqualTo(Refusal.BUDGET_HELD);
        assertThat(shop.tools.status(denial)).isEqualTo(429);
    }

    @Test
    void release_givesAllBack() {
        BudgetId money = shop.budget("money", Unit.USD_MICROCENTS, 100 * CENT);
        String id = shop.reserve(asked("search")).hold().value();

        assertThat(shop.tools.release(AGENT, id)).isInstanceOf(Outcome.Released.class);

        assertThat(shop.held(money) + shop.spent(money)).isZero();
        assertThat(shop.tools.release(AGENT, id)).isInstanceOf(Outcome.Repeated.class);
        assertThat(shop.tools.commit(AGENT, id, used(null, null)))
                .isEqualTo(new Outcome.Refused(Reason.HOLD_FINALIZED, List.of()));
        assertThat(shop.last(Entry.Released.class).attribution().labels())
                .containsEntry("tool", "search");
    }

    @Test
    void meteredTool_holdsItsMost_orWhatIsAskedFor_andIsChargedByUse() {
        BudgetId money = shop.budget("money", Unit.USD_MICROCENTS, 100 * CENT);
        assertThat(shop.reserve(asked("crawl")).held().get(Unit.USD_MICROCENTS))
                .isEqualTo(6 * CENT);

        Outcome.Granted held = shop.reserve(asked("crawl", null, 20L, null, null));

        assertThat(held.held().get(Unit.USD_MICROCENTS)).isEqualTo(3 * CENT);
        shop.tools.commit(AGENT, held.hold().value(), used(10L, null));
        assertThat(shop.spent(money)).isEqualTo(2 * CENT);
        assertThat(shop.last(Entry.Committed.class).attribution().numbers())
                .containsEntry("units", 10L);
    }

    @Test
    void commit_beyondTheHold_isChargedAllTheSame() {
        BudgetId money = shop.budget("money", Unit.USD_MICROCENTS, 3 * CENT);
        String id = shop.reserve(asked("crawl", null, 20L, null, null)).hold().value();

        shop.tools.commit(AGENT, id, used(100L, null));

        assertThat(shop.spent(money)).isEqualTo(11 * CENT);
        assertThat(shop.last(Entry.Committed.class).overrun().get(Unit.USD_MICROCENTS))
                .isEqualTo(8 * CENT);
    }

    @Test
    void unpricedTool_isRefused_unlessItsCostIsSaid() {
        BudgetId money = shop.budget("money", Unit.USD_MICROCENTS, 100 * CENT);

        Denial denial = shop.denial(() -> shop.reserve(asked("other")));

        assertThat(denial.refusal()).isEqualTo(Refusal.TOOL_UNPRICED);
        assertThat(shop.tools.status(denial)).isEqualTo(403);
        assertThat(shop.unpriced).containsExactly("other");
        Entry.Refused entry = shop.last(Entry.Refused.class);
        assertThat(entry.reason()).isEqualTo(Reason.TOOL_UNPRICED);
        assertThat(entry.subject().get(Subject.TOOL)).isEqualTo("other");
        assertThat(entry.attribution().labels()).doesNotContainKeys("price", "provenance");
        String id = shop.reserve(asked("other", null, null, 5 * CENT, null)).hold().value();
        assertThat(shop.held(money)).isEqualTo(5 * CENT);
        shop.tools.commit(AGENT, id, used(null, 4 * CENT));
        assertThat(shop.spent(money)).isEqualTo(4 * CENT);
        assertThat(shop.last(Entry.Committed.class).attribution().labels())
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
        long before = shop.authority.journal().lastPosition();

        Denial denial = shop.denial(() -> shop.reserve(asked(tool, null, units, cost, call)));

        assertThat(denial.refusal()).isEqualTo(Refusal.MALFORMED);
        assertThat(denial.field()).isEqualTo(field);
        assertThat(denial.message()).startsWith(field + ": ");
        assertThat(shop.authority.journal().lastPosition()).isEqualTo(before);
    }

    @Test
    void commit_thatDoesNotGoWithThePrice_changesNothing() {
        BudgetId money = shop.budget("money", Unit.USD_MICROCENTS, 100 * CENT);
        String search = shop.reserve(asked("search")).hold().value();
        String other = shop.reserve(asked("other", null, null, CENT, null)).hold().value();

        assertThat(shop.denial(() -> shop.tools.commit(AGENT, search, used(1L, null))).field())
                .isEqualTo("units");
        assertThat(shop.denial(() -> shop.tools.commit(AGENT, search, used(null, 1L))).field())
                .isEqualTo("cost");
        assertThat(shop.denial(() -> shop.tools.commit(AGENT, other, used(1L, null))).field())
                .isEqualTo("units");
        assertThat(shop.held(money)).isEqualTo(2 * CENT);
    }

    @Test
    void denial_explainsItself_andIsRecordedWithItsTool() {
        shop.budget("run", Map.of(), List.of("run"), Unit.USD_MICROCENTS, 2 * CENT);

        Denial denial = shop.denial(() -> shop.reserve(asked("crawl")));

        assertThat(denial.refusal()).isEqualTo(Refusal.BUDGET_EXHAUSTED);
        BlockingBudget budget = denial.budgets().getFirst();
        assertThat(budget.scope()).isEqualTo("run=r1");
        assertThat(budget.block().asked()).isEqualTo(6 * CENT);
        assertThat(budget.suggestions())
                .contains("ask for at most 10 of the unit page", "answer without this tool");
        assertThat(shop.last(Entry.Refused.class).attribution().labels())
                .containsEntry("tool", "crawl");
    }

    @Test
    void disabledTool_isNotAllowed_onceTheStepIsReached() {
        shop.budget(
                "money",
                Unit.USD_MICROCENTS,
                10 * CENT,
                new Step(30, Step.Action.DISABLE, List.of("search")));
        shop.charge(asked("search"));
        shop.charge(asked("search"));
        shop.charge(asked("search"));

        Denial denial = shop.denial(() -> shop.charge(asked("search")));

        assertThat(denial.refusal()).isEqualTo(Refusal.NOT_ALLOWED);
        assertThat(denial.message()).contains("search", "money");
        assertThat(shop.last(Entry.Refused.class).reason()).isEqualTo(Reason.NOT_ALLOWED);
        shop.charge(asked("crawl", null, 0L, null, null));
    }

    @Test
    void allTools_disabled_areNotAllowed() {
        shop.budget(
                "steps", Unit.TOOL_CALLS, 2, new Step(100, Step.Action.DISABLE, List.of("tools")));
        shop.charge(asked("search"));
        shop.charge(asked("search"));

        assertThat(shop.denial(() -> shop.charge(asked("crawl"))).refusal())
                .isEqualTo(Refusal.NOT_ALLOWED);
    }

    @Test
    void stepsThatOnlyChangeModelCalls_doNotStopTools() {
        shop.budget(
                "money",
                Unit.USD_MICROCENTS,
                2 * CENT,
                new Step(10, Step.Action.CLAMP, List.of()),
                new Step(20, Step.Action.DOWNGRADE, List.of()));

        shop.charge(asked("search"));
        shop.charge(asked("search"));

        assertThat(shop.denial(() -> shop.charge(asked("search"))).refusal())
                .isEqualTo(Refusal.BUDGET_EXHAUSTED);
    }

    @Test
    void stoppedRun_isRefused() {
        shop.authority.submit(new Command.StopRun(ACME, "r1", Attribution.NONE));

        Denial denial = shop.denial(() -> shop.charge(asked("search")));

        assertThat(denial.refusal()).isEqualTo(Refusal.RUN_STOPPED);
        assertThat(shop.tools.status(denial)).isEqualTo(402);
    }

    @Test
    void sameId_isAnsweredAlike_andChargedOnce_alsoAfterARestartAndWithOtherPrices() {
        BudgetId money = shop.budget("money", Unit.USD_MICROCENTS, 100 * CENT);
        ToolCalls.Asked asked = asked("search", "once", null, null, null);
        Outcome.Granted held = shop.reserve(asked);
        assertThat(shop.tools.reserve(AGENT, shop.headers, asked))
                .isEqualTo(new Outcome.Repeated(held));
        Outcome committed = shop.tools.commit(AGENT, held.hold().value(), used(null, null));

        shop.restart();
        shop.tools.reconfigure(
                PriceBook.empty()
                        .withTools(new ToolPrices(List.of(new ToolPrice("search", 9, null)))),
                GatewaySettings.of(Map.of()));

        assertThat(shop.tools.reserve(AGENT, shop.headers, asked))
                .isEqualTo(new Outcome.Repeated(held));
        assertThat(shop.tools.commit(AGENT, held.hold().value(), used(null, null)))
                .isEqualTo(new Outcome.Repeated(committed));
        assertThat(shop.tools.commit(AGENT, held.hold().value(), used(5L, null)))
                .isEqualTo(new Outcome.Refused(Reason.IDEMPOTENCY_MISMATCH, List.of()));
        assertThat(
                        shop.tools.reserve(
                                AGENT, shop.headers, asked("search", "once", null, null, "call_1")))
                .isEqualTo(new Outcome.Refused(Reason.IDEMPOTENCY_MISMATCH, List.of()));
        assertThat(shop.spent(money)).isEqualTo(CENT);
        assertThat(shop.held(money)).isZero();
    }

    @Test
    void id_ofAReserve_isNoIdOfACharge() {
        BudgetId money = shop.budget("money", Unit.USD_MICROCENTS, 100 * CENT);
        Outcome mismatch = new Outcome.Refused(Reason.IDEMPOTENCY_MISMATCH, List.of());
        ToolCalls.Asked first = asked("search", "first", null, null, null);
        ToolCalls.Asked second = asked("search", "second", null, null, null);

        shop.tools.reserve(AGENT, shop.headers, first);
        assertThat(shop.tools.charge(AGENT, shop.headers, first)).isEqualTo(mismatch);
        shop.tools.charge(AGENT, shop.headers, second);
        assertThat(shop.tools.reserve(AGENT, shop.headers, second)).isEqualTo(mismatch);

        assertThat(shop.held(money)).isEqualTo(CENT);
        assertThat(shop.spent(money)).isEqualTo(CENT);
    }

    @Test
    void charge_cutOffHalfWay_isFinishedByItsRepetition() {
        BudgetId money = shop.budget("money", Unit.USD_MICROCENTS, 100 * CENT);
        ToolCalls.Asked asked = asked("search", "once", null, null, null);
        reserveOfACharge(asked);
        assertThat(shop.held(money)).isEqualTo(CENT);

        shop.restart();
        shop.tools.charge(AGENT, shop.headers, asked);
        shop.tools.charge(AGENT, shop.headers, asked);

        assertThat(shop.spent(money)).isEqualTo(CENT);
        assertThat(shop.held(money)).isZero();
    }

    @Test
    void charge_cutOffAndNeverRepeatedInTime_isChargedOnce() throws Exception {
        BudgetId money = shop.budget("money", Unit.USD_MICROCENTS, 100 * CENT);
        ToolCalls.Asked asked = asked("search", "once", null, null, null);
        reserveOfACharge(asked);
        shop.now.updateAndGet(at -> at.plus(Duration.ofMinutes(2)));
        House.await(() -> shop.spent(money) == CENT);

        Outcome repeated = shop.tools.charge(AGENT, shop.headers, asked);

        assertThat(repeated).isInstanceOf(Outcome.Committed.class);
        assertThat(shop.spent(money)).isEqualTo(CENT);
    }

    /// What a charge does before the process ends.
    private void reserveOfACharge(ToolCalls.Asked asked) {
        ToolAsk ask =
                new ToolAsk(
                        AGENT,
                        CallHeaders.read(shop.headers),
                        asked,
                        ToolRate.of(BOOK.tools(), asked, shop.meter),
                        ToolAsk.CHARGE,
                        "tool_cut");
        assertThat(new ToolAdmission(shop.authority, shop.now::get, ask).admit())
                .isInstanceOf(Outcome.Granted.class);
    }

    @Test
    void hold_thatNobodyEnds_isChargedAsHeld_andToldSo() throws Exception {
        BudgetId money = shop.budget("money", Unit.USD_MICROCENTS, 100 * CENT);
        String id = shop.reserve(asked("crawl")).hold().value();
        shop.now.updateAndGet(at -> at.plus(ToolCalls.DEFAULT_TTL).plusSeconds(1));
        House.await(() -> shop.spent(money) == 6 * CENT);

        assertThat(shop.tools.commit(AGENT, id, used(1L, null)))
                .isEqualTo(new Outcome.Refused(Reason.HOLD_EXPIRED, List.of()));
        assertThat(shop.last(Entry.Expired.class).attribution().labels())
                .containsEntry("tool", "crawl");
    }

    @Test
    void holdsOfOthers_areNotThere() {
        String id = shop.reserve(asked("search")).hold().value();
        Identity.Caller other = new Identity.Caller(new TenantId("other"), "k", new TreeMap<>());
        Outcome none = new Outcome.Refused(Reason.HOLD_NOT_FOUND, List.of());
        shop.model("call_1", 0, false);

        assertThat(shop.tools.commit(other, id, used(null, null))).isEqualTo(none);
        assertThat(shop.tools.release(other, id)).isEqualTo(none);
        assertThat(shop.tools.commit(AGENT, "call_1", used(null, null))).isEqualTo(none);
        assertThat(shop.tools.release(AGENT, "call_1")).isEqualTo(none);
        assertThat(shop.tools.release(AGENT, "tool_" + "x".repeat(500))).isEqualTo(none);
    }

    @Test
    void narrowKey_actsWithinItsScopeOnly() {
        Identity.Caller narrow =
                new Identity.Caller(
                        ACME,
                        "narrow",
                        new TreeMap<>(Map.of("agent", "bot")),
                        ScopePath.parse("tenant:acme/agent:bot"));
        String outside = shop.reserve(asked("search")).hold().value();

        shop.tools.charge(narrow, shop.headers, asked("search"));

        assertThat(
                        shop.denial(() -> shop.tools.commit(narrow, outside, used(null, null)))
                                .refusal())
                .isEqualTo(Refusal.KEY_OUT_OF_SCOPE);
        shop.headers.add("X-Bursar-Agent", "elsewhere");
        assertThat(
                        shop.denial(() -> shop.tools.charge(narrow, shop.headers, asked("search")))
                                .refusal())
                .isEqualTo(Refusal.KEY_OUT_OF_SCOPE);
        Entry.Refused entry = shop.last(Entry.Refused.class);
        assertThat(entry.reason()).isEqualTo(Reason.KEY_OUT_OF_SCOPE);
        assertThat(entry.subject().get("agent")).isEqualTo("elsewhere");
        shop.headers.set("X-Bursar-Agent", "no path");
        assertThat(
                        shop.denial(() -> shop.tools.charge(narrow, shop.headers, asked("search")))
                                .refusal())
                .isEqualTo(Refusal.KEY_OUT_OF_SCOPE);
    }
}
