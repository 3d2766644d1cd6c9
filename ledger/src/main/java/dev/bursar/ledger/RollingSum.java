package dev.bursar.ledger;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What was spent in the last stretch of time, kept in buckets of a sixtieth of it.
///
/// A bucket counts until its last moment has left the window, so an amount leaves up to one bucket
/// (rounded up to a millisecond) later than it should, and never earlier: the sum is an upper bound.
/// Only buckets with an amount take memory.
final class RollingSum {

    private final long lengthMillis;
    private final long bucketMillis;

    /// Starts of buckets, ascending, and what each holds; the first `size` are in use.
    private long[] starts = new long[2];

    private long[] amounts = new long[2];
    private int size;

    RollingSum(Window.Rolling window) {
        this.lengthMillis = window.length().toMillis();
        this.bucketMillis = window.bucket().toMillis();
    }

    static RollingSum of(Window.Rolling window, List<StateRecord.Bucket> buckets) {
        RollingSum sum = new RollingSum(window);
        buckets.forEach(bucket -> sum.append(bucket.startMillis(), bucket.amount()));
        return sum;
    }

    /// Adds an amount at a time that is never before that of an earlier addition.
    void add(long nowMillis, long amount) {
        if (amount == 0) {
            return;
        }
        long start = bucketStart(nowMillis);
        if (size > 0 && starts[size - 1] == start) {
            amounts[size - 1] = Math.addExact(amounts[size - 1], amount);
            return;
        }
        dropPast(nowMillis);
        append(start, amount);
    }

    long sum(long nowMillis) {
        long sum = 0;
        for (int i = size - 1; i >= 0 && counts(starts[i], nowMillis); i--) {
            sum = Math.addExact(sum, amounts[i]);
        }
        return sum;
    }

    /// When no more than `most` is left of the sum and of `more` that is added at `nowMillis`, if nothing
    /// is added later; for a `most` below 0, when all of it has left.
    long fallsToMillis(long most, long more, long nowMillis) {
        long left = Math.addExact(sum(nowMillis), more);
        long floor = Math.max(0, most);
        for (int i = 0; i < size; i++) {
            if (counts(starts[i], nowMillis)) {
                left -= amounts[i];
                if (left <= floor) {
                    return leavesMillis(starts[i]);
                }
            }
        }
        return leavesMillis(bucketStart(nowMillis));
    }

    List<StateRecord.Bucket> buckets() {
        List<StateRecord.Bucket> buckets = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            buckets.add(new StateRecord.Bucket(starts[i], amounts[i]));
        }
        return buckets;
    }

    private long bucketStart(long millis) {
        return Math.floorDiv(millis, bucketMillis) * bucketMillis;
    }

    private boolean counts(long start, long nowMillis) {
        return leavesMillis(start) > nowMillis;
    }

    private long leavesMillis(long start) {
        return start + bucketMillis + lengthMillis;
    }

    private void dropPast(long nowMillis) {
        int past = 0;
        while (past < size && !counts(starts[past], nowMillis)) {
            past++;
        }
        if (past > 0) {
            System.arraycopy(starts, past, starts, 0, size - past);
            System.arraycopy(amounts, past, amounts, 0, size - past);
            size -= past;
        }
    }

    private void append(long start, long amount) {
        if (size == starts.length) {
            starts = Arrays.copyOf(starts, 2 * size);
            amounts = Arrays.copyOf(amounts, 2 * size);
        }
        starts[size] = start;
        amounts[size++] = amount;
    }
}
