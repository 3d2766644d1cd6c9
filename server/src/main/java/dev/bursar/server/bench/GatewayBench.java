package dev.bursar.server.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What a call costs on its way through the gateway: requests per second, latency and CPU with many
/// connections at once, straight to a mock provider and through a whole server (journal on disk, a
/// hierarchy of budgets, follower, metrics), whole and streamed.
///
/// Load and mock run in this process, one thread each; the server runs in its own. The four kinds of run
/// alternate after half of the time has gone to warm the server up, and the medians of the rounds are
/// printed. CPU per request is that of the answering side:
/// the mock's thread when direct, the server's process else.
public final class GatewayBench {

    private static final String KEY = "bench-key-for-the-loopback-only";

    private static final Duration SETTLE = Duration.ofMillis(300);

    /// @param connections open at once, 1 to 1,024
    /// @param rounds of each of the four kinds, an odd number is best
    /// @param total about how long the whole bench takes
    /// @param directory where the server's data goes; removed afterwards
    public record Options(int connections, int rounds, Duration total, Path directory) {

        public Options {
            if (connections < 1 || connections > 1_024 || rounds < 1 || rounds > 99) {
                throw new IllegalArgumentException("1 to 1,024 connections and 1 to 99 rounds");
            }
        }

        /// 64 connections, 3 rounds, at most a minute, data under the working directory.
        public static Options defaults() {
            return new Options(
                    64,
                    3,
                    Duration.ofSeconds(56),
                    Path.of("data", "bench-" + ProcessHandle.current().pid()));
        }
    }

    private record Sample(double perSecond, double p50, double p99, double cpuMicros) {}

    private final Options options;
    private final CannedExchange whole = CannedExchange.whole();
    private final CannedExchange streamed = CannedExchange.streamed();

    private GatewayBench(Options options) {
        this.options = options;
    }

    /// Runs the bench and prints its one line.
    ///
    /// @return the exit code: 0, or 1 when an answer was wrong or the server did not start
    public static int run(Options options, PrintStream out, PrintStream err) {
        try {
            out.println(new GatewayBench(options).measure());
            return 0;
        } catch (IOException | IllegalStateException e) {
            err.println("bench gateway: " + e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private String measure() throws IOException, InterruptedException {
        Files.createDirectories(options.directory());
        try (MockProvider mock = new MockProvider(whole, streamed);
                ServerProcess server = startServer(mock.address().getPort())) {
            Duration warmUp = options.total().dividedBy(4);
            Duration slice =
                    options.total().minus(warmUp.multipliedBy(2)).dividedBy(4L * options.rounds());
            Lane direct = new Lane(mock.address(), mock::cpuNanos);
            Lane gateway = new Lane(server.address(), server::cpuNanos);
            gateway.run(false, warmUp);
            gateway.run(true, warmUp);
            for (int round = 0; round < options.rounds(); round++) {
                direct.plain.add(direct.run(false, slice));
                gateway.plain.add(gateway.run(false, slice));
                direct.streamed.add(direct.run(true, slice));
                gateway.streamed.add(gateway.run(true, slice));
            }
            ObjectNode line = JsonNodeFactory.instance.objectNode();
            line.put("connections", options.connections());
            line.set("plain", compare(direct.plain, gateway.plain));
            line.set("streamed", compare(direct.streamed, gateway.streamed));
            return JsonMapper.builder().build().writeValueAsString(line);
        } finally {
            Rounds.deleteAll(options.directory());
        }
    }

    /// Where the load goes, and the samples of it.
    private final class Lane {

        private final InetSocketAddress target;
        private final LongSupplier cpuNanos;
        private final List<ByteBuffer> plainRequests = CannedExchange.requests(false, KEY);
        private final List<ByteBuffer> streamRequests = CannedExchange.requests(true, KEY);
        private final List<Sample> plain = new ArrayList<>();
        private final List<Sample> streamed = new ArrayList<>();

        Lane(InetSocketAddress target, LongSupplier cpuNanos) {
            this.target = target;
            this.cpuNanos = cpuNanos;
        }

        Sample run(boolean stream, Duration time) {
            LoadGenerator load =
                    new LoadGenerator(
                            new CannedTraffic(
                                    stream ? streamRequests : plainRequests,
                                    (stream ? GatewayBench.this.streamed : whole).payload()));
            long[] cpu = new long[2];
            Runnable mark =
                    () -> {
                        cpu[0] = cpu[1];
                        cpu[1] = cpuNanos.getAsLong();
                    };
            Latencies result =
                    load.run(
                            target,
                            new LoadGenerator.Load(
                                    options.connections(),
                                    SETTLE,
                                    time.minus(SETTLE),
                                    Long.MAX_VALUE),
                            mark);
            return new Sample(
                    result.perSecond(),
                    result.micros(0.5),
                    result.micros(0.99),
                    (cpu[1] - cpu[0]) / 1e3 / result.answers());
        }
    }

    /// Its canned requests are all the same, which breakers would take for loops: their marks are off, their
    /// work is not.
    private ServerProcess startServer(int mockPort) throws IOException, InterruptedException {
        int port = ServerProcess.freePort();
        Path directory = options.directory().toAbsolutePath();
        String config =
                """
                server: { host: 127.0.0.1, port: %d }
                data: %s
                admin: { token: bench-admin-token-of-this-run }
                providers:
                  openai: { base_url: "http://127.0.0.1:%d/v1", api_key: bench }
                tenants:
                  bench:
                    timezone: Europe/Berlin
                    keys:
                      - { name: bench, secret: %s, defaults: { app: bench } }
                    breakers: [{ identical_answers: off, identical_calls: off, velocity: off }]
                    budgets:
                      - { name: company-month, limit: 10_000_000 USD, every: month }
                      - { name: team-month, per: [team], limit: 1_000_000 USD, every: month }
                      - { name: user-day, per: [user], limit: 100_000_000_000 tokens, every: day }
                      - { name: run, per: [run], limit: 100_000 USD }
                      - { name: burst, per: [key], limit: 100_000_000 calls, every: 1m }
                """
                        .formatted(port, directory.resolve("data"), mockPort, KEY);
        Path file = directory.resolve("bursar.yaml");
        Files.writeString(file, config);
        return ServerProcess.start(file, port, directory.resolve("server.log"));
    }

    private static ObjectNode compare(List<Sample> direct, List<Sample> gateway) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.set("direct", medians(direct));
        node.set("gateway", medians(gateway));
        double ratio =
                Rounds.median(gateway, Sample::perSecond)
                        / Rounds.median(direct, Sample::perSecond);
        node.put("ratio", Math.round(ratio * 1_000) / 1_000.0);
        return node;
    }

    private static ObjectNode medians(List<Sample> samples) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("requests_per_second", Math.round(Rounds.median(samples, Sample::perSecond)));
        node.put("p50_micros", Math.round(Rounds.median(samples, Sample::p50)));
        node.put("p99_micros", Math.round(Rounds.median(samples, Sample::p99)));
        double cpu = Rounds.median(samples, Sample::cpuMicros);
        node.put("cpu_micros_per_request", Math.round(cpu * 10) / 10.0);
        return node;
    }
}
