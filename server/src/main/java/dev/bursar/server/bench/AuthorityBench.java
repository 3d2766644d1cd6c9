package dev.bursar.server.bench;

import dev.bursar.server.bench.ReserveTraffic.Senders;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// How many durable `POST /v1/reservations` a whole server answers over HTTP: the load in this process, on
/// one thread, the server in another, both on this machine. All reservations are of one tenant's budget,
/// or of many tenants in turn.
///
/// Beside them the same requests with a contradiction in them, which the server reads, identifies and
/// refuses without asking the authority: what lies between the two rates is deciding and being durable.
/// All kinds of load take turns, round by round, and the medians are printed. No reservation is ended
/// before the bench is over. After each load, what the balances hold is compared with the answers.
public final class AuthorityBench {

    /// Reservations of one bench: a ledger has room for some more.
    private static final long MAX_RESERVATIONS = 1_800_000;

    private static final Duration SETTLE = Duration.ofMillis(300);

    /// As long as this many rounds, each shape: less, and compiling takes a third of the server's CPU later.
    private static final int WARM_UP_ROUNDS = 3;

    private static final Duration MAX_LAG = Duration.ofMinutes(1);

    /// @param connections open at once, each number in turn
    /// @param tenants of which none is hot
    /// @param rounds of each load, 1 to 30; an odd number is best
    /// @param round how long one goes on, 0.1 to 60 s
    /// @param directory whose disk is measured; what is written there is removed afterwards
    public record Options(
            List<Integer> connections, int tenants, int rounds, Duration round, Path directory) {

        public Options {
            connections = List.copyOf(connections);
            if (connections.isEmpty()
                    || connections.stream().anyMatch(count -> count < 1 || count > 1_024)) {
                throw new IllegalArgumentException("1 to 1,024 connections");
            }
            if (rounds < 1 || rounds > 30) {
                throw new IllegalArgumentException("1 to 30 rounds");
            }
            if (round.toMillis() < 100 || round.toMillis() > 60_000) {
                throw new IllegalArgumentException("a round has 100 to 60,000 ms");
            }
        }

        /// 1, 64 and 256 connections, 1,000 tenants, 3 rounds of 2 s: takes about a minute and a half.
        public static Options defaults() {
            return new Options(
                    List.of(1, 64, 256), 1_000, 3, Duration.ofSeconds(2), Path.of("data"));
        }

        public Options with(int changedRounds, Duration changedRound, Path changedDirectory) {
            return new Options(connections, tenants, changedRounds, changedRound, changedDirectory);
        }

        /// The most requests of one load.
        private long mostRequests() {
            return MAX_RESERVATIONS / (2L * connections.size() * rounds + 2L * WARM_UP_ROUNDS);
        }
    }

    private record Sample(Latencies latencies, double cpuMicros, ReserveTraffic traffic) {}

    private final Options options;
    private final Senders hot = new Senders("hot", 1, false);
    private final Senders contradictory = new Senders("hot", 1, true);
    private final Senders independent;
    private final AtomicLong numbers = new AtomicLong();

    private AuthorityBench(Options options) {
        this.options = options;
        this.independent = new Senders("one", options.tenants(), false);
    }

