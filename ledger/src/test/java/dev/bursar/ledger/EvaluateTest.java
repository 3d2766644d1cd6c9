package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.blocks;
import static dev.bursar.ledger.TestLedger.budget;
import static dev.bursar.ledger.TestLedger.granted;
import static dev.bursar.ledger.TestLedger.lasting;
import static dev.bursar.ledger.TestLedger.mode;
import static dev.bursar.ledger.TestLedger.reason;
import static dev.bursar.ledger.TestLedger.subject;
import static dev.bursar.ledger.Unit.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.StateRecord.Operation;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EvaluateTest {

    private static final Subject RUN = subject("run", "1");

    private final TestLedger ledger = new TestLedger();

    @AfterEach
    void replayIsEqual() {
        ledger.assertReplayIsEqual();
    }

    private Outcome evaluate(Command.Reserve reserve, Operation operation) {
        return ledger.submit(new Command.Evaluate(reserve, operation));
    }

    private Outcome answer(long tokens) {
        Command.Reserve reserve = ledger.reserveCommand(RUN, Amounts.of(TOKENS, tokens));
        return ((Outcome.Evaluated) evaluate(reserve, Operation.DECIDE)).answer();
    }

    @Test
    void evaluate_saysWhatTheReserveWouldBeTold_andChangesNothingButTheMemory() {
        Budget.Step ask = new Budget.Step(100, Budget.Step.Action.APPROVE, List.of());
        ledger.define(mode(budget("total", TOKENS, 100), Budget.Mode.HARD, ask));
        Command.Reserve due = ledger.reserveCommand(RUN, Amounts.of(TOKENS, 80));
        ledger.submit(lasting(due, Duration.ofMinutes(1), Duration.ZERO));
        assertThat(blocks(answer(30)).getFirst().cause()).isEqualTo(Block.Cause.HELD);
        ledger.pass(Duration.ofMinutes(1).plusMillis(1));
        List<StateRecord> before = stateWithoutMemory();

        assertThat(answer(100)).isInstanceOf(Outcome.Granted.class);
        assertThat(blocks(answer(101)).getFirst())
                .extracting(Block::cause, Block::approval)
                .containsExactly(Block.Cause.ABOVE_LIMIT, null);

        assertThat(stateWithoutMemory()).isEqualTo(before);
        assertThat(ledger.ledger().approvals(TestLedger.ACME)).isEmpty();
        assertThat(granted(ledger.reserve(RUN, TOKENS, 100)).held())
                .isEqualTo(Amounts.of(TOKENS, 100));
    }

    private List<StateRecord> stateWithoutMemory() {
        return ledger.ledger()
                .state()
                .filter(r ->
                        !(r instanceof StateRecord.Remembered) && !(r instanceof StateRecord.Clock))
                .toList();
    }

    @Test
    void evaluate_repeated_isToldTheSame_evenWhenItIsNoLongerTrue() {
        ledger.define(budget("total", TOKENS, 100));
        Command.Reserve reserve = ledger.reserveCommand(RUN, Amounts.of(TOKENS, 100));
        Outcome first = evaluate(reserve, Operation.DECIDE);
        ledger.granted(RUN, TOKENS, 100);

        assertThat(evaluate(reserve, Operation.DECIDE)).isEqualTo(new Outcome.Repeated(first));
    }

    @Test
    void evaluate_whereOnlyUnitsApplyThatItsOwnerCannotName_isRememberedAsWithoutBudget() {
        ledger.define(budget("calls", Unit.CALLS, 100));
        Command.Reserve reserve =
                TestLedger.scoped(ledger.reserveCommand(RUN, Amounts.of(TOKENS, 1)));
        Set<Unit> tokens = Set.of(TOKENS);

        assertThat(reason(evaluate(reserve, Operation.DECIDE))).isEqualTo(Reason.UNIT_MISMATCH);
        Outcome first = ledger.submit(new Command.Evaluate(reserve, Operation.DECIDE, tokens));
        assertThat(reason(((Outcome.Evaluated) first).answer())).isEqualTo(Reason.BUDGET_NOT_FOUND);
        ledger.define(budget("tokens", TOKENS, 100));
        assertThat(ledger.submit(new Command.Evaluate(reserve, Operation.DECIDE, tokens)))
                .isEqualTo(new Outcome.Repeated(first));
    }

    @Test
    void evaluate_sharesTheKeysOfReserves_onlyWhereItSaysSo() {
        ledger.define(budget("total", TOKENS, 100));
        Command.Reserve reserve = ledger.reserveCommand(RUN, Amounts.of(TOKENS, 10));
        Outcome decided = evaluate(reserve, Operation.DECIDE);
        Outcome.Granted granted = granted(ledger.submit(reserve));

        assertThat(evaluate(reserve, Operation.DECIDE)).isEqualTo(new Outcome.Repeated(decided));
        assertThat(evaluate(reserve, Operation.RESERVE)).isEqualTo(new Outcome.Repeated(granted));
        Command.Reserve dry = ledger.reserveCommand(RUN, Amounts.of(TOKENS, 10));
        evaluate(dry, Operation.RESERVE);
        Command.Reserve real =
                new Command.Reserve(
                        new CommandKey(dry.key().value(), 2),
                        dry.hold(),
                        dry.tenant(),
                        dry.subject(),
                        dry.asked(),
                        dry.atLeast(),
                        dry.ttl(),
                        dry.onExpiry(),
                        dry.overage(),
                        dry.attribution());
        assertThat(reason(ledger.submit(real))).isEqualTo(Reason.IDEMPOTENCY_MISMATCH);
    }

    @Test
    void evaluate_closedTenantOrFullLedger_saysSo() {
        TestLedger full = new TestLedger(new LedgerLimits(1, 10, 10, Duration.ofHours(1), 10));
        full.granted(RUN, TOKENS, 1);
        Command.Reserve more = full.reserveCommand(RUN, Amounts.of(TOKENS, 1));
        Outcome answer = full.submit(new Command.Evaluate(more, Operation.DECIDE));
        assertThat(answer).isEqualTo(new Outcome.Refused(Reason.CAPACITY, List.of()));
        ledger.define(budget("total", TOKENS, 100));
        ledger.close(1);

        assertThat(reason(answer(1))).isEqualTo(Reason.TENANT_CLOSED);
    }
}
