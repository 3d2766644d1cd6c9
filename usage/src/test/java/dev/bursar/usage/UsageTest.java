package dev.bursar.usage;

import static dev.bursar.usage.Samples.CENT;
import static dev.bursar.usage.Samples.NOON;
import static dev.bursar.usage.Samples.cached;
import static dev.bursar.usage.Samples.committed;
import static dev.bursar.usage.Samples.expired;
import static dev.bursar.usage.Samples.refused;
import static dev.bursar.usage.Samples.released;
import static dev.bursar.usage.Samples.reserved;
import static dev.bursar.usage.Samples.spent;
import static dev.bursar.usage.Samples.subject;
import static dev.bursar.usage.Samples.toolSpend;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Block;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One story of two runs, asked about in every way.
final class UsageTest {

    private static final Subject R1 = subject("acme", "r1", "tag.squad", "blue");
    private static final Subject R2 = subject("acme", "r2", "workflow", "research");
    private static final Block SHADOW =
            Samples.block("trial", "r1", Budget.Mode.SHADOW, new Window.Life(), Block.Cause.SPENT);

    @TempDir Path directory;
    private House house;

    @BeforeEach
    void tellTheStory() throws InterruptedException {
        house = new House(directory);
        house.append(reserved(NOON, "c1", R1, 30 * CENT, List.of(SHADOW)));
        house.append(committed(NOON.plusSeconds(1), "c1", R1, "gpt-4o", 300, 12 * CENT));
        house.append(
                committed(NOON.plusSeconds(2), "c2", R1, "gpt-4o-mini", 90, 2 * CENT),
                toolSpend(NOON.plusSeconds(2), "t1", R1, "web_search", CENT),
                refused(NOON.plusSeconds(3), "c3", R1, 15 * CENT, spent("run", "r1")),
                refused(NOON.plusSeconds(4), "c4", R1, 15 * CENT, spent("run", "r1")));
        house.append(
                released(NOON.plusSeconds(5), "c5", R2),
                expired(NOON.plusSeconds(6), "c6", R2, 7 * CENT, true),
                expired(NOON.plusSeconds(7), "c7", R2, 9 * CENT, false));
        house.clock.set(NOON.plusSeconds(10));
    }

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void totals_ofEverything_sumCallsDenialsTokensAndMoney() {
        assertThat(house.usage.totals(range()))
                .containsExactly(
                        new TotalsRow(
                                NOON,
                                null,
                                false,
                                5,
                                1,
                                2,
                                1_390,
                                22 * CENT,
                                List.of(
                                        new TokenLine("input", 260, 3_500_000),
                                        new TokenLine("output", 130, 10_500_000)),
                                30 * CENT,
                                0,
                                0));
    }

    @Test
    void totals_withAnswersOfTheCache_tellThemAndWhatTheyHadCost() throws InterruptedException {
        house.append(
                cached(NOON.plusSeconds(8), "c8", R1, "gpt-4o", 3 * CENT),
                cached(NOON.plusSeconds(9), "c9", R2, "gpt-4o", 4 * CENT));
        assertThat(house.usage.totals(range()))
                .extracting(
                        TotalsRow::calls,
                        TotalsRow::microcents,
                        TotalsRow::cached,
                        TotalsRow::cacheAvoidedMicrocents)
                .containsExactly(tuple(7L, 22 * CENT, 2L, 7 * CENT));
        assertThat(house.usage.totals(range().where(new Dimension(Subject.RUN), "r2")))
                .extracting(TotalsRow::cached, TotalsRow::cacheAvoidedMicrocents)
                .containsExactly(tuple(1L, 4 * CENT));
    }

    @Test
    void totals_ofCallsThatOnlySayWhatTheyAvoided_areNotCached() throws InterruptedException {
        house.append(
                givenBack(
                        Attribution.of(
                                Map.of("call", "c8", "decision", "allow"),
                                Map.of("cost_avoided_microcents", CENT))));
        assertThat(house.usage.totals(range()))
                .extracting(TotalsRow::cached, TotalsRow::cacheAvoidedMicrocents)
                .containsExactly(tuple(0L, 0L));
    }

