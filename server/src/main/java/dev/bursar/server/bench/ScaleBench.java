package dev.bursar.server.bench;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthoritySettings;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `./bursar bench scale`: what a million open holds in a million accounts do to the authority.
///
/// In one run, with the journal on disk: reserves with an empty ledger and with a full one; a checkpoint
/// that is written meanwhile; a restart from it; and all holds running out within one second. There are
/// two loads: callers who ask as fast as they are answered, and as many who pause. Afterwards every
/// balance is compared with what was answered.
public final class ScaleBench {

    private static final int CALLERS = 64;

    /// Of the callers who pause: all together make 4,000 calls a second.
    private static final Duration PAUSE = Duration.ofMillis(16);

    /// How far the clock jumps to where the holds run out.
    private static final Duration UNTIL_DUE = Duration.ofMinutes(30);

    /// For what has to happen by itself.
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// @param count holds, each in an account of its own, 100 to 1,900,000
    /// @param round how long each load is measured
    /// @param directory where the files are written: its disk is what is measured
    public record Options(int count, Duration round, Path directory) {

        public static final int DEFAULT_COUNT = 1_000_000;
        public static final int DEFAULT_MILLIS = 4_000;

        public Options {
            if (count < 100 || count > 1_900_000) {
                throw new IllegalArgumentException("count must be 100 to 1,900,000: " + count);
            }
            if (round.toMillis() < 10 || round.toMillis() > 60_000) {
                throw new IllegalArgumentException(
                        "millis must be 10 to 60,000: " + round.toMillis());
            }
        }
    }

    private final Options options;
    private final Path directory;
    private final ScaleLoad load = new ScaleLoad();
    private final ObjectNode result = JsonNodeFactory.instance.objectNode();
    private volatile Duration ahead = Duration.ZERO;

    private ScaleBench(Options options, Path directory) {
        this.options = options;
        this.directory = directory;
    }

    /// Runs it and prints one line of JSON. Takes a minute or two, and leaves nothing behind.
    ///
    /// @return the exit code: 0, or 1 when an answer or a sum was wrong
    public static int run(Options options, PrintStream out, PrintStream err) {
        try {
            Path scratch =
                    Files.createTempDirectory(
                            options.directory().toAbsolutePath(), "bursar-bench-");
            try {
                out.println(new ScaleBench(options, scratch).measure());
            } finally {
                deleteAll(scratch);
            }
            return 0;
        } catch (IOException | IllegalStateException e) {
            err.println("bench scale: " + e.getMessage());
            return 1;
        }
    }

    private String measure() throws IOException {
        result.put("holds", options.count());
        result.put("collector", collector());
        put(result.putObject("bytes"), StateBytes.measure(options.count()));
        warmUp();
        Path data = directory.resolve("data");
        Instant due = Instant.now().plus(UNTIL_DUE);
        long stopping = measureFull(data, due);
        checkpoint(data).put("at_stop_millis", millisSince(stopping));
        restart(data);
        collect();
        expire(data, due);
        return JsonMapper.builder().build().writeValueAsString(result);
    }

