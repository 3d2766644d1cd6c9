package dev.bursar.usage;

import static dev.bursar.usage.Samples.CENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.authority.JournalReader;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Subject;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// How fast the follower is and how long questions take, with `-Dbench.calls` calls of 30 days. Runs only
/// when asked for with that property, as the module's `README.md` says.
@EnabledIfSystemProperty(named = "bench.calls", matches = "\\d+")
final class UsageBench {

    private static final int CALLS = Integer.getInteger("bench.calls", 0);
    private static final int ROUNDS = 11;
    private static final Instant START = Instant.parse("2026-03-15T00:00:00Z");
    private static final Duration RANGE = Duration.ofDays(30);
    private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");

    @TempDir Path directory;

    @Test
    void measure() throws Exception {
        Path file = directory.resolve("usage.duckdb");
        MadeUpJournal journal = new MadeUpJournal(CALLS);
        TestClock clock = new TestClock(START.plus(RANGE));
        long began = System.nanoTime();
        try (Usage usage = Usage.open(file, journal, new PrometheusRegistry(), clock)) {
            assertThat(usage.awaitPosition(journal.lastPosition(), Duration.ofMinutes(10)))
                    .isTrue();
            double seconds = (System.nanoTime() - began) / 1e9;
            print("entries", journal.lastPosition(), "seconds", seconds);
            print("entries/s", (long) (journal.lastPosition() / seconds), "", 0);
            ask(usage);
        }
        print("file MB", Files.size(file) / 1_000_000, "", 0);
    }

    private static void ask(Usage usage) {
        TotalsQuery month = TotalsQuery.over(START, START.plus(RANGE));
        TotalsQuery day = TotalsQuery.over(START.plus(Duration.ofDays(29)), START.plus(RANGE));
        RunsQuery runs = RunsQuery.over(START, START.plus(RANGE), RunsQuery.Order.COST).atMost(20);
        RunsQuery today =
                RunsQuery.over(
                                START.plus(Duration.ofDays(29)),
                                START.plus(RANGE),
                                RunsQuery.Order.COST)
                        .atMost(20);
        time("30 days as one", () -> usage.totals(month));
        time(
                "30 days by day x model",
                () -> usage.totals(by(month, TimeBucket.DAY, Dimension.MODEL)));
        time(
                "30 days by hour x workflow",
                () -> usage.totals(by(month, TimeBucket.HOUR, Dimension.WORKFLOW)));
        time("30 days by tag", () -> usage.totals(month.by(Dimension.tag("squad"))));
        time("30 days by run, top 20", () -> usage.totals(month.by(Dimension.RUN)));
        time(
                "one day by hour x model",
                () -> usage.totals(by(day, TimeBucket.HOUR, Dimension.MODEL)));
        time("top 20 runs of 30 days", () -> usage.runs(runs));
        time("top 20 runs of one day", () -> usage.runs(today));
        time("stopped runs of 30 days", () -> usage.runs(runs.where(RunStatus.STOPPED)));
        time("one run with its calls", () -> usage.run("acme", "run-777").orElseThrow());
        time("one call", () -> usage.call("call-54321").orElseThrow());
        time("live", () -> usage.live("acme"));
    }

    private static TotalsQuery by(TotalsQuery query, TimeBucket bucket, Dimension dimension) {
        return query.by(bucket, ZONE).by(dimension);
    }

    private static void time(String what, Supplier<?> question) {
        long[] nanos = new long[ROUNDS];
        LongSupplier once =
                () -> {
                    long began = System.nanoTime();
                    assertThat(question.get()).isNotNull();
                    return System.nanoTime() - began;
                };
        Arrays.setAll(nanos, i -> once.getAsLong());
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "%-28s median %7.1f ms, worst %7.1f ms%n",
                what,
                nanos[ROUNDS / 2] / 1e6,
                nanos[ROUNDS - 1] / 1e6);
    }

    private static void print(String what, long count, String more, double value) {
        System.out.printf(
                Locale.ROOT,
                "%-12s %,12d %s%n",
                what,
                count,
                more.isEmpty() ? "" : more + " " + value);
    }

    /// A reserve and its end for each call, made when read. Every 50th is a denial.
    private static final class MadeUpJournal implements JournalReader {

        private static final int RECORD = 512;

        private final int calls;

        MadeUpJournal(int calls) {
            this.calls = calls;
        }

        @Override
        public long lastPosition() {
            return 2L * calls;
        }

        @Override
        public List<Positioned> read(long after, int atMost) {
            long end = Math.min(lastPosition(), (after + atMost + RECORD - 1) / RECORD * RECORD);
            List<Positioned> entries = new ArrayList<>();
            for (long position = after + 1; position <= end; position++) {
                entries.add(new Positioned(position, entry(position)));
            }
            return entries;
        }

        private Entry entry(long position) {
            long call = (position - 1) / 2;
            Instant at = START.plus(RANGE.multipliedBy(call).dividedBy(calls));
            // Runs of twenty calls, two thousand of them going on at a time.
            long run = call / 40_000 * 2_000 + call % 2_000;
            Subject subject =
                    Samples.subject(
                            "acme",
                            "run-" + run,
                            "workflow",
                            "workflow-" + run % 12,
                            "user",
                            "user-" + run % 500,
                            "tag.squad",
                            "squad-" + run % 9);
            String id = "call-" + call;
            if (position % 2 == 1) {
                return Samples.reserved(at, id, subject, 3 * CENT, List.of());
            }
            if (call % 50 == 49) {
                return Samples.refused(
                        at, id, subject, 3 * CENT, Samples.spent("run", "run-" + run));
            }
            String model = "model-" + call % 20;
            return Samples.committed(
                    at, id, subject, model, 500 + call % 3_000, call % 997 * 1_000);
        }
    }
}
