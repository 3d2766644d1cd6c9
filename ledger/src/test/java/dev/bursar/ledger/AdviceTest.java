package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.ACME;
import static dev.bursar.ledger.TestLedger.blocks;
import static dev.bursar.ledger.TestLedger.budget;
import static dev.bursar.ledger.TestLedger.every;
import static dev.bursar.ledger.TestLedger.granted;
import static dev.bursar.ledger.TestLedger.mode;
import static dev.bursar.ledger.TestLedger.subject;
import static dev.bursar.ledger.Unit.TOKENS;
import static dev.bursar.ledger.Unit.USD_MICROCENTS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Budget.Mode;
import dev.bursar.ledger.Budget.Step;
import dev.bursar.ledger.Budget.Step.Action;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What the ledger tells and gives when ladders want another call.
class AdviceTest {

    private static final Subject RUN_1 = subject("run", "r1");

    private final TestLedger ledger = new TestLedger();

    private static Step step(int percent, Action action) {
        return new Step(percent, action, List.of());
    }

    private Outcome ask(Command.Shortage shortage, long tokens, long atLeast) {
        return ask(shortage, Amounts.of(TOKENS, tokens), Amounts.of(TOKENS, atLeast));
    }

    private Outcome ask(Command.Shortage shortage, Amounts asked, Amounts atLeast) {
        Command.Reserve plain = ledger.reserveCommand(RUN_1, asked);
        return ledger.submit(
                new Command.Reserve(
                        plain.key(),
                        plain.hold(),
                        ACME,
                        plain.subject(),
                        asked,
                        atLeast,
                        shortage,
                        plain.ttl(),
                        plain.grace(),
                        plain.onExpiry(),
                        plain.overage(),
                        false,
                        plain.attribution()));
    }

