package dev.bursar.usage;

import static dev.bursar.usage.Samples.CENT;
import static dev.bursar.usage.Samples.NOON;
import static dev.bursar.usage.Samples.committed;
import static dev.bursar.usage.Samples.refused;
import static dev.bursar.usage.Samples.reserved;
import static dev.bursar.usage.Samples.spent;
import static dev.bursar.usage.Samples.subject;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.bursar.authority.JournalReader.Positioned;
import dev.bursar.ledger.Entry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What holds between the journal and the read model when processes end, files break and time passes.
final class FollowerTest {

    private static final UsageSettings SMALL_BATCHES = settings(3);

    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void restart_afterAnyRecord_countsEachEntryOnce(int border) throws InterruptedException {
        List<List<Entry>> records = records(12);
        MemoryJournal journal = new MemoryJournal();
        records.subList(0, border).forEach(journal::append);
        try (House house = new House(directory, journal, SMALL_BATCHES)) {
            house.follow();
            house.usage.close();
            records.subList(border, records.size()).forEach(journal::append);
            house.restart();
            house.restart();
            assertThat(house.usage.lag()).isZero();
            assertWhole(house, 12);
        }
    }

    @Test
    void apply_failingMidway_leavesNothingBehind() throws SQLException {
        MemoryJournal journal = new MemoryJournal();
        records(4).forEach(journal::append);
        List<Positioned> batch = journal.all();
        try (Store store = Store.open(directory.resolve("s.duckdb"), UsageSettings.DEFAULT)) {
            store.apply(batch.subList(0, 3), NOON);
            List<Positioned> breaking =
                    new AbstractList<>() {
                        @Override
                        public Positioned get(int index) {
                            if (index == 5) {
                                throw new IllegalStateException("breaks here");
                            }
                            return batch.get(3 + index);
                        }

                        @Override
                        public int size() {
                            return batch.size() - 3;
                        }
                    };
            assertThatThrownBy(() -> store.apply(breaking, NOON)).hasMessage("breaks here");
            assertThat(store.position()).isEqualTo(3);
            assertThat(count(store)).isEqualTo(2);
            store.apply(batch, NOON);
            store.apply(batch, NOON);
            assertThat(count(store)).isEqualTo(8);
        }
        try (Store store = Store.open(directory.resolve("s.duckdb"), UsageSettings.DEFAULT)) {
            assertThat(store.position()).isEqualTo(12);
            assertThat(count(store)).isEqualTo(8);
        }
    }

    @Test
    void rebuild_whileOpen_givesTheSameAnswers() throws InterruptedException {
        try (House house = new House(directory, new MemoryJournal(), SMALL_BATCHES)) {
            for (List<Entry> record : records(12)) {
                house.append(record.toArray(Entry[]::new));
            }
            List<TotalsRow> totals = house.usage.totals(everything().by(Dimension.RUN));
            RunsPage runs = house.usage.runs(runs());
            Live live = house.usage.live(null);
            house.rebuild();
            assertThat(house.usage.totals(everything().by(Dimension.RUN))).isEqualTo(totals);
            assertThat(house.usage.runs(runs())).isEqualTo(runs);
            assertThat(house.usage.live(null)).isEqualTo(live);
            assertWhole(house, 12);
        }
    }

    @Test
    void health_beforeTheFileIsOpen_isNotFollowing() throws InterruptedException {
        MemoryJournal journal = new MemoryJournal();
        Memory memory =
                new Memory(
                        new Ring(),
                        new JournalMetrics(new PrometheusRegistry(), UsageSettings.DEFAULT),
                        0);
        Path file = directory.resolve("usage.duckdb");
        TestClock clock = new TestClock(NOON);
        Follower follower = new Follower(file, journal, memory, clock, UsageSettings.DEFAULT);
        assertThat(follower.isStarting()).isTrue();
        assertThat(follower.problem()).contains("not open yet");
        Thread thread = Thread.ofPlatform().start(follower);
        House.await(() -> !follower.isStarting());
        assertThat(follower.problem()).isNull();
        follower.close();
        thread.join();
    }

    @Test
    void rebuild_whileTheJournalCannotBeRead_saysHowMuchThereIsToRead()
            throws InterruptedException {
        try (House house = new House(directory, new MemoryJournal(), SMALL_BATCHES)) {
            for (List<Entry> record : records(12)) {
                house.append(record.toArray(Entry[]::new));
            }
            house.journal.damage("no disk");
            assertThat(house.usage.lag()).isZero();
            house.usage.rebuild();
            assertThat(house.usage.lag()).isEqualTo(house.journal.lastPosition());
        }
    }