    /// How the hold `c8` is given back.
    private static Entry.Released givenBack(Attribution attribution) {
        return new Entry.Released(
                NOON.plusSeconds(8),
                new CommandKey("c8/release", 1),
                new HoldId("c8"),
                new TenantId("acme"),
                R2,
                Amounts.of(Unit.USD_MICROCENTS, CENT),
                List.of(),
                attribution);
    }

    @Test
    void totals_holdGivenBackBeforeAnythingWasSent_isNoCall() throws InterruptedException {
        house.append(givenBack(Attribution.NONE));
        assertThat(house.usage.totals(range())).extracting(TotalsRow::calls).containsExactly(5L);
        assertThat(house.usage.call("c8")).isEmpty();
    }

    @Test
    void totals_toolCallThatCountedWithTheModelsAnswer_isNotCountedAgain()
            throws InterruptedException {
        Amounts spent = Amounts.of(Unit.USD_MICROCENTS, CENT).with(Unit.TOOL_CALLS, 1);
        house.append(
                new Entry.Charged(
                        NOON.plusSeconds(8),
                        new CommandKey("t2", 1),
                        new TenantId("acme"),
                        R1,
                        spent,
                        spent,
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        Attribution.of(
                                Map.of("call", "t2", "tool", "web_search", "counted_by", "c1"),
                                Map.of())));

        assertThat(house.usage.totals(range()))
                .extracting(TotalsRow::toolCalls, TotalsRow::microcents)
                .containsExactly(tuple(1L, 23 * CENT));
    }

    @Test
    void totals_byModel_largestFirst() {
        assertThat(house.usage.totals(range().by(Dimension.MODEL)))
                .extracting(TotalsRow::key, TotalsRow::calls, TotalsRow::microcents)
                .containsExactly(
                        tuple("gpt-4o", 3L, 19 * CENT),
                        tuple("gpt-4o-mini", 1L, 2 * CENT),
                        tuple("", 1L, CENT));
    }

    @Test
    void totals_aboveTheLimit_goToOther() {
        List<TotalsRow> rows = house.usage.totals(range().by(Dimension.MODEL).atMost(1));
        assertThat(rows).hasSize(2);
        assertThat(rows.get(0).key()).isEqualTo("gpt-4o");
        assertThat(rows.get(1).other()).isTrue();
        assertThat(rows.get(1).key()).isNull();
        assertThat(rows.get(1).microcents()).isEqualTo(3 * CENT);
    }

    @Test
    void totals_byTokenClass_tellTheUnclassifiedRest() {
        assertThat(house.usage.totals(range().by(Dimension.TOKEN_CLASS)))
                .extracting(
                        TotalsRow::key, TotalsRow::calls, TotalsRow::tokens, TotalsRow::microcents)
                .containsExactly(
                        tuple("output", 2L, 130L, 10_500_000L),
                        tuple("", 0L, 1_000L, 8 * CENT),
                        tuple("input", 2L, 260L, 3_500_000L));
    }

    @Test
    void totals_byEveryDimension_sumToTheSame() {
        for (String name : Dimension.OF_CALLS) {
            assertSameSum(new Dimension(name));
        }
        for (String name : Subject.DIMENSIONS) {
            assertSameSum(new Dimension(name));
        }
        assertSameSum(Dimension.tag("squad"));
    }

    @Test
    void totals_filteredByTagAndStatus_countOnlyThose() {
        TotalsQuery tagged = range().where(Dimension.tag("squad"), "blue");
        assertThat(house.usage.totals(tagged).getFirst().microcents()).isEqualTo(15 * CENT);
        assertThat(house.usage.totals(tagged.where(Dimension.STATUS, "200")).getFirst().calls())
                .isEqualTo(2);
        assertThat(house.usage.totals(range().where(Dimension.tag("squad"), "")))
                .extracting(TotalsRow::microcents)
                .containsExactly(7 * CENT);
        assertThat(house.usage.totals(range().where(Dimension.STATUS, "nope"))).isEmpty();
    }

