package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.ACME;
import static dev.bursar.ledger.TestLedger.blocks;
import static dev.bursar.ledger.TestLedger.budget;
import static dev.bursar.ledger.TestLedger.every;
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
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Which accounts are dropped, and that those that must stay are not in the way of the others.
class SweepTest {

    /// More than one round looks at.
    private static final int MANY = 2 * Sweep.MAX_LOOKS + 10;

    private static final Duration IDLE = Duration.ofMinutes(30);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Window DAY =
            new Window.Calendar(Window.Calendar.Period.DAY, ZoneId.of("UTC"));
    private static final Subject A = subject("user", "a");

    private final TestLedger ledger = new TestLedger();

    /// For many accounts: the other one looks at all of them after each step.
    private final Ledger plain =
            new Ledger(new LedgerLimits(100_000, 100_000, 100, Duration.ofHours(1), 100_000));

    private Instant now = Instant.parse("2026-03-10T12:00:00Z");

    @AfterEach
    void replayIsEqual() {
        ledger.assertReplayIsEqual();
    }

    private Outcome take(Command command) {
        Decision decision = plain.decide(command, now);
        decision.entries().forEach(plain::apply);
        return decision.outcome();
    }

    private void charge(String run, long amount) {
        take(
                new Command.Charge(
                        new CommandKey(run + now, 0),
                        ACME,
                        subject("run", run),
                        Amounts.of(TOKENS, amount),
                        Overage.ALLOW_WITH_OVERDRAFT,
                        false,
                        Attribution.NONE));
    }

    /// Expires as often as it takes to look at every account.
    private void expireAll() {
        for (int round = 0; round <= MANY / Sweep.MAX_LOOKS + 1; round++) {
            take(new Command.Expire(1_000));
        }
    }

    @Test
    void restedRun_behindManyThatOwe_isDropped() {
        defineOwing(new Window.Life(), IDLE);
        for (int i = 0; i < MANY; i++) {
            charge("owing" + i, 4_000);
        }
        charge("paid", 10);
        now = now.plus(IDLE);

        expireAll();

        assertThat(plain.accounts()).isEqualTo(MANY);
        plain.checkInvariants();
    }

    @Test
    void pastWindows_behindManyThatWait_areDropped() {
        defineOwing(DAY, null);
        for (int i = 0; i < MANY; i++) {
            charge("owing" + i, 4_000);
        }
        charge("paid", 10);
        now = now.plus(Duration.ofDays(1));
        charge("next", 10);
        now = now.plus(Duration.ofDays(1));

        expireAll();

        assertThat(plain.accounts()).isEqualTo(MANY);
        plain.checkInvariants();
    }

    @Test
    void accountUsedWhereASweepStopped_isLookedAtLater() {
        defineOwing(new Window.Life(), IDLE);
        for (int i = 0; i < MANY; i++) {
            charge("owing" + i, 4_000);
        }
        now = now.plus(IDLE);
        take(new Command.Expire(1_000));
        take(
                new Command.AdjustBudget(
                        new CommandKey("repay", 0),
                        ACME,
                        new BudgetId("acme/run"),
                        List.of("owing" + Sweep.MAX_LOOKS),
                        Adjustment.REPAY_DEBT,
                        4_000,
                        Attribution.NONE));
        now = now.plus(IDLE);

        expireAll();

        assertThat(plain.accounts()).isEqualTo(MANY - 1);
    }

    private void defineOwing(Window window, @Nullable Duration idle) {
        Terms terms = new Terms(null, 5_000, 0, idle, false);
        take(
                new Command.DefineBudget(
                        on(every(per(budget("run", TOKENS, 10), "run"), window), terms)));
    }

    private void defineRolling(Budget.Step... ladder) {
        ledger.define(
                per(
                        every(
                                mode(budget("minute", TOKENS, 10), Budget.Mode.HARD, ladder),
                                new Window.Rolling(MINUTE)),
                        "user"));
    }

    private String askedApproval() {
        defineRolling(new Budget.Step(100, Budget.Step.Action.APPROVE, List.of()));
        return String.valueOf(blocks(ledger.reserve(A, TOKENS, 11)).getFirst().approval());
    }

    @Test
    void rollingAccount_whileItIsOverItsLimit_stays() {
        defineRolling();
        ledger.charge(A, TOKENS, 14, Overage.ALLOW_IF_AVAILABLE);
        ledger.pass(Duration.ofDays(1));

        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(0, 0, false));
        assertThat(blocks(ledger.reserve(A, TOKENS, 1)).getFirst().cause())
                .isEqualTo(Block.Cause.OVER_LIMIT);

        ledger.adjust("minute", Adjustment.CREDIT, 1, "a");
        ledger.adjust("minute", Adjustment.DEBIT, 1, "a");
        ledger.pass(Duration.ofDays(1));
        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(0, 1, false));
    }

    @Test
    void rollingAccount_whileItHasAGrant_stays() {
        String approval = askedApproval();
        ledger.approve(approval, 5, ledger.now.plus(Duration.ofHours(1)));
        ledger.pass(Duration.ofMinutes(59));

        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(0, 0, false));
        ledger.commit(ledger.granted(A, TOKENS, 15), TOKENS, 0);

        ledger.pass(Duration.ofMinutes(2));
        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(0, 1, false));
    }

    @Test
    void rollingAccount_whileItWasDeclined_stays() {
        String approval = askedApproval();
        ledger.decline(approval, ledger.now.plus(Duration.ofHours(1)));
        ledger.pass(Duration.ofMinutes(59));

        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(0, 0, false));
        assertThat(blocks(ledger.reserve(A, TOKENS, 11)).getFirst().approval()).isNull();

        ledger.pass(Duration.ofMinutes(2));
        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(0, 1, false));
    }

    @Test
    void rollingAccount_whoseApprovalNobodyAnswered_takesItAlong() {
        String approval = askedApproval();
        assertThat(ledger.ledger().approvals(ACME)).hasSize(1);
        ledger.pass(MINUTE.plus(MINUTE));

        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(0, 1, false));
        assertThat(ledger.ledger().approvals(ACME)).isEmpty();
        assertThat(reason(ledger.approve(approval, 1, ledger.now.plusSeconds(1))))
                .isEqualTo(Reason.APPROVAL_NOT_FOUND);
    }
}
