package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.ACME;
import static dev.bursar.ledger.TestLedger.as;
import static dev.bursar.ledger.TestLedger.blocks;
import static dev.bursar.ledger.TestLedger.budget;
import static dev.bursar.ledger.TestLedger.granted;
import static dev.bursar.ledger.TestLedger.mode;
import static dev.bursar.ledger.TestLedger.reason;
import static dev.bursar.ledger.TestLedger.scoped;
import static dev.bursar.ledger.TestLedger.subject;
import static dev.bursar.ledger.Unit.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Command.OnExpiry;
import dev.bursar.ledger.Command.Overage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TenantTest {

    private static final Subject RUN = subject("run", "1");

    private final TestLedger ledger = new TestLedger();

    @BeforeEach
    void oneBudget() {
        ledger.define(
                TestLedger.on(
                        budget("total", TOKENS, 100), Terms.of(ScopePath.parse("tenant:acme"))));
    }

    @AfterEach
    void replayIsEqual() {
        ledger.assertReplayIsEqual();
    }

    @Test
    void close_releasesInSteps_andIsIdempotent() {
        for (int i = 0; i < 5; i++) {
            granted(ledger.submit(scoped(ledger.reserveCommand(RUN, Amounts.of(TOKENS, 10)))));
        }

        assertThat(ledger.close(2)).isEqualTo(new Outcome.TenantClosed(ACME, 2, true));
        assertThat(ledger.ledger().isClosed(ACME)).isTrue();
        assertThat(ledger.close(3)).isEqualTo(new Outcome.TenantClosed(ACME, 3, false));
        assertThat(ledger.only("total").held()).isZero();
        int entries = ledger.journal.size();
        assertThat(ledger.close(3)).isEqualTo(new Outcome.TenantClosed(ACME, 0, false));
        assertThat(ledger.journal).hasSize(entries);
        // Nobody waits for where several releases at once leave the account one by one.
        assertThat(ledger.journal)
                .filteredOn(Entry.Released.class::isInstance)
                .extracting(entry -> ((Entry.Released) entry).standings().size())
                .containsOnly(0);
    }

    @Test
    void closed_nothingIsReservedOrChargedAnyMore() {
        ledger.close(10);

        assertThat(reason(ledger.reserve(RUN, TOKENS, 1))).isEqualTo(Reason.TENANT_CLOSED);
        assertThat(reason(ledger.reserve(RUN, TOKENS, 0))).isEqualTo(Reason.TENANT_CLOSED);
        assertThat(reason(ledger.charge(RUN, TOKENS, 1, Overage.ALLOW_IF_AVAILABLE)))
                .isEqualTo(Reason.TENANT_CLOSED);
        assertThat(ledger.charge(RUN, TOKENS, 1, Overage.ALWAYS))
                .isInstanceOf(Outcome.Charged.class);
        assertThat(reason(ledger.define(budget("more", TOKENS, 1))))
                .isEqualTo(Reason.TENANT_CLOSED);
        assertThat(reason(ledger.release(new HoldId("none")))).isEqualTo(Reason.HOLD_NOT_FOUND);
    }

    @Test
    void closed_holdThatIsChargedWhenItExpires_isStillSettled() {
        HoldId committed = charged();
        HoldId released = charged();
        charged();
        ledger.close(10);

        assertThat(ledger.ledger().holds()).isEqualTo(3);
        assertThat(ledger.commit(committed, TOKENS, 7)).isInstanceOf(Outcome.Committed.class);
        assertThat(ledger.release(released)).isInstanceOf(Outcome.Released.class);
        ledger.pass(Duration.ofHours(1));
        ledger.expire();
        assertThat(ledger.only("total").spent()).isEqualTo(17);
    }

    @Test
    void closed_repeatsAreToldWhatTheyWereTold_everythingElseThatItIsClosed() {
        Command.Reserve reserve = ledger.reserveCommand(RUN, Amounts.of(TOKENS, 10));
        Outcome.Granted granted = granted(ledger.submit(reserve));
        Command.Commit commit = ledger.commitCommand(granted.hold(), Amounts.of(TOKENS, 5));
        Outcome committed = ledger.submit(commit);
        HoldId open = ledger.granted(RUN, TOKENS, 10);
        ledger.close(10);

        assertThat(ledger.submit(reserve)).isEqualTo(new Outcome.Repeated(granted));
        assertThat(ledger.submit(commit)).isEqualTo(new Outcome.Repeated(committed));
        assertThat(reason(ledger.commit(open, TOKENS, 1))).isEqualTo(Reason.TENANT_CLOSED);
        assertThat(reason(ledger.extend(open, Duration.ofMinutes(1), 9)))
                .isEqualTo(Reason.TENANT_CLOSED);
        assertThat(ledger.only("total").spent()).isEqualTo(5);
    }

    @Test
    void close_closesBudgetsAndApprovals_andNothingFundsThemAnyMore() {
        Budget asking =
                mode(
                        budget("asking", TOKENS, 100),
                        Budget.Mode.HARD,
                        new Budget.Step(100, Budget.Step.Action.APPROVE, List.of()));
        ledger.define(asking);
        ledger.adjust("total", Command.Adjustment.CREDIT, 1);
        String approval = asked();
        ledger.set(Budget.Status.FROZEN, "total");
        assertThat(ledger.ledger().approvals(ACME)).hasSize(1);

        ledger.close(10);

        assertThat(ledger.ledger().approvals(ACME)).isEmpty();
        for (String name : List.of("total", "asking")) {
            BudgetId id = new BudgetId("acme/" + name);
            assertThat(ledger.ledger().status(id)).isEqualTo(Budget.Status.CLOSED);
            assertThat(reason(ledger.adjust(name, Command.Adjustment.CREDIT, 1)))
                    .isEqualTo(Reason.TENANT_CLOSED);
            assertThat(reason(ledger.set(Budget.Status.ACTIVE, name)))
                    .isEqualTo(Reason.TENANT_CLOSED);
            assertThat(ledger.set(Budget.Status.CLOSED, name))
                    .isEqualTo(new Outcome.BudgetStatusSet(List.of(), Budget.Status.CLOSED));
        }
        Instant soon = ledger.now.plus(Duration.ofMinutes(30));
        assertThat(reason(ledger.approve(approval, 1, soon))).isEqualTo(Reason.TENANT_CLOSED);
        assertThat(reason(ledger.decline(approval, soon))).isEqualTo(Reason.TENANT_CLOSED);
    }

    @Test
    void leftToClose_isWhoIsOpenOrHasHoldsThatReturn() {
        TenantId other = new TenantId("other");
        Set<TenantId> both = Set.of(ACME, other);
        assertThat(ledger.ledger().leftToClose(both)).isEqualTo(both);
        granted(ledger.submit(ledger.reserveCommand(RUN, Amounts.of(TOKENS, 10))));
        granted(ledger.submit(ledger.reserveCommand(RUN, Amounts.of(TOKENS, 10))));
        charged();

        ledger.close(1);
        assertThat(ledger.ledger().leftToClose(both)).isEqualTo(both);
        ledger.close(1);
        assertThat(ledger.ledger().leftToClose(both)).containsOnly(other);
    }

    private String asked() {
        String id = blocks(ledger.reserve(RUN, TOKENS, 101)).getLast().approval();
        return Objects.requireNonNull(id);
    }

    private HoldId charged() {
        Command.Reserve plain = ledger.reserveCommand(RUN, Amounts.of(TOKENS, 10));
        return granted(ledger.submit(as(plain, OnExpiry.CHARGE, Overage.ALWAYS))).hold();
    }
}
