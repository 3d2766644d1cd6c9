package dev.bursar.ledger;

import static dev.bursar.ledger.Command.Adjustment.CREDIT;
import static dev.bursar.ledger.Command.Adjustment.DEBIT;
import static dev.bursar.ledger.Command.Adjustment.REPAY_DEBT;
import static dev.bursar.ledger.Command.Adjustment.RESET_SPENT;
import static dev.bursar.ledger.TestLedger.blocks;
import static dev.bursar.ledger.TestLedger.budget;
import static dev.bursar.ledger.TestLedger.every;
import static dev.bursar.ledger.TestLedger.granted;
import static dev.bursar.ledger.TestLedger.mode;
import static dev.bursar.ledger.TestLedger.on;
import static dev.bursar.ledger.TestLedger.per;
import static dev.bursar.ledger.TestLedger.reason;
import static dev.bursar.ledger.TestLedger.subject;
import static dev.bursar.ledger.Unit.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Command.Adjustment;
import dev.bursar.ledger.Command.Overage;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FundingTest {

    private static final Subject RUN = subject("run", "1");

    private final TestLedger ledger = new TestLedger();

    @AfterEach
    void replayIsEqual() {
        ledger.assertReplayIsEqual();
    }

    /// Of a limit of 100, 60 are spent and 10 held before.
    @ParameterizedTest
    @CsvSource({
        "CREDIT, 25, , 125, 60, 55",
        "CREDIT, 0, , 100, 60, 30",
        "DEBIT, 30, , 70, 60, 0",
        "DEBIT, 31, BUDGET_EXCEEDED, 100, 60, 30",
        "RESET_SPENT, 0, , 100, 0, 90",
        "RESET_SPENT, 95, , 100, 95, -5",
        "REPAY_DEBT, 10, , 100, 60, 30",
    })
    void adjust_changesWhatIsLeft(
            Adjustment adjustment,
            long amount,
            @Nullable Reason refused,
            long limit,
            long spent,
            long left) {
        ledger.define(budget("total", TOKENS, 100));
        ledger.commit(ledger.granted(RUN, TOKENS, 60), TOKENS, 60);
        ledger.granted(RUN, TOKENS, 10);

        Outcome outcome = ledger.adjust("total", adjustment, amount);

        Balance balance = ledger.only("total");
        assertThat(outcome instanceof Outcome.Refused r ? r.reason() : null).isEqualTo(refused);
        assertThat(balance.limit()).isEqualTo(limit);
        assertThat(balance.spent()).isEqualTo(spent);
        assertThat(balance.limit() - balance.spent() - balance.held()).isEqualTo(left);
    }

    @Test
    void credit_whileHoldsAreOpen_neverLetsMoreThroughThanTheLimit() {
        ledger.define(budget("total", TOKENS, 100));
        ledger.granted(RUN, TOKENS, 100);
        ledger.adjust("total", CREDIT, 20);
        ledger.granted(RUN, TOKENS, 15);

        assertThat(reason(ledger.adjust("total", DEBIT, 6))).isEqualTo(Reason.BUDGET_EXCEEDED);
        ledger.adjust("total", DEBIT, 5);

        assertThat(blocks(ledger.reserve(RUN, TOKENS, 1)).getFirst().affordable()).isZero();
    }

    @Test
    void adjust_repeated_takesEffectOnce() {
        ledger.define(budget("total", TOKENS, 100));
        Command.AdjustBudget credit =
                new Command.AdjustBudget(
                        new CommandKey("top-up", 1),
                        TestLedger.ACME,
                        new BudgetId("acme/total"),
                        List.of(),
                        CREDIT,
                        50,
                        Attribution.NONE);
        Outcome first = ledger.submit(credit);

        assertThat(ledger.submit(credit)).isEqualTo(new Outcome.Repeated(first));
        assertThat(ledger.only("total").limit()).isEqualTo(150);
        assertThat(
                        reason(
                                ledger.submit(
                                        new Command.AdjustBudget(
                                                new CommandKey("top-up", 2),
                                                TestLedger.ACME,
                                                new BudgetId("acme/total"),
                                                List.of(),
                                                CREDIT,
                                                51,
                                                Attribution.NONE))))
                .isEqualTo(Reason.IDEMPOTENCY_MISMATCH);
    }

    @Test
    void adjust_wrongAccount_isRefusedAndChangesNothing() {
        ledger.define(per(budget("run", TOKENS, 10), "run"));
        ledger.define(every(budget("call", TOKENS, 10), new Window.PerCall()));
        ledger.define(budget("slots", Unit.SLOTS, 10));
        int before = ledger.journal.size();

        assertThat(reason(ledger.adjust("none", CREDIT, 1))).isEqualTo(Reason.BUDGET_NOT_FOUND);
        assertThat(reason(ledger.adjust("run", CREDIT, 1))).isEqualTo(Reason.ACCOUNT_NOT_FOUND);
        assertThat(reason(ledger.adjust("call", CREDIT, 1))).isEqualTo(Reason.ACCOUNT_NOT_FOUND);
        assertThat(reason(ledger.adjust("slots", RESET_SPENT, 1)))
                .isEqualTo(Reason.ACCOUNT_NOT_FOUND);
        ledger.set(Budget.Status.CLOSED, "run");
        assertThat(reason(ledger.adjust("run", CREDIT, 1, "1"))).isEqualTo(Reason.BUDGET_CLOSED);
        assertThat(ledger.journal).hasSize(before + 1);
    }

    @Test
    void credit_movesTheStepsOfTheLadder() {
        Budget.Step alert = new Budget.Step(80, Budget.Step.Action.ALERT, List.of());
        ledger.define(mode(budget("total", TOKENS, 100), Budget.Mode.HARD, alert));
        ledger.adjust("total", CREDIT, 100);

        Command.Reserve below = ledger.reserveCommand(RUN, Amounts.of(TOKENS, 159));
        assertThat(granted(ledger.submit(below)).notices()).isEmpty();
        Command.Reserve at = ledger.reserveCommand(RUN, Amounts.of(TOKENS, 1));
        assertThat(granted(ledger.submit(at)).notices())
                .extracting(Notice::percent)
                .containsExactly(80);
    }

    @Test
    void debit_neverTakesWhatAPersonGranted() {
        Budget.Step ask = new Budget.Step(100, Budget.Step.Action.APPROVE, List.of());
        ledger.define(mode(budget("total", TOKENS, 0), Budget.Mode.HARD, ask));
        String approval = blocks(ledger.reserve(RUN, TOKENS, 5)).getFirst().approval();
        ledger.approve(String.valueOf(approval), 50, ledger.now.plusSeconds(60));

        assertThat(reason(ledger.adjust("total", DEBIT, 1))).isEqualTo(Reason.BUDGET_EXCEEDED);
        assertThat(ledger.only("total").limit()).isEqualTo(50);
    }

    @Test
    void credit_toTheHighestLimit_isExact_andBeyondItIsRefused() {
        ledger.define(
                mode(
                        budget("total", TOKENS, 1),
                        Budget.Mode.HARD,
                        new Budget.Step(1, Budget.Step.Action.DENY, List.of())));

        for (int i = 0; i < 200; i++) {
            ledger.adjust("total", CREDIT, Budget.MAX_LIMIT - 1);
        }

        assertThat(ledger.only("total").funding().credit()).isEqualTo(Budget.MAX_LIMIT - 1);
        assertThat(ledger.only("total").limit()).isEqualTo(Budget.MAX_LIMIT / 100);
        assertThat(reason(ledger.adjust("total", CREDIT, 1))).isEqualTo(Reason.CAPACITY);
    }

    @ParameterizedTest
    @CsvSource({"CREDIT, 1, false", "CREDIT, 0, true", "RESET_SPENT, 99, false", "DEBIT, 0, true"})
    void overLimit_lastsUntilSomethingIsLeft(Adjustment adjustment, long amount, boolean still) {
        ledger.define(budget("total", TOKENS, 100));
        ledger.charge(RUN, TOKENS, 130, Overage.ALLOW_IF_AVAILABLE);
        assertThat(ledger.only("total").funding().overLimit()).isTrue();

        ledger.adjust("total", adjustment, amount);

        assertThat(ledger.only("total").funding().overLimit()).isEqualTo(still);
        assertThat(ledger.only("total").funding().uncovered()).isEqualTo(30);
    }

    @Test
    void repay_partOfTheDebt_untilNoMoreIsOwedThanAllowed() {
        ledger.define(on(budget("total", TOKENS, 100), new Terms(null, 50, 0, null, false)));
        ledger.charge(RUN, TOKENS, 140, Overage.ALLOW_WITH_OVERDRAFT);
        ledger.define(on(budget("total", TOKENS, 100), new Terms(null, 20, 0, null, false)));

        Outcome.BudgetAdjusted part =
                (Outcome.BudgetAdjusted) ledger.adjust("total", REPAY_DEBT, 25);
        assertThat(part.standing().debt()).isEqualTo(15);
        assertThat(part.standing().overLimit()).isFalse();
        assertThat(blocks(ledger.reserve(RUN, TOKENS, 1)).getFirst().cause())
                .isEqualTo(Block.Cause.IN_DEBT);
        Outcome.BudgetAdjusted rest =
                (Outcome.BudgetAdjusted) ledger.adjust("total", REPAY_DEBT, 1_000);
        assertThat(rest.amount()).isEqualTo(15);
        assertThat(ledger.only("total").funding()).isEqualTo(Funding.NONE);
    }

    @ParameterizedTest
    @CsvSource({"30, 10, 0, 0", "40, 0, 0, 0", "65, 0, 25, 25"})
    void credit_repaysTheDebtFirst(long amount, long debt, long credit, long remaining) {
        ledger.define(on(budget("total", TOKENS, 100), new Terms(null, 50, 0, null, false)));
        ledger.charge(RUN, TOKENS, 140, Overage.ALLOW_WITH_OVERDRAFT);

        Outcome.BudgetAdjusted adjusted =
                (Outcome.BudgetAdjusted) ledger.adjust("total", CREDIT, amount);

        assertThat(adjusted.amount()).isEqualTo(amount);
        assertThat(adjusted.standing().debt()).isEqualTo(debt);
        assertThat(adjusted.standing().remaining()).isEqualTo(remaining - debt);
        assertThat(ledger.only("total").funding().credit()).isEqualTo(credit);
        assertThat(ledger.only("total").funding().debt()).isEqualTo(debt);
        assertThat(reason(ledger.reserve(RUN, TOKENS, 26))).isEqualTo(Reason.BUDGET_EXCEEDED);
        if (remaining > 0) {
            ledger.granted(RUN, TOKENS, 25);
        }
    }

    @Test
    void resetSpent_rollingWindow_startsTheWindowAnew() {
        ledger.define(every(budget("hour", TOKENS, 100), new Window.Rolling(Duration.ofHours(1))));
        ledger.commit(ledger.granted(RUN, TOKENS, 90), TOKENS, 90);
        ledger.pass(Duration.ofMinutes(10));

        ledger.adjust("hour", RESET_SPENT, 40);

        ledger.granted(RUN, TOKENS, 60);
        assertThat(blocks(ledger.reserve(RUN, TOKENS, 1)).getFirst().spent()).isEqualTo(40);
        ledger.pass(Duration.ofMinutes(61));
        assertThat(ledger.only("hour").spent()).isZero();
    }

    @Test
    void resetSpent_time_runsAnewFromNow() {
        ledger.define(per(budget("time", Unit.MILLIS, 60_000), "run"));
        ledger.granted(RUN, TOKENS, 0);
        ledger.pass(Duration.ofMinutes(2));
        assertThat(blocks(ledger.reserve(RUN, TOKENS, 0))).hasSize(1);

        ledger.adjust("time", RESET_SPENT, 0, "1");

        ledger.granted(RUN, TOKENS, 0);
        ledger.pass(Duration.ofSeconds(59));
        assertThat(ledger.only("time").spent()).isEqualTo(59_000);
    }

    @Test
    void uncovered_beyondTheBoundOfSums_isRefusedAndNothingBreaks() {
        ledger.define(budget("total", TOKENS, 0));
        ledger.charge(RUN, TOKENS, Long.MAX_VALUE - 1, Overage.ALLOW_IF_AVAILABLE);
        ledger.charge(RUN, TOKENS, 1, Overage.ALLOW_IF_AVAILABLE);

        assertThat(reason(ledger.charge(RUN, TOKENS, 1, Overage.ALLOW_IF_AVAILABLE)))
                .isEqualTo(Reason.CAPACITY);
        assertThat(ledger.only("total").funding().uncovered()).isEqualTo(Long.MAX_VALUE);
    }
}
