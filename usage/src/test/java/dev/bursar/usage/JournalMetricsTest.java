package dev.bursar.usage;

import static dev.bursar.usage.Samples.CENT;
import static dev.bursar.usage.Samples.NOON;
import static dev.bursar.usage.Samples.block;
import static dev.bursar.usage.Samples.committed;
import static dev.bursar.usage.Samples.expired;
import static dev.bursar.usage.Samples.refused;
import static dev.bursar.usage.Samples.refusedCommit;
import static dev.bursar.usage.Samples.released;
import static dev.bursar.usage.Samples.reserved;
import static dev.bursar.usage.Samples.spent;
import static dev.bursar.usage.Samples.subject;
import static dev.bursar.usage.Samples.toolSpend;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Block;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The text that Prometheus reads.
final class JournalMetricsTest {

    @TempDir Path directory;
    private House house;

    @BeforeEach
    void open() throws InterruptedException {
        house = new House(directory);
        // Opened, and at its position, before anything counts.
        house.append(committed(NOON, "first", subject("acme", "r0", "release", "v0"), "m0", 3, 1));
        house.restart();
    }

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void metrics_ofAFreshRegistry_areAllThereAtZero() throws IOException {
        PrometheusRegistry fresh = new PrometheusRegistry();
        new JournalMetrics(fresh, UsageSettings.DEFAULT);
        assertThat(House.text(fresh).lines())
                .contains(
                        "agent_run_total{release=\"none\",status=\"finished\",stop_reason=\"idle\"} 0.0",
                        "agent_llm_cost_usd_total{model=\"none\",release=\"none\"} 0.0",
                        "agent_tool_cost_usd_total{release=\"none\",tool=\"none\"} 0.0",
                        "agent_token_usage_total{model=\"none\",release=\"none\",token_type=\"unclassified\"} 0.0",
                        "agent_run_cost_usd_count{release=\"none\"} 0",
                        "agent_budget_breach_total{release=\"none\"} 0.0",
                        "bursar_decisions_total{decision=\"allow\",mode=\"hard\",reason=\"none\",workflow=\"none\"} 0.0");
    }

    @Test
    void call_whoseRoughBoundIsGivenBack_isDecidedOnce() throws InterruptedException, IOException {
        Subject subject = subject("acme", "r1");
        house.append(
                reserved(NOON, "rough1", subject, 9 * CENT, List.of()),
                givenBack("rough1", subject),
                reserved(NOON, "c1", subject, CENT, List.of()),
                committed(NOON, "c1", subject, "gpt-4o", 300, CENT),
                reserved(NOON, "rough2", subject, 9 * CENT, List.of()),
                givenBack("rough2", subject),
                refused(NOON, "c2", subject, CENT, spent("run", "r1")),
                reserved(NOON, "c3", subject, CENT, List.of()),
                released(NOON, "c3", subject),
                reserved(NOON, "c4", subject, CENT, List.of()),
                expired(NOON, "c4", subject, CENT, true));
        assertThat(house.metrics().lines())
                .contains(
                        "bursar_decisions_total{decision=\"allow\",mode=\"hard\",reason=\"none\",workflow=\"support\"} 3.0",
                        decision("deny", "budget_exhausted", "hard"));
    }

    private static Entry givenBack(String call, Subject subject) {
        Entry.Released released = released(NOON, call, subject);
        return new Entry.Released(
                released.at(),
                released.key(),
                released.hold(),
                released.tenant(),
                subject,
                released.held(),
                List.of(),
                Attribution.NONE);
    }

    @Test
    void call_billedForMoreThanItsPriceKnows_isCountedApart_withAllItsTokens()
            throws InterruptedException, IOException {
        Entry.Committed plain = committed(NOON, "c1", subject("acme", "r1"), "gpt-4o", 300, CENT);
        house.append(
                new Entry.Committed(
                        plain.at(),
                        plain.key(),
                        plain.hold(),
                        plain.tenant(),
                        plain.subject(),
                        plain.held(),
                        plain.actual().with(Unit.TOKENS, 18),
                        plain.charged(),
                        plain.overrun(),
                        List.of(),
                        List.of(),
                        List.of(),
                        Attribution.of(
                                Map.of(
                                        "model", "gpt-4o",
                                        "provenance", "estimated",
                                        "unpriced_parts", "service_tier=priority"),
                                Map.of("tokens_input", 10L, "tokens_beside_input", 8L))));
        assertThat(house.metrics().lines())
                .contains(
                        "agent_token_usage_total{model=\"gpt-4o\",release=\"v1\",token_type=\"input\"} 10.0",
                        "agent_token_usage_total{model=\"gpt-4o\",release=\"v1\",token_type=\"unclassified\"} 8.0",
                        "bursar_estimated_usage_total 0.0",
                        "bursar_partly_priced_calls_total 1.0");
    }

