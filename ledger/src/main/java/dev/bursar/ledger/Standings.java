package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where the accounts of budgets with a scope path will stand once a command has taken effect.
final class Standings {

    private final LedgerState state;

    Standings(LedgerState state) {
        this.state = state;
    }

    /// Where the accounts of a hold stand.
    List<Standing> now(Hold hold, Instant now) {
        return of(hold, now, (part, before) -> before);
    }

    List<Standing> afterRelease(Hold hold, Instant now) {
        return of(hold, now, (part, before) -> moved(before, -part.amount(), 0, null));
    }

    List<Standing> afterCommit(Hold hold, Amounts actual, Coverage coverage, Instant now) {
        return of(
                hold,
                now,
                (part, before) -> {
                    Account account = part.account();
                    boolean hard = state.isHard(account.key().budget());
                    long spent =
                            Account.isSpendable(account.unit())
                                    ? (hard ? coverage.charged() : actual).get(account.unit())
                                    : 0;
                    return moved(before, -part.amount(), spent, coverage.shortfall(account.key()));
                });
    }

    /// @param charged what each account is charged, without what becomes debt
    List<Standing> afterCharge(List<Entry.Posting> charged, Coverage coverage, Instant now) {
        List<Standing> standings = new ArrayList<>(0);
        for (Entry.Posting posting : charged) {
            BudgetState budget = state.budget(posting.account().budget());
            if (budget != null && budget.budget().terms().scope() != null) {
                Entry.Shortfall shortfall = coverage.shortfall(posting.account());
                long debt = shortfall == null ? 0 : shortfall.debt();
                Standing before =
                        budget.standing(
                                posting.account(),
                                budget.account(posting.account()),
                                now.toEpochMilli());
                standings.add(moved(before, 0, posting.amount() + debt, shortfall));
            }
        }
        return Assessment.widestFirst(standings);
    }

    private interface Change {
        Standing of(Hold.Part part, Standing before);
    }

    private List<Standing> of(Hold hold, Instant now, Change change) {
        if (!hold.isScoped()) {
            return List.of();
        }
        List<Standing> standings = new ArrayList<>(0);
        for (Hold.Part part : hold.parts()) {
            AccountKey key = part.account().key();
            BudgetState budget = state.budget(key.budget());
            if (budget != null && budget.budget().terms().scope() != null) {
                Standing before = budget.standing(key, part.account(), now.toEpochMilli());
                standings.add(change.of(part, before));
            }
        }
        return Assessment.widestFirst(standings);
    }

    /// @param spent with what becomes debt
    private static Standing moved(
            Standing before, long held, long spent, Entry.@Nullable Shortfall shortfall) {
        long debt = shortfall == null ? 0 : shortfall.debt();
        return new Standing(
                before.account(),
                before.scope(),
                before.unit(),
                before.limit(),
                before.spent() + spent - debt,
                before.held() + held,
                before.debt() + debt,
                before.overdraftLimit(),
                before.overLimit() || (shortfall != null && shortfall.overLimit()));
    }
}
