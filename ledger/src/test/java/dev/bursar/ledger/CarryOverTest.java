package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.blocks;
import static dev.bursar.ledger.TestLedger.budget;
import static dev.bursar.ledger.TestLedger.every;
import static dev.bursar.ledger.TestLedger.on;
import static dev.bursar.ledger.TestLedger.per;
import static dev.bursar.ledger.TestLedger.subject;
import static dev.bursar.ledger.Unit.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.ledger.Command.Overage;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A budget of 100 for each day, of which 150 are carried over at most, with an overdraft of 400.
class CarryOverTest {

    private static final Subject RUN = subject("run", "1");
    private static final Window DAY =
            new Window.Calendar(Window.Calendar.Period.DAY, ZoneId.of("UTC"));

    private final TestLedger ledger = new TestLedger();

    @BeforeEach
    void eveningOfTheFirstDay() {
        ledger.now = Instant.parse("2026-03-10T23:58:00Z");
        define(150);
    }

    @AfterEach
    void replayIsEqual() {
        ledger.assertReplayIsEqual();
    }

    private void define(long carryOver) {
        Terms terms = new Terms(null, 400, carryOver, null, false);
        ledger.define(on(every(budget("day", TOKENS, 100), DAY), terms));
    }

    /// What may be spent so many days later, when nothing happens between; and whether it makes no
    /// difference that something of no cost does.
    @ParameterizedTest
    @CsvSource({
        "0, 1, 200, 0",
        "70, 1, 130, 0",
        "100, 1, 100, 0",
        "70, 2, 230, 0",
        "70, 3, 250, 0",
        "100, 9, 250, 0",
        // Debt is paid from the days that follow; what a day cannot pay stays debt.
        "130, 1, 70, 0",
        "200, 1, 0, 0",
        "230, 1, 0, 30",
        "500, 1, 0, 300",
        "130, 2, 170, 0",
        "230, 2, 70, 0",
        "230, 3, 170, 0",
        "500, 4, 0, 0",
        "500, 5, 100, 0",
        "500, 6, 200, 0",
        "500, 7, 250, 0",
    })
    void nextWindow_beginsWithWhatIsLeftLessWhatIsOwed(
            long charged, int days, long limit, long debt) {
        TestLedger touched = new TestLedger();
        touched.now = ledger.now;
        touched.define(ledger.ledger().budgets().iterator().next());
        for (TestLedger each : new TestLedger[] {ledger, touched}) {
            each.adjust("day", Command.Adjustment.CREDIT, 0);
            each.charge(RUN, TOKENS, charged, Overage.ALLOW_WITH_OVERDRAFT);
        }
        for (int day = 0; day < days; day++) {
            touched.pass(Duration.ofDays(1));
            touched.adjust("day", Command.Adjustment.CREDIT, 0);
            touched.expire();
            ledger.pass(Duration.ofDays(1));
            ledger.expire();
        }

        ledger.adjust("day", Command.Adjustment.CREDIT, 0);

        for (TestLedger each : new TestLedger[] {ledger, touched}) {
            assertThat(each.only("day").limit()).isEqualTo(limit);
            assertThat(each.only("day").funding().debt()).isEqualTo(debt);
            assertThat(each.ledger().accounts()).isEqualTo(1);
        }
        touched.assertReplayIsEqual();
    }

    @Test
    void debtWithoutCarryOver_isNotForgotten_andItsAccountWaitsNoLongerThanItMust() {
        define(0);
        ledger.charge(RUN, TOKENS, 250, Overage.ALLOW_WITH_OVERDRAFT);
        ledger.pass(Duration.ofDays(1));
        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(0, 0, false));
        assertThat(blocks(ledger.reserve(RUN, TOKENS, 1)).getFirst())
                .extracting(Block::cause, Block::debt, Block::limit)
                .containsExactly(Block.Cause.IN_DEBT, 50L, 0L);

