package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One pass over the budgets that a reserve touches: what blocks it, what it would get, what it reaches.
///
/// Hard, soft and shadow budgets are read from the same state in the same pass; only hard ones block, and
/// those of any mode that somebody has frozen or closed, or whose sums have no room.
final class Assessment {

    private final LedgerState ledger;
    private final Command.Reserve command;
    private final Instant now;
    private final Relief relief;
    private final boolean mayAsk;

    /// The budgets with an account that the reserve touches, and where they stand before it.
    private final List<Line> lines = new ArrayList<>();

    private final List<Block> blocks = new ArrayList<>();
    private final List<Block> wouldRefuse = new ArrayList<>();
    private final List<Rung> rungs = new ArrayList<>(0);
    private final Set<Unit> unitsSeen = new HashSet<>();
    private Amounts granted;
    private int newAccounts;
    private int approvalsAsked;
    private int lastApproval;

    private record Line(
            BudgetState budget,
            AccountKey key,
            @Nullable Account account,
            Funding funding,
            long limit,
            long spent,
            long held) {

        long debt() {
            return funding.debt();
        }

        long affordable() {
            return Math.max(0, limit - spent - held - debt());
        }

        /// What the sums of the account have room for, whatever the limit.
        long room() {
            boolean counts = budget.hasAccounts() && !budget.budget().unit().equals(Unit.MILLIS);
            return counts ? Math.max(0, Account.MAX_SUM - spent - held) : Long.MAX_VALUE;
        }
    }

    /// @param mayAsk whether a refusal may ask a person for an approval
    Assessment(
            LedgerState ledger,
            Command.Reserve command,
            Instant now,
            Relief relief,
            boolean mayAsk) {
        this.ledger = ledger;
        this.command = command;
        this.now = now;
        this.relief = relief;
        this.mayAsk = mayAsk;
        this.granted = command.asked();
        for (BudgetState budget : ledger.budgets(command.tenant())) {
            if (touches(budget.budget().unit())
                    && budget.appliesTo(command.subject())
                    && !hasCounted(budget.budget())) {
                assess(budget);
            }
        }
    }

    private boolean touches(Unit unit) {
        return unit.equals(Unit.MILLIS) || command.asked().has(unit);
    }

    /// Whether the budget has counted the tool call when a model asked for it.
    private boolean hasCounted(Budget budget) {
        return command.toolCallCounted()
                && budget.unit().equals(Unit.TOOL_CALLS)
                && !budget.match().containsKey(Subject.TOOL)
                && !budget.per().contains(Subject.TOOL);
    }

    private void assess(BudgetState state) {
        Line line = line(state);
        if (state.hasAccounts()) {
            lines.add(line);
            newAccounts += line.account() == null ? 1 : 0;
        }
        Budget budget = state.budget();
        if (command.scoped()) {
            unitsSeen.add(budget.unit());
        }
        long asked = command.asked().get(budget.unit());
        long least = least(line, asked);
        Block.Cause cause = cause(line, asked, least);
        if (command.shortage().isQuestion()) {
            climb(line, asked, cause);
        }
        boolean limits = budget.mode() == Budget.Mode.HARD;
        boolean stops = limits || state.status() != Budget.Status.ACTIVE || line.room() < least;
        if (cause != null && stops) {
            blocks.add(block(line, cause, asked, approval(line, cause)));
            return;
        }
        if (cause != null && budget.mode() == Budget.Mode.SHADOW) {
            wouldRefuse.add(block(line, cause, asked, null));
        }
        long share = Math.max(share(line), least);
        long most = limits ? share : Math.min(share, line.room());
        if (most < granted.get(budget.unit())) {
            granted = granted.with(budget.unit(), most);
        }
    }

    /// What the reserve needs of a budget.
    private long least(Line line, long asked) {
        Budget budget = line.budget().budget();
        boolean all = command.shortage().isClamp() && !clamps(line);
        return all || !command.atLeast().has(budget.unit())
                ? asked
                : Math.min(asked, command.atLeast().get(budget.unit()));
    }

