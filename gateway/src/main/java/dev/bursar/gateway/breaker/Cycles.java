package dev.bursar.gateway.breaker;

import java.util.Arrays;

/// Finds steps that repeat: A-B-A-B, A-B-C-A-B-C, up to [#LONGEST] of them. Remembers only the last few,
/// and for each length how many in a row were equal to the one so many before. Not thread-safe.
final class Cycles {

    static final int LONGEST = 4;

    /// The last steps, the newest first. A step is known before its call by its key, and after it by its mark.
    private final long[] keys = new long[LONGEST];

    private final long[] marks = new long[LONGEST];
    private int known;

    /// By length: how many marks in a row were those of so many steps before.
    private final int[] equal = new int[LONGEST + 1];

    private long lastEnd;
    private long lastMillis;

    /// How often the last cycle was gone through, with a step that begins now; 0 when it is in none.
    int with(long key, long nowMillis) {
        if (nowMillis - lastMillis > Row.PAUSE_MILLIS) {
            return 0;
        }
        int most = 0;
        for (int length = 2; length <= LONGEST; length++) {
            int rounds = (equal[length] + 1 + length) / length;
            if (rounds > 1 && keys[length - 1] == key && isMixed(length)) {
                most = Math.max(most, rounds);
            }
        }
        return most;
    }

    /// A step has ended. One that ran beside the last one does not count.
    void add(long key, long mark, Moment moment) {
        if (known > 0 && moment.seen() < lastEnd) {
            return;
        }
        if (moment.beganMillis() - lastMillis > Row.PAUSE_MILLIS) {
            clear();
        }
        for (int length = 2; length <= LONGEST; length++) {
            boolean same = known >= length && marks[length - 1] == mark;
            equal[length] = same ? equal[length] + 1 : 0;
        }
        System.arraycopy(keys, 0, keys, 1, LONGEST - 1);
        System.arraycopy(marks, 0, marks, 1, LONGEST - 1);
        keys[0] = key;
        marks[0] = mark;
        known = Math.min(known + 1, LONGEST);
        lastEnd = moment.number();
        lastMillis = moment.endedMillis();
    }

    void clear() {
        known = 0;
        Arrays.fill(equal, 0);
    }

    /// One and the same step again and again is a row, not a cycle.
    private boolean isMixed(int length) {
        for (int i = 1; i < length; i++) {
            if (marks[i] != marks[0]) {
                return true;
            }
        }
        return false;
    }
}
