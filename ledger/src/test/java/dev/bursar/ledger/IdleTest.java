package dev.bursar.ledger;

import static dev.bursar.ledger.Command.Adjustment.CREDIT;
import static dev.bursar.ledger.TestLedger.blocks;
import static dev.bursar.ledger.TestLedger.budget;
import static dev.bursar.ledger.TestLedger.lasting;
import static dev.bursar.ledger.TestLedger.on;
import static dev.bursar.ledger.TestLedger.per;
import static dev.bursar.ledger.TestLedger.reason;
import static dev.bursar.ledger.TestLedger.subject;
import static dev.bursar.ledger.Unit.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Command.Overage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A budget of 10 per run that ends after half an hour of rest.
class IdleTest {

    private static final Subject RUN = subject("run", "1");
    private static final Duration IDLE = Duration.ofMinutes(30);
    private static final Terms TERMS = new Terms(null, 5, 0, IDLE, false);

    private final TestLedger ledger = new TestLedger();

    @BeforeEach
    void oneBudget() {
        ledger.define(on(per(budget("run", TOKENS, 10), "run"), TERMS));
    }

    @AfterEach
    void replayIsEqual() {
        ledger.assertReplayIsEqual();
    }

    @Test
    void rested_theRunBeginsAnew() {
        ledger.commit(ledger.granted(RUN, TOKENS, 10), TOKENS, 10);
        ledger.pass(IDLE.minusMillis(1));
        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(0, 0, false));
        ledger.pass(Duration.ofMillis(1));

        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(0, 1, false));
        ledger.granted(RUN, TOKENS, 10);
    }

    @Test
    void longCall_isUseUntilItsEnd() {
        Command.Reserve plain = ledger.reserveCommand(RUN, Amounts.of(TOKENS, 10));
        ledger.submit(lasting(plain, Duration.ofHours(2), Duration.ZERO));
        ledger.pass(Duration.ofHours(1));
        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(0, 0, false));
        ledger.commit(plain.hold(), TOKENS, 10);

        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(0, 0, false));
        ledger.pass(IDLE);
        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(0, 1, false));
    }

    @Test
    void runThatGoesOnAsking_doesNotRest() {
        ledger.commit(ledger.granted(RUN, TOKENS, 10), TOKENS, 10);
        for (int minute = 0; minute < 120; minute++) {
            ledger.pass(Duration.ofMinutes(1));
            ledger.expire();
            assertThat(blocks(ledger.reserve(RUN, TOKENS, 1))).hasSize(1);
        }
    }

    @Test
    void debt_isNotForgotten_creditIs() {
        ledger.charge(RUN, TOKENS, 14, Overage.ALLOW_WITH_OVERDRAFT);
        ledger.adjust("run", CREDIT, 5, "2");
        ledger.pass(IDLE);

        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(0, 1, false));
        assertThat(blocks(ledger.reserve(RUN, TOKENS, 1)).getFirst().debt()).isEqualTo(4);
    }

    @Test
    void idleGivenLater_endsThoseThatRestedFirst() {
        ledger.define(per(budget("run", TOKENS, 10), "run"));
        for (String run : List.of("1", "2", "3")) {
            ledger.commit(ledger.granted(subject("run", run), TOKENS, 0), TOKENS, 0);
            ledger.pass(Duration.ofMinutes(1));
        }
        ledger.adjust("run", CREDIT, 1, "1");
        ledger.define(on(per(budget("run", TOKENS, 10), "run"), TERMS));
        ledger.pass(Duration.ofMinutes(28));

        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(0, 1, false));
    }

    @Test
    void openApproval_goesWithTheRun() {
        Budget.Step ask = new Budget.Step(100, Budget.Step.Action.APPROVE, List.of());
        Budget run = per(budget("run", TOKENS, 10), "run");
        ledger.define(on(TestLedger.mode(run, Budget.Mode.HARD, ask), TERMS));
        String id = String.valueOf(blocks(ledger.reserve(RUN, TOKENS, 11)).getFirst().approval());
        ledger.pass(IDLE);
        ledger.expire();

        assertThat(ledger.ledger().approvals(TestLedger.ACME)).isEmpty();
        assertThat(reason(ledger.approve(id, 1, ledger.now.plusSeconds(1))))
                .isEqualTo(Reason.APPROVAL_NOT_FOUND);
    }

    @Test
    void runNamedAsAnOpenHold_keepsItsAccountWhileOthersUseIt() {
        Command.Reserve first = ledger.reserveCommand(subject("run", "h1"), Amounts.of(TOKENS, 4));
        ledger.submit(first);
        assertThat(first.hold()).isEqualTo(new HoldId("h1"));
        HoldId other = ledger.granted(subject("run", "h1"), TOKENS, 4);

        ledger.commit(first.hold(), TOKENS, 4);

        ledger.assertReplayIsEqual();
        assertThat(blocks(ledger.reserve(subject("run", "h1"), TOKENS, 3))).hasSize(1);
        ledger.commit(other, TOKENS, 4);
        assertThat(ledger.only("run").spent()).isEqualTo(8);
    }
}
