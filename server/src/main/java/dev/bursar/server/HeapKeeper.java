package dev.bursar.server;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Has the old part of the heap collected while little is in it.
///
/// The collectors that stop the world take all the memory they may before they look there: what thousands of
/// streams leave behind would make a small server large. The price is a pause of some hundred ms, once for each
/// [#ROOM] that was left behind. Where much is alive the pause would be long, and the garbage is the smaller part:
/// then the collector decides.
final class HeapKeeper implements AutoCloseable {

    /// How much may come in since the last collection.
    static final long ROOM = 56L << 20;

    /// What is left at least, also when it is not known yet.
    private static final long LEAST = 64L << 20;

    /// More than this is left to the collector.
    static final long MOST = 384L << 20;

    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    /// How many times as long as a collection took nothing is looked at: it is a tenth of the time at worst.
    private static final int REST = 10;

    /// Of the parallel and of the serial collector; others clean up beside the calls.
    private static final Set<String> POOLS = Set.of("PS Old Gen", "Tenured Gen");

    private final ScheduledExecutorService worker;

    /// Of the worker alone.
    private long restUntilNanos = System.nanoTime();

    /// The old part of a heap, in bytes.
    interface OldPart {

        long used();

        /// How much was left by the last collection, 0 before the first.
        long left();

        void collect();
    }

    private HeapKeeper(OldPart old) {
        this.worker =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("bursar-heap").daemon().factory());
        long millis = LOOK_EVERY.toMillis();
        var _ =
                worker.scheduleWithFixedDelay(
                        () -> lookRested(old), millis, millis, TimeUnit.MILLISECONDS);
    }

    /// Nothing where the collector needs none.
    static AutoCloseable start() {
        return OfThisProcess.find().<AutoCloseable>map(HeapKeeper::new).orElse(() -> {});
    }

    private void lookRested(OldPart old) {
        long begin = System.nanoTime();
        if (begin - restUntilNanos >= 0) {
            look(old);
            long end = System.nanoTime();
            restUntilNanos = end + REST * (end - begin);
        }
    }

    static void look(OldPart old) {
        long used = old.used();
        long left = Math.max(old.left(), LEAST);
        if (used <= MOST && used > left + Math.max(ROOM, left / 2)) {
            old.collect();
        }
    }

    @Override
    public void close() {
        worker.shutdownNow();
    }

    private record OfThisProcess(MemoryPoolMXBean pool) implements OldPart {

        static Optional<OldPart> find() {
            return ManagementFactory.getMemoryPoolMXBeans().stream()
                    .filter(pool -> POOLS.contains(pool.getName()))
                    .findFirst()
                    .map(OfThisProcess::new);
        }

        @Override
        public long used() {
            return pool.getUsage().getUsed();
        }

        @Override
        public long left() {
            return pool.getCollectionUsage().getUsed();
        }

        /// `-XX:+DisableExplicitGC` makes this do nothing.
        @Override
        public void collect() {
            System.gc();
        }
    }
}
