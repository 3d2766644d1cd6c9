package dev.bursar.authority;

import static dev.bursar.authority.Values.readAmounts;
import static dev.bursar.authority.Values.readBlocks;
import static dev.bursar.authority.Values.readStanding;
import static dev.bursar.authority.Values.readStandings;
import static dev.bursar.authority.Values.writeAmounts;
import static dev.bursar.authority.Values.writeBlocks;
import static dev.bursar.authority.Values.writeStanding;
import static dev.bursar.authority.Values.writeStandings;

import dev.bursar.ledger.Block;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Notice;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.Standing;
import dev.bursar.ledger.StoppedRun;
import dev.bursar.ledger.TenantId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How outcomes are written: granted ones inside their entries, all of them in checkpoints.
final class OutcomeCodec {

    private static final int GRANTED = 1;
    private static final int REFUSED = 2;
    private static final int COMMITTED = 3;
    private static final int RELEASED = 4;
    private static final int CHARGED = 5;
    private static final int EXPIRED = 6;
    private static final int BUDGET_DEFINED = 7;
    private static final int BUDGET_REMOVED = 8;
    private static final int REPEATED = 9;
    private static final int EXTENDED = 10;
    private static final int EVALUATED = 11;
    private static final int BUDGET_STATUS_SET = 12;
    private static final int BUDGET_ADJUSTED = 13;
    private static final int TENANT_CLOSED = 14;
    private static final int APPROVAL_GRANTED = 15;
    private static final int APPROVAL_DECLINED = 16;
    private static final int NOTED = 17;
    private static final int RUN_STOPPED = 18;
    private static final int RUN_RESUMED = 19;

    /// A repeat of an evaluation of an answer is as deep as it gets; hostile bytes must not nest deeper than the stack.
    private static final int MAX_DEPTH = 4;

    private OutcomeCodec() {}

    static void write(WireWriter out, Outcome outcome) {
        switch (outcome) {
            case Outcome.Granted granted -> {
                out.tag(GRANTED);
                writeGranted(out, granted);
            }
            case Outcome.Refused(Reason reason, List<Block> blocks) -> {
                out.tag(REFUSED);
                out.text(reason.name());
                writeBlocks(out, blocks);
            }
            case Outcome.Advised _ ->
                    throw new IllegalArgumentException("advice is neither recorded nor remembered");
            case Outcome.Committed committed -> {
                out.tag(COMMITTED);
                out.text(committed.hold().value());
                writeAmounts(out, committed.held());
                writeAmounts(out, committed.actual());
                writeAmounts(out, committed.charged());
                writeAmounts(out, committed.overrun());
                writeStandings(out, committed.standings());
            }
            case Outcome.Released released -> {
                out.tag(RELEASED);
                out.text(released.hold().value());
                writeAmounts(out, released.held());
                writeStandings(out, released.standings());
            }
            case Outcome.Extended extended -> {
                out.tag(EXTENDED);
                out.text(extended.hold().value());
                out.instant(extended.expiresAt());
                out.number(extended.extensions());
                writeStandings(out, extended.standings());
            }
            case Outcome.Charged charged -> {
                out.tag(CHARGED);
                writeAmounts(out, charged.actual());
                writeAmounts(out, charged.charged());
                writeBlocks(out, charged.passed());
                writeStandings(out, charged.standings());
            }
            case Outcome.Evaluated(Outcome answer) -> {
                out.tag(EVALUATED);
                write(out, answer);
            }
            case Outcome.Expired(int holds, int accounts, boolean more) -> {
                out.tag(EXPIRED);
                out.number(holds);
                out.number(accounts);
                out.flag(more);
            }
            case Outcome.BudgetDefined(BudgetId budget, boolean changed) -> {
                out.tag(BUDGET_DEFINED);
                out.text(budget.value());
                out.flag(changed);
            }
            case Outcome.BudgetRemoved(BudgetId budget) -> {
                out.tag(BUDGET_REMOVED);
                out.text(budget.value());
            }
            case Outcome.BudgetStatusSet(List<BudgetId> changed, Budget.Status status) -> {
                out.tag(BUDGET_STATUS_SET);
                out.texts(changed.stream().map(BudgetId::value).toList());
                out.text(status.name());
            }
            case Outcome.BudgetAdjusted(long amount, Standing standing) -> {
                out.tag(BUDGET_ADJUSTED);
                out.number(amount);
                writeStanding(out, standing);
            }
            case Outcome.TenantClosed(TenantId tenant, int released, boolean more) -> {
                out.tag(TENANT_CLOSED);
                out.text(tenant.value());
                out.number(released);
                out.flag(more);
            }
            case Outcome.ApprovalGranted(String approval, Standing standing) -> {
                out.tag(APPROVAL_GRANTED);
                out.text(approval);
                writeStanding(out, standing);
            }
            case Outcome.ApprovalDeclined(String approval) -> {
                out.tag(APPROVAL_DECLINED);
                out.text(approval);
            }
            case Outcome.Noted _ -> out.tag(NOTED);
            case Outcome.RunStopped(StoppedRun stop, boolean changed) -> {
                out.tag(RUN_STOPPED);
                Values.writeStop(out, stop);
                out.flag(changed);
            }
            case Outcome.RunResumed(TenantId tenant, String run) -> {
                out.tag(RUN_RESUMED);
                out.text(tenant.value());
                out.text(run);
            }
            case Outcome.Repeated(Outcome original) -> {
                out.tag(REPEATED);
                write(out, original);
            }
        }
    }

