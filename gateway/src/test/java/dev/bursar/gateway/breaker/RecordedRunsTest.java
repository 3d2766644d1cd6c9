package dev.bursar.gateway.breaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bursar.ledger.TenantId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Real runs of agents with tools, as they were recorded: no usual threshold stops any of them.
///
/// The recording has no texts: what a tool was asked and what it brought is made up.
class RecordedRunsTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final int BYTES_PER_TOKEN = 4;

    private int runs;
    private int calls;
    private final Map<String, Integer> noticed = new TreeMap<>();

    @Test
    void usualThresholds_ofRealRuns_noticeNothing() throws IOException {
        replay(false);

        assertThat(noticed).isEmpty();
    }

    /// As unlucky as it could have been: every tool was asked the same each time, and brought the same.
    @Test
    void usualThresholds_evenIfAllToolsHadBroughtTheSame_stopNoRealRun() throws IOException {
        replay(true);

        assertThat(noticed.keySet()).isNotEmpty().noneMatch(what -> what.endsWith("stop"));
    }

    private void replay(boolean unlucky) throws IOException {
        Path recording = shared().resolve("data/traces/tau2-agent-runs.jsonl");
        assumeTrue(Files.isRegularFile(recording), "no recording at " + recording);
        for (String line : Files.readAllLines(recording)) {
            replay(JsonMapper.shared().readTree(line), unlucky);
        }
        System.out.printf("recorded runs: %d, calls: %d, noticed: %s%n", runs, calls, noticed);
        assertThat(runs).isGreaterThan(400);
        assertThat(calls).isGreaterThan(8_000);
    }

    private void replay(JsonNode recorded, boolean unlucky) {
        Run run = new Run(ACME, recorded.path("run_id").asString(), 0);
        String tool = "";
        int number = 0;
        for (JsonNode call : recorded.path("calls")) {
            long now =
                    LocalDateTime.parse(call.path("ts").asString())
                            .toInstant(ZoneOffset.UTC)
                            .toEpochMilli();
            String result = unlucky ? "ok" : "ok " + number;
            byte[] body = body(recorded, call, number, tool, result);
            Watch watch = run.begin(Signs.of("chat", body), BreakerPolicy.DEFAULT, now);
            Verdict verdict = watch.verdict();
            if (verdict != null) {
                String what = verdict.rule().wire() + " " + verdict.action().wire();
                noticed.merge(what, 1, Integer::sum);
            }
            watch.answered(number, now);
            tool = call.path("tools").path(0).asString("");
            number++;
        }
        runs++;
        calls += number;
    }

    private static byte[] body(
            JsonNode run, JsonNode call, int number, String tool, String result) {
        String asked =
                "task %s, message %d of %s".formatted(run.path("task"), number, call.path("role"));
        String step =
                tool.isEmpty()
                        ? ""
                        : """
                        ,{"role":"assistant","tool_calls":[{"id":"c%d","type":"function",\
                        "function":{"name":"%s","arguments":"{}"}}]},\
                        {"role":"tool","tool_call_id":"c%d","content":"%s"}\
                        """
                                .formatted(number, tool, number, result);
        String body =
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":%s}%s]}"
                        .formatted(JsonMapper.shared().writeValueAsString(asked), step);
        int size = call.path("in").asInt(0) * BYTES_PER_TOKEN;
        return (body + " ".repeat(Math.max(0, size - body.length())))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static Path shared() {
        String named =
                System.getProperty(
                        "BURSAR_SHARED", System.getenv().getOrDefault("BURSAR_SHARED", ""));
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        Path root = Path.of("").toAbsolutePath();
        while (root != null && !Files.isDirectory(root.resolve(".mvn"))) {
            root = root.getParent();
        }
        return root == null ? Path.of("none") : root.resolveSibling("shared");
    }
}
