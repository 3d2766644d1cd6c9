package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.ACME;
import static dev.bursar.ledger.TestLedger.blocks;
import static dev.bursar.ledger.TestLedger.budget;
import static dev.bursar.ledger.TestLedger.every;
import static dev.bursar.ledger.TestLedger.granted;
import static dev.bursar.ledger.TestLedger.matching;
import static dev.bursar.ledger.TestLedger.mode;
import static dev.bursar.ledger.TestLedger.per;
import static dev.bursar.ledger.TestLedger.reason;
import static dev.bursar.ledger.TestLedger.subject;
import static dev.bursar.ledger.Unit.CALLS;
import static dev.bursar.ledger.Unit.MILLIS;
import static dev.bursar.ledger.Unit.SLOTS;
import static dev.bursar.ledger.Unit.TOKENS;
import static dev.bursar.ledger.Unit.TOOL_CALLS;
import static dev.bursar.ledger.Unit.USD_MICROCENTS;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReserveTest {

    private static final long USD = Unit.MICROCENTS_PER_USD;
    private static final Subject RUN_1 = subject("run", "1", "team", "core");
    private static final Subject RUN_2 = subject("run", "2", "team", "core");

    private final TestLedger ledger = new TestLedger();

    @AfterEach
    void replayIsEqual() {
        ledger.assertReplayIsEqual();
    }

    @Test
    void reserve_twoOf4UsdAgainst5_grantsExactlyOne() {
        ledger.define(budget("total", USD_MICROCENTS, 5 * USD));
        granted(ledger.reserve(RUN_1, USD_MICROCENTS, 4 * USD));

        Block block = blocks(ledger.reserve(RUN_2, USD_MICROCENTS, 4 * USD)).getFirst();

        assertThat(block)
                .extracting(
                        Block::limit, Block::spent, Block::held, Block::asked, Block::affordable)
                .containsExactly(5 * USD, 0L, 4 * USD, 4 * USD, USD);
        assertThat(block.cause()).isEqualTo(Block.Cause.HELD);
    }

    @Test
    void reserve_oneOfThreeLevelsFull_holdsNothingAnywhere() {
        ledger.define(budget("company", USD_MICROCENTS, 100));
        ledger.define(per(budget("team", USD_MICROCENTS, 50), "team"));
        ledger.define(per(budget("run", USD_MICROCENTS, 10), "run"));
        granted(ledger.reserve(RUN_1, USD_MICROCENTS, 10));

        assertThat(blocks(ledger.reserve(RUN_1, USD_MICROCENTS, 1)))
                .extracting(Block::name)
                .containsExactly("run");
        assertThat(ledger.only("company").held()).isEqualTo(10);
        assertThat(ledger.only("team").held()).isEqualTo(10);
        granted(ledger.reserve(RUN_2, USD_MICROCENTS, 10));
        assertThat(ledger.only("team").held()).isEqualTo(20);
        assertThat(ledger.balances("run")).hasSize(2);
    }

    @Test
    void reserve_severalUnits_allOrNone() {
        ledger.define(budget("usd", USD_MICROCENTS, 100));
        ledger.define(budget("calls", CALLS, 1));
        Amounts both = Amounts.of(USD_MICROCENTS, 10).with(CALLS, 1);
        granted(ledger.submit(ledger.reserveCommand(RUN_1, both)));

        assertThat(blocks(ledger.submit(ledger.reserveCommand(RUN_1, both))))
                .extracting(Block::unit)
                .containsExactly(CALLS);
        assertThat(ledger.only("usd").held()).isEqualTo(10);
    }

    @Test
    void refusal_severalBlocks_orderedByCauseThenName() {
        ledger.define(budget("c-held", USD_MICROCENTS, 100));
        ledger.define(matching(budget("b-spent", USD_MICROCENTS, 100), "run", "2"));
        ledger.define(budget("d-spent", TOKENS, 100));
        ledger.define(every(budget("z-call", USD_MICROCENTS, 5), new Window.PerCall()));
        HoldId spent =
                granted(
                                ledger.submit(
                                        ledger.reserveCommand(
                                                RUN_2,
                                                Amounts.of(USD_MICROCENTS, 5).with(TOKENS, 100))))
                        .hold();
        ledger.submit(
                ledger.commitCommand(spent, Amounts.of(USD_MICROCENTS, 96).with(TOKENS, 100)));

        Outcome refused =
                ledger.submit(
                        ledger.reserveCommand(
                                RUN_2, Amounts.of(USD_MICROCENTS, 6).with(TOKENS, 1)));

        assertThat(blocks(refused))
                .extracting(Block::name, Block::cause)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("z-call", Block.Cause.ABOVE_LIMIT),
                        org.assertj.core.groups.Tuple.tuple("b-spent", Block.Cause.SPENT),
                        org.assertj.core.groups.Tuple.tuple("c-held", Block.Cause.SPENT),
                        org.assertj.core.groups.Tuple.tuple("d-spent", Block.Cause.SPENT));
    }

    @Test
    void reserve_perDimensionMissing_sharesTheAccountOfTheMissing() {
        ledger.define(per(budget("user", TOKENS, 10), "user"));
        granted(ledger.reserve(Subject.EMPTY, TOKENS, 6));

        assertThat(blocks(ledger.reserve(RUN_1, TOKENS, 6))).hasSize(1);
        granted(ledger.reserve(subject("user", "ann"), TOKENS, 6));
    }

    @Test
    void reserve_matchDoesNotFit_isNotLimited() {
        ledger.define(matching(budget("research", TOKENS, 0), "workflow", "research"));

        granted(ledger.reserve(subject("workflow", "support"), TOKENS, 1));
        assertThat(blocks(ledger.reserve(subject("workflow", "research"), TOKENS, 1))).hasSize(1);
    }

    @Test
    void reserve_otherTenant_isNotTouched() {
        ledger.define(budget("total", TOKENS, 0));
        Command.Reserve own = ledger.reserveCommand(RUN_1, Amounts.of(TOKENS, 1));
        Outcome other =
                ledger.submit(
                        new Command.Reserve(
                                own.key(),
                                own.hold(),
                                new TenantId("globex"),
                                own.subject(),
                                own.asked(),
                                own.atLeast(),
                                own.ttl(),
                                own.onExpiry(),
                                own.overage(),
                                own.attribution()));

        granted(other);
    }

    @Test
    void reserve_nothingAsked_passesAnExhaustedBudget() {
        ledger.define(budget("usd", USD_MICROCENTS, 0));

        granted(ledger.reserve(RUN_1, USD_MICROCENTS, 0));
    }

    @Test
    void reserve_atLeast_grantsWhatFits() {
        ledger.define(budget("a", TOKENS, 700));
        ledger.define(budget("b", TOKENS, 500));
        Command.Reserve all = ledger.reserveCommand(RUN_1, Amounts.of(TOKENS, 1_000));
        Command.Reserve some =
                new Command.Reserve(
                        all.key(),
                        all.hold(),
                        ACME,
                        all.subject(),
                        all.asked(),
                        Amounts.of(TOKENS, 200),
                        all.ttl(),
                        all.onExpiry(),
                        all.overage(),
                        all.attribution());

        assertThat(granted(ledger.submit(some)).held()).isEqualTo(Amounts.of(TOKENS, 500));
        assertThat(ledger.only("a").held()).isEqualTo(500);
        assertThat(blocks(ledger.reserve(RUN_1, TOKENS, 1))).extracting(Block::name).contains("b");
    }

    @Test
    void reserve_shortAndToAskAgain_holdsNothingAndIsNoDenial() {
        ledger.define(budget("a", TOKENS, 500));
        Outcome outcome = ledger.submit(askingAgain(1_000, 200));

        assertThat(outcome).isEqualTo(new Outcome.Refused(Reason.SHORTAGE, List.of()));
        assertThat(ledger.balances("a")).isEmpty();
        assertThat(ledger.ledger().holds()).isZero();

        assertThat(granted(ledger.submit(askingAgain(500, 200))).held())
                .isEqualTo(Amounts.of(TOKENS, 500));
        assertThat(reason(ledger.submit(askingAgain(1_000, 200))))
                .isEqualTo(Reason.BUDGET_EXCEEDED);
    }

    @Test
    void reserve_shortOnlyByAnExpiredHold_isGranted() {
        ledger.define(budget("a", TOKENS, 500));
        ledger.granted(RUN_1, TOKENS, 300);
        ledger.pass(Duration.ofMinutes(11));

        granted(ledger.submit(askingAgain(500, 200)));
    }

    private Command.Reserve askingAgain(long tokens, long atLeast) {
        Command.Reserve plain = ledger.reserveCommand(RUN_1, Amounts.of(TOKENS, tokens));
        return new Command.Reserve(
                plain.key(),
                plain.hold(),
                ACME,
                plain.subject(),
                plain.asked(),
                Amounts.of(TOKENS, atLeast),
                Command.Shortage.ASK_AGAIN,
                plain.ttl(),
                plain.grace(),
                plain.onExpiry(),
                plain.overage(),
                plain.scoped(),
                plain.attribution());
    }

    @Test
    void shadow_full_grantsAndRecordsWhatItWouldHaveDone() {
        ledger.define(mode(budget("shadow", TOKENS, 5), Budget.Mode.SHADOW));

        Outcome.Granted granted = granted(ledger.reserve(RUN_1, TOKENS, 6));

        assertThat(granted.wouldRefuse()).extracting(Block::name).containsExactly("shadow");
        assertThat(granted.notices()).isEmpty();
        assertThat(ledger.only("shadow").held()).isEqualTo(6);
    }

    @Test
    void soft_passedOrAtAStep_grantsWithNotices() {
        Budget.Step alert = new Budget.Step(80, Budget.Step.Action.ALERT, List.of());
        Budget.Step downgrade = new Budget.Step(100, Budget.Step.Action.DOWNGRADE, List.of());
        ledger.define(mode(budget("soft", TOKENS, 10), Budget.Mode.SOFT, alert, downgrade));

        assertThat(granted(ledger.reserve(RUN_1, TOKENS, 7)).notices()).isEmpty();
        assertThat(granted(ledger.reserve(RUN_1, TOKENS, 1)).notices())
                .extracting(Notice::step, Notice::percent)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(alert, 80));
        assertThat(granted(ledger.reserve(RUN_1, TOKENS, 5)).notices())
                .extracting(Notice::step, Notice::percent)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(downgrade, 130));
    }

    @Test
    void slots_freeOnSettle() {
        ledger.define(budget("slots", SLOTS, 1));
        HoldId first = ledger.granted(RUN_1, SLOTS, 1);
        assertThat(blocks(ledger.reserve(RUN_2, SLOTS, 1)).getFirst().cause())
                .isEqualTo(Block.Cause.HELD);

        ledger.commit(first, SLOTS, 1);

        HoldId second = ledger.granted(RUN_2, SLOTS, 1);
        ledger.release(second);
        granted(ledger.reserve(RUN_2, SLOTS, 1));
    }

    @Test
    void time_runsFromTheFirstReserveOfTheRun() {
        ledger.define(per(budget("time", MILLIS, 120_000), "run"));
        granted(ledger.reserve(RUN_1, CALLS, 1));
        ledger.pass(Duration.ofMillis(119_999));
        granted(ledger.reserve(RUN_1, CALLS, 1));
        ledger.pass(Duration.ofMillis(1));

        Block block = blocks(ledger.reserve(RUN_1, CALLS, 1)).getFirst();

        assertThat(block.spent()).isEqualTo(120_000);
        assertThat(block.affordable()).isZero();
        granted(ledger.reserve(RUN_2, CALLS, 1));
    }

    @Test
    void perCall_limitsEachCallAlone() {
        ledger.define(every(budget("one", USD_MICROCENTS, 10), new Window.PerCall()));

        for (int i = 0; i < 5; i++) {
            granted(ledger.reserve(RUN_1, USD_MICROCENTS, 10));
        }
        assertThat(blocks(ledger.reserve(RUN_1, USD_MICROCENTS, 11)).getFirst().cause())
                .isEqualTo(Block.Cause.ABOVE_LIMIT);
    }

    @Test
    void tightest_isTheHardBudgetWithTheSmallestShareLeft() {
        ledger.define(budget("wide", USD_MICROCENTS, 1_000));
        ledger.define(budget("narrow", TOKENS, 100_000));
        ledger.define(mode(budget("soft", TOKENS, 1), Budget.Mode.SOFT));

        Outcome.Granted granted =
                granted(
                        ledger.submit(
                                ledger.reserveCommand(
                                        RUN_1,
                                        Amounts.of(USD_MICROCENTS, 100).with(TOKENS, 50_000))));

        assertThat(granted.tightest())
                .isEqualTo(new Outcome.Remaining("narrow", TOKENS, 100_000, 50_000));
    }

    @Test
    void expiredHold_isNoReasonToRefuse_withoutAnySweep() {
        ledger.define(budget("total", TOKENS, 10));
        ledger.granted(RUN_1, TOKENS, 10);
        ledger.pass(Duration.ofMinutes(11));

        granted(ledger.reserve(RUN_2, TOKENS, 10));
        assertThat(ledger.only("total").held()).isEqualTo(10);
        assertThat(ledger.ledger().holds()).isEqualTo(1);
    }

    @Test
    void bounds_holdsAndAccounts_areClearRefusals() {
        TestLedger small = new TestLedger(new LedgerLimits(2, 1, 2, Duration.ofHours(1), 10));
        small.define(per(budget("run", TOKENS, 10), "run"));
        granted(small.reserve(RUN_1, TOKENS, 1));
        assertThat(reason(small.reserve(RUN_2, TOKENS, 1))).isEqualTo(Reason.CAPACITY);
        granted(small.reserve(RUN_1, TOKENS, 1));
        assertThat(reason(small.reserve(RUN_1, TOKENS, 1))).isEqualTo(Reason.CAPACITY);
        assertThat(small.journal)
                .filteredOn(Entry.Refused.class::isInstance)
                .extracting(entry -> ((Entry.Refused) entry).reason())
                .containsExactly(Reason.CAPACITY, Reason.CAPACITY);
        small.define(budget("second", TOKENS, 1));
        assertThat(reason(small.define(budget("third", TOKENS, 1)))).isEqualTo(Reason.CAPACITY);
        small.assertReplayIsEqual();
    }

    @Test
    void toolCallsSeenOnlyInTheAnswer_countAgainstTheirBudget() {
        ledger.define(per(budget("steps", TOOL_CALLS, 3), "run"));
        HoldId hold = ledger.granted(RUN_1, CALLS, 1);
        ledger.submit(ledger.commitCommand(hold, Amounts.of(CALLS, 1).with(TOOL_CALLS, 3)));

        assertThat(ledger.only("steps").spent()).isEqualTo(3);
        assertThat(blocks(ledger.reserve(RUN_1, TOOL_CALLS, 1))).hasSize(1);
    }
}
