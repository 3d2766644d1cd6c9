package dev.bursar.usage;

import dev.bursar.authority.JournalReader.Positioned;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Unit;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The Prometheus metrics that are counted from the journal. Written by one thread. What each counts
/// exactly is in the module's `README.md`.
final class JournalMetrics {

    private static final double[] RUN_COST_BUCKETS = {0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3};

    private static final double MICROCENTS_PER_USD = Unit.MICROCENTS_PER_USD;

    /// The token type of tokens that came without classes.
    private static final String UNCLASSIFIED = "unclassified";

    private final BoundedLabel models;
    private final BoundedLabel releases;
    private final BoundedLabel tools;

    private final Counter runs;
    private final Counter llmCost;
    private final Counter toolCost;
    private final Counter tokens;
    private final Histogram runCost;
    private final Counter breaches;
    private final Decisions decisions;
    private final Counter unpriced;
    private final Counter estimated;
    private final Counter partlyPriced;
    private final RunTracker tracker;

    JournalMetrics(PrometheusRegistry registry, UsageSettings settings) {
        models = new BoundedLabel(settings.labelValues());
        releases = new BoundedLabel(settings.labelValues());
        tools = new BoundedLabel(settings.labelValues());
        runs =
                counter(
                        registry,
                        "agent_run_total",
                        "Runs that ended",
                        "status",
                        "stop_reason",
                        "release");
        llmCost =
                counter(
                        registry,
                        "agent_llm_cost_usd_total",
                        "Money spent on model calls, in USD",
                        "model",
                        "release");
        toolCost =
                counter(
                        registry,
                        "agent_tool_cost_usd_total",
                        "Money spent on tool calls, in USD",
                        "tool",
                        "release");
        tokens =
                counter(
                        registry,
                        "agent_token_usage_total",
                        "Tokens used, by disjoint class",
                        "model",
                        "token_type",
                        "release");
        runCost =
                Histogram.builder()
                        .name("agent_run_cost_usd")
                        .help("Cost of a run when it ended, in USD")
                        .labelNames("release")
                        .classicOnly()
                        .classicUpperBounds(RUN_COST_BUCKETS)
                        .register(registry);
        breaches =
                counter(
                        registry,
                        "agent_budget_breach_total",
                        "Hard budgets that refused a run, once per run and budget",
                        "release");
        decisions = new Decisions(registry, settings);
        unpriced =
                counter(
                        registry,
                        "bursar_unpriced_calls_total",
                        "Calls settled for a model without a price");
        estimated =
                counter(
                        registry,
                        "bursar_estimated_usage_total",
                        "Calls settled with estimated tokens");
        partlyPriced =
                counter(
                        registry,
                        "bursar_partly_priced_calls_total",
                        "Calls that the provider bills more for than the price knows");
        tracker = new RunTracker(settings.idle(), new Listener());
        expose();
    }

    /// A metric with labels has no line before its first value, and who sets up a dashboard before the
    /// first call would not find it.
    private void expose() {
        String none = BoundedLabel.NONE;
        runs.labelValues("finished", RunsSql.IDLE, none);
        llmCost.labelValues(none, none);
        toolCost.labelValues(none, none);
        tokens.labelValues(none, UNCLASSIFIED, none);
        runCost.labelValues(none);
        breaches.labelValues(none);
    }

    /// Counts an entry.
    ///
    /// @param call what [Call#of] says of it
    /// @param counting false for an entry from before this process: only the state of its run is kept
    void apply(Positioned positioned, @Nullable Call call, boolean counting) {
        if (call != null) {
            List<BudgetId> hard = hardBlocks(positioned.entry());
            tracker.call(call.row(), call.stopsRun(), hard, counting);
        }
        if (positioned.entry() instanceof Entry.Reserved reserved) {
            Subject subject = reserved.subject();
            String run = text(subject, Subject.RUN);
            if (!run.isEmpty()) {
                tracker.heard(
                        reserved.tenant().value(),
                        run,
                        text(subject, Subject.RELEASE),
                        reserved.at());
            }
        }
        if (counting) {
            decisions.apply(positioned.entry());
        }
        if (call != null && counting) {
            count(call);
        }
    }

    /// A run that went on before this process started.
    void resume(
            String tenant, String run, String release, long microcents, Instant at, boolean over) {
        tracker.resume(tenant, run, release, microcents, at, over);
    }

    /// Ends the runs that are idle.
    ///
    /// @param counting false for what an earlier process has counted
    /// @return whether there were any
    boolean tick(Instant now, boolean counting) {
        return tracker.tick(now, counting);
    }

    private void count(Call call) {
        CallRow row = call.row();
        if (row.denied()) {
            decisions.deny(row.denial(), row.workflow());
            return;
        }
        String release = releases.of(row.release());
        double usd = row.microcents() / MICROCENTS_PER_USD;
        if (!row.tool().isEmpty()) {
            toolCost.labelValues(tools.of(row.tool()), release).inc(usd);
            return;
        }
        String model = models.of(row.model());
        llmCost.labelValues(model, release).inc(usd);
        long rest = row.tokens();
        for (TokenLine line : call.buckets().lines()) {
            tokens.labelValues(model, line.tokenClass(), release).inc(line.tokens());
            rest -= line.tokens();
        }
        if (rest > 0) {
            tokens.labelValues(model, UNCLASSIFIED, release).inc(rest);
        }
        if (call.isUnpriced()) {
            unpriced.inc();
        }
        if (call.partlyPriced()) {
            partlyPriced.inc();
        } else if (call.isEstimated()) {
            estimated.inc();
        }
    }

    private static List<BudgetId> hardBlocks(Entry entry) {
        return entry instanceof Entry.Refused refused
                ? refused.blocks().stream()
                        .filter(block -> block.mode() == Budget.Mode.HARD)
                        .map(block -> block.account().budget())
                        .toList()
                : List.of();
    }

    private static String text(Subject subject, String dimension) {
        String value = subject.get(dimension);
        return value == null ? "" : value;
    }

    static Counter counter(
            PrometheusRegistry registry, String name, String help, String... labels) {
        return Counter.builder().name(name).help(help).labelNames(labels).register(registry);
    }

    private final class Listener implements RunTracker.Listener {

        @Override
        public void ended(RunStatus status, String stopReason, String release, long microcents) {
            String label = releases.of(release);
            String name = status == RunStatus.STOPPED ? "stopped" : "finished";
            runCost.labelValues(label).observe(microcents / MICROCENTS_PER_USD);
            runs.labelValues(name, stopReason, label).inc();
        }

        @Override
        public void breached(String release) {
            breaches.labelValues(releases.of(release)).inc();
        }
    }
}