    @Test
    void entries_afterTheStart_areCountedByModelToolAndRelease()
            throws InterruptedException, IOException {
        house.append(
                reserved(NOON, "c1", subject("acme", "r1"), CENT, List.of()),
                committed(NOON, "c1", subject("acme", "r1"), "gpt-4o", 300, 12 * CENT),
                committed(NOON, "c2", subject("acme", "r1"), "gpt-4o", 30, 2 * CENT),
                toolSpend(NOON, "t1", subject("acme", "r1"), "web_search", CENT),
                expired(NOON, "c3", subject("acme", "r1"), 3 * CENT, true));
        assertThat(house.metrics().lines())
                .contains(
                        "agent_tool_cost_usd_total{release=\"v1\",tool=\"web_search\"} 0.01",
                        "agent_token_usage_total{model=\"gpt-4o\",release=\"v1\",token_type=\"input\"} 220.0",
                        "agent_token_usage_total{model=\"gpt-4o\",release=\"v1\",token_type=\"output\"} 110.0",
                        "agent_token_usage_total{model=\"gpt-4o\",release=\"v1\",token_type=\"unclassified\"} 1000.0",
                        "bursar_decisions_total{decision=\"allow\",mode=\"hard\",reason=\"none\",workflow=\"support\"} 1.0",
                        "bursar_estimated_usage_total 1.0",
                        "bursar_unpriced_calls_total 0.0",
                        "bursar_follower_lag_entries 0.0")
                .noneMatch(line -> line.contains("\"v0\""));
        assertThat(value("agent_llm_cost_usd_total{model=\"gpt-4o\",release=\"v1\"}"))
                .isCloseTo(0.17, within(1e-12));
    }

    @Test
    void run_refusedByItsBudget_stopsOnceAndBreachesOncePerBudget()
            throws InterruptedException, IOException {
        Block company = spent("company", "");
        house.append(
                committed(NOON, "c1", subject("acme", "r1"), "gpt-4o", 300, 25 * CENT),
                refused(NOON, "c2", subject("acme", "r1"), CENT, spent("run", "r1")),
                refused(NOON, "c3", subject("acme", "r1"), CENT, spent("run", "r1"), company),
                refused(NOON, "c4", subject("acme", "r1"), CENT, spent("run", "r1"), company));
        house.clock.advance(Duration.ofMinutes(6));
        house.awaitMetric(
                "agent_run_total{release=\"v0\",status=\"finished\",stop_reason=\"idle\"} 1.0");
        assertThat(house.metrics().lines())
                .contains(
                        "agent_run_total{release=\"v1\",status=\"stopped\",stop_reason=\"budget_exhausted\"} 1.0",
                        "agent_budget_breach_total{release=\"v1\"} 2.0",
                        "agent_run_cost_usd_bucket{release=\"v1\",le=\"0.1\"} 0",
                        "agent_run_cost_usd_bucket{release=\"v1\",le=\"0.3\"} 1",
                        "agent_run_cost_usd_count{release=\"v1\"} 1",
                        "agent_run_cost_usd_sum{release=\"v1\"} 0.25",
                        "bursar_decisions_total{decision=\"deny\",mode=\"hard\",reason=\"budget_exhausted\",workflow=\"support\"} 3.0")
                .noneMatch(line -> line.contains("status=\"finished\"") && line.contains("v1"));
    }

    @Test
    void denials_withoutARun_areNoRuns_andEachABreach() throws Exception {
        house.append(nameless(), nameless());
        assertThat(house.metrics().lines())
                .contains("agent_budget_breach_total{release=\"v1\"} 2.0")
                .noneMatch(line -> line.startsWith("agent_run_total{release=\"v1\""));
        RunsQuery all =
                RunsQuery.over(NOON.minusSeconds(1), NOON.plusSeconds(1), RunsQuery.Order.CALLS);
        assertThat(house.usage.runs(all).rows()).extracting(RunRow::run).containsExactly("r0");
        house.restart();
        house.clock.advance(Duration.ofMinutes(6));
        house.awaitMetric(
                "agent_run_total{release=\"v0\",status=\"finished\",stop_reason=\"idle\"} 1.0");
        assertThat(house.metrics().lines())
                .noneMatch(line -> line.startsWith("agent_run_total{release=\"v1\""));
    }

