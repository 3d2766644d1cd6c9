package dev.bursar.usage;

import static dev.bursar.usage.Samples.CENT;
import static dev.bursar.usage.Samples.cached;
import static dev.bursar.usage.Samples.committed;
import static dev.bursar.usage.Samples.expired;
import static dev.bursar.usage.Samples.refused;
import static dev.bursar.usage.Samples.released;
import static dev.bursar.usage.Samples.reserved;
import static dev.bursar.usage.Samples.spent;
import static dev.bursar.usage.Samples.subject;
import static dev.bursar.usage.Samples.toolSpend;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Unit;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random entries, batches and restarts against sums made by hand from the entries.
final class TotalsModelTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    /// Clocks go forward and back by half an hour here.
    private static final ZoneId LORD_HOWE = ZoneId.of("Australia/Lord_Howe");

    private static final ZoneId NEW_YORK = ZoneId.of("America/New_York");

    @TempDir Path directory;

    /// The figures of a row that are summed up by hand.
    private record Sum(
            long calls,
            long tools,
            long denials,
            long tokens,
            long microcents,
            long asked,
            long cached,
            long avoided) {

        /// Of a call that is no answer of the cache.
        static Sum of(
                long calls, long tools, long denials, long tokens, long microcents, long asked) {
            return new Sum(calls, tools, denials, tokens, microcents, asked, 0, 0);
        }

        Sum plus(Sum o) {
            return new Sum(
                    calls + o.calls,
                    tools + o.tools,
                    denials + o.denials,
                    tokens + o.tokens,
                    microcents + o.microcents,
                    asked + o.asked,
                    cached + o.cached,
                    avoided + o.avoided);
        }

        static Sum of(TotalsRow row) {
            return new Sum(
                    row.calls(),
                    row.toolCalls(),
                    row.denials(),
                    row.tokens(),
                    row.microcents(),
                    row.deniedAskedMicrocents(),
                    row.cached(),
                    row.cacheAvoidedMicrocents());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void totals_ofRandomEntries_equalSumsMadeByHand(long seed) throws InterruptedException {
        Random random = new Random(seed);
        List<Entry> entries = randomEntries(random, 3_000);
        try (House house = new House(directory)) {
            int next = 0;
            while (next < entries.size()) {
                int end = Math.min(entries.size(), next + 1 + random.nextInt(400));
                house.journal.append(entries.subList(next, end));
                next = end;
                if (random.nextInt(5) == 0) {
                    house.restart();
                }
            }
            house.follow();
            for (ZoneId zone : List.of(BERLIN, LORD_HOWE, NEW_YORK, ZoneOffset.UTC)) {
                for (TimeBucket bucket :
                        List.of(TimeBucket.HOUR, TimeBucket.DAY, TimeBucket.MONTH)) {
                    assertEqual(house, entries, bucket, zone, null, seed);
                    assertEqual(house, entries, bucket, zone, Dimension.WORKFLOW, seed);
                }
            }
            assertEqual(house, entries, TimeBucket.DAY, BERLIN, Dimension.MODEL, seed);
            assertEqual(house, entries, TimeBucket.DAY, BERLIN, Dimension.TENANT, seed);
            assertEqual(house, entries, TimeBucket.MONTH, BERLIN, Dimension.tag("squad"), seed);
        }
    }

    @Test
    void days_whereClocksChange_have23And25Hours() throws InterruptedException {
        try (House house = new House(directory)) {
            Instant spring = Instant.parse("2026-03-29T00:00:00Z");
            Instant autumn = Instant.parse("2026-10-25T00:00:00Z");
            List<Entry> entries = new ArrayList<>();
            for (Instant start : List.of(spring, autumn)) {
                for (int hour = -30; hour < 54; hour++) {
                    Instant at = start.plus(Duration.ofHours(hour));
                    entries.add(committed(at, "c" + at, subject("acme", "r"), "m", 3, CENT));
                }
            }
            house.append(entries.toArray(Entry[]::new));
            assertThat(callsOfDay(house, "2026-03-28")).isEqualTo(24);
            assertThat(callsOfDay(house, "2026-03-29")).isEqualTo(23);
            assertThat(callsOfDay(house, "2026-03-30")).isEqualTo(24);
            assertThat(callsOfDay(house, "2026-10-25")).isEqualTo(25);
            TotalsQuery hours =
                    TotalsQuery.over(autumn, autumn.plus(Duration.ofHours(3)))
                            .by(TimeBucket.HOUR, BERLIN);
            assertThat(house.usage.totals(hours))
                    .extracting(TotalsRow::start)
                    .containsExactly(
                            autumn,
                            autumn.plus(Duration.ofHours(1)),
                            autumn.plus(Duration.ofHours(2)));
        }
    }

    private static long callsOfDay(House house, String day) {
        Instant start = LocalDate.parse(day).atStartOfDay(BERLIN).toInstant();
        List<TotalsRow> rows =
                house.usage.totals(
                        TotalsQuery.over(
                                        Instant.parse("2026-01-01T00:00:00Z"),
                                        Instant.parse("2027-01-01T00:00:00Z"))
                                .by(TimeBucket.DAY, BERLIN));
        return rows.stream()
                .filter(row -> row.start().equals(start))
                .mapToLong(TotalsRow::calls)
                .sum();
    }

    private static void assertEqual(
            House house,
            List<Entry> entries,
            TimeBucket bucket,
            ZoneId zone,
            @Nullable Dimension dimension,
            long seed) {
        Instant from = entries.getFirst().at().plus(Duration.ofDays(3));
        Instant to = entries.getLast().at().minus(Duration.ofHours(7));
        Map<String, Sum> expected = new TreeMap<>();
        for (Entry entry : entries) {
            if (!entry.at().isBefore(from) && entry.at().isBefore(to) && sum(entry) != null) {
                String key = start(entry.at(), bucket, zone) + "|" + key(entry, dimension);
                expected.merge(key, sum(entry), Sum::plus);
            }
        }
        TotalsQuery query = TotalsQuery.over(from, to).by(bucket, zone).atMost(1_000);
        query = dimension == null ? query : query.by(dimension);
        Map<String, Sum> found = new TreeMap<>();
        for (TotalsRow row : house.usage.totals(query)) {
            String key = row.start() + "|" + (row.key() == null ? "" : row.key());
            assertThat(found.put(key, Sum.of(row))).as("one row for " + key).isNull();
        }
        assertThat(found).as("seed %d %s %s %s", seed, bucket, zone, dimension).isEqualTo(expected);
    }

    /// The start of the bucket by the calendar of java.time.
    private static Instant start(Instant at, TimeBucket bucket, ZoneId zone) {
        ZonedDateTime local = at.atZone(zone);
        return switch (bucket) {
            case MINUTE -> local.truncatedTo(ChronoUnit.MINUTES).toInstant();
            case HOUR ->
                    at.minus(Duration.ofMinutes(local.getMinute()))
                            .minusSeconds(local.getSecond())
                            .minusNanos(local.getNano());
            case DAY -> local.toLocalDate().atStartOfDay(zone).toInstant();
            case MONTH -> local.toLocalDate().withDayOfMonth(1).atStartOfDay(zone).toInstant();
            case ALL -> throw new IllegalArgumentException();
        };
    }

    private static String key(Entry entry, @Nullable Dimension dimension) {
        if (dimension == null) {
            return "";
        }
        if (dimension.equals(Dimension.MODEL)) {
            return switch (entry) {
                case Entry.Committed e -> model(e.attribution());
                case Entry.Refused e -> model(e.attribution());
                case Entry.Expired e -> model(e.attribution());
                case Entry.Charged e -> model(e.attribution());
                case Entry.Released e -> model(e.attribution());
                case Entry.Reserved _,
                        Entry.Extended _,
                        Entry.Evaluated _,
                        Entry.AccountsDropped _ ->
                        "";
                case Entry.Administrative _ -> "";
            };
        }
        String value = subjectOf(entry).get(dimension.name());
        return value == null ? "" : value;
    }

    private static String model(Attribution attribution) {
        return attribution.labels().getOrDefault("model", "");
    }

    private static Subject subjectOf(Entry entry) {
        return switch (entry) {
            case Entry.Committed e -> e.subject();
            case Entry.Refused e -> e.subject();
            case Entry.Expired e -> e.subject();
            case Entry.Charged e -> e.subject();
            case Entry.Released e -> e.subject();
            case Entry.Reserved e -> e.subject();
            case Entry.Evaluated e -> e.subject();
            case Entry.Extended _ -> Subject.EMPTY;
            case Entry.Administrative _ -> Subject.EMPTY;
            case Entry.AccountsDropped _ -> Subject.EMPTY;
        };
    }

    private static @Nullable Sum sum(Entry entry) {
        return switch (entry) {
            case Entry.Committed e ->
                    Sum.of(
                            1,
                            0,
                            0,
                            e.attribution().numbers().getOrDefault("tokens_input", 0L)
                                    + e.attribution().numbers().getOrDefault("tokens_output", 0L),
                            e.actual().get(Unit.USD_MICROCENTS),
                            0);
            case Entry.Refused e -> Sum.of(0, 0, 1, 0, 0, e.asked().get(Unit.USD_MICROCENTS));
            case Entry.Expired e ->
                    e.charged()
                            ? Sum.of(1, 0, 0, 1_000, e.held().get(Unit.USD_MICROCENTS), 0)
                            : Sum.of(1, 0, 0, 0, 0, 0);
            case Entry.Charged e -> {
                Long avoided = e.attribution().numbers().get("cost_avoided_microcents");
                yield avoided == null
                        ? Sum.of(0, 1, 0, 0, e.actual().get(Unit.USD_MICROCENTS), 0)
                        : new Sum(1, 0, 0, 0, 0, 0, 1, avoided);
            }
            case Entry.Released _ -> Sum.of(1, 0, 0, 0, 0, 0);
            case Entry.Reserved _, Entry.Extended _, Entry.Evaluated _, Entry.AccountsDropped _ ->
                    null;
            case Entry.Administrative _ -> null;
        };
    }

    /// Over a year or so from January 2026, some at the very start of a local day.
    private static List<Entry> randomEntries(Random random, int count) {
        List<Entry> entries = new ArrayList<>();
        Instant at = Instant.parse("2026-01-20T22:00:00Z");
        for (int i = 0; i < count; i++) {
            at = at.plusMillis(random.nextInt((int) Duration.ofHours(5).toMillis()));
            if (random.nextInt(40) == 0) {
                at = at.atZone(BERLIN).toLocalDate().plusDays(1).atStartOfDay(BERLIN).toInstant();
            }
            String id = "c" + i;
            Subject subject = randomSubject(random);
            long cost = random.nextInt(1_000_000);
            entries.add(
                    switch (random.nextInt(8)) {
                        case 0 -> refused(at, id, subject, cost, spent("run", "r"));
                        case 1 -> released(at, id, subject);
                        case 2 -> expired(at, id, subject, cost, random.nextBoolean());
                        case 3 -> toolSpend(at, id, subject, "search", cost);
                        case 4 -> reserved(at, id, subject, cost, List.of());
                        case 5 -> cached(at, id, subject, "model-" + random.nextInt(5), cost);
                        default ->
                                committed(
                                        at,
                                        id,
                                        subject,
                                        "model-" + random.nextInt(5),
                                        random.nextInt(5_000),
                                        cost);
                    });
        }
        return entries;
    }

    private static Subject randomSubject(Random random) {
        String tenant = "tenant-" + random.nextInt(3);
        String workflow = "w" + random.nextInt(4);
        String run = "r" + random.nextInt(200);
        return random.nextBoolean()
                ? subject(tenant, run, "workflow", workflow)
                : subject(tenant, run, "workflow", workflow, "tag.squad", "s'" + random.nextInt(3));
    }
}
