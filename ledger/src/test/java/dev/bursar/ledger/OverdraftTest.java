package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.blocks;
import static dev.bursar.ledger.TestLedger.budget;
import static dev.bursar.ledger.TestLedger.every;
import static dev.bursar.ledger.TestLedger.mode;
import static dev.bursar.ledger.TestLedger.on;
import static dev.bursar.ledger.TestLedger.reason;
import static dev.bursar.ledger.TestLedger.subject;
import static dev.bursar.ledger.Unit.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.bursar.ledger.Command.Overage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What becomes of 100 more than was held, in budgets `a` and `b` of which each covers a part.
class OverdraftTest {

    private static final Subject RUN = subject("run", "1");

    private final TestLedger ledger = new TestLedger();

    @BeforeEach
    void budgetsThatNeverCap() {
        ledger.define(mode(budget("soft", TOKENS, 1), Budget.Mode.SOFT));
        ledger.define(mode(budget("shadow", TOKENS, 1), Budget.Mode.SHADOW));
        ledger.define(every(budget("call", TOKENS, 60), new Window.PerCall()));
    }

    @AfterEach
    void replayIsEqual() {
        ledger.assertReplayIsEqual();
    }

    private void define(String name, long limit, long overdraft) {
        ledger.define(on(budget(name, TOKENS, limit), new Terms(null, overdraft, 0, null, false)));
    }

    /// Room and overdraft of the two; then what is charged of the 100, or why it is refused; then debt,
    /// what is uncovered and whether it is over its limit, of each.
    @ParameterizedTest
    @CsvSource({
        "ALLOW_IF_AVAILABLE, 100, 0, 100, 0, 100, , 0, 0, false, 0, 0, false",
        "ALLOW_IF_AVAILABLE, 30, 0, 100, 0, 30, , 0, 70, true, 0, 70, false",
        "ALLOW_IF_AVAILABLE, 30, 0, 20, 0, 20, , 0, 80, true, 0, 80, true",
        "ALLOW_IF_AVAILABLE, 30, 50, 100, 50, 30, , 0, 70, true, 0, 70, false",
        "ALLOW_IF_AVAILABLE, 0, 0, 100, 0, 0, , 0, 100, true, 0, 100, false",
        "ALLOW_WITH_OVERDRAFT, 100, 9, 100, 9, 100, , 0, 0, false, 0, 0, false",
        "ALLOW_WITH_OVERDRAFT, 60, 40, 100, 0, 100, , 40, 0, false, 0, 0, false",
        "ALLOW_WITH_OVERDRAFT, 60, 40, 80, 20, 100, , 40, 0, false, 20, 0, false",
        "ALLOW_WITH_OVERDRAFT, 60, 39, 100, 0, 0, OVERDRAFT_EXCEEDED, 0, 0, false, 0, 0, false",
        "ALLOW_WITH_OVERDRAFT, 60, 0, 100, 50, 60, , 0, 40, true, 0, 40, false",
        "ALLOW_WITH_OVERDRAFT, 60, 0, 50, 50, 60, , 0, 40, true, 10, 40, false",
        "ALLOW_WITH_OVERDRAFT, 60, 0, 50, 9, 0, OVERDRAFT_EXCEEDED, 0, 0, false, 0, 0, false",
        "ALWAYS, 0, 0, 20, 0, 100, , 0, 0, false, 0, 0, false",
        "REJECT, 1000, 0, 1000, 0, 0, OVERAGE_REJECTED, 0, 0, false, 0, 0, false",
    })
    void commit_aboveItsHold(
            Overage overage,
            long roomA,
            long overdraftA,
            long roomB,
            long overdraftB,
            long charged,
            @Nullable Reason refused,
            long debtA,
            long uncoveredA,
            boolean overA,
            long debtB,
            long uncoveredB,
            boolean overB) {
        define("a", 50 + roomA, overdraftA);
        define("b", 50 + roomB, overdraftB);
        HoldId hold = ledger.granted(RUN, TOKENS, 50, overage);

        Outcome outcome = ledger.commit(hold, TOKENS, 150);

        if (refused != null) {
            assertThat(reason(outcome)).isEqualTo(refused);
            assertThat(blocks(outcome)).isNotEmpty();
            assertThat(ledger.only("a").held()).isEqualTo(50);
        } else {
            Outcome.Committed committed = (Outcome.Committed) outcome;
            assertThat(committed.actual()).isEqualTo(Amounts.of(TOKENS, 150));
            assertThat(committed.charged()).isEqualTo(Amounts.of(TOKENS, 50 + charged));
            assertThat(committed.overrun()).isEqualTo(Amounts.of(TOKENS, 100));
            assertThat(ledger.only("soft").spent()).isEqualTo(150);
            assertThat(ledger.only("shadow").spent()).isEqualTo(150);
            assertThat(ledger.only("a").spent()).isEqualTo(50 + charged - debtA);
            assertThat(ledger.only("b").spent()).isEqualTo(50 + charged - debtB);
        }
        assertFunding("a", debtA, uncoveredA, overA);
        assertFunding("b", debtB, uncoveredB, overB);
    }

