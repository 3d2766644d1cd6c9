package dev.bursar.gateway.breaker;

import dev.bursar.ledger.TenantId;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Remembers runs, and says of each call whether its run turns in circles. Safe for use by several
/// threads; calls of different runs never wait for each other.
///
/// A bounded memory like a processor's cache: a run has one of [#WAYS] places in its set, and takes that of
/// the run which was quiet the longest. A run that was pushed out is counted anew. Stops are not kept here:
/// they are in the journal.
public final class Breakers {

    /// Runs that are remembered at a time, some 600 bytes each.
    static final int MAX_RUNS = 32_768;

    static final int WAYS = 8;

    private static final int SETS = MAX_RUNS / WAYS;

    private final AtomicReferenceArray<@Nullable Run> runs = new AtomicReferenceArray<>(MAX_RUNS);

    /// A call of a run begins.
    public Watch begin(
            TenantId tenant, String run, Signs signs, BreakerPolicy policy, long nowMillis) {
        return find(tenant, run, nowMillis).begin(signs, policy, nowMillis);
    }

    /// How many runs are remembered.
    int size() {
        int size = 0;
        for (int i = 0; i < MAX_RUNS; i++) {
            size += runs.get(i) == null ? 0 : 1;
        }
        return size;
    }

    private Run find(TenantId tenant, String name, long nowMillis) {
        long hash = Hash.mix(((long) tenant.hashCode() << Integer.SIZE) ^ name.hashCode());
        int set = (int) Long.remainderUnsigned(hash, SETS) * WAYS;
        for (; ; ) {
            int place = set;
            long quietest = Long.MAX_VALUE;
            Run there = null;
            for (int i = set; i < set + WAYS; i++) {
                Run run = runs.get(i);
                if (run != null && run.is(tenant, name)) {
                    return run;
                }
                long used = run == null ? Long.MIN_VALUE : run.usedMillis();
                if (used < quietest) {
                    quietest = used;
                    place = i;
                    there = run;
                }
            }
            Run fresh = new Run(tenant, name, nowMillis);
            if (runs.compareAndSet(place, there, fresh)) {
                return fresh;
            }
        }
    }
}