        // The second day pays 100 and the third the rest.
        ledger.pass(Duration.ofDays(1));
        ledger.expire();
        assertThat(ledger.ledger().accounts()).isEqualTo(1);
        ledger.pass(Duration.ofDays(1));
        ledger.expire();
        assertThat(ledger.ledger().accounts()).isZero();
        ledger.granted(RUN, TOKENS, 100);
    }

    @Test
    void overdraft_countsTheDebtThatADayCouldNotPay() {
        ledger.charge(RUN, TOKENS, 500, Overage.ALLOW_WITH_OVERDRAFT);
        ledger.pass(Duration.ofDays(1));

        assertThat(ledger.charge(RUN, TOKENS, 101, Overage.ALLOW_WITH_OVERDRAFT))
                .isInstanceOf(Outcome.Refused.class);
        ledger.charge(RUN, TOKENS, 100, Overage.ALLOW_WITH_OVERDRAFT);
        assertThat(ledger.only("day").funding().debt()).isEqualTo(400);
    }

    @Test
    void hold_overMidnight_isHandedOverAsIfSpent() {
        HoldId hold = ledger.granted(RUN, TOKENS, 60, Overage.ALLOW_IF_AVAILABLE);
        ledger.now = Instant.parse("2026-03-11T00:05:00Z");
        ledger.granted(RUN, TOKENS, 140);
        assertThat(ledger.only("day").limit()).isEqualTo(140);

        ledger.release(hold);

        assertThat(ledger.only("day").limit()).isEqualTo(140);
        assertThat(ledger.ledger().accounts()).isEqualTo(1);
    }

    @Test
    void holdOverMidnight_thatTakesWhatWasHandedOver_takesItFromTheNextDay() {
        HoldId hold = ledger.granted(RUN, TOKENS, 60, Overage.ALLOW_IF_AVAILABLE);
        ledger.now = Instant.parse("2026-03-11T00:05:00Z");
        ledger.granted(RUN, TOKENS, 10);

        Outcome.Committed committed = (Outcome.Committed) ledger.commit(hold, TOKENS, 90);

        assertThat(committed.charged().get(TOKENS)).isEqualTo(90);
        assertThat(ledger.only("day").limit()).isEqualTo(110);
    }

    @Test
    void holdOverMidnight_thatLeavesDebt_leavesItToTheNextDay() {
        HoldId hold = ledger.granted(RUN, TOKENS, 60, Overage.ALLOW_WITH_OVERDRAFT);
        ledger.now = Instant.parse("2026-03-11T00:05:00Z");
        ledger.granted(RUN, TOKENS, 10);

        ledger.commit(hold, TOKENS, 250);
        ledger.expire();

        // 40 were handed over and are missing; 150 are owed, of which the day pays 100.
        assertThat(ledger.only("day").limit()).isZero();
        assertThat(ledger.only("day").funding().debt()).isEqualTo(50);
        assertThat(ledger.ledger().accounts()).isEqualTo(1);
    }

    @Test
    void expiredHoldOfYesterday_isCountedTheSameInTheAnswerAndAfterIt() {
        Terms scoped = new Terms(ScopePath.parse("tenant:acme"), 0, 150, null, false);
        ledger.define(on(every(budget("day", TOKENS, 100), DAY), scoped));
        ledger.submit(
                TestLedger.lasting(
                        ledger.reserveCommand(RUN, Amounts.of(TOKENS, 60)),
                        Duration.ofMinutes(1),
                        Duration.ZERO));
        ledger.pass(Duration.ofDays(1));

        Command.Reserve all = ledger.reserveCommand(RUN, Amounts.of(TOKENS, 200));
        Outcome.Granted granted = TestLedger.granted(ledger.submit(TestLedger.scoped(all)));

        assertThat(granted.standings().getFirst().limit()).isEqualTo(200);
    }

    @Test
    void manyWaitingAccounts_areNoReasonToKeepThoseThatAreHandedOver() {
        Terms terms = new Terms(null, 0, 150, null, false);
        ledger.define(per(on(every(budget("day", TOKENS, 100), DAY), terms), "user"));
        ledger.define(on(per(every(budget("day", TOKENS, 100), DAY), "user"), terms));
        for (int user = 0; user < 1_100; user++) {
            ledger.granted(subject("user", "u" + user), TOKENS, 0);
        }
        ledger.granted(subject("user", "late"), TOKENS, 0);
        ledger.pass(Duration.ofDays(1));
        ledger.expire();
        ledger.granted(subject("user", "late"), TOKENS, 0);

        assertThat(ledger.ledger().accounts()).isEqualTo(1_101);
        assertThat(ledger.only("day").limit()).isEqualTo(200);
    }

    @Test
    void time_carriesNothingOver() {
        assertThatThrownBy(() ->
                        on(
                                every(budget("time", Unit.MILLIS, 100), DAY),
                                new Terms(null, 0, 1, null, false)))
                .hasMessageContaining("carry over");
        assertThatThrownBy(
                        () -> on(budget("life", TOKENS, 100), new Terms(null, 0, 1, null, false)))
                .hasMessageContaining("days, weeks and months");
    }

    /// What is lent to the next day on the word of holds that are past their time is what their entries
    /// leave it.
    @ParameterizedTest
    @CsvSource({"CHARGE, 120", "RELEASE, 200"})
    void holdThatRanOutOvernight_leavesWhatItsEndSays(Command.OnExpiry onExpiry, long left) {
        Command.Reserve plain = ledger.reserveCommand(RUN, Amounts.of(TOKENS, 80));
        ledger.submit(
                new Command.Reserve(
                        plain.key(),
                        plain.hold(),
                        plain.tenant(),
                        RUN,
                        plain.asked(),
                        Amounts.NONE,
                        Duration.ofMinutes(1),
                        onExpiry,
                        Overage.REJECT,
                        Attribution.NONE));
        ledger.pass(Duration.ofMinutes(5));

        assertThat(blocks(ledger.reserve(RUN, TOKENS, 201)).getFirst().affordable())
                .isEqualTo(left);
        ledger.granted(RUN, TOKENS, left);
        assertThat(blocks(ledger.reserve(RUN, TOKENS, 1)).getFirst().affordable()).isZero();
    }
}