    /// As the protocol of reservations leaves it: nobody was told an id.
    private static Entry.Refused nameless() {
        Subject subject = Subject.of(Map.of("tenant", "acme", "agent", "bot", "release", "v1"));
        Block waits =
                Samples.block(
                        "month", "none", Budget.Mode.HARD, new Window.Life(), Block.Cause.HELD);
        Entry.Refused refused = refused(NOON, "", subject, CENT, waits);
        return new Entry.Refused(
                refused.at(),
                refused.operation(),
                refused.tenant(),
                refused.subject(),
                refused.asked(),
                refused.reason(),
                refused.blocks(),
                Attribution.of(Map.of("dialect", "cycles"), Map.of()));
    }

    @Test
    void commit_thatALimitRefused_isNoDeniedCall() throws InterruptedException, IOException {
        house.append(
                refusedCommit(NOON, "c1", subject("acme", "r1"), spent("run", "r1")),
                committed(NOON, "c1", subject("acme", "r1"), "gpt-4o", 300, CENT));
        assertThat(house.usage.call("c1").orElseThrow().call().outcome())
                .isEqualTo(CallOutcome.SETTLED);
        assertThat(house.metrics())
                .doesNotContain("decision=\"deny\"")
                .doesNotContain("status=\"stopped\",stop_reason=\"budget_exhausted\"");
    }

    @Test
    void run_idle_finishesOnceEvenWhenItGoesOn() throws InterruptedException, IOException {
        String finished =
                "agent_run_total{release=\"v1\",status=\"finished\",stop_reason=\"idle\"} 1.0";
        house.append(committed(NOON, "c1", subject("acme", "r1"), "m", 3, CENT));
        assertThat(house.metrics()).doesNotContain("agent_run_total{release=\"v1\"");
        house.clock.advance(Duration.ofMinutes(5));
        house.awaitMetric(finished);
        house.append(
                committed(house.clock.instant(), "c2", subject("acme", "r1"), "m", 3, CENT),
                committed(
                        house.clock.instant(),
                        "c3",
                        subject("acme", "r2", "release", "v2"),
                        "m",
                        3,
                        1));
        house.clock.advance(Duration.ofMinutes(5));
        house.awaitMetric(
                "agent_run_total{release=\"v2\",status=\"finished\",stop_reason=\"idle\"} 1.0");
        assertThat(house.metrics()).contains(finished);
    }

    @Test
    void run_acrossARestart_endsOnceWithItsWholeCost() throws InterruptedException, IOException {
        house.append(
                committed(NOON, "c1", subject("acme", "r1"), "m", 3, 20 * CENT),
                committed(NOON, "c2", subject("acme", "r2"), "m", 3, CENT),
                refused(NOON, "c3", subject("acme", "r2"), CENT, spent("run", "r2")));
        house.restart();
        house.append(
                committed(NOON, "c4", subject("acme", "r1"), "m", 3, 20 * CENT),
                refused(NOON, "c5", subject("acme", "r2"), CENT, spent("run", "r2")));
        house.clock.advance(Duration.ofMinutes(5));
        house.awaitMetric(
                "agent_run_total{release=\"v1\",status=\"finished\",stop_reason=\"idle\"} 1.0");
        assertThat(house.metrics().lines())
                .contains(
                        "# TYPE agent_run_cost_usd histogram",
                        "agent_run_cost_usd_sum{release=\"v1\"} 0.4",
                        "agent_llm_cost_usd_total{model=\"m\",release=\"v1\"} 0.2")
                .noneMatch(line -> line.contains("stopped"));
    }

    @Test
    void run_idleWhileTheProcessWasDown_endsAfterTheStart()
            throws InterruptedException, IOException {
        house.append(committed(NOON, "c1", subject("acme", "r1"), "m", 3, 20 * CENT));
        house.usage.close();
        house.clock.advance(Duration.ofHours(2));
        house.restart();
        house.awaitMetric(
                "agent_run_total{release=\"v1\",status=\"finished\",stop_reason=\"idle\"} 1.0");
        assertThat(house.metrics()).contains("agent_run_cost_usd_sum{release=\"v1\"} 0.2");
    }

    @Test
    void run_thatWasCountedBeforeARestart_isNotCountedAgain()
            throws InterruptedException, IOException {
        house.append(committed(NOON, "c1", subject("acme", "r1"), "m", 3, 20 * CENT));
        house.clock.advance(Duration.ofMinutes(5));
        house.awaitMetric(
                "agent_run_total{release=\"v1\",status=\"finished\",stop_reason=\"idle\"} 1.0");
        house.restart();
        house.append(
                committed(
                        house.clock.instant(),
                        "c2",
                        subject("acme", "r2", "release", "v2"),
                        "m",
                        3,
                        1));
        house.clock.advance(Duration.ofMinutes(5));
        house.awaitMetric(
                "agent_run_total{release=\"v2\",status=\"finished\",stop_reason=\"idle\"} 1.0");
        assertThat(house.metrics()).doesNotContain("agent_run_total{release=\"v1\"");
    }

