package dev.bursar.server.bench;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A number of virtual threads that each do one thing after the other for a while.
///
/// @param count how many
/// @param length how long they go on
record Callers(int count, Duration length) {

    /// What a caller does again and again.
    interface Work {
        /// @param caller 0 to the number of callers
        /// @param number counts up within a caller
        void run(int caller, long number);
    }

    /// @param p50Micros the median time of one piece of work
    record Result(double perSecond, double p50Micros, double p99Micros) {}

    Result run(Work work) {
        Samples[] samples = new Samples[count];
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        CountDownLatch done = new CountDownLatch(count);
        long start = System.nanoTime();
        long end = start + length.toNanos();
        for (int i = 0; i < count; i++) {
            int caller = i;
            samples[caller] = new Samples();
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            loop(work, caller, end, samples[caller]);
                        } catch (RuntimeException | Error e) {
                            failure.compareAndSet(null, e);
                        } finally {
                            done.countDown();
                        }
                    });
        }
        await(done);
        Throwable cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("a caller failed", cause);
        }
        return result(samples, System.nanoTime() - start);
    }

    private static void loop(Work work, int caller, long end, Samples samples) {
        long before = System.nanoTime();
        for (long number = 0; before < end; number++) {
            work.run(caller, number);
            long after = System.nanoTime();
            samples.add(after - before);
            before = after;
        }
    }

    private static void await(CountDownLatch done) {
        while (done.getCount() > 0) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static Result result(Samples[] samples, long nanos) {
        int total = Arrays.stream(samples).mapToInt(one -> one.size).sum();
        long[] all = new long[total];
        int at = 0;
        for (Samples one : samples) {
            System.arraycopy(one.nanos, 0, all, at, one.size);
            at += one.size;
        }
        Arrays.sort(all);
        return new Result(
                total * 1e9 / nanos, all[total / 2] / 1e3, all[(int) (total * 0.99)] / 1e3);
    }

    private static final class Samples {

        private long[] nanos = new long[1_024];
        private int size;

        void add(long sample) {
            if (size == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * size);
            }
            nanos[size++] = sample;
        }
    }
}
