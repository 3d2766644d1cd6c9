package dev.bursar.server.demo;

import dev.bursar.usage.CallDetail;
import dev.bursar.usage.CallRow;
import dev.bursar.usage.Live;
import dev.bursar.usage.RunRow;
import dev.bursar.usage.RunStatus;
import dev.bursar.usage.RunsQuery;
import dev.bursar.usage.TotalsQuery;
import dev.bursar.usage.TotalsRow;
import dev.bursar.usage.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What the read model says about the demo at one moment.
///
/// @param spentMicrocents since the start
/// @param avoidedMicrocents what the denied calls would have cost, as [RunRow] estimates it
/// @param top the most expensive runs, the first first
/// @param stopped the runs that a budget stopped, in the order they were given
record DemoFigures(
        Live live,
        long calls,
        long denials,
        long spentMicrocents,
        long avoidedMicrocents,
        List<RunRow> top,
        List<Stopped> stopped) {

    private static final int TOP = 6;

    /// A run that came to the end of its budget.
    ///
    /// @param limitMicrocents of the budget that was in the way
    record Stopped(RunRow run, String budget, long limitMicrocents) {

        /// What an hour of it would have cost: its calls' mean cost at the rate it loops.
        long microcentsPerHour() {
            return run.microcents() / Math.max(1, run.calls()) * Runaway.CALLS_PER_MINUTE * 60;
        }
    }

    /// @param from when the demo started
    /// @param watched runs to look at for whether they were stopped
    static DemoFigures read(Usage usage, Instant from, Instant now, List<String> watched) {
        Instant to = now.plus(Duration.ofMinutes(1));
        List<TotalsRow> totals = usage.totals(TotalsQuery.over(from, to));
        RunsQuery runs = RunsQuery.over(from, to, RunsQuery.Order.COST).of(DemoConfig.TENANT);
        List<RunRow> denied =
                usage.runs(runs.where(RunStatus.STOPPED).atMost(RunsQuery.MAX_LIMIT)).rows();
        return new DemoFigures(
                usage.live(null),
                totals.stream().mapToLong(TotalsRow::calls).sum(),
                totals.stream().mapToLong(TotalsRow::denials).sum(),
                totals.stream().mapToLong(TotalsRow::microcents).sum(),
                denied.stream().mapToLong(RunRow::avoidedMicrocents).sum(),
                usage.runs(runs.atMost(TOP)).rows(),
                stopped(usage, watched));
    }

    private static List<Stopped> stopped(Usage usage, List<String> watched) {
        List<Stopped> stopped = new ArrayList<>();
        for (String run : watched) {
            var detail = usage.run(DemoConfig.TENANT, run);
            if (detail.isEmpty() || detail.get().run().status() != RunStatus.STOPPED) {
                continue;
            }
            detail.get().calls().stream()
                    .filter(CallRow::denied)
                    .findFirst()
                    .flatMap(call -> usage.call(call.id()))
                    .flatMap(call -> call.blocks().stream().findFirst())
                    .ifPresent(block -> stopped.add(stopped(detail.get().run(), block)));
        }
        return stopped;
    }

    private static Stopped stopped(RunRow run, CallDetail.BlockRow block) {
        return new Stopped(run, block.name(), block.limit());
    }
}
