package dev.bursar.gateway.cache;

import java.util.HashMap;
import java.util.Map;

/// The order in which questions are put, and since when only a fresh answer is good to one: known for as long
/// as anybody may come with an older one. Not thread-safe.
final class Turns {

    private final Map<String, Open> open = new HashMap<>();
    private long last;

    /// A question that is being put at least once.
    private static final class Open {

        private int calls;
        private long renewed;
    }

    /// A question is put. One that is put later has a larger turn.
    ///
    /// @param place the same for equal questions of a tenant
    long begin(String place) {
        open.computeIfAbsent(place, _ -> new Open()).calls++;
        return ++last;
    }

    /// What was asked before a turn is not good any more.
    ///
    /// @param turn of a question that has not ended
    void renew(String place, long turn) {
        Open there = open.get(place);
        if (there != null) {
            there.renewed = Math.max(there.renewed, turn);
        }
    }

    /// Whether a fresh answer was asked for since a turn.
    ///
    /// @param turn of a question that has not ended
    boolean isOutdated(String place, long turn) {
        Open there = open.get(place);
        return there != null && turn < there.renewed;
    }

    /// A question has ended, in whatever way. Once for each that has begun.
    void end(String place) {
        open.computeIfPresent(place, (_, there) -> --there.calls == 0 ? null : there);
    }
}
