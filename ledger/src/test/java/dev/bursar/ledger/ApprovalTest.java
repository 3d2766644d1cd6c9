package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.ACME;
import static dev.bursar.ledger.TestLedger.blocks;
import static dev.bursar.ledger.TestLedger.budget;
import static dev.bursar.ledger.TestLedger.every;
import static dev.bursar.ledger.TestLedger.mode;
import static dev.bursar.ledger.TestLedger.per;
import static dev.bursar.ledger.TestLedger.reason;
import static dev.bursar.ledger.TestLedger.subject;
import static dev.bursar.ledger.Unit.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Budget.Mode;
import dev.bursar.ledger.Budget.Step;
import dev.bursar.ledger.Budget.Step.Action;
import dev.bursar.ledger.Command.Overage;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ApprovalTest {

    private static final Subject RUN = subject("run", "1");
    private static final TenantId OTHER = new TenantId("other");

    private final TestLedger ledger = new TestLedger();
    private final Instant soon = ledger.now.plus(Duration.ofMinutes(30));

    @AfterEach
    void replayIsEqual() {
        ledger.assertReplayIsEqual();
    }

    private static Budget asking(Budget budget) {
        return mode(budget, Mode.HARD, step(100, Action.APPROVE));
    }

    private static Step step(int percent, Action action) {
        return new Step(percent, action, List.of());
    }

    private List<Approval> open() {
        return ledger.ledger().approvals(ACME);
    }

    private @Nullable String asked(long tokens) {
        return blocks(ledger.reserve(RUN, TOKENS, tokens)).getFirst().approval();
    }

    /// What a reserve of 61 against a limit of 100, of which 30 are held and 10 spent, is told.
    @ParameterizedTest
    @CsvSource({
        "60, APPROVE, 100, DENY, 60, ABOVE_LIMIT, true",
        "80, APPROVE, 100, DENY, 80, HELD, false",
        "70, APPROVE, 100, ALERT, 70, SPENT, true",
        "60, DENY, 100, APPROVE, 60, ABOVE_LIMIT, false",
        "60, ALERT, 60, DENY, 60, ABOVE_LIMIT, false",
        "80, DEFER, 100, APPROVE, 100, HELD, false",
    })
    void stepsThatAskOrDeny_areTheLimit(
            int first,
            Action does,
            int second,
            Action then,
            long limit,
            Block.Cause cause,
            boolean asks) {
        ledger.define(
                mode(
                        budget("total", TOKENS, 100),
                        Mode.HARD,
                        step(first, does),
                        step(second, then)));
        ledger.commit(ledger.granted(RUN, TOKENS, 10), TOKENS, 10);
        ledger.granted(RUN, TOKENS, 30);

        Block block = blocks(ledger.reserve(RUN, TOKENS, 61)).getFirst();

        assertThat(block.limit()).isEqualTo(limit);
        assertThat(block.cause()).isEqualTo(cause);
        assertThat(block.approval() != null).isEqualTo(asks);
        ledger.granted(RUN, TOKENS, limit - 40);
    }

    @Test
    void steps_ofSoftBudgets_areNoLimit() {
        ledger.define(mode(budget("soft", TOKENS, 100), Mode.SOFT, step(50, Action.DENY)));

        assertThat(TestLedger.granted(ledger.reserve(RUN, TOKENS, 101)).wouldRefuse()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"APPROVE", "DENY"})
    void stepBelowTheLimit_ofAShadowBudget_saysWhatTheHardOneWouldDo(Action action) {
        ledger.define(mode(budget("shadow", TOKENS, 100), Mode.SHADOW, step(50, action)));

        assertThat(TestLedger.granted(ledger.reserve(RUN, TOKENS, 50)).wouldRefuse()).isEmpty();
        Outcome.Granted granted = TestLedger.granted(ledger.reserve(RUN, TOKENS, 1));

        assertThat(granted.wouldRefuse())
                .extracting(Block::limit, Block::affordable, Block::approval)
                .containsExactly(Tuple.tuple(50L, 0L, null));
        assertThat(open()).isEmpty();
    }

    @Test
    void ask_twiceForOneAccount_isOneApproval() {
        ledger.define(asking(per(budget("run", TOKENS, 10), "run")));

        String first = asked(20);
        assertThat(asked(30)).isEqualTo(first);
        String other =
                blocks(ledger.reserve(subject("run", "2"), TOKENS, 20)).getFirst().approval();

        assertThat(other).isNotEqualTo(first);
        assertThat(open()).extracting(Approval::asked).containsExactly(20L, 20L);
        assertThat(open()).extracting(Approval::id).containsExactly(first, other);
    }

    @Test
    void sameHoldRefusedInAnotherAccount_asksUnderAnotherName() {
        ledger.define(asking(per(budget("run", TOKENS, 10), "run")));
        Command.Reserve first = ledger.reserveCommand(RUN, Amounts.of(TOKENS, 20));
        String asked = blocks(ledger.submit(first)).getFirst().approval();
        Command.Reserve again =
                new Command.Reserve(
                        first.key(),
                        first.hold(),
                        ACME,
                        subject("run", "2"),
                        first.asked(),
                        Amounts.NONE,
                        first.ttl(),
                        first.onExpiry(),
                        first.overage(),
                        Attribution.NONE);

        assertThat(blocks(ledger.submit(again)).getFirst().approval()).isNotEqualTo(asked);
        assertThat(open()).hasSize(2);
    }

    @Test
    void grant_addsToTheLimit_untilItsTime_andHoldsOutliveIt() {
        ledger.define(asking(budget("total", TOKENS, 10)));
        ledger.commit(ledger.granted(RUN, TOKENS, 10), TOKENS, 10);
        String id = Objects.requireNonNull(asked(20));

        assertThat(ledger.approve(id, 25, soon)).isInstanceOf(Outcome.ApprovalGranted.class);

        assertThat(open()).isEmpty();
        HoldId hold = ledger.granted(RUN, TOKENS, 20);
        ledger.extend(hold, Duration.ofHours(1), 1);
        ledger.now = soon;
        assertThat(ledger.only("total").limit()).isEqualTo(10);
        assertThat(blocks(ledger.reserve(RUN, TOKENS, 1)).getFirst().affordable()).isZero();
        assertThat(ledger.commit(hold, TOKENS, 20)).isInstanceOf(Outcome.Committed.class);
        assertThat(ledger.only("total").spent()).isEqualTo(30);
    }

    @Test
    void decline_asksNobodyUntilItsTime() {
        ledger.define(asking(budget("total", TOKENS, 10)));
        String id = Objects.requireNonNull(asked(20));

        assertThat(ledger.decline(id, soon)).isEqualTo(new Outcome.ApprovalDeclined(id));

        assertThat(reason(ledger.decline(id, soon))).isEqualTo(Reason.APPROVAL_NOT_FOUND);
        assertThat(asked(20)).isNull();
        ledger.now = soon;
        assertThat(asked(20)).isNotNull();
    }

    @Test
    void approve_isRefused_whereThereIsNothingToGrant() {
        ledger.define(asking(budget("total", TOKENS, 10)));
        String id = Objects.requireNonNull(asked(20));

        assertThat(reason(ledger.approve("apr_none", 1, soon)))
                .isEqualTo(Reason.APPROVAL_NOT_FOUND);
        assertThat(reason(ledger.approve(id, 1, ledger.now))).isEqualTo(Reason.APPROVAL_NOT_FOUND);
        assertThat(reason(ledger.approve(id, 1, ledger.now.plusNanos(999_999))))
                .isEqualTo(Reason.APPROVAL_NOT_FOUND);
        assertThat(reason(ledger.approve(id, Budget.MAX_LIMIT - 9, soon)))
                .isEqualTo(Reason.CAPACITY);
        assertThat(
                        reason(
                                ledger.submit(
                                        new Command.Approve(
                                                new CommandKey("k", 1),
                                                new TenantId("globex"),
                                                id,
                                                1,
                                                soon,
                                                Attribution.NONE))))
                .isEqualTo(Reason.APPROVAL_NOT_FOUND);
        ledger.set(Budget.Status.CLOSED, "total");
        assertThat(reason(ledger.approve(id, 1, soon))).isEqualTo(Reason.BUDGET_CLOSED);
        assertThat(open()).hasSize(1);
    }

    @Test
    void approval_whoseWindowIsOver_isNotGranted_andGoesWithItsAccount() {
        Window day = new Window.Calendar(Window.Calendar.Period.DAY, ZoneId.of("UTC"));
        ledger.define(asking(every(budget("day", TOKENS, 10), day)));
        String id = Objects.requireNonNull(asked(20));
        ledger.pass(Duration.ofDays(1));

        assertThat(reason(ledger.approve(id, 5, ledger.now.plusSeconds(60))))
                .isEqualTo(Reason.APPROVAL_NOT_FOUND);
        ledger.expire();
        assertThat(open()).isEmpty();
        assertThat(asked(20)).isNotEqualTo(id);
    }

    @Test
    void approval_goesWithItsBudget() {
        ledger.define(asking(budget("total", TOKENS, 10)));
        asked(20);
        ledger.define(asking(per(budget("total", TOKENS, 10), "run")));
        assertThat(open()).isEmpty();
        asked(20);

        ledger.submit(new Command.RemoveBudget(new BudgetId("acme/total"), Attribution.NONE));

        assertThat(open()).isEmpty();
        assertThat(ledger.ledger().accounts()).isZero();
    }

    @Test
    void perCallBudget_asksNobody() {
        ledger.define(asking(every(budget("call", TOKENS, 10), new Window.PerCall())));

        assertThat(asked(20)).isNull();
    }

    @Test
    void grant_thatDoesNotCoverWhatIsMissing_leavesTheAccountOverItsLimit() {
        ledger.define(asking(budget("total", TOKENS, 10)));
        String id = Objects.requireNonNull(asked(20));
        ledger.charge(RUN, TOKENS, 30, Overage.ALWAYS);
        ledger.charge(RUN, TOKENS, 5, Overage.ALLOW_IF_AVAILABLE);

        ledger.approve(id, 20, soon);

        assertThat(ledger.only("total").funding().overLimit()).isTrue();
        ledger.adjust("total", Command.Adjustment.CREDIT, 1);
        assertThat(ledger.only("total").funding().overLimit()).isFalse();
    }

    @Test
    void grants_areBounded_andNoneIsLost() {
        ledger.define(asking(budget("total", TOKENS, 0)));
        for (int i = 0; i < Funding.MAX_GRANTS; i++) {
            ledger.approve(Objects.requireNonNull(asked(1_000)), 1, soon);
        }
        String last = Objects.requireNonNull(asked(1_000));

        assertThat(reason(ledger.approve(last, 1, soon))).isEqualTo(Reason.CAPACITY);
        assertThat(ledger.only("total").limit()).isEqualTo(Funding.MAX_GRANTS);
        ledger.now = soon;
        ledger.approve(last, 7, soon.plusSeconds(1));
        assertThat(ledger.only("total").limit()).isEqualTo(7);
        assertThat(ledger.only("total").funding().grants()).hasSize(1);
    }

    @Test
    void approvals_areBoundedPerTenant_beyondThatARefusalAsksNobody() {
        ledger.define(asking(per(budget("run", TOKENS, 0), "run")));
        for (int i = 0; i < Approvals.MAX_OPEN_OF_TENANT; i++) {
            ledger.ledger()
                    .decide(
                            ledger.reserveCommand(subject("run", "r" + i), Amounts.of(TOKENS, 1)),
                            ledger.now)
                    .entries()
                    .forEach(entry -> {
                        ledger.ledger().apply(entry);
                        ledger.journal.add(entry);
                    });
        }
        assertThat(open()).hasSize(Approvals.MAX_OPEN_OF_TENANT);

        Command.Reserve more = ledger.reserveCommand(subject("run", "more"), Amounts.of(TOKENS, 1));
        assertThat(blocks(ledger.submit(more)).getFirst().approval()).isNull();
        assertThat(ledger.ledger().accounts()).isEqualTo(Approvals.MAX_OPEN_OF_TENANT);

        ledger.define(asking(ofTenant(OTHER)));
        assertThat(blocks(ledger.submit(ofTenant(OTHER, more))).getFirst().approval()).isNotNull();
        assertThat(ledger.ledger().approvals(OTHER)).hasSize(1);

        ledger.decline(open().getFirst().id(), soon);
        assertThat(blocks(ledger.submit(more)).getFirst().approval()).isNotNull();
    }

    private static Budget ofTenant(TenantId tenant) {
        Budget like = budget("run", TOKENS, 0);
        return new Budget(
                new BudgetId(tenant + "/run"),
                tenant,
                like.name(),
                like.match(),
                like.per(),
                like.unit(),
                like.limit(),
                like.window(),
                like.mode(),
                like.ladder());
    }

    private static Command.Reserve ofTenant(TenantId tenant, Command.Reserve like) {
        return new Command.Reserve(
                like.key(),
                new HoldId("h-other"),
                tenant,
                like.subject(),
                like.asked(),
                like.atLeast(),
                like.ttl(),
                like.onExpiry(),
                like.overage(),
                like.attribution());
    }
}
