package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.blocks;
import static dev.bursar.ledger.TestLedger.budget;
import static dev.bursar.ledger.TestLedger.every;
import static dev.bursar.ledger.TestLedger.granted;
import static dev.bursar.ledger.TestLedger.per;
import static dev.bursar.ledger.TestLedger.subject;
import static dev.bursar.ledger.Unit.CALLS;
import static dev.bursar.ledger.Unit.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Subject RUN = subject("run", "1");

    private final TestLedger ledger = new TestLedger();

    @AfterEach
    void replayIsEqual() {
        ledger.assertReplayIsEqual();
    }

    @ParameterizedTest
    @CsvSource({
        // An ordinary day, and the days of 23 and 25 hours.
        "DAY, Europe/Berlin, 2026-03-10T12:00:00Z, 2026-03-09T23:00:00Z, 2026-03-10T23:00:00Z",
        "DAY, Europe/Berlin, 2026-03-29T12:00:00Z, 2026-03-28T23:00:00Z, 2026-03-29T22:00:00Z",
        "DAY, Europe/Berlin, 2026-10-25T12:00:00Z, 2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z",
        // A day that has no midnight: the clocks of Beirut go from 0:00 to 1:00.
        "DAY, Asia/Beirut, 2026-03-29T12:00:00Z, 2026-03-28T22:00:00Z, 2026-03-29T21:00:00Z",
        // Half an hour at a time, on an island whose clocks change by that much.
        "DAY, Australia/Lord_Howe, 2026-04-04T14:00:00Z, 2026-04-04T13:00:00Z, 2026-04-05T13:30:00Z",
        "DAY, Australia/Lord_Howe, 2026-10-03T14:00:00Z, 2026-10-03T13:30:00Z, 2026-10-04T13:00:00Z",
        "DAY, Asia/Kolkata, 2026-03-10T18:29:59Z, 2026-03-09T18:30:00Z, 2026-03-10T18:30:00Z",
        "DAY, Asia/Kathmandu, 2026-03-10T18:15:00Z, 2026-03-10T18:15:00Z, 2026-03-11T18:15:00Z",
        "DAY, America/New_York, 2026-03-08T12:00:00Z, 2026-03-08T05:00:00Z, 2026-03-09T04:00:00Z",
        "DAY, America/New_York, 2026-11-01T12:00:00Z, 2026-11-01T04:00:00Z, 2026-11-02T05:00:00Z",
        // A midnight that comes twice, and a day that never was.
        "DAY, America/Havana, 2026-11-01T04:30:00Z, 2026-11-01T04:00:00Z, 2026-11-02T05:00:00Z",
        "DAY, Pacific/Apia, 2011-12-30T09:59:59Z, 2011-12-29T10:00:00Z, 2011-12-30T10:00:00Z",
        "DAY, UTC, 2028-02-29T23:59:59Z, 2028-02-29T00:00:00Z, 2028-03-01T00:00:00Z",
        "MONTH, UTC, 2026-02-28T23:59:59Z, 2026-02-01T00:00:00Z, 2026-03-01T00:00:00Z",
        "MONTH, Australia/Lord_Howe, 2026-04-10T00:00:00Z, 2026-03-31T13:00:00Z, 2026-04-30T13:30:00Z",
        "WEEK, Australia/Lord_Howe, 2026-04-05T00:00:00Z, 2026-03-29T13:00:00Z, 2026-04-05T13:30:00Z",
        "WEEK, UTC, 2026-03-15T23:59:59Z, 2026-03-09T00:00:00Z, 2026-03-16T00:00:00Z",
        "WEEK, UTC, 2026-03-16T00:00:00Z, 2026-03-16T00:00:00Z, 2026-03-23T00:00:00Z",
        "WEEK, Europe/Berlin, 2026-03-29T12:00:00Z, 2026-03-22T23:00:00Z, 2026-03-29T22:00:00Z",
        "MONTH, UTC, 2024-02-29T12:00:00Z, 2024-02-01T00:00:00Z, 2024-03-01T00:00:00Z",
        "MONTH, America/New_York, 2026-03-31T12:00:00Z, 2026-03-01T05:00:00Z, 2026-04-01T04:00:00Z",
        "MONTH, Pacific/Kiritimati, 2025-12-31T11:00:00Z, 2025-12-31T10:00:00Z, 2026-01-31T10:00:00Z",
    })
    void calendar_startsAndEndsWhereTheZoneSays(
            Window.Calendar.Period period, ZoneId zone, Instant now, Instant start, Instant end) {
        Window.Calendar window = new Window.Calendar(period, zone);

        assertThat(window.start(now)).isEqualTo(start);
        assertThat(window.end(now)).isEqualTo(end);
        assertThat(window.start(end)).isEqualTo(end);
        assertThat(window.start(end.minusMillis(1))).isEqualTo(start);
    }

    /// Every quarter of an hour of years in which clocks change, days are skipped and months end.
    @ParameterizedTest
    @CsvSource({
        "Europe/Berlin, 2026", "America/New_York, 2026", "America/Havana, 2026",
        "Asia/Beirut, 2026", "Australia/Lord_Howe, 2026", "Asia/Kathmandu, 2028",
        "Pacific/Chatham, 2028", "Pacific/Apia, 2011", "America/Asuncion, 2023",
    })
    void calendar_windowsFollowEachOther_withoutGapOrOverlap(ZoneId zone, int year) {
        for (Window.Calendar.Period period : Window.Calendar.Period.values()) {
            Window.Calendar window = new Window.Calendar(period, zone);
            Instant at = Instant.parse(year + "-01-01T00:00:00Z");
            Instant start = window.start(at);
            Instant end = window.end(at);
            for (int i = 0; i < 366 * 96; i++) {
                at = at.plus(Duration.ofMinutes(15));
                if (!at.isBefore(end)) {
                    start = end;
                    end = window.end(at);
                }
                assertThat(window.start(at)).isEqualTo(start);
                assertThat(at).isBetween(start, end.minusMillis(1));
            }
        }
    }

    /// The bound: an amount counts for the length of the window, and at most a sixtieth longer (rounded up
    /// to a millisecond).
    @ParameterizedTest
    @CsvSource({"PT1S", "PT1M", "PT59M59.999S", "PT1H", "P1D", "P30D", "P366D"})
    void rolling_anAmountLeaves_notEarlierAndAtMostASixtiethLater(Duration length) {
        Window.Rolling window = new Window.Rolling(length);
        long sixtieth = Math.ceilDiv(length.toMillis(), 60);
        java.util.Random random = new java.util.Random(5);
        for (int i = 0; i < 1_000; i++) {
            RollingSum sum = new RollingSum(window);
            long at = 1_773_000_000_000L + random.nextLong(length.toMillis());
            sum.add(at, 1);

            assertThat(sum.sum(at + length.toMillis())).isEqualTo(1);
            assertThat(sum.sum(at + length.toMillis() + sixtieth)).isZero();
        }
    }

    @Test
    void day_startsFromZeroAtMidnightOfItsZone() {
        ledger.now = Instant.parse("2026-03-10T22:59:59.999Z");
        ledger.define(
                every(
                        budget("day", TOKENS, 10),
                        new Window.Calendar(Window.Calendar.Period.DAY, BERLIN)));
        ledger.commit(ledger.granted(RUN, TOKENS, 10), TOKENS, 10);

        assertThat(blocks(ledger.reserve(RUN, TOKENS, 1)).getFirst().resetsAt())
                .isEqualTo("2026-03-10T23:00:00Z");
        ledger.pass(Duration.ofMillis(1));
        granted(ledger.reserve(RUN, TOKENS, 10));
    }

    @Test
    void hold_overMidnight_isSpentInTheWindowItWasMadeIn() {
        ledger.now = Instant.parse("2026-03-10T23:59:59Z");
        Window utc = new Window.Calendar(Window.Calendar.Period.DAY, ZoneId.of("UTC"));
        ledger.define(every(budget("day", TOKENS, 10), utc));
        HoldId hold = ledger.granted(RUN, TOKENS, 10);
        ledger.pass(Duration.ofSeconds(2));
        HoldId next = ledger.granted(RUN, TOKENS, 10);

        ledger.commit(hold, TOKENS, 7);
        ledger.commit(next, TOKENS, 2);

        assertThat(ledger.only("day").spent()).isEqualTo(2);
        assertThat(ledger.ledger().accounts()).isEqualTo(2);
    }

    @Test
    void pastWindow_isDroppedOnceNothingIsHeldInIt() {
        Window utc = new Window.Calendar(Window.Calendar.Period.DAY, ZoneId.of("UTC"));
        ledger.define(per(every(budget("day", TOKENS, 10), utc), "run"));
        ledger.commit(ledger.granted(RUN, TOKENS, 1), TOKENS, 1);
        ledger.now = Instant.parse("2026-03-10T23:55:00Z");
        HoldId open = ledger.granted(subject("run", "2"), TOKENS, 1);
        ledger.now = Instant.parse("2026-03-11T00:00:00Z");

        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(0, 1, false));
        ledger.commit(open, TOKENS, 1);
        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(0, 1, false));
        assertThat(ledger.ledger().accounts()).isZero();
    }

    @Test
    void rolling_countsTheLastHour_atMostASixtiethLonger() {
        ledger.now = Instant.parse("2026-03-10T12:00:30Z");
        ledger.define(every(budget("hour", CALLS, 2), new Window.Rolling(Duration.ofHours(1))));
        ledger.commit(ledger.granted(RUN, CALLS, 1), CALLS, 1);
        ledger.pass(Duration.ofMinutes(30));
        ledger.commit(ledger.granted(RUN, CALLS, 1), CALLS, 1);
        assertThat(blocks(ledger.reserve(RUN, CALLS, 1))).hasSize(1);

        ledger.now = Instant.parse("2026-03-10T13:00:30Z");
        assertThat(blocks(ledger.reserve(RUN, CALLS, 1))).hasSize(1);
        ledger.now = Instant.parse("2026-03-10T13:01:30Z");
        granted(ledger.reserve(RUN, CALLS, 1));
        assertThat(blocks(ledger.reserve(RUN, CALLS, 1)).getFirst().spent()).isEqualTo(1);
    }

    @Test
    void rolling_block_saysWhenTheAmountFits() {
        Instant start = Instant.parse("2026-03-10T12:00:00Z");
        ledger.now = start;
        ledger.define(every(budget("minute", TOKENS, 10), new Window.Rolling(MINUTE)));
        ledger.commit(ledger.granted(RUN, TOKENS, 4), TOKENS, 4);
        ledger.pass(Duration.ofSeconds(10));
        ledger.commit(ledger.granted(RUN, TOKENS, 3), TOKENS, 3);
        ledger.pass(Duration.ofSeconds(10));
        ledger.commit(ledger.granted(RUN, TOKENS, 3), TOKENS, 3);
        ledger.pass(Duration.ofSeconds(5));

        // An amount leaves a minute after its second has passed.
        assertThat(resetsAt(4)).isEqualTo(start.plusSeconds(61));
        assertThat(resetsAt(5)).isEqualTo(start.plusSeconds(71));
        assertThat(resetsAt(10)).isEqualTo(start.plusSeconds(81));
        assertThat(resetsAt(11)).isEqualTo(start.plusSeconds(81));
        ledger.now = start.plusSeconds(71).minusMillis(1);
        assertThat(blocks(ledger.reserve(RUN, TOKENS, 5))).hasSize(1);
        ledger.pass(Duration.ofMillis(1));
        granted(ledger.reserve(RUN, TOKENS, 5));
    }

    @Test
    void rolling_block_countsHoldsThatStay() {
        Instant start = Instant.parse("2026-03-10T12:00:00Z");
        ledger.now = start;
        ledger.define(every(budget("minute", TOKENS, 10), new Window.Rolling(MINUTE)));
        ledger.granted(RUN, TOKENS, 6);
        assertThat(resetsAt(5)).isNull();

        ledger.commit(ledger.granted(RUN, TOKENS, 3), TOKENS, 3);
        ledger.pass(Duration.ofSeconds(1));
        ledger.commit(ledger.granted(RUN, TOKENS, 1), TOKENS, 1);

        assertThat(resetsAt(2)).isEqualTo(start.plusSeconds(61));
        assertThat(resetsAt(4)).isEqualTo(start.plusSeconds(62));
        assertThat(resetsAt(5)).isEqualTo(start.plusSeconds(62));
    }

    @Test
    void rolling_block_countsWhatAnExpiredHoldIsChargedNow() {
        Instant start = Instant.parse("2026-03-10T12:00:00Z");
        ledger.now = start;
        ledger.define(every(budget("minute", TOKENS, 10), new Window.Rolling(MINUTE)));
        Command.Reserve asked = ledger.reserveCommand(RUN, Amounts.of(TOKENS, 6));
        granted(
                ledger.submit(
                        new Command.Reserve(
                                asked.key(),
                                asked.hold(),
                                asked.tenant(),
                                RUN,
                                asked.asked(),
                                Amounts.NONE,
                                Duration.ofSeconds(30),
                                Command.OnExpiry.CHARGE,
                                asked.overage(),
                                Attribution.NONE)));
        ledger.commit(ledger.granted(RUN, TOKENS, 2), TOKENS, 2);
        ledger.pass(Duration.ofSeconds(40));

        Block block = blocks(ledger.reserve(RUN, TOKENS, 5)).getFirst();
        assertThat(block.spent()).isEqualTo(8);
        assertThat(block.resetsAt()).isEqualTo(start.plusSeconds(101));
    }

    private @Nullable Instant resetsAt(long asked) {
        return blocks(ledger.reserve(RUN, TOKENS, asked)).getFirst().resetsAt();
    }

    @Test
    void rolling_idleAccount_isDropped() {
        ledger.define(
                per(
                        every(budget("burst", CALLS, 2), new Window.Rolling(Duration.ofMinutes(1))),
                        "key"));
        ledger.commit(ledger.granted(subject("key", "a"), CALLS, 1), CALLS, 1);
        ledger.pass(Duration.ofSeconds(30));
        ledger.commit(ledger.granted(subject("key", "b"), CALLS, 1), CALLS, 1);
        ledger.pass(Duration.ofSeconds(40));

        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(0, 1, false));
        ledger.pass(Duration.ofSeconds(30));
        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(0, 1, false));
    }

    @Test
    void rollingSum_againstAPlainList_isNeverBelowTheTruth() {
        Window.Rolling window = new Window.Rolling(Duration.ofSeconds(10));
        RollingSum sum = new RollingSum(window);
        java.util.Random random = new java.util.Random(7);
        java.util.List<long[]> all = new java.util.ArrayList<>();
        long now = 1_000_000;
        for (int i = 0; i < 5_000; i++) {
            now += random.nextInt(400);
            long amount = random.nextInt(5);
            sum.add(now, amount);
            all.add(new long[] {now, amount});
            long at = now;
            assertThat(sum.sum(at))
                    .isGreaterThanOrEqualTo(total(all, at - 10_000))
                    .isLessThanOrEqualTo(total(all, at - 10_000 - 167));
            long most = random.nextInt(60);
            if (sum.sum(at) > most) {
                long falls = sum.fallsToMillis(most, 0, at);
                assertThat(falls).isGreaterThan(at);
                assertThat(sum.sum(falls)).isLessThanOrEqualTo(most);
                assertThat(sum.sum(falls - 1)).isGreaterThan(most);
            }
        }
    }

    private static long total(java.util.List<long[]> all, long after) {
        return all.stream().filter(a -> a[0] > after).mapToLong(a -> a[1]).sum();
    }

    @Test
    void redefine_sameShape_keepsBalances_otherShape_startsNewOnes() {
        ledger.define(budget("total", TOKENS, 10));
        HoldId hold = ledger.granted(RUN, TOKENS, 8);
        ledger.define(budget("total", TOKENS, 5));
        assertThat(ledger.only("total").held()).isEqualTo(8);
        assertThat(blocks(ledger.reserve(RUN, TOKENS, 1)).getFirst().affordable()).isZero();

        ledger.define(per(budget("total", TOKENS, 5), "run"));
        HoldId fresh = ledger.granted(RUN, TOKENS, 5);
        ledger.commit(hold, TOKENS, 8);
        ledger.commit(fresh, TOKENS, 4);
        assertThat(ledger.only("total").spent()).isEqualTo(4);
    }

    @Test
    void close_withOpenHold_leavesTheHoldValid() {
        ledger.define(budget("total", TOKENS, 10));
        HoldId hold = ledger.granted(RUN, TOKENS, 8);

        ledger.submit(new Command.RemoveBudget(new BudgetId("acme/total"), Attribution.NONE));

        assertThat(ledger.commit(hold, TOKENS, 8)).isInstanceOf(Outcome.Committed.class);
        granted(ledger.reserve(RUN, TOKENS, 1_000));
        assertThat(
                        TestLedger.reason(
                                ledger.submit(
                                        new Command.RemoveBudget(
                                                new BudgetId("acme/total"), Attribution.NONE))))
                .isEqualTo(Reason.BUDGET_NOT_FOUND);
    }

    @Test
    void decide_timeGoesBack_isABug() {
        ledger.define(budget("total", TOKENS, 10));

        assertThatThrownBy(() ->
                        ledger.ledger().decide(new Command.Expire(1), ledger.now.minusMillis(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("time goes back");
    }
}
