package dev.bursar.server.http;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/// `GET /metrics`, in the format that the scraper asks for.
final class MetricsPage {

    private final ExpositionFormats formats = ExpositionFormats.init();
    private final PrometheusRegistry registry;

    MetricsPage(PrometheusRegistry registry) {
        this.registry = registry;
    }

    void mount(Router router) {
        router.get("/metrics").handler(this::scrape);
    }

    private void scrape(RoutingContext context) {
        ExpositionFormatWriter writer =
                formats.findWriter(context.request().getHeader(HttpHeaders.ACCEPT));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            writer.write(bytes, registry.scrape());
        } catch (IOException e) {
            throw new IllegalStateException("memory does not fail", e);
        }
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, writer.getContentType())
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(Buffer.buffer(bytes.toByteArray()));
    }
}
