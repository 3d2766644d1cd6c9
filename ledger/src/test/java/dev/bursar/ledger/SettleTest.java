package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.ACME;
import static dev.bursar.ledger.TestLedger.blocks;
import static dev.bursar.ledger.TestLedger.budget;
import static dev.bursar.ledger.TestLedger.granted;
import static dev.bursar.ledger.TestLedger.on;
import static dev.bursar.ledger.TestLedger.reason;
import static dev.bursar.ledger.TestLedger.subject;
import static dev.bursar.ledger.Unit.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SettleTest {

    private static final Subject RUN = subject("run", "1");

    private final TestLedger ledger = new TestLedger();

    @BeforeEach
    void oneBudget() {
        ledger.define(budget("total", TOKENS, 100));
    }

    @AfterEach
    void replayIsEqual() {
        ledger.assertReplayIsEqual();
    }

    @Test
    void commit_lessThanHeld_returnsTheDifference() {
        HoldId hold = ledger.granted(RUN, TOKENS, 60);

        ledger.commit(hold, TOKENS, 25);

        assertThat(ledger.only("total"))
                .extracting(Balance::spent, Balance::held, Balance::overrun)
                .containsExactly(25L, 0L, 0L);
    }

    @Test
    void commit_moreThanHeldWithOverdraft_recordsTheOverrun() {
        HoldId hold = ledger.granted(RUN, TOKENS, 90);

        Outcome outcome = ledger.commit(hold, TOKENS, 130);

        assertThat(((Outcome.Committed) outcome).overrun()).isEqualTo(Amounts.of(TOKENS, 40));
        assertThat(ledger.only("total"))
                .extracting(Balance::spent, Balance::overrun)
                .containsExactly(130L, 40L);
        assertThat(blocks(ledger.reserve(RUN, TOKENS, 1)).getFirst().affordable()).isZero();
    }

    @Test
    void commit_moreThanHeldWithReject_changesNothing() {
        HoldId hold = reserve(Command.Overage.REJECT, Command.OnExpiry.RELEASE, 50);

        assertThat(reason(ledger.commit(hold, TOKENS, 51))).isEqualTo(Reason.OVERAGE_REJECTED);
        assertThat(ledger.journal.getLast())
                .isInstanceOfSatisfying(
                        Entry.Refused.class,
                        denial -> {
                            assertThat(denial.operation()).isEqualTo(StateRecord.Operation.COMMIT);
                            assertThat(denial.subject()).isEqualTo(RUN);
                            assertThat(denial.asked()).isEqualTo(Amounts.of(TOKENS, 51));
                            assertThat(denial.blocks()).hasSize(1);
                        });
        assertThat(ledger.only("total").held()).isEqualTo(50);
        assertThat(ledger.commit(hold, TOKENS, 50)).isInstanceOf(Outcome.Committed.class);
    }

    @Test
    void commit_moreThanHeldIfAvailable_isChargedAsFarAsLimitsGo() {
        HoldId hold = reserve(Command.Overage.ALLOW_IF_AVAILABLE, Command.OnExpiry.RELEASE, 50);

        Outcome.Committed committed = (Outcome.Committed) ledger.commit(hold, TOKENS, 130);

        assertThat(committed.actual()).isEqualTo(Amounts.of(TOKENS, 130));
        assertThat(committed.charged()).isEqualTo(Amounts.of(TOKENS, 100));
        assertThat(ledger.only("total").spent()).isEqualTo(100);
        assertThat(ledger.only("total").funding())
                .extracting(Funding::uncovered, Funding::debt, Funding::overLimit)
                .containsExactly(30L, 0L, true);
        assertThat(blocks(ledger.reserve(RUN, TOKENS, 0)))
                .extracting(Block::cause)
                .containsExactly(Block.Cause.OVER_LIMIT);
    }

    @Test
    void commit_moreThanHeldWithOverdraft_leavesDebtUpToTheOverdraft() {
        ledger.define(on(budget("total", TOKENS, 100), new Terms(null, 40, 0, null, false)));
        HoldId first = reserve(Command.Overage.ALLOW_WITH_OVERDRAFT, Command.OnExpiry.RELEASE, 50);

        Outcome tooMuch = ledger.commit(first, TOKENS, 141);
        assertThat(reason(tooMuch)).isEqualTo(Reason.OVERDRAFT_EXCEEDED);
        assertThat(blocks(tooMuch)).extracting(Block::name).containsExactly("total");
        Outcome.Committed committed = (Outcome.Committed) ledger.commit(first, TOKENS, 140);

        assertThat(committed.charged()).isEqualTo(Amounts.of(TOKENS, 140));
        assertThat(ledger.only("total").spent()).isEqualTo(100);
        assertThat(ledger.only("total").funding().debt()).isEqualTo(40);
        assertThat(blocks(ledger.reserve(RUN, TOKENS, 1)))
                .extracting(Block::cause)
                .containsExactly(Block.Cause.IN_DEBT);
    }

    @Test
    void release_returnsAll() {
        HoldId hold = ledger.granted(RUN, TOKENS, 60);

        ledger.release(hold);

        assertThat(ledger.only("total"))
                .extracting(Balance::spent, Balance::held)
                .containsExactly(0L, 0L);
    }

    @Test
    void hold_endsOnce() {
        HoldId hold = ledger.granted(RUN, TOKENS, 60);
        ledger.commit(hold, TOKENS, 60);

        assertThat(reason(ledger.release(hold))).isEqualTo(Reason.HOLD_FINALIZED);
        assertThat(reason(ledger.commit(new HoldId("never"), TOKENS, 1)))
                .isEqualTo(Reason.HOLD_NOT_FOUND);
        assertThat(ledger.only("total").spent()).isEqualTo(60);
    }

    @Test
    void commit_byAnotherTenant_isRefused() {
        HoldId hold = ledger.granted(RUN, TOKENS, 60);

        Outcome outcome =
                ledger.submit(
                        new Command.Commit(
                                new CommandKey("x", 1),
                                new TenantId("globex"),
                                hold,
                                Amounts.of(TOKENS, 1),
                                Attribution.NONE));

        assertThat(reason(outcome)).isEqualTo(Reason.HOLD_OF_OTHER_TENANT);
    }

    @Test
    void repeat_sameKey_answersTheSameAndTakesEffectOnce() {
        Command.Reserve reserve = ledger.reserveCommand(RUN, Amounts.of(TOKENS, 30));
        Outcome.Granted first = granted(ledger.submit(reserve));
        assertThat(ledger.submit(reserve)).isEqualTo(new Outcome.Repeated(first));

        Command.Commit commit = ledger.commitCommand(first.hold(), Amounts.of(TOKENS, 20));
        Outcome committed = ledger.submit(commit);
        assertThat(ledger.submit(commit)).isEqualTo(new Outcome.Repeated(committed));
        assertThat(ledger.submit(reserve)).isEqualTo(new Outcome.Repeated(first));
        assertThat(ledger.only("total"))
                .extracting(Balance::spent, Balance::held)
                .containsExactly(20L, 0L);
    }

    @Test
    void repeat_sameKeyOtherPayload_isAMismatch() {
        Command.Reserve reserve = ledger.reserveCommand(RUN, Amounts.of(TOKENS, 30));
        ledger.submit(reserve);
        Command.Reserve other =
                new Command.Reserve(
                        new CommandKey(reserve.key().value(), 2),
                        new HoldId("other"),
                        ACME,
                        RUN,
                        Amounts.of(TOKENS, 31),
                        Amounts.NONE,
                        reserve.ttl(),
                        reserve.onExpiry(),
                        reserve.overage(),
                        reserve.attribution());

        assertThat(reason(ledger.submit(other))).isEqualTo(Reason.IDEMPOTENCY_MISMATCH);
    }

    @Test
    void repeat_keyIsTheHold_isRememberedWithTheHold() {
        HoldId id = new HoldId("call-1");
        CommandKey key = new CommandKey("call-1", 0);
        Command.Reserve reserve =
                new Command.Reserve(
                        key,
                        id,
                        ACME,
                        RUN,
                        Amounts.of(TOKENS, 30),
                        Amounts.NONE,
                        Duration.ofMinutes(1),
                        Command.OnExpiry.CHARGE,
                        Command.Overage.ALWAYS,
                        Attribution.NONE);
        Outcome.Granted first = granted(ledger.submit(reserve));
        assertThat(ledger.submit(reserve)).isEqualTo(new Outcome.Repeated(first));
        Command.Commit commit =
                new Command.Commit(key, ACME, id, Amounts.of(TOKENS, 10), Attribution.NONE);
        Outcome committed = ledger.submit(commit);

        assertThat(ledger.submit(commit)).isEqualTo(new Outcome.Repeated(committed));
        assertThat(reason(ledger.submit(reserve))).isEqualTo(Reason.HOLD_EXISTS);
        assertThat(ledger.only("total").spent()).isEqualTo(10);
    }

    @Test
    void refusal_isNotRemembered() {
        HoldId all = ledger.granted(RUN, TOKENS, 100);
        Command.Reserve reserve = ledger.reserveCommand(RUN, Amounts.of(TOKENS, 30));
        assertThat(blocks(ledger.submit(reserve))).hasSize(1);
        ledger.release(all);

        granted(ledger.submit(reserve));
    }

    @Test
    void memory_isBounded() {
        TestLedger small = new TestLedger(new LedgerLimits(10, 10, 10, Duration.ofHours(1), 3));
        small.define(budget("total", TOKENS, 1_000));
        Command.Reserve first = small.reserveCommand(RUN, Amounts.of(TOKENS, 1));
        HoldId hold = granted(small.submit(first)).hold();
        small.commit(hold, TOKENS, 1);
        for (int i = 0; i < 4; i++) {
            small.commit(small.granted(RUN, TOKENS, 1), TOKENS, 1);
        }

        assertThat(reason(small.commit(hold, TOKENS, 1))).isEqualTo(Reason.HOLD_NOT_FOUND);
        small.assertReplayIsEqual();
    }

    @Test
    void memory_ofWhatMovesMoney_isNotPushedOutByExtensionsAndQuestions() {
        TestLedger small = new TestLedger(new LedgerLimits(10, 10, 10, Duration.ofHours(1), 8));
        small.define(budget("total", TOKENS, 1_000));
        Command.Reserve first = small.reserveCommand(RUN, Amounts.of(TOKENS, 1));
        Outcome.Granted granted = granted(small.submit(first));
        for (int i = 0; i < 20; i++) {
            small.extend(granted.hold(), Duration.ofMillis(1), 100);
            small.submit(
                    new Command.Evaluate(
                            small.reserveCommand(RUN, Amounts.of(TOKENS, 1)),
                            StateRecord.Operation.DECIDE));
        }

        assertThat(small.submit(first)).isEqualTo(new Outcome.Repeated(granted));
        small.assertReplayIsEqual();
    }

    @Test
    void expiry_releasesOrCharges_asItsOwnerAsked() {
        reserve(Command.Overage.REJECT, Command.OnExpiry.RELEASE, 10);
        reserve(Command.Overage.REJECT, Command.OnExpiry.CHARGE, 20);
        ledger.pass(Duration.ofMinutes(10));
        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(0, 0, false));
        ledger.pass(Duration.ofMillis(1));

        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(2, 0, false));
        assertThat(ledger.only("total"))
                .extracting(Balance::spent, Balance::held)
                .containsExactly(20L, 0L);
    }

    @Test
    void expiry_isBoundedAndSaysThatThereIsMore() {
        for (int i = 0; i < 5; i++) {
            ledger.granted(RUN, TOKENS, 1);
        }
        ledger.pass(Duration.ofHours(1));

        assertThat(ledger.submit(new Command.Expire(3))).isEqualTo(new Outcome.Expired(3, 0, true));
        assertThat(ledger.submit(new Command.Expire(3)))
                .isEqualTo(new Outcome.Expired(2, 0, false));
    }

    @Test
    void commit_afterItsTime_isRefusedOrTakenAsItsOwnerAsked() {
        HoldId released = reserve(Command.Overage.REJECT, Command.OnExpiry.RELEASE, 10);
        HoldId charged = reserve(Command.Overage.REJECT, Command.OnExpiry.CHARGE, 20);
        ledger.pass(Duration.ofHours(1));

        assertThat(reason(ledger.commit(released, TOKENS, 5))).isEqualTo(Reason.HOLD_EXPIRED);
        assertThat(ledger.commit(charged, TOKENS, 15)).isInstanceOf(Outcome.Committed.class);
        assertThat(reason(ledger.commit(released, TOKENS, 5))).isEqualTo(Reason.HOLD_EXPIRED);
        assertThat(ledger.only("total"))
                .extracting(Balance::spent, Balance::held)
                .containsExactly(15L, 0L);
    }

    @Test
    void run_namedAsItsOnlyCall_leavesNoAccountBehind() {
        ledger.define(TestLedger.per(budget("run", TOKENS, 10), "run"));
        ledger.define(TestLedger.per(budget("steps", Unit.TOOL_CALLS, 10), "run"));
        ledger.define(budget("all-steps", Unit.TOOL_CALLS, 10));
        Command.Reserve plain = ledger.reserveCommand(RUN, Amounts.of(TOKENS, 5));
        Command.Reserve alone =
                new Command.Reserve(
                        plain.key(),
                        plain.hold(),
                        ACME,
                        subject("run", plain.hold().value()),
                        plain.asked(),
                        Amounts.NONE,
                        plain.ttl(),
                        plain.onExpiry(),
                        plain.overage(),
                        Attribution.NONE);
        HoldId hold = granted(ledger.submit(alone)).hold();
        assertThat(ledger.balances("run")).hasSize(1);

        ledger.submit(ledger.commitCommand(hold, Amounts.of(TOKENS, 5).with(Unit.TOOL_CALLS, 1)));

        assertThat(ledger.balances("run")).isEmpty();
        assertThat(ledger.balances("steps")).isEmpty();
        assertThat(ledger.only("all-steps").spent()).isEqualTo(1);
        assertThat(ledger.only("total").spent()).isEqualTo(5);
    }

    @Test
    void leftAfter_aHold_isWhatItsTightestBudgetThenHas() {
        ledger.define(budget("slots", Unit.SLOTS, 1));
        ledger.define(budget("calls", Unit.CALLS, 100));
        ledger.define(TestLedger.mode(budget("soft", TOKENS, 1), Budget.Mode.SOFT));
        ledger.granted(RUN, TOKENS, 7);
        Amounts asked = Amounts.of(TOKENS, 50).with(Unit.SLOTS, 1).with(Unit.CALLS, 1);
        Outcome.Granted held = granted(ledger.submit(ledger.reserveCommand(RUN, asked)));
        assertThat(held.tightest()).isEqualTo(new Outcome.Remaining("slots", Unit.SLOTS, 1, 0));

        Outcome.Remaining spent =
                ledger.ledger()
                        .leftAfter(
                                held.hold(),
                                Amounts.of(TOKENS, 20).with(Unit.SLOTS, 1).with(Unit.CALLS, 1),
                                ledger.now);
        Outcome.Remaining released =
                ledger.ledger().leftAfter(held.hold(), Amounts.NONE, ledger.now);

        assertThat(spent).isEqualTo(new Outcome.Remaining("total", TOKENS, 100, 73));
        assertThat(released).isEqualTo(new Outcome.Remaining("total", TOKENS, 100, 93));
        ledger.submit(ledger.commitCommand(held.hold(), Amounts.of(TOKENS, 20)));
        Balance total = ledger.only("total");
        assertThat(100 - total.spent() - total.held()).isEqualTo(73);
        assertThat(ledger.ledger().leftAfter(held.hold(), Amounts.NONE, ledger.now)).isNull();
    }

    @Test
    void charge_isNeverRefused_andSaysWhatItPassed() {
        Command.Charge charge =
                new Command.Charge(
                        new CommandKey("e1", 7),
                        ACME,
                        RUN,
                        Amounts.of(TOKENS, 130),
                        Command.Overage.ALWAYS,
                        false,
                        Attribution.NONE);

        Outcome outcome = ledger.submit(charge);

        assertThat(((Outcome.Charged) outcome).passed())
                .extracting(Block::name)
                .containsExactly("total");
        assertThat(ledger.submit(charge)).isEqualTo(new Outcome.Repeated(outcome));
        assertThat(ledger.only("total").spent()).isEqualTo(130);
    }

    @Test
    void charge_beyondTheBoundOfSums_isRefusedAndNothingBreaks() {
        for (int i = 0; i < 4_000; i++) {
            charge(i, Account.MAX_SUM / 4_000);
        }

        assertThat(reason(charge(4_000, 1))).isEqualTo(Reason.CAPACITY);
        assertThat(ledger.only("total").spent()).isEqualTo(4_000_000_000_000_000_000L);
        assertThat(blocks(ledger.reserve(RUN, TOKENS, 1))).hasSize(1);
    }

    private Outcome charge(int number, long tokens) {
        return ledger.submit(
                new Command.Charge(
                        new CommandKey("e" + number, 0),
                        ACME,
                        RUN,
                        Amounts.of(TOKENS, tokens),
                        Command.Overage.ALWAYS,
                        false,
                        Attribution.NONE));
    }

    private HoldId reserve(Command.Overage overage, Command.OnExpiry onExpiry, long tokens) {
        Command.Reserve plain = ledger.reserveCommand(RUN, Amounts.of(TOKENS, tokens));
        return granted(
                        ledger.submit(
                                new Command.Reserve(
                                        plain.key(),
                                        plain.hold(),
                                        ACME,
                                        RUN,
                                        plain.asked(),
                                        Amounts.NONE,
                                        plain.ttl(),
                                        onExpiry,
                                        overage,
                                        Attribution.NONE)))
                .hold();
    }
}
