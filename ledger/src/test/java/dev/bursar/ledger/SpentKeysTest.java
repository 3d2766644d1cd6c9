package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.ACME;
import static dev.bursar.ledger.TestLedger.budget;
import static dev.bursar.ledger.TestLedger.reason;
import static dev.bursar.ledger.TestLedger.subject;
import static dev.bursar.ledger.Unit.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SpentKeysTest {

    private static final LedgerLimits TWO_REMEMBERED =
            new LedgerLimits(100, 100, 100, Duration.ofHours(24), 2);

    @Test
    void charge_sentAgainAfterItsOutcomeIsForgotten_isNotChargedAgain() {
        TestLedger ledger = new TestLedger(LedgerLimits.DEFAULT);
        ledger.define(budget("total", TOKENS, 1_000));
        charge(ledger, ACME, "e", 7, 10);
        for (int day = 1; day <= 6; day++) {
            ledger.pass(Duration.ofHours(28));
            charge(ledger, ACME, "later" + day, 1, 1);
        }

        assertThat(reason(charge(ledger, ACME, "e", 7, 10))).isEqualTo(Reason.OUTCOME_FORGOTTEN);
        assertThat(reason(charge(ledger, ACME, "e", 8, 10))).isEqualTo(Reason.IDEMPOTENCY_MISMATCH);
        assertThat(ledger.only("total").spent()).isEqualTo(16);
        ledger.assertReplayIsEqual();
    }

    @Test
    void charge_afterSevenDays_isANewOne() {
        TestLedger ledger = new TestLedger(LedgerLimits.DEFAULT);
        ledger.define(budget("total", TOKENS, 1_000));
        charge(ledger, ACME, "e", 7, 10);
        ledger.pass(Duration.ofDays(2));
        charge(ledger, ACME, "second", 1, 1);
        ledger.pass(Duration.ofDays(6));
        charge(ledger, ACME, "third", 1, 1);
        ledger.pass(Duration.ofDays(2));
        charge(ledger, ACME, "fourth", 1, 1);

        assertThat(charge(ledger, ACME, "e", 7, 10)).isInstanceOf(Outcome.Charged.class);
        ledger.assertReplayIsEqual();
    }

    @Test
    void charge_pushedOutByNumber_isStillKnownUntilFourTimesAsMany() {
        TestLedger ledger = new TestLedger(TWO_REMEMBERED);
        ledger.define(budget("total", TOKENS, 1_000));
        for (int i = 0; i < 11; i++) {
            charge(ledger, ACME, "e" + i, 7, 1);
        }

        // Two outcomes and eight keys.
        assertThat(charge(ledger, ACME, "e9", 7, 1)).isInstanceOf(Outcome.Repeated.class);
        assertThat(reason(charge(ledger, ACME, "e8", 7, 1))).isEqualTo(Reason.OUTCOME_FORGOTTEN);
        assertThat(reason(charge(ledger, ACME, "e1", 7, 1))).isEqualTo(Reason.OUTCOME_FORGOTTEN);
        ledger.assertReplayIsEqual();
        assertThat(charge(ledger, ACME, "e0", 7, 1)).isInstanceOf(Outcome.Charged.class);
        ledger.assertReplayIsEqual();
    }

    @Test
    void reserve_pushedOutByNumber_makesNoSecondHoldForADay() {
        TestLedger ledger = new TestLedger(TWO_REMEMBERED);
        ledger.define(budget("total", TOKENS, 1_000));
        for (int i = 0; i < 4; i++) {
            reserve(ledger, "r" + i, 7);
        }

        assertThat(reserve(ledger, "r3", 7)).isInstanceOf(Outcome.Repeated.class);
        assertThat(reason(reserve(ledger, "r0", 7))).isEqualTo(Reason.OUTCOME_FORGOTTEN);
        assertThat(reason(reserve(ledger, "r0", 8))).isEqualTo(Reason.IDEMPOTENCY_MISMATCH);
        assertThat(charge(ledger, ACME, "r0", 7, 1)).isInstanceOf(Outcome.Charged.class);
        assertThat(ledger.ledger().holds()).isEqualTo(4);
        ledger.assertReplayIsEqual();

        ledger.pass(Duration.ofHours(25));
        // Whatever comes next, no key stays for longer.
        charge(ledger, ACME, "later", 7, 1);
        assertThat(reserve(ledger, "r0", 7)).isInstanceOf(Outcome.Granted.class);
        assertThat(reserve(ledger, "r3", 7)).isInstanceOf(Outcome.Granted.class);
        ledger.assertReplayIsEqual();
    }

    @Test
    void reserves_howeverMany_pushOutNoKeyOfACharge() {
        TestLedger ledger = new TestLedger(TWO_REMEMBERED);
        ledger.define(budget("total", TOKENS, 1_000));
        charge(ledger, ACME, "e", 7, 1);
        for (int i = 0; i < 40; i++) {
            reserve(ledger, "r" + i, 7);
        }

        assertThat(reason(charge(ledger, ACME, "e", 7, 1))).isEqualTo(Reason.OUTCOME_FORGOTTEN);
        assertThat(reason(reserve(ledger, "r30", 7))).isEqualTo(Reason.OUTCOME_FORGOTTEN);
        assertThat(reserve(ledger, "r29", 7)).isInstanceOf(Outcome.Granted.class);
        ledger.assertReplayIsEqual();
    }

    @Test
    void reserve_whoseKeyIsPushedOutAndWhoseHoldIsOpen_isAnsweredFromTheHold() {
        TestLedger ledger = new TestLedger(TWO_REMEMBERED);
        ledger.define(budget("total", TOKENS, 1_000));
        Command.Reserve first = ledger.reserveCommand(subject("run", "1"), Amounts.of(TOKENS, 1));
        Command.Reserve keyed = keyed(first, new CommandKey("once", 7));
        Outcome granted = ledger.submit(keyed);
        for (int i = 0; i < 4; i++) {
            reserve(ledger, "r" + i, 7);
        }

        assertThat(ledger.submit(keyed)).isEqualTo(new Outcome.Repeated(granted));
        assertThat(reason(ledger.submit(keyed(first, new CommandKey("once", 8)))))
                .isEqualTo(Reason.IDEMPOTENCY_MISMATCH);
    }

    @Test
    void charge_ofAnotherTenantOrOperation_isNotTakenForIt() {
        TestLedger ledger = new TestLedger(TWO_REMEMBERED);
        ledger.define(budget("total", TOKENS, 1_000));
        for (int i = 0; i < 4; i++) {
            charge(ledger, ACME, "e" + i, 7, 1);
        }

        assertThat(charge(ledger, new TenantId("other"), "e0", 7, 1))
                .isInstanceOf(Outcome.Charged.class);
        HoldId hold = ledger.granted(subject("run", "1"), TOKENS, 5);
        assertThat(
                        ledger.submit(
                                new Command.Commit(
                                        new CommandKey("e0", 7),
                                        ACME,
                                        hold,
                                        Amounts.of(TOKENS, 5),
                                        Attribution.NONE)))
                .isInstanceOf(Outcome.Committed.class);
    }

    /// Against a plain list, with hashes that collide in the index.
    @Test
    void keys_randomAdditions_areFoundUntilTheyLeave() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        SpentKeys keys = new SpentKeys(StateRecord.Operation.CHARGE, 1_000, 500);
        Deque<StateRecord.Remembered> expected = new ArrayDeque<>();
        long now = 0;
        for (int i = 0; i < 20_000; i++) {
            now += random.nextInt(random.nextInt(50) == 0 ? 400 : 4);
            var added =
                    new StateRecord.Remembered(
                            ACME,
                            StateRecord.Operation.CHARGE,
                            new CommandKey("k" + i, i),
                            Instant.ofEpochMilli(now),
                            new Outcome.Noted());
            keys.add(added);
            while (!expected.isEmpty()
                    && (expected.size() >= 500
                            || expected.getFirst().at().toEpochMilli() < now - 1_000)) {
                CommandKey gone = expected.removeFirst().key();
                assertThat(keys.recall(ACME, gone)).as("seed " + seed).isNull();
            }
            expected.addLast(added);
            assertThat(keys.size()).as("seed " + seed).isEqualTo(expected.size());
            if (i % 97 == 0) {
                expected.forEach(each ->
                        assertThat(keys.recall(ACME, each.key()))
                                .as("seed " + seed)
                                .isEqualTo(Refusals.of(Reason.OUTCOME_FORGOTTEN)));
            }
        }
    }

    private static Outcome reserve(TestLedger ledger, String key, long fingerprint) {
        Command.Reserve any = ledger.reserveCommand(subject("run", "1"), Amounts.of(TOKENS, 1));
        return ledger.submit(keyed(any, new CommandKey(key, fingerprint)));
    }

    private static Command.Reserve keyed(Command.Reserve any, CommandKey key) {
        return new Command.Reserve(
                key,
                any.hold(),
                any.tenant(),
                any.subject(),
                any.asked(),
                any.atLeast(),
                any.ttl(),
                any.onExpiry(),
                any.overage(),
                any.attribution());
    }

    private static Outcome charge(
            TestLedger ledger, TenantId tenant, String key, long fingerprint, long amount) {
        return ledger.submit(
                new Command.Charge(
                        new CommandKey(key, fingerprint),
                        tenant,
                        subject("run", "1"),
                        Amounts.of(TOKENS, amount),
                        Command.Overage.ALWAYS,
                        false,
                        Attribution.NONE));
    }
}
