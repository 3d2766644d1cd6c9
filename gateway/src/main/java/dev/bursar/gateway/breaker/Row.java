package dev.bursar.gateway.breaker;

/// How often the same thing came in a row, each after the one before. Not thread-safe.
final class Row {

    /// A longer pause between the end of a call and the next is the end of a row: somebody waits for
    /// something, and a loop does not wait.
    static final long PAUSE_MILLIS = 30_000;

    private long value;
    private long detail;
    private int count;
    private long lastEnd;
    private long lastMillis;

    /// How many there are with one more that begins now: 1 when it is another.
    int with(long next, long nowMillis) {
        return isSame(next, nowMillis) ? count + 1 : 1;
    }

    /// A call has ended. One that began before the last of the row had ended ran beside it, and does not
    /// count.
    ///
    /// @param about what has to be the same, too
    void add(long next, long about, Moment moment) {
        if (isSame(next, moment.beganMillis()) && detail == about) {
            if (moment.seen() < lastEnd) {
                return;
            }
            count++;
        } else {
            value = next;
            detail = about;
            count = 1;
        }
        lastEnd = moment.number();
        lastMillis = moment.endedMillis();
    }

    boolean is(long other) {
        return count > 0 && value == other;
    }

    void clear() {
        count = 0;
    }

    private boolean isSame(long next, long nowMillis) {
        return is(next) && nowMillis - lastMillis <= PAUSE_MILLIS;
    }
}