    @Test
    void totals_endOfRange_isNotIncluded() {
        TotalsQuery query = TotalsQuery.over(NOON.plusSeconds(1), NOON.plusSeconds(2));
        assertThat(house.usage.totals(query).getFirst().microcents()).isEqualTo(12 * CENT);
    }

    @Test
    void runs_byCost_tellFiguresAndWhatWasAvoided() {
        assertThat(house.usage.runs(runs(RunsQuery.Order.COST)).rows())
                .containsExactly(
                        new RunRow(
                                "acme",
                                "r1",
                                "support",
                                "",
                                "ann",
                                "v1",
                                NOON.plusSeconds(1),
                                NOON.plusSeconds(4),
                                2,
                                2,
                                1,
                                390,
                                15 * CENT,
                                RunStatus.STOPPED,
                                "budget_exhausted",
                                10 * CENT,
                                30 * CENT),
                        new RunRow(
                                "acme",
                                "r2",
                                "research",
                                "",
                                "ann",
                                "v1",
                                NOON.plusSeconds(5),
                                NOON.plusSeconds(7),
                                3,
                                0,
                                0,
                                1_000,
                                7 * CENT,
                                RunStatus.RUNNING,
                                "",
                                0,
                                0));
    }

    @Test
    void runs_filteredByStatusWorkflowAndUser_listOnlyThose() {
        RunsQuery all = runs(RunsQuery.Order.COST);
        assertThat(names(all.where(RunStatus.STOPPED))).containsExactly("r1");
        assertThat(names(all.where(RunStatus.RUNNING))).containsExactly("r2");
        assertThat(names(all.where(RunStatus.FINISHED))).isEmpty();
        assertThat(names(all.where(Dimension.WORKFLOW, "research"))).containsExactly("r2");
        assertThat(names(all.where(Dimension.USER, "ann"))).containsExactly("r1", "r2");
        assertThat(names(all.of("other"))).isEmpty();
        house.clock.advance(Duration.ofMinutes(5));
        assertThat(names(all.where(RunStatus.FINISHED))).containsExactly("r2");
    }

    @Test
    void run_known_listsItsCallsInOrder() {
        RunDetail detail = house.usage.run("acme", "r1").orElseThrow();
        assertThat(detail.calls())
                .extracting(CallRow::id)
                .containsExactly("c1", "c2", "t1", "c3", "c4");
        assertThat(detail.earlier()).isZero();
        assertThat(detail.run().microcents()).isEqualTo(15 * CENT);
        assertThat(detail.calls().get(3).denied()).isTrue();
        assertThat(detail.calls().get(3).denial()).isEqualTo("budget_exhausted");
        assertThat(detail.calls().get(3).budget()).isEqualTo("run");
        assertThat(detail.calls().get(3).askedMicrocents()).isEqualTo(15 * CENT);
        assertThat(house.usage.run("acme", "r9")).isEmpty();
        assertThat(house.usage.run("other", "r1")).isEmpty();
    }

    @Test
    void call_settled_tellsEverything() {
        CallDetail detail = house.usage.call("c1").orElseThrow();
        assertThat(detail.call().position()).isEqualTo(2);
        assertThat(detail.call().model()).isEqualTo("gpt-4o");
        assertThat(detail.call().latencyMillis()).isEqualTo(420);
        assertThat(detail.subject()).containsEntry("tag.squad", "blue").containsEntry("run", "r1");
        assertThat(detail.labels()).containsEntry("dialect", "openai.chat");
        assertThat(detail.numbers()).containsEntry("tokens_input", 200L);
        assertThat(detail.price()).isEqualTo("openai/gpt-4o@2026-01-01");
        assertThat(detail.lines())
                .containsExactly(
                        new TokenLine("input", 200, 3 * CENT),
                        new TokenLine("output", 100, 9 * CENT));
        assertThat(detail.held()).isEqualTo(Map.of("CALLS", 1L, "USD_MICROCENTS", 24 * CENT));
        assertThat(detail.actual()).isEqualTo(Map.of("CALLS", 1L, "USD_MICROCENTS", 12 * CENT));
        CallDetail.Reserve reserve = Objects.requireNonNull(detail.reserve());
        assertThat(reserve.position()).isEqualTo(1);
        assertThat(reserve.at()).isEqualTo(NOON);
        assertThat(reserve.asked()).containsEntry("USD_MICROCENTS", 30 * CENT);
        assertThat(reserve.wouldRefuse())
                .extracting(CallDetail.BlockRow::name, CallDetail.BlockRow::mode)
                .containsExactly(tuple("trial", "shadow"));
    }

