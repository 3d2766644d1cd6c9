package dev.bursar.usage;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/// The last minutes in memory, for all tenants together and for each. One thread adds; any may read.
final class Ring {

    /// Tenants with a ring of their own; those that come later are only in the one of all.
    static final int MAX_TENANTS = 1_000;

    private final Track all = new Track();
    private final ConcurrentMap<String, Track> tenants = new ConcurrentHashMap<>();

    void add(CallRow row) {
        all.add(row);
        Track track = tenants.get(row.tenant());
        if (track == null && tenants.size() < MAX_TENANTS) {
            track = new Track();
            tenants.put(row.tenant(), track);
        }
        if (track != null) {
            track.add(row);
        }
    }

    Live live(@Nullable String tenant, Instant now) {
        Track track = tenant == null ? all : tenants.get(tenant);
        return (track == null ? new Track() : track).read(now);
    }

    /// Sums by second, in a circle a little longer than what is shown.
    private static final class Track {

        private static final int SLOTS = 512;

        private final long[] seconds = new long[SLOTS];
        private final long[] calls = new long[SLOTS];
        private final long[] denials = new long[SLOTS];
        private final long[] tokens = new long[SLOTS];
        private final long[] microcents = new long[SLOTS];
        private final Deque<CallRow> latest = new ArrayDeque<>(Live.CALLS);

        synchronized void add(CallRow row) {
            long second = row.at().getEpochSecond();
            int slot = slot(second);
            if (seconds[slot] < second) {
                seconds[slot] = second;
                calls[slot] = 0;
                denials[slot] = 0;
                tokens[slot] = 0;
                microcents[slot] = 0;
            }
            if (seconds[slot] == second) {
                calls[slot] += row.isModelCall() ? 1 : 0;
                denials[slot] += row.denied() ? 1 : 0;
                tokens[slot] = Figures.plus(tokens[slot], row.tokens());
                microcents[slot] = Figures.plus(microcents[slot], row.microcents());
            }
            if (latest.size() == Live.CALLS) {
                latest.removeLast();
            }
            latest.addFirst(row);
        }

        synchronized Live read(Instant now) {
            long last = now.getEpochSecond();
            List<Live.Second> series = new ArrayList<>(Live.SECONDS);
            long[] rate = new long[4];
            for (long second = last - Live.SECONDS + 1; second <= last; second++) {
                Live.Second sums = at(second);
                series.add(sums);
                if (second > last - Live.RATE_SECONDS) {
                    rate[0] = Figures.plus(rate[0], sums.microcents());
                    rate[1] += sums.calls();
                    rate[2] = Figures.plus(rate[2], sums.tokens());
                    rate[3] += sums.denials();
                }
            }
            return new Live(
                    now,
                    Figures.times(rate[0], 3_600 / Live.RATE_SECONDS),
                    rate[1],
                    rate[2],
                    rate[3],
                    series,
                    List.copyOf(latest));
        }

        private Live.Second at(long second) {
            int slot = slot(second);
            return seconds[slot] == second
                    ? new Live.Second(
                            second, calls[slot], denials[slot], tokens[slot], microcents[slot])
                    : new Live.Second(second, 0, 0, 0, 0);
        }

        private static int slot(long second) {
            return Math.floorMod(second, SLOTS);
        }
    }
}
