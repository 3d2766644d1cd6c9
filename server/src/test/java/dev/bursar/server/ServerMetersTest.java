package dev.bursar.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.usage.Meters;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import org.junit.jupiter.api.Test;

class ServerMetersTest {

    private final PrometheusRegistry registry = new PrometheusRegistry();

    private final ServerMeters meters = new ServerMeters(registry, new Meters(registry));

    private double depth() {
        return registry.scrape().stream()
                .filter(metric -> metric.getMetadata().getName().equals("bursar_queue_depth"))
                .map(GaugeSnapshot.class::cast)
                .findFirst()
                .orElseThrow()
                .getDataPoints()
                .getFirst()
                .getValue();
    }

    @Test
    void queueDepth_afterABatch_isWhatWaitsBehindIt() {
        meters.authority().decided(3, 300, 2);

        assertThat(depth()).isEqualTo(2);
    }

    @Test
    void queueDepth_onceNothingWaits_isZero() {
        meters.authority().decided(3, 300, 2);
        meters.authority().decided(0, 0, 0);

        assertThat(depth()).isZero();
    }
}