    @Test
    void open_fileThatIsNoDatabase_setsItAsideAndBuildsAgain()
            throws InterruptedException, IOException {
        MemoryJournal journal = new MemoryJournal();
        records(12).forEach(journal::append);
        Files.writeString(directory.resolve("usage.duckdb"), "no database ".repeat(1_000));
        try (House house = new House(directory, journal, SMALL_BATCHES)) {
            house.follow();
            assertWhole(house, 12);
            assertThat(house.usage.health().following()).isTrue();
        }
        assertThat(aside())
                .singleElement()
                .satisfies(kept -> assertThat(Files.readString(kept)).startsWith("no database"));
    }

    @Test
    void open_fileWithDamagedBlocks_isBuiltAgainOnceSeen()
            throws InterruptedException, IOException {
        try (House house = new House(directory, new MemoryJournal(), UsageSettings.DEFAULT)) {
            records(4_000).forEach(house.journal::append);
            house.follow();
            house.usage.close();
            byte[] bytes = Files.readAllBytes(house.file);
            assertThat(bytes.length).isGreaterThan(100_000);
            for (int i = 20_000; i < bytes.length; i += 97) {
                bytes[i] ^= 0x55;
            }
            Files.write(house.file, bytes);
            house.reopen();
            House.await(() -> answersWhole(house, 4_000));
        }
        assertThat(aside()).hasSize(1);
    }

    @Test
    void open_readModelOfAnotherJournal_isSetAside() throws InterruptedException, IOException {
        MemoryJournal first = new MemoryJournal();
        records(12).forEach(first::append);
        try (House house = new House(directory, first, SMALL_BATCHES)) {
            house.follow();
        }
        MemoryJournal second = new MemoryJournal();
        second.append(committed(NOON, "x", subject("acme", "x"), "m", 1, CENT));
        try (House house = new House(directory, second, SMALL_BATCHES)) {
            House.await(() -> answers(house, all -> all.microcents() == CENT));
        }
        MemoryJournal third = new MemoryJournal();
        third.append(
                committed(NOON.plusMillis(1), "y", subject("acme", "y"), "m", 1, 2 * CENT),
                committed(NOON.plusMillis(2), "z", subject("acme", "z"), "m", 1, 3 * CENT));
        try (House house = new House(directory, third, SMALL_BATCHES)) {
            House.await(() -> answers(house, all -> all.microcents() == 5 * CENT));
        }
        assertThat(aside()).hasSize(2);
    }

    @Test
    void open_fileThatCannotBeOpened_saysSoKeepsMetricsAndFollowsLater()
            throws InterruptedException, IOException {
        Path inTheWay = Files.createDirectory(directory.resolve("usage.duckdb"));
        try (House house = new House(directory, new MemoryJournal(), SMALL_BATCHES)) {
            House.await(() -> !house.usage.health().following());
            records(12).forEach(house.journal::append);
            String counted =
                    "agent_token_usage_total{model=\"gpt-4o\",release=\"v1\",token_type=\"input\"} 240.0";
            house.awaitMetric(counted);
            assertThat(house.usage.live(null).callsPerMinute()).isEqualTo(12);
            assertThatThrownBy(() -> house.usage.totals(everything()))
                    .isInstanceOfSatisfying(
                            UsageException.class,
                            e -> assertThat(e.kind()).isEqualTo(UsageException.Kind.EXTERNAL));
            assertThat(house.usage.lag()).isEqualTo(36);
            assertThat(house.metrics()).contains("bursar_follower_lag_entries 36.0");
            Files.delete(inTheWay);
            house.clock.advance(Duration.ofMinutes(1));
            house.follow();
            assertWhole(house, 12);
            assertThat(house.usage.health()).isEqualTo(new UsageHealth(36, 0, null, false));
            assertThat(house.metrics()).contains(counted);
        }
        assertThat(aside()).isEmpty();
    }

    @Test
    void open_onLinux_leavesNoUnpackedLibraryBehind() throws InterruptedException, IOException {
        assumeThat(Files.exists(Path.of("/proc/self/maps"))).isTrue();
        try (House house = new House(directory)) {
            house.append(records(1).getFirst().toArray(Entry[]::new));
            assertThat(UnpackedLibrary.mappings())
                    .isNotEmpty()
                    .allMatch(mapping -> mapping.endsWith("(deleted)"));
        }
    }

