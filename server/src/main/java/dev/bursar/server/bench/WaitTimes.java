package dev.bursar.server.bench;

import java.util.Arrays;

/// Measured times, in nanoseconds. One thread at a time adds.
final class WaitTimes {

    private long[] nanos = new long[1_024];
    private int size;

    /// Of all times that were added.
    record Summary(
            int count, double p50Micros, double p99Micros, double p999Micros, double maxMillis) {}

    void add(long sample) {
        if (size == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * size);
        }
        nanos[size++] = sample;
    }

    void addAll(WaitTimes others) {
        for (int i = 0; i < others.size; i++) {
            add(others.nanos[i]);
        }
    }

    /// @throws IllegalStateException when nothing was added
    Summary summary() {
        if (size == 0) {
            throw new IllegalStateException("nothing was measured");
        }
        long[] sorted = Arrays.copyOf(nanos, size);
        Arrays.sort(sorted);
        return new Summary(
                size,
                sorted[size / 2] / 1e3,
                sorted[(int) (size * 0.99)] / 1e3,
                sorted[(int) (size * 0.999)] / 1e3,
                sorted[size - 1] / 1e6);
    }
}
