package dev.bursar.gateway.breaker;

/// Counts calls within a minute: those of this minute, and of the one before the share that is not a minute
/// old, as if they had been evenly spread. Not thread-safe.
final class Velocity {

    private static final long MINUTE_MILLIS = 60_000;

    private long minute;
    private int calls;
    private int callsBefore;

    /// One more begins.
    ///
    /// @return how many there were, it included
    int add(long nowMillis) {
        long now = Math.floorDiv(nowMillis, MINUTE_MILLIS);
        if (now != minute) {
            callsBefore = now == minute + 1 ? calls : 0;
            calls = 0;
            minute = now;
        }
        calls++;
        long left = MINUTE_MILLIS - Math.floorMod(nowMillis, MINUTE_MILLIS);
        return calls + (int) (callsBefore * left / MINUTE_MILLIS);
    }
}