    static Outcome read(WireReader in) {
        return read(in, MAX_DEPTH);
    }

    private static Outcome read(WireReader in, int depth) {
        int tag = in.tag();
        return switch (tag) {
            case GRANTED -> readGranted(in);
            case REFUSED -> new Outcome.Refused(Reason.valueOf(in.text()), readBlocks(in));
            case COMMITTED ->
                    new Outcome.Committed(
                            new HoldId(in.text()),
                            readAmounts(in),
                            readAmounts(in),
                            readAmounts(in),
                            readAmounts(in),
                            readStandings(in));
            case RELEASED ->
                    new Outcome.Released(new HoldId(in.text()), readAmounts(in), readStandings(in));
            case EXTENDED ->
                    new Outcome.Extended(
                            new HoldId(in.text()), in.instant(), in.integer(), readStandings(in));
            case CHARGED ->
                    new Outcome.Charged(
                            readAmounts(in), readAmounts(in), readBlocks(in), readStandings(in));
            case EVALUATED -> new Outcome.Evaluated(read(in, deeper(in, depth)));
            case EXPIRED -> new Outcome.Expired(in.integer(), in.integer(), in.flag());
            case BUDGET_DEFINED -> new Outcome.BudgetDefined(new BudgetId(in.text()), in.flag());
            case BUDGET_REMOVED -> new Outcome.BudgetRemoved(new BudgetId(in.text()));
            case BUDGET_STATUS_SET ->
                    new Outcome.BudgetStatusSet(
                            in.texts().stream().map(BudgetId::new).toList(),
                            Budget.Status.valueOf(in.text()));
            case BUDGET_ADJUSTED -> new Outcome.BudgetAdjusted(in.number(), readStanding(in));
            case TENANT_CLOSED ->
                    new Outcome.TenantClosed(new TenantId(in.text()), in.integer(), in.flag());
            case APPROVAL_GRANTED -> new Outcome.ApprovalGranted(in.text(), readStanding(in));
            case APPROVAL_DECLINED -> new Outcome.ApprovalDeclined(in.text());
            case NOTED -> new Outcome.Noted();
            case RUN_STOPPED -> new Outcome.RunStopped(Values.readStop(in), in.flag());
            case RUN_RESUMED -> new Outcome.RunResumed(new TenantId(in.text()), in.text());
            case REPEATED -> new Outcome.Repeated(read(in, deeper(in, depth)));
            default -> throw in.malformed("no outcome " + tag);
        };
    }

    private static int deeper(WireReader in, int depth) {
        if (depth == 0) {
            throw in.malformed("outcomes nested too deeply");
        }
        return depth - 1;
    }

    static void writeGranted(WireWriter out, Outcome.Granted granted) {
        out.text(granted.hold().value());
        writeAmounts(out, granted.held());
        out.instant(granted.expiresAt());
        out.number(granted.notices().size());
        for (Notice notice : granted.notices()) {
            out.account(notice.account());
            out.text(notice.name());
            out.number(notice.percent());
            Values.writeStep(out, notice.step());
        }
        writeBlocks(out, granted.wouldRefuse());
        Outcome.Remaining tightest = granted.tightest();
        out.flag(tightest != null);
        if (tightest != null) {
            out.text(tightest.budget());
            out.text(tightest.unit().name());
            out.number(tightest.limit());
            out.number(tightest.left());
        }
        writeStandings(out, granted.standings());
    }

    static Outcome.Granted readGranted(WireReader in) {
        return new Outcome.Granted(
                new HoldId(in.text()),
                readAmounts(in),
                in.instant(),
                in.list(() ->
                        new Notice(in.account(), in.text(), in.integer(), Values.readStep(in))),
                readBlocks(in),
                readTightest(in),
                readStandings(in));
    }

    private static Outcome.@Nullable Remaining readTightest(WireReader in) {
        return in.flag()
                ? new Outcome.Remaining(in.text(), in.unit(), in.number(), in.number())
                : null;
    }
}
