package dev.bursar.e2e;

import dev.bursar.server.demo.SimulatedProvider;
import dev.bursar.server.demo.Simulation;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// One server and one simulated provider for the tests of a class.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class WithServer {

    /// Workflows that start with `poor` can pay for nothing.
    private static final String BUDGETS =
            """
            - { name: company, limit: 100 USD, every: month }
            - { name: poor-run, match: { workflow: poor }, per: [run], limit: 0.000001 USD }
            - { name: poor-stream-run, match: { workflow: poor-stream }, limit: 0.000001 USD }
            """;

    private static final Duration FOLLOWER = Duration.ofSeconds(30);

    final Vertx vertx = Vertx.vertx();
    SimulatedProvider provider;
    Bursar bursar;
    private int probes;

    @BeforeAll
    void start(@TempDir Path home) {
        provider =
                SimulatedProvider.start(vertx, 0, Simulation.IMMEDIATE.withKey(Setup.PROVIDER_KEY));
        bursar = Bursar.serve(home, setup());
    }

    @AfterAll
    void stop() {
        bursar.close();
        provider.close();
        vertx.close().await();
    }

    Setup setup() {
        return Setup.of(provider.openAiUrl(), provider.anthropicUrl()).withBudgets(BUDGETS);
    }

    /// How many requests of a workflow were denied. What was sent before is counted: a call made
    /// afterwards has passed through the journal and the follower.
    long requestsAtTheGateway(String workflow) {
        awaitFollower();
        return (long)
                bursar.metric(
                        "bursar_decisions_total",
                        "workflow=\"" + workflow + "\"",
                        "decision=\"deny\"");
    }

    /// Waits until everything that was decided until now shows in metrics and lists.
    void awaitFollower() {
        String run = "probe-" + ++probes;
        bursar.post(
                "/v1/chat/completions",
                Setup.KEY,
                "{\"model\":\"gpt-4o-mini\",\"max_tokens\":5,"
                        + "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
                "X-Bursar-Workflow",
                "probe",
                "X-Bursar-Run",
                run);
        Await.until(
                FOLLOWER,
                "the follower has seen " + run,
                () ->
                        bursar.metric("bursar_decisions_total", "workflow=\"probe\"") >= probes
                                && bursar.ask("/api/runs/acme/" + run, Setup.ADMIN).statusCode()
                                        == 200);
    }
}
