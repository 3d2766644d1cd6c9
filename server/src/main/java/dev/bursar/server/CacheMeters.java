package dev.bursar.server;

import dev.bursar.gateway.cache.AnswerCache;
import dev.bursar.gateway.cache.CacheStats;
import dev.bursar.gateway.cache.ToolResults;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Collection;

/// What the caches did and have, over all tenants, for Prometheus.
final class CacheMeters {

    private static final double MICROCENTS_PER_USD = 100_000_000;

    private final AnswerCache answers;
    private final ToolResults results;

    CacheMeters(AnswerCache answers, ToolResults results) {
        this.answers = answers;
        this.results = results;
    }

    void register(PrometheusRegistry registry) {
        CounterWithCallback.builder()
                .name("bursar_cache_lookups_total")
                .help("Looks into a cache, by what they found")
                .labelNames("cache", "result")
                .callback(this::lookups)
                .register(registry);
        counter(
                registry,
                "bursar_cache_avoided_cost_usd_total",
                "What hits would have cost, in USD",
                stats -> stats.microcentsAvoided() / MICROCENTS_PER_USD);
        counter(
                registry,
                "bursar_cache_wrong_hits_total",
                "Hits that were reported as wrong",
                CacheStats::wrong);
        gauge(registry, "bursar_cache_entries", "What a cache has", CacheStats::entries);
        gauge(registry, "bursar_cache_bytes", "What a cache takes", CacheStats::bytes);
    }

    private void lookups(CounterWithCallback.Callback callback) {
        Collection<CacheStats> of = answers.stats().values();
        callback.call(total(of, CacheStats::exact), "answers", "exact");
        callback.call(total(of, CacheStats::semantic), "answers", "semantic");
        callback.call(total(of, CacheStats::shared), "answers", "shared");
        callback.call(total(of, CacheStats::misses), "answers", "miss");
        Collection<CacheStats> tools = results.stats().values();
        callback.call(total(tools, CacheStats::exact), "tools", "exact");
        callback.call(total(tools, CacheStats::misses), "tools", "miss");
    }

    /// A number of one tenant's statistics.
    @FunctionalInterface
    private interface Figure {
        double of(CacheStats stats);
    }

    private void counter(PrometheusRegistry registry, String name, String help, Figure figure) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames("cache")
                .callback(callback -> {
                    callback.call(total(answers.stats().values(), figure), "answers");
                    callback.call(total(results.stats().values(), figure), "tools");
                })
                .register(registry);
    }

    private void gauge(PrometheusRegistry registry, String name, String help, Figure figure) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames("cache")
                .callback(callback -> {
                    callback.call(total(answers.stats().values(), figure), "answers");
                    callback.call(total(results.stats().values(), figure), "tools");
                })
                .register(registry);
    }

    private static double total(Collection<CacheStats> all, Figure figure) {
        return all.stream().mapToDouble(figure::of).sum();
    }
}
