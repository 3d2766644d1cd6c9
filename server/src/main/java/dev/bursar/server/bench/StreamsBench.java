package dev.bursar.server.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What thousands of slow streams at once do to the gateway: whether every one of them is complete, how
/// much memory the server takes for them, and what a plain call beside them waits.
///
/// Clients and provider run in this process, the server in its own. In each round plain calls are made by a
/// timetable, first alone and then beside the streams, when all of them are open; the medians of the rounds
/// are printed. Streams begin one after the other, and where one ends, the next begins; or, in waves, none
/// does, and a round is over when the last has ended.
public final class StreamsBench {

    /// So many take turns that a slow call does not hold up those that are due after it.
    private static final int PLAIN_CALLERS = 32;

    /// @param streams open at once, 1 to 8,000
    /// @param pause between two of the 20 events of a stream, 1 ms to 10 s
    /// @param warmRounds that are not measured, 1 to 99: compilers are busy for the first minutes, and
    ///     take what is measured a core of its own
    /// @param rounds an odd number is best, 1 to 99
    /// @param time of a round for each of both, without what opens and ends the streams; in waves at most
    /// @param waves whether each stream of a round is opened once, in half the time that it takes
    /// @param every from one plain call to the next
    /// @param heapMebibytes of the server, 64 or more; 0 for as much as this process may take
    /// @param directory where the server's data goes; removed afterwards
    public record Options(
            int streams,
            Duration pause,
            int warmRounds,
            int rounds,
            Duration time,
            boolean waves,
            Duration every,
            int heapMebibytes,
            Path directory) {

        public Options {
            if (warmRounds < 1 || warmRounds > 99) {
                throw new IllegalArgumentException("1 to 99 warm rounds");
            }
            if (streams < 1 || streams > 8_000 || rounds < 1 || rounds > 99) {
                throw new IllegalArgumentException("1 to 8000 streams and 1 to 99 rounds");
            }
            if (pause.toMillis() < 1 || pause.toSeconds() > 10) {
                throw new IllegalArgumentException("1 to 10000 milliseconds between two events");
            }
            if (heapMebibytes != 0 && heapMebibytes < 64) {
                throw new IllegalArgumentException("a heap of 64 MiB or more");
            }
        }

        /// 2,000 streams of 20 events, 100 ms between two, and a plain call every 10 ms: a minute in all.
        ///
        /// @param heapMebibytes of the server, or 0
        /// @param warmRounds that are not measured
        /// @param waves whether no stream follows one that has ended
        public static Options defaults(int heapMebibytes, int warmRounds, boolean waves) {
            return new Options(
                    2_000,
                    Duration.ofMillis(100),
                    warmRounds,
                    waves ? 9 : 3,
                    Duration.ofSeconds(6),
                    waves,
                    Duration.ofMillis(10),
                    heapMebibytes,
                    Path.of("data", "bench-" + ProcessHandle.current().pid()));
        }
    }

    private final Options options;
    private final CannedExchange whole = CannedExchange.whole();
    private final CannedExchange streamed = CannedExchange.streamed();
    private final List<WaitTimes.Summary> alone = new ArrayList<>();
    private final List<WaitTimes.Summary> beside = new ArrayList<>();
    private final List<Latencies> streams = new ArrayList<>();
    private final List<Double> cores = new ArrayList<>();
    private int completed;
    private int broken;

    private StreamsBench(Options options) {
        this.options = options;
    }

