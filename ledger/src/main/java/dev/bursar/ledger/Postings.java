package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Where amounts go: the accounts that a subject's spending belongs to, and what their limits say to it.
final class Postings {

    private final LedgerState state;

    Postings(LedgerState state) {
        this.state = state;
    }

    /// What is spent where, in the wanted units.
    List<Entry.Posting> of(
            TenantId tenant, Subject subject, Amounts actual, Predicate<Unit> wanted, Instant now) {
        List<Entry.Posting> postings = new ArrayList<>(0);
        for (BudgetState budget : state.budgets(tenant)) {
            Unit unit = budget.budget().unit();
            long amount = actual.get(unit);
            if (amount > 0
                    && Account.isSpendable(unit)
                    && wanted.test(unit)
                    && budget.hasAccounts()
                    && budget.appliesTo(subject)) {
                postings.add(new Entry.Posting(budget.accountFor(subject, now), unit, amount));
            }
        }
        return postings;
    }

    /// The budgets, in whatever mode, whose sums have no room for what they would be charged.
    ///
    /// @param actual what was really used, which the blocks tell
    List<Block> beyondBounds(
            List<Entry.Posting> charged, Coverage coverage, Amounts actual, Instant now) {
        List<Block> blocks = new ArrayList<>(0);
        for (Entry.Posting posting : charged) {
            BudgetState budget = state.budget(posting.account().budget());
            Account account = budget == null ? null : budget.account(posting.account());
            boolean beyond =
                    account == null
                            ? Account.hasNoRoom(0, posting.amount())
                            : account.isBeyondBounds(
                                    posting.amount(), coverage.shortfall(posting.account()));
            if (budget != null && beyond) {
                Entry.Posting used =
                        new Entry.Posting(
                                posting.account(), posting.unit(), actual.get(posting.unit()));
                blocks.add(block(budget, used, Block.Cause.SPENT, now));
            }
        }
        return blocks;
    }

    /// An account as a limit that is to cover what is posted.
    Coverage.Target target(BudgetState budget, Entry.Posting over, Instant now) {
        Account account = budget.account(over.account());
        return new Coverage.Target(
                budget.standing(over.account(), account, now.toEpochMilli()),
                over.amount(),
                block(budget, over, Block.Cause.SPENT, now));
    }

    /// The block that a budget puts in the way of `more`.
    Block block(BudgetState state, Entry.Posting more, Block.Cause cause, Instant now) {
        Budget budget = state.budget();
        Standing standing =
                state.standing(more.account(), state.account(more.account()), now.toEpochMilli());
        return new Block(
                more.account(),
                budget.name(),
                budget.terms().scope(),
                budget.mode(),
                budget.window(),
                budget.unit(),
                cause,
                standing.limit(),
                standing.spent(),
                standing.held(),
                standing.debt(),
                more.amount(),
                Math.max(0, standing.remaining()),
                state.resetsAt(
                        state.account(more.account()),
                        standing.spent(),
                        standing.mostSpent(more.amount()),
                        now),
                null);
    }
}
