package dev.bursar.authority;

import static dev.bursar.authority.Values.readAmounts;
import static dev.bursar.authority.Values.readBlocks;
import static dev.bursar.authority.Values.writeAmounts;
import static dev.bursar.authority.Values.writeBlocks;

import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Block;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Notice;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
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
    private static final int BUDGET_CLOSED = 8;
    private static final int REPEATED = 9;

    /// A repeat of a repeat does not occur; hostile bytes must not nest deeper than the stack.
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
            case Outcome.Committed(HoldId hold, Amounts held, Amounts actual, Amounts overrun) -> {
                out.tag(COMMITTED);
                out.text(hold.value());
                writeAmounts(out, held);
                writeAmounts(out, actual);
                writeAmounts(out, overrun);
            }
            case Outcome.Released(HoldId hold, Amounts held) -> {
                out.tag(RELEASED);
                out.text(hold.value());
                writeAmounts(out, held);
            }
            case Outcome.Charged(Amounts actual, List<Block> passed) -> {
                out.tag(CHARGED);
                writeAmounts(out, actual);
                writeBlocks(out, passed);
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
            case Outcome.BudgetClosed(BudgetId budget) -> {
                out.tag(BUDGET_CLOSED);
                out.text(budget.value());
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
                            readAmounts(in));
            case RELEASED -> new Outcome.Released(new HoldId(in.text()), readAmounts(in));
            case CHARGED -> new Outcome.Charged(readAmounts(in), readBlocks(in));
            case EXPIRED -> new Outcome.Expired(in.integer(), in.integer(), in.flag());
            case BUDGET_DEFINED -> new Outcome.BudgetDefined(new BudgetId(in.text()), in.flag());
            case BUDGET_CLOSED -> new Outcome.BudgetClosed(new BudgetId(in.text()));
            case REPEATED -> {
                if (depth == 0) {
                    throw in.malformed("outcomes nested too deeply");
                }
                yield new Outcome.Repeated(read(in, depth - 1));
            }
            default -> throw in.malformed("no outcome " + tag);
        };
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
    }

    static Outcome.Granted readGranted(WireReader in) {
        return new Outcome.Granted(
                new HoldId(in.text()),
                readAmounts(in),
                in.instant(),
                in.list(() ->
                        new Notice(in.account(), in.text(), in.integer(), Values.readStep(in))),
                readBlocks(in),
                readTightest(in));
    }

    private static Outcome.@Nullable Remaining readTightest(WireReader in) {
        return in.flag()
                ? new Outcome.Remaining(in.text(), in.unit(), in.number(), in.number())
                : null;
    }
}
