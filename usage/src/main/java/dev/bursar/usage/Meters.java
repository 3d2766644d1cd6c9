package dev.bursar.usage;

import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/// The three histograms of the way of a call, for the ones that do the work to report to. Cheap: no
/// locks, no label look-up. Safe for use by several threads.
public final class Meters {

    /// Seconds: from a decision of a few microseconds to a sync on a tired disk.
    private static final double[] BUCKETS = {
        0.000_01, 0.000_03, 0.000_1, 0.000_3, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1
    };

    private static final double NANOS_PER_SECOND = 1e9;

    private final Histogram decision;
    private final Histogram overhead;
    private final Histogram sync;

    public Meters(PrometheusRegistry registry) {
        decision =
                histogram(
                        registry,
                        "bursar_decision_seconds",
                        "Time to decide one command in the ledger");
        overhead =
                histogram(
                        registry,
                        "bursar_gateway_overhead_seconds",
                        "Time a call spent in the gateway, without waiting for the provider");
        sync =
                histogram(
                        registry,
                        "bursar_journal_sync_seconds",
                        "Time from the start of a journal write to the end of its sync");
    }

    /// @param nanos one command took to be decided
    public void decision(long nanos) {
        decision.observe(nanos / NANOS_PER_SECOND);
    }

    /// @param nanos one call spent in the gateway itself
    public void overhead(long nanos) {
        overhead.observe(nanos / NANOS_PER_SECOND);
    }

    /// @param nanos one journal record took to become durable
    public void sync(long nanos) {
        sync.observe(nanos / NANOS_PER_SECOND);
    }

    private static Histogram histogram(PrometheusRegistry registry, String name, String help) {
        return Histogram.builder()
                .name(name)
                .help(help)
                .classicOnly()
                .classicUpperBounds(BUCKETS)
                .register(registry);
    }
}
