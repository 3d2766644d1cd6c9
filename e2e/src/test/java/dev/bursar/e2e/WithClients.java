package dev.bursar.e2e;

import dev.bursar.e2e.Task.Does;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Client libraries that talk to a server through a [Tap], and what is on record of their calls.
abstract class WithClients extends WithServer {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    static final Duration SETTLED = Duration.ofSeconds(30);

    static final String HELLO = "Hello <<simulate output=20>>";

    /// A stream that stays open.
    static final String SILENT = "Hello <<simulate output=400 silent=middle>>";

    /// One call at a time in each run: a hold that stays would refuse the next.
    private static final String BUDGETS =
            """
            - { name: company, limit: 1000 USD, every: month }
            - { name: one-at-a-time, per: [run], limit: 1 slots }
            - { name: poor, match: { feature: poor }, per: [run], limit: 0.00000001 USD }
            - { name: tight, match: { feature: tight }, per: [run], limit: 1000 tokens, at: { 100%: clamp } }
            - { name: pace, match: { feature: paced }, per: [run], limit: 1 calls, every: 5s }
            """;

    private final Map<String, ClientLibrary> open = new ConcurrentHashMap<>();
    Tap tap;

    abstract Stream<ClientCase> clients();

    /// Clients that ask for models of other dialects than their own.
    Stream<ClientCase> crossing() {
        return Stream.of();
    }

    final Stream<ClientCase> cases() {
        return Stream.concat(clients(), crossing());
    }

    final Stream<ClientCase> embedding() {
        return clients().filter(client -> !client.embeddings().isEmpty());
    }

    @Override
    Setup setup() {
        return super.setup().withGemini(provider.geminiUrl()).withBudgets(BUDGETS);
    }

    @BeforeAll
    void openTap() {
        tap = new Tap(bursar.port());
    }

    @AfterAll
    void closeLibraries() {
        open.values().forEach(ClientLibrary::close);
        tap.close();
    }

    final Seen perform(ClientCase client, String name, Does does, String prompt) {
        return perform(client, task(client, name, does, prompt, "plain"));
    }

    final Seen perform(ClientCase client, Task task) {
        return library(client).perform(task);
    }

    final ClientLibrary library(ClientCase client) {
        return open.computeIfAbsent(client.name(), name -> client.open().apply(tap.url()));
    }

    final Task task(ClientCase client, String name, Does does, String prompt, String feature) {
        return new Task(
                does,
                runName(client, name),
                does == Does.EMBED ? client.embeddings() : client.model(),
                prompt,
                Map.of("X-Bursar-Feature", feature));
    }

    static String runName(ClientCase client, String name) {
        return client.name().replaceAll("[^a-z0-9]+", "-") + "-" + name;
    }

    /// All calls of a run, when everything that was decided until now has been seen. A stream may end
    /// before its call is settled.
    final List<JsonNode> calls(ClientCase client, String name, int expected) {
        String run = runName(client, name);
        Await.until(SETTLED, run + " is settled", () -> calls(run).size() >= expected);
        awaitFollower();
        return calls(run);
    }

    private List<JsonNode> calls(String run) {
        return List.copyOf(run(run).path("calls").values());
    }

    final JsonNode run(String name) {
        return JSON.readTree(bursar.ask("/api/runs/acme/" + name, Setup.ADMIN).body());
    }
}
