package dev.bursar.server;

import dev.bursar.authority.AuthorityMeter;
import dev.bursar.gateway.GatewayMeter;
import dev.bursar.usage.Meters;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Collection;

/// Hands what the authority and the gateway measure on to Prometheus.
final class ServerMeters {

    private final Meters meters;

    /// In place of a provider, where tools are meant.
    private static final String TOOLS = "tools";

    private final GaugeDataPoint queueDepth;
    private final CounterDataPoint overloaded;
    private final GaugeDataPoint stopped;
    private final Counter unpriced;

    ServerMeters(PrometheusRegistry registry, Meters meters) {
        this.meters = meters;
        queueDepth =
                Gauge.builder()
                        .name("bursar_queue_depth")
                        .help("Commands that waited behind the last batch")
                        .register(registry);
        overloaded =
                Counter.builder()
                        .name("bursar_overloaded_total")
                        .help("Commands refused because the queue was full")
                        .register(registry);
        stopped =
                Gauge.builder()
                        .name("bursar_authority_stopped")
                        .help("1 once the authority has stopped for good: no call is let through")
                        .register(registry);
        // The journal has those that were charged; the refused ones are only seen here.
        unpriced =
                Counter.builder()
                        .name("bursar_unpriced_requests_total")
                        .help("Requests for models and tools without a price")
                        .labelNames("provider")
                        .register(registry);
    }

    /// A counter with labels has no line before its first value, and whoever waits for it to grow would
    /// miss the first.
    void expose(Collection<String> providers) {
        providers.forEach(unpriced::initLabelValues);
        unpriced.initLabelValues(TOOLS);
    }

    AuthorityMeter authority() {
        return new AuthorityMeter() {
            @Override
            public void decided(int commands, long nanos, int depth) {
                queueDepth.set(depth);
                for (int i = 0; i < commands; i++) {
                    meters.decision(nanos / commands);
                }
            }

            @Override
            public void synced(int entries, long bytes, long nanos) {
                meters.sync(nanos);
            }

            @Override
            public void overloaded() {
                overloaded.inc();
            }

            @Override
            public void stopped(Throwable cause) {
                stopped.set(1);
            }
        };
    }

    GatewayMeter gateway() {
        return new GatewayMeter() {
            @Override
            public void overhead(long nanos) {
                meters.overhead(nanos);
            }

            @Override
            public void unpriced(String provider, String model) {
                unpriced.labelValues(provider).inc();
            }

            @Override
            public void unpricedTool(String tool) {
                unpriced.labelValues(TOOLS).inc();
            }

            @Override
            public void estimated(String provider, String model) {
                // The journal has every one of them.
            }
        };
    }
}