    /// Runs the bench and prints its one line.
    ///
    /// @return the exit code: 0, or 1 when a stream was not complete, a plain answer was wrong or the
    ///     server did not start
    public static int run(Options options, PrintStream out, PrintStream err) {
        try {
            StreamsBench bench = new StreamsBench(options);
            out.println(bench.measure());
            if (bench.broken > 0) {
                err.println("bench streams: " + bench.broken + " streams were not complete");
            }
            return bench.broken == 0 ? 0 : 1;
        } catch (IOException | UncheckedIOException | IllegalStateException e) {
            err.println("bench streams: " + e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private String measure() throws IOException, InterruptedException {
        Files.createDirectories(options.directory());
        try (MockProvider provider = new MockProvider(whole, streamed, options.pause());
                MockProvider aside = new MockProvider(whole, streamed);
                ServerProcess server =
                        BenchedGateway.start(
                                options.directory(),
                                provider.address().getPort(),
                                aside.address().getPort(),
                                heapOptions())) {
            for (int round = 0; round < options.warmRounds(); round++) {
                round(server);
            }
            forget();
            long warm = server.memoryBytes("VmRSS");
            for (int round = 0; round < options.rounds(); round++) {
                round(server);
            }
            return JsonMapper.builder()
                    .build()
                    .writeValueAsString(
                            line(warm, server.memoryBytes("VmRSS"), server.memoryBytes("VmHWM")));
        } finally {
            Rounds.deleteAll(options.directory());
        }
    }

    private String[] heapOptions() {
        int heap = options.heapMebibytes();
        return heap == 0 ? new String[0] : new String[] {"-Xmx" + heap + "m"};
    }

    private ObjectNode line(long warm, long end, long peak) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("streams", options.streams());
        line.put("events", CannedExchange.EVENTS);
        line.put("pause_millis", options.pause().toMillis());
        line.put("waves", options.waves());
        line.put("completed", completed);
        line.put("broken", broken);
        line.put("stream_p50_millis", millis(Rounds.median(streams, one -> one.micros(0.5))));
        line.put("stream_p99_millis", millis(Rounds.median(streams, one -> one.micros(0.99))));
        double busy = Rounds.median(cores, Double::doubleValue);
        line.put("server_cores", Math.round(busy * 100) / 100.0);
        ObjectNode memory = line.putObject("server_memory_mib");
        memory.put("warm", mebibytes(warm));
        memory.put("end", mebibytes(end));
        memory.put("peak", mebibytes(peak));
        ObjectNode plain = line.putObject("plain_call");
        plain.set("alone", times(alone));
        plain.set("beside_streams", times(beside));
        return line;
    }

    private static ObjectNode times(List<WaitTimes.Summary> rounds) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("calls", rounds.stream().mapToInt(WaitTimes.Summary::count).sum());
        node.put("p50_micros", Math.round(Rounds.median(rounds, WaitTimes.Summary::p50Micros)));
        node.put("p99_micros", Math.round(Rounds.median(rounds, WaitTimes.Summary::p99Micros)));
        node.put(
                "longest_millis",
                Math.round(
                        rounds.stream()
                                .mapToDouble(WaitTimes.Summary::maxMillis)
                                .max()
                                .orElseThrow()));
        return node;
    }

    private static long millis(double micros) {
        return Math.round(micros / 1_000);
    }

    private static long mebibytes(long bytes) {
        return bytes < 0 ? bytes : bytes >> 20;
    }

    private void round(ServerProcess server) throws IOException, InterruptedException {
        try (PlainCalls calls = new PlainCalls(server.address(), PLAIN_CALLERS)) {
            try (SteadyCallers callers = start(calls)) {
                Thread.sleep(options.time());
                alone.add(callers.stop());
            }
            openStreams(server, calls);
        }
    }

    /// What was measured while the server was not warm.
    private void forget() {
        alone.clear();
        beside.clear();
        streams.clear();
        cores.clear();
        completed = 0;
    }

    private SteadyCallers start(PlainCalls calls) {
        return SteadyCallers.start(
                PLAIN_CALLERS, options.every().multipliedBy(PLAIN_CALLERS), calls::call);
    }

    private void openStreams(ServerProcess server, PlainCalls calls) {
        Duration whole = options.pause().multipliedBy(CannedExchange.EVENTS);
        LoadGenerator.Load load =
                new LoadGenerator.Load(
                        options.streams(),
                        options.waves() ? whole.dividedBy(2) : whole,
                        Duration.ZERO,
                        options.time(),
                        Long.MAX_VALUE,
                        options.waves());
        try (Beside plain = new Beside(server, calls)) {
            streams.add(new LoadGenerator(new Counted()).run(server.address(), load, plain));
        }
    }

    /// Plain calls from the first time that it is run to the second.
    private final class Beside implements Runnable, AutoCloseable {

        private final ServerProcess server;
        private final PlainCalls calls;
        private @Nullable SteadyCallers callers;
        private long startNanos;
        private long startCpuNanos;

        Beside(ServerProcess server, PlainCalls calls) {
            this.server = server;
            this.calls = calls;
        }

        @Override
        public void run() {
            if (callers == null) {
                startNanos = System.nanoTime();
                startCpuNanos = server.cpuNanos();
                callers = start(calls);
            } else {
                double busy = server.cpuNanos() - startCpuNanos;
                cores.add(busy / (System.nanoTime() - startNanos));
                beside.add(callers.stop());
            }
        }

        @Override
        public void close() {
            if (callers != null) {
                callers.close();
            }
        }
    }

    /// Counts answers instead of failing with the first wrong one.
    private final class Counted implements LoadGenerator.Traffic {

        private final CannedTraffic canned =
                new CannedTraffic(
                        CannedExchange.requests(true, BenchedGateway.KEY), streamed.payload());

        @Override
        public ByteBuffer next() {
            return canned.next();
        }

        @Override
        public void answered(int status, byte[] bytes, int start, int end) {
            if (canned.isExpected(status, bytes, start, end)) {
                completed++;
            } else {
                broken++;
            }
        }

        @Override
        public void broken(String got) {
            broken++;
        }
    }
}
