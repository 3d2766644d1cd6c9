package dev.bursar.server.dashboard;

import dev.bursar.server.dashboard.view.Notice;
import dev.bursar.usage.Usage;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;

/// The dashboard on a port of its own, over a real read model of real traffic.
final class PageServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final int OK = 200;

    private static final Duration STEP = Duration.ofMillis(20);

    /// Who sends any cookie.
    private static final Reader OPERATOR =
            new Reader("ann", "operator", null, "secret", Notice.good("It is done."));

    private final Vertx vertx = Vertx.vertx();
    private final Traffic traffic;
    private final Usage usage;
    private final HttpServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    PageServer(Path directory, Traffic traffic) {
        this(directory, traffic, Zones.UTC);
    }

    PageServer(Path directory, Traffic traffic, Zones zones) {
        this.traffic = traffic;
        this.usage =
                Usage.open(
                        directory.resolve("usage.duckdb"),
                        traffic.authority().journal(),
                        new PrometheusRegistry(),
                        traffic.clock());
        Router router = Router.router(vertx);
        router.route()
                .handler(context -> {
                    if (context.request().getHeader("cookie") != null) {
                        OPERATOR.attach(context);
                    }
                    context.next();
                });
        new Dashboard(usage, traffic.authority(), traffic.prices(), zones, traffic.clock())
                .mount(router);
        this.server =
                vertx.createHttpServer()
                        .requestHandler(router)
                        .listen(0, "127.0.0.1")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join();
    }

    /// Waits until the read model is open and all that was journalled is on the pages.
    void caughtUp() throws Exception {
        long last = traffic.authority().journal().lastPosition();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!usage.awaitPosition(last, STEP) || get(Address.RUNS).statusCode() != OK) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the read model is at " + usage.health() + " of " + last);
            }
        }
    }

    String url(Address page) {
        return "http://127.0.0.1:" + server.actualPort() + page.text();
    }

    HttpResponse<String> get(Address page, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url(page)));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        client.close();
        server.close().toCompletionStage().toCompletableFuture().join();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        usage.close();
    }
}