    @Test
    void entries_fromBeforeTheStart_areNotCountedButBelongToTheirRun()
            throws InterruptedException, IOException {
        house.usage.close();
        house.journal.append(committed(NOON, "c1", subject("acme", "r1"), "m", 3, 20 * CENT));
        house.restart();
        house.append(committed(NOON, "c2", subject("acme", "r1"), "m", 3, 20 * CENT));
        house.clock.advance(Duration.ofMinutes(5));
        house.awaitMetric(
                "agent_run_total{release=\"v1\",status=\"finished\",stop_reason=\"idle\"} 1.0");
        assertThat(house.metrics().lines())
                .contains(
                        "agent_run_cost_usd_sum{release=\"v1\"} 0.4",
                        "agent_llm_cost_usd_total{model=\"m\",release=\"v1\"} 0.2");
    }

    @Test
    void rebuild_ofEverything_countsNothingTwice() throws InterruptedException, IOException {
        house.append(committed(NOON, "c1", subject("acme", "r1"), "gpt-4o", 300, 12 * CENT));
        house.rebuild();
        assertThat(house.metrics())
                .contains("agent_llm_cost_usd_total{model=\"gpt-4o\",release=\"v1\"} 0.12");
    }

    @Test
    void decisions_ofAllKinds_haveTheirReasonAndMode() throws InterruptedException, IOException {
        Block trial = block("trial", "", Budget.Mode.SHADOW, new Window.Life(), Block.Cause.SPENT);
        Block rate = block("rate", "", Budget.Mode.HARD, Samples.rate(), Block.Cause.SPENT);
        Block held = block("run", "", Budget.Mode.HARD, new Window.Life(), Block.Cause.HELD);
        house.append(
                reserved(NOON, "c1", subject("acme", "r1"), CENT, List.of(trial)),
                committed(NOON, "c1", subject("acme", "r1"), "gpt-4o", 300, CENT),
                refused(NOON, "c2", subject("acme", "r1"), CENT, rate, held),
                refused(NOON, "c3", subject("acme", "r1"), CENT, held));
        assertThat(house.metrics().lines())
                .contains(
                        decision("would-deny", "shadow_limit", "shadow"),
                        decision("deny", "rate_limited", "hard"),
                        decision("deny", "budget_held", "hard"))
                .noneMatch(line -> line.contains("stopped"));
    }

    @Test
    void labels_beyondTheBound_areOther() throws InterruptedException, IOException {
        Entry[] entries = new Entry[250];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = committed(NOON, "c" + i, subject("acme", "r1"), "model-" + i, 3, CENT);
        }
        house.append(entries);
        List<String> lines =
                house.metrics()
                        .lines()
                        .filter(line -> line.startsWith("agent_llm_cost_usd_total{"))
                        .toList();
        // 200, `other`, and the `none` that is there from the start.
        assertThat(lines).hasSize(202);
        assertThat(value("agent_llm_cost_usd_total{model=\"other\",release=\"v1\"}"))
                .isCloseTo(0.5, within(1e-12));
    }

    @Test
    void meters_observed_showInTheirHistograms() throws IOException {
        Meters meters = new Meters(house.registry);
        meters.decision(20_000);
        meters.overhead(1_500_000);
        meters.sync(3_000_000);
        assertThat(house.metrics().lines())
                .contains(
                        "bursar_decision_seconds_bucket{le=\"1.0E-5\"} 0",
                        "bursar_decision_seconds_bucket{le=\"3.0E-5\"} 1",
                        "bursar_gateway_overhead_seconds_bucket{le=\"0.001\"} 0",
                        "bursar_gateway_overhead_seconds_bucket{le=\"0.002\"} 1",
                        "bursar_journal_sync_seconds_count 1");
    }

    private static String decision(String decision, String reason, String mode) {
        return "bursar_decisions_total{decision=\"%s\",mode=\"%s\",reason=\"%s\",workflow=\"support\"} 1.0"
                .formatted(decision, mode, reason);
    }

    private double value(String metric) throws IOException {
        return house.metrics()
                .lines()
                .filter(line -> line.startsWith(metric + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(metric.length() + 1)))
                .findFirst()
                .orElseThrow();
    }
}
