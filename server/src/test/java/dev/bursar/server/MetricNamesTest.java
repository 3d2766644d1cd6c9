package dev.bursar.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.server.config.Config;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the alert rules and the Grafana dashboard ask for is what `/metrics` has.
class MetricNamesTest {

    private static final Path ROOT = Path.of("..");

    private static final Pattern METRIC =
            Pattern.compile("\\b((?:bursar|agent|jvm|process)_[a-z_]+)(?:\\{([^}]*)\\})?");

    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=");

    /// What Prometheus adds to every sample.
    private static final Set<String> OF_SCRAPE = Set.of("job", "instance");

    @TempDir Path directory;

    private Server server;

    @BeforeEach
    void start() throws IOException {
        Path file = directory.resolve("bursar.yaml");
        Files.writeString(
                file,
                """
                server: { port: 0 }
                tenants: { acme: { budgets: [{ name: month, limit: 10 USD, every: month }] } }
                """);
        server =
                Server.start(
                        Config.read(file, Map.of()).withData(directory.resolve("data")),
                        new Server.Options(
                                file, Map.of(), UnaryOperator.identity(), false, "local"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /// Sample name to label names, before the first call.
    private Map<String, Set<String>> exposed() throws IOException, InterruptedException {
        String text;
        try (HttpClient http = HttpClient.newHttpClient()) {
            text =
                    http.send(
                                    HttpRequest.newBuilder(URI.create(server.url() + "/metrics"))
                                            .build(),
                                    BodyHandlers.ofString())
                            .body();
        }
        Map<String, Set<String>> samples = new TreeMap<>();
        Pattern sample = Pattern.compile("^([a-z_]+)(?:\\{([^}]*)\\})? ", Pattern.MULTILINE);
        Matcher matcher = sample.matcher(text);
        while (matcher.find()) {
            samples.computeIfAbsent(matcher.group(1), name -> new TreeSet<>())
                    .addAll(labels(matcher.group(2)));
        }
        return samples;
    }

    private static Set<String> labels(String written) {
        Set<String> labels = new TreeSet<>();
        if (written != null) {
            LABEL.matcher(written).results().forEach(label -> labels.add(label.group(1)));
        }
        return labels;
    }

    @ParameterizedTest
    @ValueSource(strings = {"prometheus/bursar.rules.yml", "grafana/bursar.json"})
    void metric_thatIsAskedFor_isExposedWithItsLabels(String file) throws Exception {
        Map<String, Set<String>> exposed = exposed();
        Set<String> asked = new TreeSet<>();
        Matcher metric = METRIC.matcher(Files.readString(ROOT.resolve(file)));
        while (metric.find()) {
            String name = metric.group(1);
            asked.add(name);
            assertThat(exposed).containsKey(name);
            Set<String> labels = labels(metric.group(2));
            labels.removeAll(OF_SCRAPE);
            assertThat(exposed.get(name)).as("labels of %s", name).containsAll(labels);
        }
        assertThat(asked).hasSizeGreaterThan(10);
    }

    @Test
    void alert_ofTheRules_hasARunbookAndATest() throws IOException {
        String rules = Files.readString(ROOT.resolve("prometheus/bursar.rules.yml"));
        String tests = Files.readString(ROOT.resolve("prometheus/bursar.rules.test.yml"));
        String runbook = Files.readString(ROOT.resolve("docs/alerts.md"));
        String[] alerts =
                Pattern.compile("- alert: (\\w+)")
                        .matcher(rules)
                        .results()
                        .map(found -> found.group(1))
                        .toArray(String[]::new);
        assertThat(alerts).hasSizeGreaterThan(10);
        assertThat(Arrays.asList(alerts))
                .allSatisfy(alert -> {
                    assertThat(runbook).contains("\n## " + alert + "\n");
                    assertThat(rules).contains("docs/alerts.md#" + alert.toLowerCase(Locale.ROOT));
                    assertThat(tests).containsPattern("alertname: " + alert + "\\s+exp_alerts:\\s");
                });
    }
}