    @Test
    void read_damagedJournal_saysSoAndGoesOnLater() throws InterruptedException {
        try (House house = new House(directory, new MemoryJournal(), SMALL_BATCHES)) {
            records(6).forEach(house.journal::append);
            house.follow();
            house.journal.damage("damaged record at position 19");
            House.await(() -> !house.usage.health().following());
            assertThat(house.usage.health().problem()).contains("position 19");
            assertWhole(house, 6);
            house.journal.damage(null);
            house.clock.advance(Duration.ofMinutes(1));
            house.append(committed(NOON, "more", subject("acme", "r0"), "gpt-4o", 3, CENT));
            House.await(() -> house.usage.health().following());
        }
    }

    @Test
    void query_withoutEnd_isGivenUpAndDoesNotHoldTheFollower() throws InterruptedException {
        UsageSettings impatient =
                new UsageSettings(
                        Duration.ofMinutes(5),
                        Duration.ofMillis(10),
                        100,
                        256,
                        2,
                        1,
                        Duration.ofSeconds(1),
                        200);
        try (House house = new House(directory, new MemoryJournal(), impatient)) {
            house.append(records(1).getFirst().toArray(Entry[]::new));
            Thread follow =
                    Thread.ofPlatform().start(() -> records(50).forEach(house.journal::append));
            assertThatThrownBy(() -> house.usage.ask(FollowerTest::countForEver))
                    .isInstanceOfSatisfying(
                            UsageException.class,
                            e -> assertThat(e.kind()).isEqualTo(UsageException.Kind.CAPACITY));
            follow.join();
            house.follow();
            // This question, too, has a second only.
            House.await(() -> answers(house, all -> all.calls() == 51));
        }
    }

    private static long countForEver(Connection connection) throws SQLException {
        String sql =
                "SELECT count(*) FROM range(1000000) a, range(1000000) b"
                        + " WHERE (a.range + b.range) % 1000003 = -1";
        try (PreparedStatement statement = Queries.prepare(connection, sql, Duration.ofSeconds(1));
                ResultSet result = statement.executeQuery()) {
            return result.next() ? result.getLong(1) : 0;
        }
    }

    /// As many records of three entries: a reserve, its commit of 1 to 12 cents, and a denial.
    private static List<List<Entry>> records(int count) {
        List<List<Entry>> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String run = "r" + i % 4;
            String call = "c" + i;
            records.add(
                    List.of(
                            reserved(NOON, call, subject("acme", run), 9 * CENT, List.of()),
                            committed(
                                    NOON,
                                    call,
                                    subject("acme", run),
                                    "gpt-4o",
                                    30,
                                    (i % 12 + 1) * CENT),
                            refused(
                                    NOON,
                                    "d" + i,
                                    subject("acme", run),
                                    15 * CENT,
                                    spent("run", run))));
        }
        return records;
    }

    private static void assertWhole(House house, int records) {
        assertThat(answersWhole(house, records)).isTrue();
    }

    private static boolean answersWhole(House house, int records) {
        long cents = 0;
        for (int i = 0; i < records; i++) {
            cents += i % 12 + 1;
        }
        long microcents = cents * CENT;
        return answers(
                house,
                all ->
                        all.calls() == records
                                && all.denials() == records
                                && all.microcents() == microcents
                                && all.tokens() == 30L * records);
    }

    private static boolean answers(House house, Predicate<TotalsRow> as) {
        try {
            List<TotalsRow> rows = house.usage.totals(everything());
            return !rows.isEmpty() && as.test(rows.getFirst());
        } catch (UsageException e) {
            return false;
        }
    }

    private List<Path> aside() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> f.toString().contains(".damaged-"))
                    .filter(f -> !f.toString().endsWith(".wal"))
                    .toList();
        }
    }

    private static long count(Store store) throws SQLException {
        try (Connection connection = store.reader();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT count(*) FROM calls")) {
            result.next();
            return result.getLong(1);
        }
    }

    private static TotalsQuery everything() {
        return TotalsQuery.over(NOON.minusSeconds(60), NOON.plusSeconds(60));
    }

    private static RunsQuery runs() {
        return RunsQuery.over(NOON.minusSeconds(60), NOON.plusSeconds(60), RunsQuery.Order.COST);
    }

    private static UsageSettings settings(int batch) {
        UsageSettings normal = UsageSettings.DEFAULT;
        return new UsageSettings(
                normal.idle(),
                Duration.ofMillis(5),
                batch,
                256,
                1,
                normal.queries(),
                normal.queryTimeout(),
                normal.labelValues());
    }
}