    private static boolean clamps(Line line) {
        return Ladder.clampedAt(line.budget().budget(), 0) != Long.MAX_VALUE;
    }

    /// What a budget has for the reserve, unless that is less than it needs.
    private long share(Line line) {
        Budget budget = line.budget().budget();
        return switch (budget.mode()) {
            case HARD ->
                    command.shortage().isClamp()
                            ? Math.min(line.affordable(), clamped(line))
                            : line.affordable();
            case SOFT -> command.shortage().isClamp() ? clamped(line) : Long.MAX_VALUE;
            case SHADOW -> Long.MAX_VALUE;
        };
    }

    /// What is left below the step that clamps.
    private long clamped(Line line) {
        long whole = line.budget().whole(line.funding(), now.toEpochMilli());
        long at = Ladder.clampedAt(line.budget().budget(), whole);
        return at == Long.MAX_VALUE ? at : at - line.spent() - line.held() - line.debt();
    }

    /// Notes where the reserve would put the budget on its ladder.
    private void climb(Line line, long asked, Block.@Nullable Cause cause) {
        Budget budget = line.budget().budget();
        if (cause == null && budget.ladder().isEmpty()) {
            return;
        }
        long whole = line.budget().whole(line.funding(), now.toEpochMilli());
        long used = line.spent() + line.held() + asked;
        boolean blocked = cause != null && budget.mode() != Budget.Mode.SOFT;
        Rung rung =
                new Rung(
                        line.key(),
                        budget.name(),
                        budget.mode(),
                        Ladder.percent(used, whole),
                        blocked ? budget.ladder() : Ladder.upTo(budget, whole, used),
                        blocked ? cause : null);
        if (blocked || rung.changesCalls()) {
            rungs.add(rung);
        }
    }

    private Line line(BudgetState state) {
        AccountKey key = state.accountFor(command.subject(), now);
        Account account = state.account(key);
        long nowMillis = now.toEpochMilli();
        Funding funding = state.funding(key, account, relief);
        return new Line(
                state,
                key,
                account,
                funding,
                state.limit(funding, nowMillis),
                account == null ? 0 : relief.spent(account, nowMillis),
                account == null ? 0 : relief.held(account));
    }

    /// Why a budget is in the way, or null when it is not.
    ///
    /// Nothing asked is never blocked by a limit: a call that costs nothing goes through an exhausted
    /// budget. Time is asked by being there.
    private static Block.@Nullable Cause cause(Line line, long asked, long least) {
        BudgetState state = line.budget();
        Block.Cause stopped = state.stopCause();
        if (stopped != null) {
            return stopped;
        }
        if (line.funding().overLimit()) {
            return Block.Cause.OVER_LIMIT;
        }
        if (line.debt() > 0) {
            return Block.Cause.IN_DEBT;
        }
        long affordable = line.affordable();
        boolean fits =
                state.budget().unit().equals(Unit.MILLIS)
                        ? affordable > 0 && affordable >= least
                        : asked == 0 || affordable >= least;
        if (fits) {
            return null;
        }
        if (least > line.limit()) {
            return Block.Cause.ABOVE_LIMIT;
        }
        return line.held() == 0 || line.limit() - line.spent() < least
                ? Block.Cause.SPENT
                : Block.Cause.HELD;
    }

    /// What a person can grant: the approval that is open for the account, or a new one.
    private @Nullable String approval(Line line, Block.Cause cause) {
        boolean wanted =
                (cause == Block.Cause.SPENT || cause == Block.Cause.ABOVE_LIMIT)
                        && line.budget().hasAccounts()
                        && line.budget().budget().asksForApproval();
        if (!wanted) {
            return null;
        }
        Approval open = ledger.approvals().of(line.key());
        if (open != null) {
            return open.id();
        }
        boolean declined = line.funding().isDeclined(now.toEpochMilli());
        if (declined
                || !mayAsk
                || !ledger.approvals().hasPlaceFor(command.tenant(), approvalsAsked + 1)) {
            return null;
        }
        approvalsAsked++;
        String id;
        do {
            id = "apr_%s_%d".formatted(command.hold(), ++lastApproval);
        } while (ledger.approvals().byId(id) != null);
        return id;
    }

