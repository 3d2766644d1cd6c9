package dev.bursar.server.dashboard;

import dev.bursar.usage.CallRow;
import dev.bursar.usage.Figures;
import dev.bursar.usage.RunDetail;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/// How fast a run wanted to spend: an estimate, for people.
final class Pace {

    /// The last so many attempts say how fast they came.
    private static final int ATTEMPTS = 60;

    /// One call that cost something says nothing of the next.
    private static final int LEAST_PAID = 3;

    /// A rate that was seen for less than this is none.
    private static final long LEAST_MILLIS = Duration.ofSeconds(10).toMillis();

    private static final long MILLIS_PER_HOUR = Duration.ofHours(1).toMillis();

    private Pace() {}

    /// What an hour would have cost, in microcents: the attempts per hour at the end of the run, denied
    /// ones included, times the mean cost of its calls that cost something. Empty when there is too little
    /// to learn from. Rounded down.
    static OptionalLong perHour(RunDetail detail) {
        List<CallRow> calls = detail.calls();
        List<CallRow> paid = calls.stream().filter(call -> call.microcents() > 0).toList();
        List<CallRow> last = calls.subList(Math.max(0, calls.size() - ATTEMPTS), calls.size());
        if (paid.size() < LEAST_PAID) {
            return OptionalLong.empty();
        }
        long millis = Duration.between(last.getFirst().at(), last.getLast().at()).toMillis();
        if (millis < LEAST_MILLIS) {
            return OptionalLong.empty();
        }
        long mean =
                paid.stream().mapToLong(CallRow::microcents).reduce(0, Figures::plus) / paid.size();
        long perHour = (last.size() - 1) * MILLIS_PER_HOUR / millis;
        return OptionalLong.of(Figures.times(mean, perHour));
    }
}