    /// The same of a charge that had no hold; an `ALWAYS` says what it passed.
    @ParameterizedTest
    @CsvSource({
        "ALLOW_IF_AVAILABLE, 30, 0, 20, 0, 20, , 0, 80, true, 0, 80, true",
        "ALLOW_IF_AVAILABLE, 100, 0, 100, 0, 100, , 0, 0, false, 0, 0, false",
        "ALLOW_WITH_OVERDRAFT, 60, 40, 80, 20, 100, , 40, 0, false, 20, 0, false",
        "ALLOW_WITH_OVERDRAFT, 60, 39, 100, 0, 0, OVERDRAFT_EXCEEDED, 0, 0, false, 0, 0, false",
        "ALLOW_WITH_OVERDRAFT, 60, 0, 50, 50, 60, , 0, 40, true, 10, 40, false",
        "ALWAYS, 0, 0, 20, 0, 100, , 0, 0, false, 0, 0, false",
        "REJECT, 100, 0, 100, 0, 100, , 0, 0, false, 0, 0, false",
        "REJECT, 100, 0, 99, 50, 0, OVERAGE_REJECTED, 0, 0, false, 0, 0, false",
    })
    void charge_withoutAHold(
            Overage overage,
            long roomA,
            long overdraftA,
            long roomB,
            long overdraftB,
            long charged,
            @Nullable Reason refused,
            long debtA,
            long uncoveredA,
            boolean overA,
            long debtB,
            long uncoveredB,
            boolean overB) {
        define("a", roomA, overdraftA);
        define("b", roomB, overdraftB);
        ledger.granted(RUN, TOKENS, 0);

        Outcome outcome = ledger.charge(RUN, TOKENS, 100, overage);

        if (refused != null) {
            assertThat(reason(outcome)).isEqualTo(refused);
            assertThat(blocks(outcome)).isNotEmpty();
            assertThat(ledger.journal.getLast())
                    .isInstanceOfSatisfying(
                            Entry.Refused.class,
                            denial -> {
                                assertThat(denial.operation())
                                        .isEqualTo(StateRecord.Operation.CHARGE);
                                assertThat(denial.reason()).isEqualTo(refused);
                                assertThat(denial.blocks()).isEqualTo(blocks(outcome));
                            });
            assertThat(ledger.only("a").spent()).isZero();
        } else {
            assertThat(((Outcome.Charged) outcome).charged())
                    .isEqualTo(Amounts.of(TOKENS, charged));
            assertThat(ledger.only("soft").spent()).isEqualTo(100);
            assertThat(ledger.only("a").spent()).isEqualTo(charged - debtA);
            assertThat(ledger.only("b").spent()).isEqualTo(charged - debtB);
        }
        assertFunding("a", debtA, uncoveredA, overA);
        assertFunding("b", debtB, uncoveredB, overB);
    }

    /// `capping` may not owe and only caps what is charged; what it lets pass is too much for `small` alone.
    @Test
    void overdraftThatIsTooSmall_isToldWithoutTheBudgetsThatOnlyCap() {
        define("capping", 110, 0);
        define("small", 100, 9);
        define("large", 100, 20);
        HoldId hold = ledger.granted(RUN, TOKENS, 50, Overage.ALLOW_WITH_OVERDRAFT);

        Outcome commit = ledger.commit(hold, TOKENS, 150);

        assertThat(reason(commit)).isEqualTo(Reason.OVERDRAFT_EXCEEDED);
        assertThat(blocks(commit))
                .extracting(Block::name, Block::asked, Block::affordable, Block::cause)
                .containsExactly(tuple("small", 100L, 50L, Block.Cause.SPENT));
        Outcome charge = ledger.charge(RUN, TOKENS, 70, Overage.ALLOW_WITH_OVERDRAFT);
        assertThat(blocks(charge))
                .extracting(Block::name, Block::asked, Block::affordable, Block::cause)
                .containsExactly(tuple("small", 70L, 50L, Block.Cause.HELD));
    }

    private void assertFunding(String name, long debt, long uncovered, boolean overLimit) {
        assertThat(ledger.only(name).funding())
                .extracting(Funding::debt, Funding::uncovered, Funding::overLimit)
                .as(name)
                .containsExactly(debt, uncovered, overLimit);
    }

    @Test
    void debt_blocksEveryReserve_andIsCountedAgainstTheOverdraftNextTime() {
        define("a", 100, 40);
        ledger.charge(RUN, TOKENS, 130, Overage.ALLOW_WITH_OVERDRAFT);

        assertThat(blocks(ledger.reserve(RUN, TOKENS, 0)).getFirst())
                .extracting(Block::cause, Block::debt, Block::affordable)
                .containsExactly(Block.Cause.IN_DEBT, 30L, 0L);
        assertThat(reason(ledger.charge(RUN, TOKENS, 11, Overage.ALLOW_WITH_OVERDRAFT)))
                .isEqualTo(Reason.OVERDRAFT_EXCEEDED);
        ledger.charge(RUN, TOKENS, 10, Overage.ALLOW_WITH_OVERDRAFT);
        assertThat(ledger.only("a").funding().debt()).isEqualTo(40);
        assertThat(ledger.only("a").spent()).isEqualTo(100);
    }

    @Test
    void holdsOfOthers_areNoRoom() {
        define("a", 100, 0);
        HoldId hold = ledger.granted(RUN, TOKENS, 20, Overage.ALLOW_IF_AVAILABLE);
        ledger.granted(RUN, TOKENS, 50);

        Outcome.Committed committed = (Outcome.Committed) ledger.commit(hold, TOKENS, 90);

        assertThat(committed.charged()).isEqualTo(Amounts.of(TOKENS, 50));
        assertThat(ledger.only("a").spent() + ledger.only("a").held()).isEqualTo(100);
    }

    @Test
    void unitsThatWereNotAskedFor_areSpentInFull() {
        define("a", 100, 0);
        ledger.define(budget("calls", Unit.CALLS, 1));
        HoldId hold = ledger.granted(RUN, TOKENS, 20, Overage.ALLOW_IF_AVAILABLE);

        ledger.submit(ledger.commitCommand(hold, Amounts.of(TOKENS, 20).with(Unit.CALLS, 3)));

        assertThat(ledger.only("calls").spent()).isEqualTo(3);
    }
}