    private Block block(Line line, Block.Cause cause, long asked, @Nullable String approval) {
        Budget budget = line.budget().budget();
        return new Block(
                line.key(),
                budget.name(),
                budget.terms().scope(),
                budget.mode(),
                budget.window(),
                budget.unit(),
                cause,
                line.limit(),
                line.spent(),
                line.held(),
                line.debt(),
                asked,
                line.affordable(),
                line.budget()
                        .resetsAt(
                                line.account(),
                                line.spent(),
                                asked > line.limit()
                                        ? -1
                                        : line.limit() - line.held() - line.debt() - asked,
                                now),
                approval);
    }

    /// Whether the reserve gets what it wants, or would take less anyway.
    boolean fits() {
        return blocks.isEmpty()
                && (command.shortage() == Command.Shortage.TAKE || granted.equals(command.asked()));
    }

    /// Whether there is room, but too little for a command that would rather ask again.
    boolean isShort() {
        return blocks.isEmpty()
                && command.shortage() == Command.Shortage.ASK_AGAIN
                && !granted.equals(command.asked());
    }

    /// Whether the answer is what the ladders want, and not yet a grant or a denial.
    boolean advises() {
        return switch (command.shortage()) {
            case TAKE, CLAMP -> false;
            case TRY_CLAMP -> !blocks.isEmpty();
            case ASK_AGAIN ->
                    rungs.stream().anyMatch(Rung::changesCalls)
                            && blocks.stream().allMatch(block -> isForLadders(block.cause()));
        };
    }

    /// Where a budget is stopped or owes something, no other call would help.
    private static boolean isForLadders(Block.Cause cause) {
        return switch (cause) {
            case FROZEN, CLOSED, OVER_LIMIT, IN_DEBT -> false;
            case ABOVE_LIMIT, SPENT, HELD -> true;
        };
    }

    /// The budgets whose ladder has something to say, or that are in the way, by budget id.
    List<Rung> rungs() {
        return rungs;
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

    /// Why a scoped reserve has nothing to hold its amounts in, or null when it has.
    @Nullable Reason missing() {
        if (!command.scoped()) {
            return null;
        }
        for (Unit unit : command.asked().units()) {
            if (!unitsSeen.contains(unit)) {
                return ledger.whyNoneApplies(command.tenant(), command.subject());
            }
        }
        return null;
    }

    List<Entry.Posting> postings() {
        List<Entry.Posting> postings = new ArrayList<>(lines.size());
        for (Line line : lines) {
            postings.add(new Entry.Posting(line.key(), unit(line), more(line)));
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
                long limit = line.budget().whole(line.funding(), now.toEpochMilli());
                Budget.Step reached = Ladder.reached(budget, limit, used);
                if (reached != null) {
                    notices.add(
                            new Notice(
                                    line.key(),
                                    budget.name(),
                                    Ladder.percent(used, limit),
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
                tightest = Ladder.tighter(tightest, budget, line.limit(), used(line));
            }
        }
        return tightest;
    }

    /// Where the budgets with a scope path stand after this hold, the widest first.
    List<Standing> standings() {
        if (!command.scoped()) {
            return List.of();
        }
        List<Standing> standings = new ArrayList<>();
        for (Line line : lines) {
            if (Standings.isTold(line.budget().budget())) {
                standings.add(
                        line.budget()
                                .standing(
                                        line.key(),
                                        line.funding(),
                                        line.spent(),
                                        line.held() + more(line),
                                        now.toEpochMilli()));
            }
        }
        return Standings.tightest(standings, ledger);
    }

    private static Unit unit(Line line) {
        return line.budget().budget().unit();
    }

    private long more(Line line) {
        Unit unit = unit(line);
        return unit.equals(Unit.MILLIS) ? 0 : granted.get(unit);
    }

    private long used(Line line) {
        return line.spent() + line.held() + more(line);
    }
}
