package dev.bursar.server.bench;

import static org.assertj.core.api.Assertions.assertThat;

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

class StreamsBenchTest {

    private static final int STREAMS = 50;
    private static final int PAUSE_MILLIS = 10;

    @TempDir private Path directory;

    @Test
    void run_fiftySlowStreams_completesAllAndTellsMemoryAndThePlainCallBeside() throws IOException {
        JsonNode line = run(false);

        // Each connection has opened one, and another where the first had ended.
        assertThat(line.path("completed").asInt()).isGreaterThan(STREAMS);
    }

    @Test
    void run_inWaves_opensEachOnce() throws IOException {
        JsonNode line = run(true);

        assertThat(line.path("completed").asInt()).isEqualTo(STREAMS);
    }

    private JsonNode run(boolean waves) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        StreamsBench.Options options =
                new StreamsBench.Options(
                        STREAMS,
                        Duration.ofMillis(PAUSE_MILLIS),
                        1,
                        1,
                        Duration.ofMillis(1_500),
                        waves,
                        Duration.ofMillis(20),
                        256,
                        directory);

        int code = StreamsBench.run(options, printer(out), printer(err));

        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(code).isZero();
        JsonNode line = JsonMapper.builder().build().readTree(out.toByteArray());
        assertThat(line.path("broken").asInt(-1)).isZero();
        int pauses = CannedExchange.EVENTS - 1;
        assertThat(line.path("stream_p50_millis").asInt())
                .isGreaterThanOrEqualTo(pauses * PAUSE_MILLIS);
        JsonNode memory = line.path("server_memory_mib");
        assertThat(memory.path("peak").asInt()).isGreaterThanOrEqualTo(memory.path("end").asInt());
        for (String kind : new String[] {"alone", "beside_streams"}) {
            JsonNode plain = line.path("plain_call").path(kind);
            assertThat(plain.path("calls").asInt()).isPositive();
            assertThat(plain.path("p99_micros").asLong())
                    .isPositive()
                    .isGreaterThanOrEqualTo(plain.path("p50_micros").asLong());
        }
        try (Stream<Path> left = Files.list(directory.getParent())) {
            assertThat(left).doesNotContain(directory);
        }
        return line;
    }

    private static PrintStream printer(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
