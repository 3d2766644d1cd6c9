package dev.bursar.server.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ScaleBenchTest {

    private static final int COUNT = 2_000;

    @TempDir Path directory;

    /// The bench itself checks every sum; what it cannot see is a part that it has left out.
    @Test
    void run_ofASmallLedger_measuresEveryPartAndLeavesNothingBehind() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();

        int code =
                ScaleBench.run(
                        new ScaleBench.Options(COUNT, Duration.ofMillis(200), directory),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8));

        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(code).isZero();
        JsonNode result =
                JsonMapper.builder().build().readTree(out.toString(StandardCharsets.UTF_8));
        for (String load : new String[] {"busy", "calm"}) {
            assertThat(result.at("/" + load + "/empty/reserves").intValue()).isPositive();
            assertThat(result.at("/" + load + "/full/reserves").intValue()).isPositive();
            assertThat(result.at("/" + load + "/p99_ratio").doubleValue()).isPositive();
        }
        assertThat(result.at("/checkpoint/bytes").longValue()).isGreaterThan(20L * COUNT);
        assertThat(result.at("/checkpoint/meanwhile/max_millis").doubleValue()).isPositive();
        assertThat(result.at("/restart/process_millis").doubleValue()).isPositive();
        assertThat(result.at("/expiry/max_millis").doubleValue()).isPositive();
        assertThat(result.at("/bytes/open_hold").longValue()).isBetween(100L, 5_000L);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void options_outOfRange_areRefused() {
        assertThatThrownBy(() -> new ScaleBench.Options(99, Duration.ofSeconds(1), directory))
                .hasMessageContaining("count");
        assertThatThrownBy(() -> new ScaleBench.Options(COUNT, Duration.ofMillis(1), directory))
                .hasMessageContaining("millis");
    }
}
