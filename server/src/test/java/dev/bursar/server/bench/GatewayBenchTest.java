package dev.bursar.server.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class GatewayBenchTest {

    @TempDir private Path directory;

    /// Where there is an nginx, it takes its turns.
    @Test
    void run_briefly_comparesTheGatewayWithNothingAndWithNginx() throws IOException {
        boolean nginx = NginxProcess.find().isPresent();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        GatewayBench.Options options =
                new GatewayBench.Options(4, 1, Duration.ofSeconds(12), nginx, directory);

        int code = GatewayBench.run(options, printer(out), printer(err));

        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(code).isZero();
        JsonNode line = JsonMapper.builder().build().readTree(out.toByteArray());
        for (String kind : new String[] {"plain", "streamed"}) {
            JsonNode compared = line.path(kind);
            assertRatio(compared, "ratio", "gateway", "direct");
            assertThat(compared.has("nginx")).isEqualTo(nginx);
            if (nginx) {
                assertRatio(compared, "ratio_of_nginx", "nginx", "direct");
                assertRatio(compared, "ratio_to_nginx", "gateway", "nginx");
            }
        }
    }

    private static void assertRatio(JsonNode compared, String ratio, String of, String to) {
        assertMeasured(compared.path(of));
        assertMeasured(compared.path(to));
        double expected =
                compared.path(of).path("requests_per_second").asDouble()
                        / compared.path(to).path("requests_per_second").asDouble();
        assertThat(compared.path(ratio).asDouble())
                .isCloseTo(expected, Offset.offset(0.001 + 0.02 * expected));
    }

    private static void assertMeasured(JsonNode lane) {
        assertThat(lane.path("requests_per_second").asLong()).isPositive();
        assertThat(lane.path("p99_micros").asLong())
                .isPositive()
                .isGreaterThanOrEqualTo(lane.path("p50_micros").asLong());
    }

    private static PrintStream printer(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