    @Test
    void call_denied_tellsAllBlocks() {
        CallDetail detail = house.usage.call("c4").orElseThrow();
        assertThat(detail.reserve()).isNull();
        assertThat(detail.asked()).containsEntry("USD_MICROCENTS", 15 * CENT);
        assertThat(detail.actual()).isEmpty();
        assertThat(detail.blocks())
                .containsExactly(
                        new CallDetail.BlockRow(
                                "acme/run",
                                "run",
                                List.of("r1"),
                                "hard",
                                "life",
                                "USD_MICROCENTS",
                                "spent",
                                50 * CENT,
                                48 * CENT,
                                0,
                                15 * CENT,
                                2 * CENT,
                                null));
    }

    @Test
    void call_expired_isEstimatedAtWhatWasHeld() {
        CallDetail detail = house.usage.call("c6").orElseThrow();
        assertThat(detail.call().outcome()).isEqualTo(CallOutcome.EXPIRED);
        assertThat(detail.call().provenance()).isEqualTo("estimated");
        assertThat(detail.call().status()).isEqualTo("expired");
        assertThat(detail.call().tokens()).isEqualTo(1_000);
        assertThat(detail.lines()).isEmpty();
        assertThat(house.usage.call("nope")).isEmpty();
    }

    @Test
    void live_afterCalls_givesRatesSeriesAndTheLastCalls() {
        Live live = house.usage.live(null);
        assertThat(live.microcentsPerHour()).isEqualTo(22 * CENT * 60);
        assertThat(live.callsPerMinute()).isEqualTo(5);
        assertThat(live.tokensPerMinute()).isEqualTo(1_390);
        assertThat(live.denialsPerMinute()).isEqualTo(2);
        assertThat(live.latest())
                .extracting(CallRow::id)
                .containsExactly("c7", "c6", "c5", "c4", "c3", "t1", "c2", "c1");
        assertThat(live.seconds()).hasSize(300);
        assertThat(live.seconds().getLast().epochSecond())
                .isEqualTo(NOON.plusSeconds(10).getEpochSecond());
        assertThat(live.seconds().get(290))
                .isEqualTo(
                        new Live.Second(
                                NOON.plusSeconds(1).getEpochSecond(), 1, 0, 300, 12 * CENT));
        assertThat(house.usage.live("acme").microcentsPerHour()).isEqualTo(22 * CENT * 60);
        assertThat(house.usage.live("other").callsPerMinute()).isZero();
        house.clock.advance(Duration.ofSeconds(80));
        assertThat(house.usage.live(null).microcentsPerHour()).isZero();
        assertThat(house.usage.live(null).seconds().get(210).microcents()).isEqualTo(12 * CENT);
    }

    @Test
    void live_afterRestart_isReadBack() throws InterruptedException {
        Live before = house.usage.live("acme");
        house.restart();
        House.await(() -> house.usage.live("acme").equals(before));
    }

    private void assertSameSum(Dimension dimension) {
        List<TotalsRow> rows = house.usage.totals(range().by(dimension));
        assertThat(rows.stream().mapToLong(TotalsRow::microcents).sum())
                .as(dimension.name())
                .isEqualTo(22 * CENT);
        assertThat(rows.stream().mapToLong(TotalsRow::tokens).sum())
                .as(dimension.name())
                .isEqualTo(1_390);
    }

    private List<String> names(RunsQuery query) {
        return house.usage.runs(query).rows().stream().map(RunRow::run).toList();
    }

    private static TotalsQuery range() {
        return TotalsQuery.over(NOON, NOON.plusSeconds(60));
    }

    private static RunsQuery runs(RunsQuery.Order order) {
        return RunsQuery.over(Instant.EPOCH, NOON.plus(Duration.ofDays(1)), order);
    }
}
