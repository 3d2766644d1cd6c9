package dev.bursar.server;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Has the old part of the heap collected while little is in it.
///
/// The collectors that stop the world take all the memory they may before they look there: what thousands of
/// streams leave behind would make a small server large. The price is a pause of some hundred ms, once for each
/// [#ROOM] that was left behind. In calm times half of it is enough, as then the pause holds up little. Where
/// much is alive the pause would be long, and the garbage is the smaller part: then the collector decides.
final class HeapKeeper implements AutoCloseable {

    /// How much may come in since the last collection.
    static final long ROOM = 56L << 20;

    /// What is left at least, also when it is not known yet.
    private static final long LEAST = 64L << 20;

    /// More than this is left to the collector.
    static final long MOST = 384L << 20;

    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    /// Times are calm when as many looks in a row have found no collection of what is new, of which there is one
    /// for each 38 MiB with the options of the launcher.
    private static final int CALM_LOOKS = 3;

    /// How many times as long as a collection took nothing is looked at: it is a tenth of the time at worst.
    private static final int REST = 10;

    /// Of the parallel and of the serial collector; others clean up beside the calls.
    private static final Set<String> OLD_POOLS = Set.of("PS Old Gen", "Tenured Gen");

    /// What these two call their collections of what is new.
    private static final Set<String> YOUNG_COLLECTORS = Set.of("PS Scavenge", "Copy");

    private final ScheduledExecutorService worker;

    /// Sizes are in bytes.
    interface Heap {

        long oldUsed();

        /// How much the last collection of the old part left there, 0 before the first.
        long oldLeft();

        /// How often what is new was collected since the start.
        long youngCollections();

        void collect();
    }

    /// What one thread sees of a heap from look to look.
    static final class Watch {

        private final Heap heap;
        private long collectionsSeen;
        private int calmLooks;

        Watch(Heap heap) {
            this.heap = heap;
            this.collectionsSeen = heap.youngCollections();
        }

        void look() {
            long collections = heap.youngCollections();
            calmLooks = collections == collectionsSeen ? calmLooks + 1 : 0;
            collectionsSeen = collections;
            if (isDue()) {
                heap.collect();
            }
        }

        private boolean isDue() {
            long used = heap.oldUsed();
            long left = Math.max(heap.oldLeft(), LEAST);
            long room = Math.max(ROOM, left / 2);
            boolean calm = calmLooks >= CALM_LOOKS;
            return used <= MOST && left + room <= MOST && used > left + (calm ? room / 2 : room);
        }
    }

    private HeapKeeper(Heap heap) {
        this.worker =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("bursar-heap").daemon().factory());
        Watch watch = new Watch(heap);
        long millis = LOOK_EVERY.toMillis();
        var _ =
                worker.scheduleWithFixedDelay(
                        () -> lookAndRest(watch), millis, millis, TimeUnit.MILLISECONDS);
    }

    private static void lookAndRest(Watch watch) {
        long begin = System.nanoTime();
        watch.look();
        LockSupport.parkNanos(REST * (System.nanoTime() - begin));
    }

    /// Nothing where the collector needs none.
    static AutoCloseable start() {
        return OfThisProcess.find().<AutoCloseable>map(HeapKeeper::new).orElse(() -> {});
    }

    @Override
    public void close() {
        worker.shutdownNow();
    }

    private record OfThisProcess(MemoryPoolMXBean old, GarbageCollectorMXBean young)
            implements Heap {

        static Optional<OfThisProcess> find() {
            Optional<GarbageCollectorMXBean> young =
                    ManagementFactory.getGarbageCollectorMXBeans().stream()
                            .filter(collector -> YOUNG_COLLECTORS.contains(collector.getName()))
                            .findFirst();
            return ManagementFactory.getMemoryPoolMXBeans().stream()
                    .filter(pool -> OLD_POOLS.contains(pool.getName()))
                    .findFirst()
                    .flatMap(old -> young.map(found -> new OfThisProcess(old, found)));
        }

        @Override
        public long oldUsed() {
            return old.getUsage().getUsed();
        }

        @Override
        public long oldLeft() {
            return old.getCollectionUsage().getUsed();
        }

        @Override
        public long youngCollections() {
            return young.getCollectionCount();
        }

        /// `-XX:+DisableExplicitGC` makes this do nothing.
        @Override
        public void collect() {
            System.gc();
        }
    }
}