    private static List<Rung> rungs(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Advised.class);
        return ((Outcome.Advised) outcome).rungs();
    }

    @Test
    void askAgain_stepReached_isToldAndHoldsNothing() {
        ledger.define(
                mode(
                        budget("soft", TOKENS, 100),
                        Mode.SOFT,
                        step(50, Action.ALERT),
                        step(80, Action.DOWNGRADE)));
        granted(ask(Command.Shortage.ASK_AGAIN, 80, 80));
        int entries = ledger.journal.size();

        Rung rung = rungs(ask(Command.Shortage.ASK_AGAIN, 1, 1)).getFirst();

        assertThat(rung.name()).isEqualTo("soft");
        assertThat(rung.percent()).isEqualTo(81);
        assertThat(rung.steps())
                .extracting(Step::action)
                .containsExactly(Action.ALERT, Action.DOWNGRADE);
        assertThat(rung.blocked()).isNull();
        assertThat(ledger.only("soft").held()).isEqualTo(80);
        assertThat(ledger.journal).hasSize(entries);
    }

    @Test
    void askAgain_onlyAlertsReached_isGranted() {
        ledger.define(mode(budget("a", TOKENS, 100), Mode.HARD, step(1, Action.ALERT)));

        assertThat(granted(ask(Command.Shortage.ASK_AGAIN, 100, 100)).notices()).hasSize(1);
    }

    @Test
    void askAgain_blockedWithAStepThatHelps_isToldAllSteps() {
        ledger.define(mode(budget("a", TOKENS, 100), Mode.HARD, step(100, Action.DEFER)));
        ledger.define(budget("plain", TOKENS, 50));

        List<Rung> rungs = rungs(ask(Command.Shortage.ASK_AGAIN, 120, 120));

        assertThat(rungs).extracting(Rung::name).containsExactly("a", "plain");
        assertThat(rungs)
                .extracting(Rung::blocked)
                .containsExactly(Block.Cause.ABOVE_LIMIT, Block.Cause.ABOVE_LIMIT);
    }

    @Test
    void askAgain_blockedWithoutAStepThatHelps_isRefusedAsEver() {
        ledger.define(mode(budget("a", TOKENS, 100), Mode.HARD, step(50, Action.APPROVE)));

        assertThat(blocks(ask(Command.Shortage.ASK_AGAIN, 51, 51)))
                .extracting(Block::approval)
                .isNotNull();
    }

    @Test
    void askAgain_frozen_isRefusedThoughThereAreSteps() {
        ledger.define(mode(budget("a", TOKENS, 100), Mode.HARD, step(1, Action.DOWNGRADE)));
        ledger.set(Budget.Status.FROZEN, "a");

        assertThat(blocks(ask(Command.Shortage.ASK_AGAIN, 10, 10)))
                .extracting(Block::cause)
                .containsExactly(Block.Cause.FROZEN);
    }

    @Test
    void askAgain_shadowStepReached_isToldWithItsMode() {
        ledger.define(mode(budget("shadow", TOKENS, 100), Mode.SHADOW, step(10, Action.CLAMP)));

        assertThat(rungs(ask(Command.Shortage.ASK_AGAIN, 200, 200)))
                .extracting(Rung::mode)
                .containsExactly(Mode.SHADOW);
        assertThat(granted(ask(Command.Shortage.CLAMP, 200, 50)).held())
                .isEqualTo(Amounts.of(TOKENS, 200));
    }

    @Test
    void clamp_takesWhatIsLeftBelowTheStep() {
        ledger.define(mode(budget("a", TOKENS, 100), Mode.HARD, step(90, Action.CLAMP)));
        ledger.define(mode(budget("b", TOKENS, 70), Mode.HARD, step(100, Action.CLAMP)));

        assertThat(granted(ask(Command.Shortage.CLAMP, 95, 10)).held())
                .isEqualTo(Amounts.of(TOKENS, 70));
        assertThat(blocks(ask(Command.Shortage.CLAMP, 95, 10)))
                .extracting(Block::name)
                .containsExactly("b");
    }

    @Test
    void clamp_aboveTheStep_givesTheLeastUntilTheLimit() {
        ledger.define(mode(budget("a", TOKENS, 100), Mode.HARD, step(50, Action.CLAMP)));

        assertThat(granted(ask(Command.Shortage.CLAMP, 80, 20)).held())
                .isEqualTo(Amounts.of(TOKENS, 50));
        assertThat(granted(ask(Command.Shortage.CLAMP, 80, 20)).held())
                .isEqualTo(Amounts.of(TOKENS, 20));
        assertThat(granted(ask(Command.Shortage.CLAMP, 80, 20)).held())
                .isEqualTo(Amounts.of(TOKENS, 20));
        assertThat(blocks(ask(Command.Shortage.CLAMP, 80, 20))).hasSize(1);
    }

    @Test
    void clamp_softBudget_givesTheLeastForEver() {
        ledger.define(mode(budget("a", TOKENS, 100), Mode.SOFT, step(100, Action.CLAMP)));

        assertThat(granted(ask(Command.Shortage.CLAMP, 150, 20)).held())
                .isEqualTo(Amounts.of(TOKENS, 100));
        assertThat(granted(ask(Command.Shortage.CLAMP, 150, 20)).held())
                .isEqualTo(Amounts.of(TOKENS, 20));
    }

    @Test
    void clamp_doesNotPassABudgetThatDoesNotClamp() {
        ledger.define(mode(budget("a", TOKENS, 100), Mode.HARD, step(100, Action.CLAMP)));
        ledger.define(budget("plain", TOKENS, 150));

        assertThat(blocks(ask(Command.Shortage.CLAMP, 160, 20)))
                .extracting(Block::name)
                .containsExactly("plain");
        assertThat(granted(ask(Command.Shortage.CLAMP, 150, 20)).held())
                .isEqualTo(Amounts.of(TOKENS, 100));
    }

    @Test
    void clamp_severalUnits_eachIsGrantedForItself() {
        ledger.define(mode(budget("usd", USD_MICROCENTS, 700), Mode.HARD, step(100, Action.CLAMP)));
        ledger.define(mode(budget("tokens", TOKENS, 60), Mode.HARD, step(100, Action.CLAMP)));

        Outcome outcome =
                ask(
                        Command.Shortage.CLAMP,
                        Amounts.of(Map.of(USD_MICROCENTS, 1_000L, TOKENS, 50L)),
                        Amounts.of(Map.of(USD_MICROCENTS, 100L, TOKENS, 10L)));

        assertThat(granted(outcome).held())
                .isEqualTo(Amounts.of(Map.of(USD_MICROCENTS, 700L, TOKENS, 50L)));
    }

    @Test
    void clamp_onlyByAnExpiredHold_isGivenAll() {
        ledger.define(mode(budget("a", TOKENS, 100), Mode.HARD, step(100, Action.CLAMP)));
        ledger.granted(RUN_1, TOKENS, 80);
        ledger.pass(Duration.ofMinutes(11));

        assertThat(granted(ask(Command.Shortage.CLAMP, 90, 10)).held())
                .isEqualTo(Amounts.of(TOKENS, 90));
    }

    @Test
    void clamp_callBudget_givesItsLimit() {
        ledger.define(
                every(
                        mode(budget("one-call", TOKENS, 100), Mode.HARD, step(100, Action.CLAMP)),
                        new Window.PerCall()));

        assertThat(granted(ask(Command.Shortage.CLAMP, 300, 20)).held())
                .isEqualTo(Amounts.of(TOKENS, 100));
    }

    @Test
    void tryClamp_inTheWay_isToldAndNotRecorded() {
        ledger.define(budget("plain", TOKENS, 50));
        int entries = ledger.journal.size();

        assertThat(rungs(ask(Command.Shortage.TRY_CLAMP, 60, 10)))
                .extracting(Rung::blocked)
                .containsExactly(Block.Cause.ABOVE_LIMIT);
        assertThat(ledger.journal).hasSize(entries);
        granted(ask(Command.Shortage.TRY_CLAMP, 50, 10));
    }
}
