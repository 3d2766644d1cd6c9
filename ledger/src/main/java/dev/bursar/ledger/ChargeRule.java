package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Decides spending that had no hold.
final class ChargeRule {

    private final LedgerState state;
    private final Postings postings;
    private final Standings standings;

    ChargeRule(LedgerState state) {
        this.state = state;
        this.postings = new Postings(state);
        this.standings = new Standings(state);
    }

    Decision charge(Command.Charge command, Instant now) {
        Outcome known =
                state.memory()
                        .recall(command.tenant(), StateRecord.Operation.CHARGE, command.key());
        if (known != null) {
            return new Decision(known, List.of());
        }
        List<Entry.Posting> wanted =
                postings.of(
                        command.tenant(), command.subject(), command.actual(), unit -> true, now);
        Outcome.Refused refused = refuse(command, now);
        if (refused != null) {
            return refused(command, refused, now);
        }
        Coverage coverage = coverage(command, wanted, now);
        if (coverage.refused() != null) {
            return refused(command, coverage.refused(), now);
        }
        List<Entry.Posting> charged = charged(wanted, coverage);
        List<Block> beyond = postings.beyondBounds(charged, coverage, command.actual(), now);
        if (!beyond.isEmpty()) {
            return refused(command, Refusals.by(Reason.CAPACITY, beyond), now);
        }
        Entry.Charged entry =
                new Entry.Charged(
                        now,
                        command.key(),
                        command.tenant(),
                        command.subject(),
                        command.actual(),
                        coverage.charged(),
                        charged,
                        coverage.shortfalls(),
                        command.overage() == Command.Overage.ALWAYS
                                ? passed(wanted, now)
                                : List.of(),
                        command.scoped()
                                ? standings.afterCharge(charged, coverage, now)
                                : List.of(),
                        command.attribution());
        return new Decision(entry.outcome(), List.of(entry));
    }

    private static Decision refused(Command.Charge command, Outcome.Refused refused, Instant now) {
        return Refusals.denied(
                new Entry.Refused(
                        now,
                        StateRecord.Operation.CHARGE,
                        command.tenant(),
                        command.subject(),
                        command.actual(),
                        refused.reason(),
                        refused.blocks(),
                        command.attribution()));
    }

    /// Whether spending is stopped before any limit is looked at. What happens `ALWAYS` never is.
    private Outcome.@Nullable Refused refuse(Command.Charge command, Instant now) {
        if (command.overage() == Command.Overage.ALWAYS) {
            return null;
        }
        if (state.isClosed(command.tenant())) {
            return Refusals.of(Reason.TENANT_CLOSED);
        }
        if (!command.scoped() && state.isStopped(command.tenant(), command.subject(), now)) {
            return Refusals.of(Reason.RUN_STOPPED);
        }
        if (command.scoped() && !coversAllUnits(command)) {
            return Refusals.of(state.whyNoneApplies(command.tenant(), command.subject()));
        }
        List<Block> blocks = stopped(command, now);
        return blocks.isEmpty() ? null : Refusals.by(Reason.BUDGET_EXCEEDED, blocks);
    }

    /// The budgets that are frozen or closed, in whatever mode, also when nothing was used.
    private List<Block> stopped(Command.Charge command, Instant now) {
        List<Block> stopped = new ArrayList<>(0);
        for (BudgetState budget : state.budgets(command.tenant())) {
            Unit unit = budget.budget().unit();
            Block.Cause cause = budget.stopCause();
            if (cause != null
                    && command.actual().has(unit)
                    && budget.appliesTo(command.subject())) {
                Entry.Posting posting =
                        new Entry.Posting(
                                budget.accountFor(command.subject(), now),
                                unit,
                                command.actual().get(unit));
                stopped.add(postings.block(budget, posting, cause, now));
            }
        }
        return stopped;
    }

    private boolean coversAllUnits(Command.Charge command) {
        return command.actual().units().stream()
                .allMatch(unit ->
                        state.budgets(command.tenant()).stream()
                                .anyMatch(budget ->
                                        budget.budget().unit().equals(unit)
                                                && budget.appliesTo(command.subject())));
    }

    /// What each account is charged: less than `wanted` in hard budgets where a limit caps it, and
    /// without what becomes debt.
    private List<Entry.Posting> charged(List<Entry.Posting> wanted, Coverage coverage) {
        if (coverage.shortfalls().isEmpty()) {
            return wanted;
        }
        List<Entry.Posting> charged = new ArrayList<>(wanted.size());
        for (Entry.Posting posting : wanted) {
            Entry.Shortfall shortfall = coverage.shortfall(posting.account());
            long debt = shortfall == null ? 0 : shortfall.debt();
            long amount =
                    state.isHard(posting.account().budget())
                            ? coverage.charged().get(posting.unit())
                            : posting.amount();
            charged.add(new Entry.Posting(posting.account(), posting.unit(), amount - debt));
        }
        return charged;
    }

    /// How hard limits take spending that had no hold.
    private Coverage coverage(Command.Charge command, List<Entry.Posting> wanted, Instant now) {
        if (command.overage() == Command.Overage.ALWAYS) {
            return Coverage.all(command.actual());
        }
        List<Coverage.Target> targets = new ArrayList<>();
        for (Entry.Posting posting : wanted) {
            BudgetState budget = state.budget(posting.account().budget());
            if (budget != null && budget.budget().mode() == Budget.Mode.HARD) {
                targets.add(postings.target(budget, posting, now));
            }
        }
        return switch (command.overage()) {
            case REJECT -> {
                List<Block> blocks = passed(wanted, now);
                yield blocks.isEmpty()
                        ? Coverage.all(command.actual())
                        : Coverage.refused(Refusals.by(Reason.OVERAGE_REJECTED, blocks));
            }
            case ALLOW_IF_AVAILABLE -> Coverage.capped(command.actual(), targets, false);
            case ALLOW_WITH_OVERDRAFT -> {
                Coverage owing = Coverage.capped(command.actual(), targets, true);
                Outcome.Refused refused = owing.refused();
                yield refused == null
                        ? owing
                        : Coverage.refused(overdrawn(refused, passed(wanted, now)));
            }
            case ALWAYS -> Coverage.all(command.actual());
        };
    }

    /// The same refusal, saying of its budgets whether only holds are in the way.
    private static Outcome.Refused overdrawn(Outcome.Refused refused, List<Block> passed) {
        Set<AccountKey> overdrawn =
                refused.blocks().stream().map(Block::account).collect(Collectors.toSet());
        return Refusals.by(
                refused.reason(),
                passed.stream().filter(block -> overdrawn.contains(block.account())).toList());
    }

    /// The hard budgets that spending leaves above their limit.
    private List<Block> passed(List<Entry.Posting> wanted, Instant now) {
        List<Block> passed = new ArrayList<>(0);
        for (Entry.Posting posting : wanted) {
            BudgetState budget = state.budget(posting.account().budget());
            if (budget != null && budget.budget().mode() == Budget.Mode.HARD) {
                Account account = budget.account(posting.account());
                Standing standing = budget.standing(posting.account(), account, now.toEpochMilli());
                if (posting.amount() > Math.max(0, standing.remaining())) {
                    boolean held =
                            standing.held() > 0
                                    && posting.amount() <= standing.limit() - standing.spent();
                    passed.add(
                            postings.block(
                                    budget,
                                    posting,
                                    held ? Block.Cause.HELD : Block.Cause.SPENT,
                                    now));
                }
            }
        }
        return passed.stream().sorted(ReserveRule.BLOCK_ORDER).toList();
    }
}
