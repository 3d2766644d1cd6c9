package dev.bursar.server.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What a call costs on its way through the gateway: requests per second, latency and CPU with many
/// connections at once, straight to a mock provider and through a whole server (journal on disk, a
/// hierarchy of budgets, follower, metrics), whole and streamed.
///
/// Load and mock run in this process, one thread each; the server runs in its own. The kinds of run
/// alternate after half of the time has gone to warm the server up, and the medians of the rounds are
/// printed. CPU per request is that of the answering side:
/// the mock's thread when direct, the server's process else. An nginx that only passes on may run beside,
/// as a measure of what any process in the path costs.
public final class GatewayBench {

    private static final String DIRECT = "direct";
    private static final String GATEWAY = "gateway";
    private static final String NGINX = "nginx";

    private static final Duration SETTLE = Duration.ofMillis(300);

    /// @param connections open at once, 1 to 1,024
    /// @param rounds of each kind, an odd number is best
    /// @param total about how long the whole bench takes
    /// @param besideNginx whether an nginx is measured, too
    /// @param directory where the server's data goes; removed afterwards
    public record Options(
            int connections, int rounds, Duration total, boolean besideNginx, Path directory) {

        public Options {
            if (connections < 1 || connections > 1_024 || rounds < 1 || rounds > 99) {
                throw new IllegalArgumentException("1 to 1,024 connections and 1 to 99 rounds");
            }
        }

        /// 64 connections, 3 rounds, at most a minute, data under the working directory.
        ///
        /// @param besideNginx with a third more time
        public static Options defaults(boolean besideNginx) {
            return new Options(
                    64,
                    3,
                    Duration.ofSeconds(besideNginx ? 70 : 56),
                    besideNginx,
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
                ServerProcess server =
                        BenchedGateway.start(
                                options.directory(),
                                mock.address().getPort(),
                                mock.address().getPort());
                NginxProcess nginx = startNginx(mock.address().getPort())) {
            Lane gateway = new Lane(server.address(), server::cpuNanos);
            Map<String, Lane> lanes = new LinkedHashMap<>();
            lanes.put(DIRECT, new Lane(mock.address(), mock::cpuNanos));
            lanes.put(GATEWAY, gateway);
            if (nginx != null) {
                lanes.put(NGINX, new Lane(nginx.address(), nginx::cpuNanos));
            }
            Duration warmUp = options.total().dividedBy(4);
            gateway.run(false, warmUp);
            gateway.run(true, warmUp);
            measure(lanes, options.total().minus(warmUp.multipliedBy(2)));
            ObjectNode line = JsonNodeFactory.instance.objectNode();
            line.put("connections", options.connections());
            line.set("plain", compare(lanes, false));
            line.set("streamed", compare(lanes, true));
            return JsonMapper.builder().build().writeValueAsString(line);
        } finally {
            Rounds.deleteAll(options.directory());
        }
    }

    /// All kinds of run in turn.
    private void measure(Map<String, Lane> lanes, Duration time) {
        Duration slice = time.dividedBy(2L * lanes.size() * options.rounds());
        for (int round = 0; round < options.rounds(); round++) {
            for (boolean stream : new boolean[] {false, true}) {
                for (Lane lane : lanes.values()) {
                    lane.samples(stream).add(lane.run(stream, slice));
                }
            }
        }
    }

    private @Nullable NginxProcess startNginx(int providerPort)
            throws IOException, InterruptedException {
        return options.besideNginx()
                ? NginxProcess.start(options.directory(), providerPort, options.connections())
                : null;
    }

    /// Where the load goes, and the samples of it.
    private final class Lane {

        private final InetSocketAddress target;
        private final LongSupplier cpuNanos;
        private final List<ByteBuffer> plainRequests =
                CannedExchange.requests(false, BenchedGateway.KEY);
        private final List<ByteBuffer> streamRequests =
                CannedExchange.requests(true, BenchedGateway.KEY);
        private final List<Sample> plain = new ArrayList<>();
        private final List<Sample> streamed = new ArrayList<>();

        Lane(InetSocketAddress target, LongSupplier cpuNanos) {
            this.target = target;
            this.cpuNanos = cpuNanos;
        }

        List<Sample> samples(boolean stream) {
            return stream ? streamed : plain;
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

    private static ObjectNode compare(Map<String, Lane> lanes, boolean stream) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        lanes.forEach((name, lane) -> node.set(name, medians(lane.samples(stream))));
        node.put("ratio", ratio(lanes, GATEWAY, DIRECT, stream));
        if (lanes.containsKey(NGINX)) {
            node.put("ratio_of_nginx", ratio(lanes, NGINX, DIRECT, stream));
            node.put("ratio_to_nginx", ratio(lanes, GATEWAY, NGINX, stream));
        }
        return node;
    }

    /// Of requests per second, to three places.
    private static double ratio(Map<String, Lane> lanes, String of, String to, boolean stream) {
        double ratio = perSecond(lanes, of, stream) / perSecond(lanes, to, stream);
        return Math.round(ratio * 1_000) / 1_000.0;
    }

    private static double perSecond(Map<String, Lane> lanes, String name, boolean stream) {
        Lane lane = Objects.requireNonNull(lanes.get(name));
        return Rounds.median(lane.samples(stream), Sample::perSecond);
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
