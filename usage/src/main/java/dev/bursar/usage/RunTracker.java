package dev.bursar.usage;

import dev.bursar.ledger.BudgetId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/// Knows which runs are going on, and tells once when one ends. For one thread.
///
/// A run ends when a denial stops it, or when nothing was heard of it for the idle time. It is then
/// remembered as ended, so that it does not end again when it goes on: for as long as it is among the
/// last [#MAX_ENDED].
final class RunTracker {

    /// Runs going on at a time; above it, the one that was idle the longest ends early.
    static final int MAX_ACTIVE = 100_000;

    static final int MAX_ENDED = 100_000;

    /// Is told of each end of a run and each breach of a budget.
    interface Listener {

        /// @param stopReason as of [RunRow]
        /// @param microcents the run's cost so far
        void ended(RunStatus status, String stopReason, String release, long microcents);

        /// A hard budget refused a call of a run for the first time.
        void breached(String release);
    }

    private record Key(String tenant, String run) {}

    private static final class Run {
        private String release = "";
        private long microcents;
        private long lastMillis;
        private boolean ended;
        private Set<BudgetId> breached = Set.of();
    }

    private final Duration idle;
    private final Listener listener;

    /// The one that was quiet the longest first.
    private final SequencedMap<Key, Run> active = new LinkedHashMap<>(16, 0.75f, true);

    private final Map<Key, Run> ended =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Key, Run> eldest) {
                    return size() > MAX_ENDED;
                }
            };

    RunTracker(Duration idle, Listener listener) {
        this.idle = idle;
        this.listener = listener;
    }

    /// Something was heard of a run.
    void heard(String tenant, String run, String release, Instant at) {
        touch(tenant, run, release, at);
    }

    /// A call of a run ended or was denied.
    void call(CallRow row, boolean stopsRun, Iterable<BudgetId> hardBlocks, boolean counting) {
        if (row.run().isEmpty()) {
            // Nothing goes on; each denial is a breach of its own.
            if (counting) {
                hardBlocks.forEach(_ -> listener.breached(row.release()));
            }
            return;
        }
        Run run = touch(row.tenant(), row.run(), row.release(), row.at());
        run.microcents = Figures.plus(run.microcents, row.microcents());
        for (BudgetId budget : hardBlocks) {
            breach(run, budget, counting);
        }
        if (stopsRun) {
            end(run, RunStatus.STOPPED, Denials.stopReason(row.denial()), counting);
        }
    }

    /// A run that went on before this process started.
    void resume(
            String tenant, String run, String release, long microcents, Instant at, boolean over) {
        Run resumed = touch(tenant, run, release, at);
        resumed.microcents = microcents;
        resumed.ended = over;
    }

    /// Ends the runs that are idle at `now`.
    ///
    /// @return whether there were any
    boolean tick(Instant now, boolean counting) {
        boolean any = false;
        long before = now.toEpochMilli() - idle.toMillis();
        Iterator<Map.Entry<Key, Run>> oldest = active.entrySet().iterator();
        while (oldest.hasNext()) {
            Map.Entry<Key, Run> entry = oldest.next();
            if (entry.getValue().lastMillis > before) {
                return any;
            }
            oldest.remove();
            retire(entry.getKey(), entry.getValue(), counting);
            any = true;
        }
        return any;
    }

    private Run touch(String tenant, String name, String release, Instant at) {
        Key key = new Key(tenant, name);
        Run run = active.get(key);
        if (run == null) {
            run = ended.remove(key);
            run = run == null ? new Run() : run;
            active.put(key, run);
            if (active.size() > MAX_ACTIVE) {
                Map.Entry<Key, Run> oldest = active.firstEntry();
                active.remove(oldest.getKey());
                retire(oldest.getKey(), oldest.getValue(), true);
            }
        }
        run.release = release.isEmpty() ? run.release : release;
        run.lastMillis = at.toEpochMilli();
        return run;
    }

    private void retire(Key key, Run run, boolean counting) {
        end(run, RunStatus.FINISHED, RunsSql.IDLE, counting);
        ended.put(key, run);
    }

    private void end(Run run, RunStatus status, String stopReason, boolean counting) {
        if (!run.ended) {
            run.ended = true;
            if (counting) {
                listener.ended(status, stopReason, run.release, run.microcents);
            }
        }
    }

    private void breach(Run run, BudgetId budget, boolean counting) {
        if (run.breached.isEmpty()) {
            run.breached = new HashSet<>();
        }
        if (run.breached.add(budget) && counting) {
            listener.breached(run.release);
        }
    }
}
