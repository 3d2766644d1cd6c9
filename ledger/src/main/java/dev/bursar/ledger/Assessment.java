package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One pass over the budgets that a reserve touches: what blocks it, what it would get, what it reaches.
///
/// Hard, soft and shadow budgets are read from the same state in the same pass; only hard ones block.
final class Assessment {

    private final Command.Reserve command;
    private final Instant now;
    private final Relief relief;

    /// The budgets with an account that the reserve touches, and where they stand before it.
    private final List<Line> lines = new ArrayList<>();

    private final List<Block> blocks = new ArrayList<>();
    private final List<Block> wouldRefuse = new ArrayList<>();
    private Amounts granted;
    private int newAccounts;

    private record Line(BudgetState budget, AccountKey account, long spent, long held) {}

    Assessment(LedgerState state, Command.Reserve command, Instant now, Relief relief) {
        this.command = command;
        this.now = now;
        this.relief = relief;
        this.granted = command.asked();
        for (BudgetState budget : state.budgets(command.tenant())) {
            if (touches(budget.budget().unit()) && budget.appliesTo(command.subject())) {
                assess(budget);
            }
        }
    }

    private boolean touches(Unit unit) {
        return unit.equals(Unit.MILLIS) || command.asked().has(unit);
    }

    private void assess(BudgetState state) {
        AccountKey key = state.accountFor(command.subject(), now);
        Account account = state.account(key);
        long spent = account == null ? 0 : relief.spent(account, now.toEpochMilli());
        long held = account == null ? 0 : relief.held(account);
        if (state.hasAccounts()) {
            lines.add(new Line(state, key, spent, held));
            newAccounts += account == null ? 1 : 0;
        }
        Budget budget = state.budget();
        long asked = command.asked().get(budget.unit());
        long least =
                command.atLeast().has(budget.unit())
                        ? Math.min(asked, command.atLeast().get(budget.unit()))
                        : asked;
        long affordable = Math.max(0, budget.limit() - spent - held);
        if (isBlocked(budget, asked, least, affordable)) {
            Block block = block(state, key, account, spent, held, asked, least, affordable);
            switch (budget.mode()) {
                case HARD -> blocks.add(block);
                case SHADOW -> wouldRefuse.add(block);
                case SOFT -> {}
            }
        } else if (budget.mode() == Budget.Mode.HARD && affordable < granted.get(budget.unit())) {
            granted = granted.with(budget.unit(), affordable);
        }
    }

    /// Nothing asked is never blocked: a call that costs nothing goes through an exhausted budget. Time
    /// is asked by being there.
    private static boolean isBlocked(Budget budget, long asked, long least, long affordable) {
        if (budget.unit().equals(Unit.MILLIS)) {
            return affordable == 0 || affordable < least;
        }
        return asked > 0 && affordable < least;
    }

    private Block block(
            BudgetState state,
            AccountKey key,
            @Nullable Account account,
            long spent,
            long held,
            long asked,
            long least,
            long affordable) {
        Budget budget = state.budget();
        Block.Cause cause;
        if (least > budget.limit()) {
            cause = Block.Cause.ABOVE_LIMIT;
        } else {
            cause =
                    held == 0 || budget.limit() - spent < least
                            ? Block.Cause.SPENT
                            : Block.Cause.HELD;
        }
        return new Block(
                key,
                budget.name(),
                budget.mode(),
                budget.window(),
                budget.unit(),
                cause,
                budget.limit(),
                spent,
                held,
                asked,
                affordable,
                state.resetsAt(account, spent, held, asked, now));
    }

    boolean fits() {
        return blocks.isEmpty();
    }

    List<Block> blocks() {
        return blocks;
    }

    List<Block> wouldRefuse() {
        return wouldRefuse;
    }

    Amounts granted() {
        return granted;
    }

    /// How many accounts would be opened.
    int newAccounts() {
        return newAccounts;
    }

    boolean isBeyondBounds() {
        return lines.stream().anyMatch(line -> used(line) > Account.MAX_SUM);
    }

    List<Entry.Posting> postings() {
        List<Entry.Posting> postings = new ArrayList<>(lines.size());
        for (Line line : lines) {
            Unit unit = line.budget().budget().unit();
            long amount = unit.equals(Unit.MILLIS) ? 0 : granted.get(unit);
            postings.add(new Entry.Posting(line.account(), unit, amount));
        }
        return postings;
    }

    /// The highest step that each hard or soft budget has reached, by budget id.
    List<Notice> notices() {
        List<Notice> notices = new ArrayList<>(0);
        for (Line line : lines) {
            Budget budget = line.budget().budget();
            if (budget.mode() != Budget.Mode.SHADOW) {
                long used = used(line);
                Budget.Step reached = Ladder.reached(budget, used);
                if (reached != null) {
                    notices.add(
                            new Notice(
                                    line.account(),
                                    budget.name(),
                                    Ladder.percent(used, budget.limit()),
                                    reached));
                }
            }
        }
        return notices;
    }

    /// The hard budget with the smallest share left after this hold.
    Outcome.@Nullable Remaining tightest() {
        Outcome.Remaining tightest = null;
        for (Line line : lines) {
            Budget budget = line.budget().budget();
            if (budget.mode() == Budget.Mode.HARD) {
                long left = Math.max(0, budget.limit() - used(line));
                if (tightest == null
                        || Ladder.isSmallerShare(
                                left, budget.limit(), tightest.left(), tightest.limit())) {
                    tightest =
                            new Outcome.Remaining(
                                    budget.name(), budget.unit(), budget.limit(), left);
                }
            }
        }
        return tightest;
    }

    private long used(Line line) {
        Unit unit = line.budget().budget().unit();
        long more = unit.equals(Unit.MILLIS) ? 0 : granted.get(unit);
        return line.spent() + line.held() + more;
    }
}
