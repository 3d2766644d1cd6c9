package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.ACME;
import static dev.bursar.ledger.TestLedger.blocks;
import static dev.bursar.ledger.TestLedger.budget;
import static dev.bursar.ledger.TestLedger.every;
import static dev.bursar.ledger.TestLedger.mode;
import static dev.bursar.ledger.TestLedger.reason;
import static dev.bursar.ledger.TestLedger.subject;
import static dev.bursar.ledger.Unit.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Budget.Status;
import dev.bursar.ledger.Command.Overage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FreezeTest {

    private static final Subject RUN = subject("run", "1");

    private final TestLedger ledger = new TestLedger();

    @AfterEach
    void replayIsEqual() {
        ledger.assertReplayIsEqual();
    }

    @ParameterizedTest
    @CsvSource({
        "FROZEN, HARD, 0", "FROZEN, HARD, 1", "FROZEN, SOFT, 0", "FROZEN, SOFT, 1",
        "FROZEN, SHADOW, 0", "FROZEN, SHADOW, 1", "CLOSED, HARD, 0", "CLOSED, SOFT, 1",
        "CLOSED, SHADOW, 0",
    })
    void stopped_refusesReservesAndChargesInEveryMode(
            Status status, Budget.Mode mode, long amount) {
        ledger.define(mode(budget("total", TOKENS, 100), mode));
        ledger.set(status, "total");

        Block.Cause cause = status == Status.FROZEN ? Block.Cause.FROZEN : Block.Cause.CLOSED;
        assertThat(blocks(ledger.reserve(RUN, TOKENS, amount)))
                .extracting(Block::cause, Block::approval)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(cause, null));
        for (Overage overage :
                List.of(Overage.REJECT, Overage.ALLOW_IF_AVAILABLE, Overage.ALLOW_WITH_OVERDRAFT)) {
            assertThat(blocks(ledger.charge(RUN, TOKENS, amount, overage)))
                    .extracting(Block::cause)
                    .containsExactly(cause);
        }
        assertThat(ledger.charge(RUN, TOKENS, amount, Overage.ALWAYS))
                .isInstanceOf(Outcome.Charged.class);
        ledger.granted(RUN, Unit.CALLS, 1);
    }

    @Test
    void stopped_perCallBudget_refusesToo() {
        ledger.define(every(budget("call", TOKENS, 100), new Window.PerCall()));
        ledger.set(Status.FROZEN, "call");

        assertThat(blocks(ledger.reserve(RUN, TOKENS, 0))).hasSize(1);
        assertThat(blocks(ledger.charge(RUN, TOKENS, 1, Overage.REJECT))).hasSize(1);
    }

    @Test
    void frozen_openHoldsMayEnd_andActiveAgainLetsThrough() {
        ledger.define(budget("total", TOKENS, 100));
        HoldId committed = ledger.granted(RUN, TOKENS, 30, Overage.ALLOW_IF_AVAILABLE);
        HoldId released = ledger.granted(RUN, TOKENS, 30);
        HoldId extended = ledger.granted(RUN, TOKENS, 30);
        ledger.set(Status.FROZEN, "total");

        assertThat(ledger.commit(committed, TOKENS, 35)).isInstanceOf(Outcome.Committed.class);
        assertThat(ledger.release(released)).isInstanceOf(Outcome.Released.class);
        assertThat(ledger.extend(extended, Duration.ofMinutes(1), 1))
                .isInstanceOf(Outcome.Extended.class);
        assertThat(ledger.only("total").status()).isEqualTo(Status.FROZEN);
        ledger.set(Status.ACTIVE, "total");
        ledger.granted(RUN, TOKENS, 35);
    }

    @Test
    void redefined_staysFrozen_alsoInAnotherShape() {
        ledger.define(budget("total", TOKENS, 100));
        ledger.set(Status.FROZEN, "total");
        ledger.define(budget("total", TOKENS, 200));
        assertThat(ledger.ledger().status(new BudgetId("acme/total"))).isEqualTo(Status.FROZEN);

        ledger.define(TestLedger.per(budget("total", TOKENS, 200), "run"));

        assertThat(blocks(ledger.reserve(RUN, TOKENS, 1))).hasSize(1);
    }

    @Test
    void set_allOrNone_andSaysWhatChanged() {
        ledger.define(budget("a", TOKENS, 100));
        ledger.define(budget("b", TOKENS, 100));
        ledger.set(Status.FROZEN, "a");

        assertThat(reason(ledger.set(Status.FROZEN, "b", "none")))
                .isEqualTo(Reason.BUDGET_NOT_FOUND);
        assertThat(ledger.ledger().status(new BudgetId("acme/b"))).isEqualTo(Status.ACTIVE);
        assertThat(ledger.set(Status.FROZEN, "a", "b"))
                .isEqualTo(
                        new Outcome.BudgetStatusSet(
                                List.of(new BudgetId("acme/b")), Status.FROZEN));
        int entries = ledger.journal.size();
        ledger.set(Status.FROZEN, "a", "b");
        assertThat(ledger.journal).hasSize(entries);
    }

    @Test
    void closed_isForEver() {
        ledger.define(budget("total", TOKENS, 100));
        HoldId open = ledger.granted(RUN, TOKENS, 10);
        ledger.set(Status.CLOSED, "total");

        assertThat(reason(ledger.set(Status.ACTIVE, "total"))).isEqualTo(Reason.BUDGET_CLOSED);
        assertThat(reason(ledger.set(Status.FROZEN, "total"))).isEqualTo(Reason.BUDGET_CLOSED);
        assertThat(ledger.commit(open, TOKENS, 10)).isInstanceOf(Outcome.Committed.class);
    }

    @Test
    void frozenOfAnotherTenant_isNotTouched() {
        ledger.define(budget("total", TOKENS, 100));
        ledger.set(Status.FROZEN, "total");

        Command.Reserve own = ledger.reserveCommand(RUN, Amounts.of(TOKENS, 1));
        assertThat(own.tenant()).isEqualTo(ACME);
        assertThat(
                        ledger.submit(
                                new Command.Reserve(
                                        own.key(),
                                        own.hold(),
                                        new TenantId("globex"),
                                        RUN,
                                        own.asked(),
                                        Amounts.NONE,
                                        own.ttl(),
                                        own.onExpiry(),
                                        own.overage(),
                                        Attribution.NONE)))
                .isInstanceOf(Outcome.Granted.class);
    }
}
