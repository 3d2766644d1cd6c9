package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.ACME;
import static dev.bursar.ledger.TestLedger.budget;
import static dev.bursar.ledger.TestLedger.granted;
import static dev.bursar.ledger.TestLedger.reason;
import static dev.bursar.ledger.TestLedger.subject;
import static dev.bursar.ledger.Unit.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StoppedRunTest {

    private static final Attribution WHY = Attribution.of(Map.of("reason", "a loop"), Map.of());
    private static final Subject RUN = subject("run", "1");

    private final TestLedger ledger = new TestLedger();

    @BeforeEach
    void oneBudget() {
        ledger.define(budget("total", TOKENS, 1_000));
    }

    @AfterEach
    void replayIsEqual() {
        ledger.assertReplayIsEqual();
    }

    @Test
    void stop_refusesThatRunOnly_andWritesEachRefusalDown() {
        assertThat(stop("1")).isEqualTo(new Outcome.RunStopped(stopped("1"), true));

        assertThat(reason(reserve(RUN))).isEqualTo(Reason.RUN_STOPPED);
        assertThat(reason(reserve(RUN))).isEqualTo(Reason.RUN_STOPPED);
        granted(reserve(subject("run", "2")));
        granted(reserve(subject("user", "1")));
        assertThat(ledger.journal)
                .filteredOn(Entry.Refused.class::isInstance)
                .extracting(entry -> ((Entry.Refused) entry).reason())
                .containsExactly(Reason.RUN_STOPPED, Reason.RUN_STOPPED);
        assertThat(stopped("1").by()).isEqualTo(WHY);
    }

    @Test
    void stop_ofOtherTenant_isNotOurs() {
        ledger.submit(new Command.StopRun(new TenantId("globex"), "1", WHY));

        granted(reserve(RUN));
    }

    @Test
    void stop_twice_staysAsItIs() {
        stop("1");
        StoppedRun first = stopped("1");
        ledger.pass(Duration.ofMinutes(1));

        assertThat(stop("1")).isEqualTo(new Outcome.RunStopped(first, false));
        assertThat(ledger.journal).filteredOn(Entry.RunStopped.class::isInstance).hasSize(1);
    }

    @Test
    void stop_openHold_endsAsAlways() {
        Outcome.Granted held = granted(reserve(RUN));
        stop("1");

        assertThat(ledger.commit(held.hold(), TOKENS, 10)).isInstanceOf(Outcome.Committed.class);
    }

    @Test
    void stop_refusesAChargeThatMayBeLeftUndone_andNoneThatTellsWhatHasHappened() {
        stop("1");

        assertThat(reason(charge(Command.Overage.REJECT, false))).isEqualTo(Reason.RUN_STOPPED);
        assertThat(charge(Command.Overage.REJECT, true)).isInstanceOf(Outcome.Charged.class);
        assertThat(charge(Command.Overage.ALWAYS, false)).isInstanceOf(Outcome.Charged.class);
        resume("1");
        assertThat(charge(Command.Overage.REJECT, false)).isInstanceOf(Outcome.Charged.class);
    }

    @Test
    void stop_isAlsoWhatAnEvaluationIsAnswered() {
        stop("1");

        Outcome answer =
                ledger.submit(
                        new Command.Evaluate(
                                ledger.reserveCommand(RUN, Amounts.of(TOKENS, 1)),
                                StateRecord.Operation.DECIDE));

        assertThat(answer)
                .isEqualTo(
                        new Outcome.Evaluated(new Outcome.Refused(Reason.RUN_STOPPED, List.of())));
    }

    @Test
    void resume_letsTheRunGoOn() {
        stop("1");

        assertThat(resume("1")).isEqualTo(new Outcome.RunResumed(ACME, "1"));
        granted(reserve(RUN));
        assertThat(reason(resume("1"))).isEqualTo(Reason.RUN_NOT_STOPPED);
    }

    @Test
    void rest_ofADay_endsTheStop_butBeingRefusedIsNoRest() {
        stop("1");
        ledger.pass(StoppedRuns.REST.minusSeconds(1));
        assertThat(reason(reserve(RUN))).isEqualTo(Reason.RUN_STOPPED);
        ledger.pass(StoppedRuns.REST.minusSeconds(1));
        assertThat(reason(reserve(RUN))).isEqualTo(Reason.RUN_STOPPED);

        ledger.pass(StoppedRuns.REST);

        granted(reserve(RUN));
        assertThat(ledger.ledger().stopped(ACME, "1", ledger.now)).isNull();
        stop("2"); // takes what has rested out of the state
        assertThat(ledger.ledger().state())
                .filteredOn(StateRecord.StoppedRunState.class::isInstance)
                .hasSize(1);
    }

    @Test
    void bound_letsTheOneGoThatRestedTheLongest() {
        StoppedRuns runs = new StoppedRuns();
        for (int i = 0; i <= StoppedRuns.MAX_RUNS; i++) {
            runs.put(
                    new StateRecord.StoppedRunState(
                            new StoppedRun(ACME, "r" + i, ledger.now, WHY), ledger.now));
            runs.ask(ACME, "r0", ledger.now);
        }

        assertThat(runs.all()).hasSize(StoppedRuns.MAX_RUNS);
        assertThat(runs.of(ACME, "r0", ledger.now)).isNotNull();
        assertThat(runs.of(ACME, "r1", ledger.now)).isNull();
    }

    @Test
    void refuse_writesDownADenialOfOthers() {
        Command.Refuse refuse =
                new Command.Refuse(ACME, RUN, Amounts.of(TOKENS, 7), Reason.NOT_ALLOWED, WHY);

        assertThat(ledger.submit(refuse))
                .isEqualTo(new Outcome.Refused(Reason.NOT_ALLOWED, List.of()));
        assertThat(ledger.journal.getLast())
                .isInstanceOfSatisfying(
                        Entry.Refused.class,
                        refused -> {
                            assertThat(refused.reason()).isEqualTo(Reason.NOT_ALLOWED);
                            assertThat(refused.asked()).isEqualTo(Amounts.of(TOKENS, 7));
                            assertThat(refused.attribution()).isEqualTo(WHY);
                        });
        assertThat(ledger.ledger().accounts()).isZero();
    }

    @Test
    void refuse_ofARunThatHasRested_doesNotStopItAgain() {
        stop("1");
        ledger.pass(StoppedRuns.REST);
        ledger.submit(
                new Command.Refuse(ACME, RUN, Amounts.of(TOKENS, 7), Reason.RUN_STOPPED, WHY));

        granted(reserve(RUN));
    }

    @Test
    void refuse_forAReasonOfTheLedger_isNoCommand() {
        assertThatThrownBy(() ->
                        new Command.Refuse(ACME, RUN, Amounts.NONE, Reason.BUDGET_EXCEEDED, WHY))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Command.StopRun(ACME, "", WHY))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private Outcome reserve(Subject subject) {
        return ledger.submit(ledger.reserveCommand(subject, Amounts.of(TOKENS, 1)));
    }

    private Outcome charge(Command.Overage overage, boolean scoped) {
        return ledger.submit(
                new Command.Charge(
                        new CommandKey(overage + " " + scoped + " " + ledger.journal.size(), 0),
                        ACME,
                        RUN,
                        Amounts.of(TOKENS, 1),
                        overage,
                        scoped,
                        Attribution.NONE));
    }

    private Outcome stop(String run) {
        return ledger.submit(new Command.StopRun(ACME, run, WHY));
    }

    private Outcome resume(String run) {
        return ledger.submit(new Command.ResumeRun(ACME, run, WHY));
    }

    private StoppedRun stopped(String run) {
        return Objects.requireNonNull(ledger.ledger().stopped(ACME, run, ledger.now));
    }
}
