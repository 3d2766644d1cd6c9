package dev.bursar.usage;

import static dev.bursar.usage.Samples.CENT;
import static dev.bursar.usage.Samples.NOON;
import static dev.bursar.usage.Samples.committed;
import static dev.bursar.usage.Samples.refused;
import static dev.bursar.usage.Samples.spent;
import static dev.bursar.usage.Samples.subject;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.ledger.Entry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Page by page gives the same as all at once.
final class RunsPagingTest {

    private static final int RUNS = 47;

    @TempDir Path directory;

    @ParameterizedTest
    @EnumSource(RunsQuery.Order.class)
    void pages_oneAfterTheOther_giveEachRunOnceInOrder(RunsQuery.Order order)
            throws InterruptedException {
        try (House house = new House(directory)) {
            fill(house);
            RunsQuery query = RunsQuery.over(NOON.minusSeconds(1), NOON.plusSeconds(3_600), order);
            List<RunRow> whole = house.usage.runs(query.atMost(RUNS)).rows();
            List<RunRow> paged = new ArrayList<>();
            RunsPage page = house.usage.runs(query.atMost(5));
            paged.addAll(page.rows());
            while (page.next() != null) {
                assertThat(page.rows()).hasSize(5);
                page = house.usage.runs(query.atMost(5).after(page.next()));
                paged.addAll(page.rows());
            }
            assertThat(whole).hasSize(RUNS).isSortedAccordingTo(Runs.comparator(order));
            assertThat(paged).isEqualTo(whole);
        }
    }

    @Test
    void cursor_ofAnotherQuery_isTheCallersMistake() throws InterruptedException {
        try (House house = new House(directory)) {
            fill(house);
            RunsQuery query =
                    RunsQuery.over(
                            NOON.minusSeconds(1), NOON.plusSeconds(3_600), RunsQuery.Order.COST);
            String next = house.usage.runs(query.atMost(2)).next();
            for (RunsQuery wrong :
                    List.of(
                            query.after("nonsense"),
                            query.after(next + "?"),
                            query.of("acme").after(next),
                            query.where(RunStatus.STOPPED).after(next))) {
                assertThatThrownBy(() -> house.usage.runs(wrong))
                        .isInstanceOfSatisfying(
                                UsageException.class,
                                e -> assertThat(e.kind()).isEqualTo(UsageException.Kind.CALLER));
            }
        }
    }

    /// Runs of two tenants; many share their cost, their number of calls and their last time.
    private static void fill(House house) throws InterruptedException {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < RUNS; i++) {
            String tenant = i % 2 == 0 ? "acme" : "zeta";
            String run = "run-" + i;
            for (int call = 0; call <= i % 3; call++) {
                entries.add(
                        committed(
                                NOON.plusSeconds(i / 10),
                                "c" + i + "." + call,
                                subject(tenant, run),
                                "m",
                                3,
                                (i % 4 + 1) * CENT));
            }
            if (i % 5 == 0) {
                entries.add(
                        refused(
                                NOON.plusSeconds(i / 10),
                                "d" + i,
                                subject(tenant, run),
                                CENT,
                                spent("run", run)));
            }
        }
        house.append(entries.toArray(Entry[]::new));
    }

    /// What comes first, said without SQL.
    private static final class Runs {

        static Comparator<RunRow> comparator(RunsQuery.Order order) {
            Comparator<RunRow> first =
                    switch (order) {
                        case COST -> Comparator.comparingLong(RunRow::microcents);
                        case LATEST -> Comparator.comparing(RunRow::lastAt);
                        case CALLS -> Comparator.comparingLong(r -> r.calls() + r.denials());
                    };
            return first.reversed().thenComparing(RunRow::tenant).thenComparing(RunRow::run);
        }
    }
}