    private static String collector() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .map(GarbageCollectorMXBean::getName)
                .reduce((one, other) -> one + ", " + other)
                .orElse("none");
    }

    /// A collection's pause grows with all that is in the old generation, and no server has ledgers that were
    /// closed in there.
    private static void collect() {
        System.gc();
    }

    private Authority open(Path data) {
        InstantSource clock = () -> Instant.now().plus(ahead);
        AuthoritySettings usual = AuthoritySettings.DEFAULT;
        return Authority.open(
                data,
                new AuthoritySettings(
                        usual.limits(),
                        usual.queueCapacity(),
                        usual.batchLimit(),
                        usual.expireEvery(),
                        usual.expirePortion(),
                        Math.min(usual.checkpointEvery(), options.count()),
                        usual.meter()),
                clock);
    }

    /// On a journal of its own, so that the one that is measured starts empty.
    private void warmUp() {
        ScaleLoad warming = new ScaleLoad();
        try (Authority authority = open(directory.resolve("warm"))) {
            ScaleLoad.budgets().forEach(authority::submit);
            callers(authority, warming, Duration.ZERO, options.round());
        }
    }

    /// @return when it began to stop, by [System#nanoTime]
    private long measureFull(Path data, Instant due) throws IOException {
        try (Authority authority = open(data)) {
            measureFull(authority, data, due);
            return System.nanoTime();
        }
    }

    private void measureFull(Authority authority, Path data, Instant due) throws IOException {
        ScaleLoad.budgets().forEach(authority::submit);
        WaitTimes.Summary busy = callers(authority, load, Duration.ZERO, options.round());
        WaitTimes.Summary calm = callers(authority, load, PAUSE, options.round());
        fill(authority, due);
        awaitCheckpoint(authority, data);
        compare("busy", busy, callers(authority, load, Duration.ZERO, options.round()));
        compare("calm", calm, callers(authority, load, PAUSE, options.round()));
    }

    private static WaitTimes.Summary callers(
            Authority authority, ScaleLoad load, Duration pause, Duration length) {
        SteadyCallers callers = SteadyCallers.start(CALLERS, pause, () -> load.call(authority));
        LockSupport.parkNanos(length.toNanos());
        return callers.stop();
    }

    private void compare(String name, WaitTimes.Summary empty, WaitTimes.Summary full) {
        ObjectNode both = result.putObject(name);
        put(both.putObject("empty"), empty);
        put(both.putObject("full"), full);
        both.put("p99_ratio", rounded(full.p99Micros() / empty.p99Micros()));
    }

    private static void put(ObjectNode node, WaitTimes.Summary summary) {
        node.put("reserves", summary.count());
        node.put("p50_micros", rounded(summary.p50Micros()));
        node.put("p99_micros", rounded(summary.p99Micros()));
        node.put("p999_micros", rounded(summary.p999Micros()));
        node.put("max_millis", rounded(summary.maxMillis()));
    }

    private static void put(ObjectNode node, StateBytes bytes) {
        node.put("open_hold", bytes.openHold());
        node.put("open_hold_and_account", bytes.openHoldAndAccount());
        node.put("ended_hold", bytes.endedHold());
        node.put("remembered_outcome", bytes.outcome());
        node.put("account", bytes.account());
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }

    private static double millisSince(long start) {
        return rounded((System.nanoTime() - start) / 1e6);
    }

    private void fill(Authority authority, Instant due) {
        long start = System.nanoTime();
        SteadyCallers callers = SteadyCallers.start(CALLERS, PAUSE, () -> load.call(authority));
        load.fill(authority, options.count(), Instant.now(), due);
        double millis = millisSince(start);
        ObjectNode fill = result.putObject("fill");
        put(fill, callers.stop());
        fill.put("millis", millis);
    }

    /// The authority writes one by itself as soon as it is less busy.
    private void awaitCheckpoint(Authority authority, Path data) throws IOException {
        SteadyCallers callers = SteadyCallers.start(CALLERS, PAUSE, () -> load.call(authority));
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (newestCheckpoint(data) < options.count() && !callers.hasFailed()) {
            if (System.nanoTime() > end) {
                callers.close();
                throw new IllegalStateException("no checkpoint within " + PATIENCE);
            }
            LockSupport.parkNanos(20_000_000);
        }
        put(checkpoint(data).putObject("meanwhile"), callers.stop());
    }

    private ObjectNode checkpoint(Path data) throws IOException {
        ObjectNode node = result.withObject("checkpoint");
        node.put(
                "bytes", Files.size(data.resolve("checkpoint-" + newestCheckpoint(data) + ".bin")));
        return node;
    }

    private static long newestCheckpoint(Path data) throws IOException {
        try (Stream<Path> files = Files.list(data)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("checkpoint-\\d+\\.bin"))
                    .mapToLong(name -> Long.parseLong(name.replaceAll("\\D", "")))
                    .max()
                    .orElse(0);
        }
    }

    private void restart(Path data) throws IOException {
        ObjectNode restart = result.putObject("restart");
        restart.put("process_millis", rounded(RestartedAuthority.startAndKill(data)));
        collect();
        long start = System.nanoTime();
        try (Authority authority = open(data)) {
            load.call(authority);
            restart.put("warm_millis", millisSince(start));
        }
    }

    private void expire(Path data, Instant due) {
        try (Authority authority = open(data)) {
            awaitCollection(authority);
            expire(authority, due);
            load.requireExact(authority, options.count());
        }
    }

    /// The first collection after a start looks at all that was read, and belongs to the start.
    private void awaitCollection(Authority authority) {
        long before = collections();
        long end = System.nanoTime() + PATIENCE.toNanos();
        do {
            callers(authority, load, PAUSE, options.round().dividedBy(4));
        } while (collections() == before && System.nanoTime() < end);
    }

    private static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
    }

    /// Lets the clock jump to the second in which all holds run out.
    private void expire(Authority authority, Instant due) {
        SteadyCallers callers = SteadyCallers.start(CALLERS, PAUSE, () -> load.call(authority));
        ahead = Duration.between(Instant.now(), due.minusSeconds(1));
        long start = System.nanoTime();
        while (ScaleLoad.held(authority) > CALLERS * ScaleLoad.HELD) {
            if (callers.hasFailed() || System.nanoTime() - start > PATIENCE.toNanos()) {
                callers.stop();
                throw new IllegalStateException("holds have not run out within " + PATIENCE);
            }
            LockSupport.parkNanos(1_000_000);
        }
        double millis = millisSince(start);
        ObjectNode expiry = result.putObject("expiry");
        put(expiry, callers.stop());
        expiry.put("millis", millis);
    }

    private static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }
}