    /// Runs the bench and prints its one line.
    ///
    /// @return the exit code: 0, or 1 when a sum was wrong or the server did not start
    public static int run(Options options, PrintStream out, PrintStream err) {
        try {
            out.println(new AuthorityBench(options).measure());
            return 0;
        } catch (IOException | IllegalStateException e) {
            err.println("bench authority: " + e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private String measure() throws IOException, InterruptedException {
        Files.createDirectories(options.directory());
        Path scratch =
                Files.createTempDirectory(options.directory().toAbsolutePath(), "bursar-bench-");
        try (ServerProcess server = startServer(scratch)) {
            Books books = new Books(server.address());
            int most = options.connections().stream().mapToInt(count -> count).max().orElseThrow();
            warmUp(server, books, most);
            Map<Integer, Cell> cells = new LinkedHashMap<>();
            options.connections().forEach(count -> cells.put(count, new Cell(count)));
            for (int round = 0; round < options.rounds(); round++) {
                for (Cell cell : cells.values()) {
                    cell.round(server, books);
                }
            }
            ObjectNode line = JsonNodeFactory.instance.objectNode();
            line.put("rounds", options.rounds());
            line.put("round_millis", options.round().toMillis());
            cells.forEach((count, cell) -> cell.tell(line));
            books.tell(line.putObject("ledger"));
            readModel(books, line.putObject("read_model"));
            return JsonMapper.builder().build().writeValueAsString(line);
        } finally {
            Rounds.deleteAll(scratch);
        }
    }

    private void warmUp(ServerProcess server, Books books, int connections) {
        for (int i = 0; i < WARM_UP_ROUNDS; i++) {
            for (Senders senders : List.of(hot, independent)) {
                Sample sample = load(server, senders, connections, options.round());
                books.enter(senders, sample.traffic());
            }
        }
        load(server, contradictory, connections, options.round());
    }

    private Sample load(ServerProcess server, Senders senders, int connections, Duration time) {
        ReserveTraffic traffic = new ReserveTraffic(senders, numbers);
        long[] cpu = new long[2];
        Runnable mark =
                () -> {
                    cpu[0] = cpu[1];
                    cpu[1] = server.cpuNanos();
                };
        long most = senders.contradictory() ? Long.MAX_VALUE : options.mostRequests();
        Latencies latencies =
                new LoadGenerator(traffic)
                        .run(
                                server.address(),
                                new LoadGenerator.Load(connections, SETTLE, time, most),
                                mark);
        return new Sample(latencies, (cpu[1] - cpu[0]) / 1e3 / latencies.answers(), traffic);
    }

    /// All rounds with one number of connections.
    private final class Cell {

        private final int connections;
        private final List<Sample> ofHot = new ArrayList<>();
        private final List<Sample> ofIndependent = new ArrayList<>();
        private final List<Sample> refused = new ArrayList<>();

        Cell(int connections) {
            this.connections = connections;
        }

        void round(ServerProcess server, Books books) {
            ofHot.add(load(server, hot, connections, options.round()));
            books.enter(hot, ofHot.getLast().traffic());
            ofIndependent.add(load(server, independent, connections, options.round()));
            books.enter(independent, ofIndependent.getLast().traffic());
            Sample sample = load(server, contradictory, connections, options.round().dividedBy(2));
            if (!sample.traffic().answers().keySet().equals(Set.of(400))) {
                throw new IllegalStateException(
                        "contradictory requests were answered " + sample.traffic().answers());
            }
            refused.add(sample);
        }

        void tell(ObjectNode line) {
            double most = tell(line.withObject("/refused_unasked"), refused);
            tell(line.withObject("/hot"), ofHot, most);
            tell(line.withObject("/independent"), ofIndependent, most);
        }

        private void tell(ObjectNode shape, List<Sample> samples, double refusedPerSecond) {
            double perSecond = tell(shape, samples);
            ObjectNode node = shape.withObject("/" + connections);
            node.put("ratio_to_refused", Math.round(perSecond / refusedPerSecond * 1e3) / 1e3);
            ObjectNode errors = node.putObject("errors");
            samples.forEach(sample -> Books.addErrors(sample.traffic(), errors));
        }

        /// @return requests a second
        private double tell(ObjectNode shape, List<Sample> samples) {
            ObjectNode node = shape.putObject(Integer.toString(connections));
            double perSecond = Rounds.median(samples, sample -> sample.latencies().perSecond());
            node.put("requests_per_second", Math.round(perSecond));
            node.put("p50_micros", micros(samples, 0.5));
            node.put("p99_micros", micros(samples, 0.99));
            node.put("p999_micros", micros(samples, 0.999));
            node.put(
                    "server_cpu_micros_per_request",
                    Math.round(Rounds.median(samples, Sample::cpuMicros) * 10) / 10.0);
            return perSecond;
        }

        private static long micros(List<Sample> samples, double portion) {
            return Math.round(Rounds.median(samples, sample -> sample.latencies().micros(portion)));
        }
    }

    /// How far the read model is behind when the load is over, and how long it takes to be up to it.
    private static void readModel(Books books, ObjectNode into)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        long lag = books.lag();
        into.put("lag_entries", lag);
        while (lag > 0) {
            if (System.nanoTime() - start > MAX_LAG.toNanos()) {
                throw new IllegalStateException("the read model is " + lag + " entries behind");
            }
            LockSupport.parkNanos(10_000_000);
            lag = books.lag();
        }
        into.put("caught_up_millis", (System.nanoTime() - start) / 1_000_000);
    }

    private ServerProcess startServer(Path directory) throws IOException, InterruptedException {
        int port = ServerProcess.freePort();
        StringBuilder config =
                new StringBuilder(
                        """
                        server: { host: 127.0.0.1, port: %d }
                        data: %s
                        admin: { token: bench-admin-token-of-this-run }
                        providers: { openai: { base_url: "http://127.0.0.1:9/v1", api_key: bench } }
                        tenants:
                        """
                                .formatted(port, directory.resolve("data")));
        for (Senders senders : List.of(hot, independent)) {
            for (int i = 0; i < senders.tenants(); i++) {
                config.append(
                        """
                          %1$s:
                            keys: [ { name: bench, secret: %2$s } ]
                            budgets: [ { name: all, limit: 10_000_000 USD, scope: "tenant:%1$s" } ]
                        """
                                .formatted(senders.tenant(i), senders.key(i)));
            }
        }
        Path file = directory.resolve("bursar.yaml");
        Files.writeString(file, config);
        return ServerProcess.start(file, port, directory.resolve("server.log"));
    }
}
