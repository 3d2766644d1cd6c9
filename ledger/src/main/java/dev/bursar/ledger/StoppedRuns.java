package dev.bursar.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The runs that are stopped, until somebody resumes them or they have rested.
///
/// A run has rested when nothing was asked for it for [#REST]; being refused is no rest. Bounded in number,
/// too: beyond [#MAX_RUNS], the one that has rested the longest is let go.
final class StoppedRuns {

    static final Duration REST = Duration.ofHours(24);

    static final int MAX_RUNS = 100_000;

    /// The one that has rested the longest first.
    private final SequencedMap<Key, StateRecord.StoppedRunState> runs = new LinkedHashMap<>();

    private record Key(TenantId tenant, String run) {}

    /// The stop that holds for a run, or null.
    @Nullable StoppedRun of(TenantId tenant, @Nullable String run, Instant now) {
        if (run == null || runs.isEmpty()) {
            return null;
        }
        StateRecord.StoppedRunState stopped = runs.get(new Key(tenant, run));
        return stopped == null || hasRested(stopped, now) ? null : stopped.stop();
    }

    /// Puts a stop there, asked for last at a time; also when a state is rebuilt.
    void put(StateRecord.StoppedRunState stopped) {
        runs.putLast(new Key(stopped.stop().tenant(), stopped.stop().run()), stopped);
        Iterator<Map.Entry<Key, StateRecord.StoppedRunState>> each = runs.entrySet().iterator();
        while (each.hasNext()
                && (hasRested(each.next().getValue(), stopped.askedAt())
                        || runs.size() > MAX_RUNS)) {
            each.remove();
        }
    }

    /// Somebody has asked for a stopped run again. One that has rested is stopped no more.
    void ask(TenantId tenant, @Nullable String run, Instant at) {
        StateRecord.StoppedRunState known = run == null ? null : runs.get(new Key(tenant, run));
        if (known != null && !hasRested(known, at)) {
            put(new StateRecord.StoppedRunState(known.stop(), at));
        }
    }

    void remove(TenantId tenant, String run) {
        runs.remove(new Key(tenant, run));
    }

    Collection<StateRecord.StoppedRunState> all() {
        return runs.sequencedValues();
    }

    private static boolean hasRested(StateRecord.StoppedRunState stopped, Instant now) {
        return !now.isBefore(stopped.askedAt().plus(REST));
    }
}
