package dev.bursar.server.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.bursar.server.bench.ReserveTraffic.Senders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AuthorityBenchTest {

    private static final Duration SHORT = Duration.ofMillis(200);

    @TempDir Path directory;

    @Test
    void run_briefly_tellsEveryLoadAndSumsThatAgree() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        AuthorityBench.Options options =
                new AuthorityBench.Options(List.of(1, 8), 20, 1, SHORT, directory);

        int code = AuthorityBench.run(options, printer(out), printer(err));

        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(code).isZero();
        JsonNode line = JsonMapper.builder().build().readTree(out.toByteArray());
        for (String shape : List.of("hot", "independent")) {
            for (String connections : List.of("1", "8")) {
                JsonNode cell = line.path(shape).path(connections);
                assertThat(cell.path("requests_per_second").asLong()).isPositive();
                assertThat(cell.path("p999_micros").asLong())
                        .isGreaterThanOrEqualTo(cell.path("p50_micros").asLong());
                assertThat(cell.path("ratio_to_refused").asDouble()).isPositive();
                assertThat(cell.path("errors").isObject()).isTrue();
                assertThat(cell.path("errors").size()).isZero();
            }
        }
        JsonNode ledger = line.path("ledger");
        assertThat(ledger.path("granted").asLong()).isPositive();
        assertThat(ledger.path("held").asLong())
                .isPositive()
                .isEqualTo(ledger.path("reserved").asLong());
        assertThat(line.path("read_model").has("caught_up_millis")).isTrue();
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    /// Two requests, for 1,000 and 1,001.
    @ParameterizedTest
    @CsvSource({
        "2001, 2000, what the balances hold is 2001",
        "2000, 2001, what the balances hold is 2000",
        "2000, 2000, what was asked is 2001"
    })
    void enter_sumsThatDiffer_fails(long held, int reserved, String message) throws IOException {
        Senders senders = new Senders("hot", 1, false);
        ReserveTraffic load = new ReserveTraffic(senders, new AtomicLong());
        load.next();
        load.next();
        granted(load, reserved - 1_000);
        granted(load, 1_000);
        HttpServer server = balances(held);
        try {
            Books books = new Books(server.getAddress());

            assertThatThrownBy(() -> books.enter(senders, load))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(message);
        } finally {
            server.stop(0);
        }
    }

    private static void granted(ReserveTraffic load, int amount) {
        byte[] body =
                ("{\"reserved\":{\"unit\":\"USD_MICROCENTS\",\"amount\":" + amount + "}}")
                        .getBytes(StandardCharsets.US_ASCII);
        load.answered(200, body, 0, body.length);
    }

    /// Says of each tenant that so much is reserved.
    private static HttpServer balances(long held) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
        byte[] body =
                ("{\"balances\":[{\"reserved\":{\"amount\":" + held + "}}]}")
                        .getBytes(StandardCharsets.US_ASCII);
        server.createContext(
                "/v1/balances",
                exchange -> {
                    exchange.sendResponseHeaders(200, body.length);
                    try (OutputStream out = exchange.getResponseBody()) {
                        out.write(body);
                    }
                });
        server.start();
        return server;
    }

    private static PrintStream printer(ByteArrayOutputStream into) {
        return new PrintStream(into, true, StandardCharsets.UTF_8);
    }
}
