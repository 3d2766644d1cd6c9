package dev.bursar.server.dashboard;

import dev.bursar.ledger.Unit;
import dev.bursar.server.dashboard.view.Bar;
import dev.bursar.server.dashboard.view.CallLine;
import dev.bursar.usage.CallRow;
import dev.bursar.usage.RunDetail;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The calls of a run as rows, newest first, each with what the run had spent by then.
///
/// A runaway that was stopped goes on asking. Of many refusals in a row for the same reason, only the
/// newest and the first have a row.
final class RunCalls {

    private static final int MAX_ROWS = 150;

    /// Shorter rows of refusals are listed whole.
    private static final int LONG_STREAK = 4;

    private static final Bar NO_BAR = new Bar("", "", "", "");

    private final RunDetail detail;
    private final List<CallRow> calls;
    private final @Nullable Long limit;
    private final Clock clock;

    /// Spent by the run up to and with each call, in microcents.
    private final long[] totals;

    /// @param limit of the run's budget in microcents, or null when it has none
    RunCalls(RunDetail detail, @Nullable Long limit, Clock clock) {
        this.detail = detail;
        this.calls = detail.calls();
        this.limit = limit;
        this.clock = clock;
        this.totals = totals(detail);
    }

    /// What the run had spent by each of the calls listed, in microcents.
    static long[] totals(RunDetail detail) {
        List<CallRow> calls = detail.calls();
        long[] totals = new long[calls.size()];
        long total = detail.run().microcents();
        for (int i = calls.size() - 1; i >= 0; i--) {
            totals[i] = total;
            total = Math.subtractExact(total, calls.get(i).microcents());
        }
        return totals;
    }

    List<CallLine> lines() {
        List<CallLine> lines = new ArrayList<>();
        int at = calls.size() - 1;
        while (at >= 0 && lines.size() < MAX_ROWS) {
            int first = firstOfStreak(at);
            lines.add(line(at));
            if (at - first > LONG_STREAK) {
                String skipped = Counts.grouped(at - first - 1) + " more refused the same way";
                lines.add(line(first).after(skipped));
                at = first;
            }
            at--;
        }
        return lines;
    }

    /// How many calls the run made before the oldest one that [#lines] tells of.
    long earlier(List<CallLine> lines) {
        return lines.size() < MAX_ROWS
                ? detail.earlier()
                : Long.parseLong(lines.getLast().number().replace(",", "")) - 1;
    }

    private int firstOfStreak(int last) {
        int first = last;
        while (first > 0
                && calls.get(last).denied()
                && calls.get(first - 1).denied()
                && calls.get(first - 1).denial().equals(calls.get(last).denial())
                && calls.get(first - 1).budget().equals(calls.get(last).budget())) {
            first--;
        }
        return first;
    }

    private CallLine line(int at) {
        Bar bar =
                limit == null
                        ? NO_BAR
                        : Budgets.bar(Unit.USD_MICROCENTS.name(), totals[at], 0, limit);
        String number = Counts.grouped(detail.earlier() + at + 1);
        return Lines.call(calls.get(at), clock, number, Money.listed(totals[at]), bar);
    }
}
