package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Where the accounts of budgets with a scope path will stand once a command has taken effect: one for each
/// path and unit.
final class Standings {

    private static final Comparator<Standing> WIDEST_FIRST =
            Comparator.comparingInt((Standing s) -> s.scope() == null ? 0 : s.scope().depth())
                    .thenComparing(s -> s.account().budget().value());

    private final LedgerState state;

    Standings(LedgerState state) {
        this.state = state;
    }

    /// Whether the account of a budget can be told as the balance of its path: it counts all that is spent
    /// there, and more than a record depends on it.
    static boolean isTold(Budget budget) {
        return budget.terms().scope() != null
                && budget.match().isEmpty()
                && budget.per().isEmpty()
                && budget.mode() != Budget.Mode.SHADOW;
    }

    /// One of each path and unit, the widest path first: the one of a hard budget before a soft one's, then
    /// the one with the least left.
    static List<Standing> tightest(List<Standing> standings, LedgerState state) {
        List<Standing> kept = new ArrayList<>(standings.size());
        for (Standing standing : standings) {
            int same = 0;
            while (same < kept.size() && !isOfSamePlace(kept.get(same), standing)) {
                same++;
            }
            if (same == kept.size()) {
                kept.add(standing);
            } else if (isTighter(standing, kept.get(same), state)) {
                kept.set(same, standing);
            }
        }
        kept.sort(WIDEST_FIRST);
        return kept;
    }

    private static boolean isOfSamePlace(Standing one, Standing other) {
        return one.unit().equals(other.unit()) && Objects.equals(one.scope(), other.scope());
    }

    private static boolean isTighter(Standing one, Standing other, LedgerState state) {
        boolean hard = state.isHard(one.account().budget());
        return hard == state.isHard(other.account().budget())
                ? one.remaining() < other.remaining()
                : hard;
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
            if (budget != null && isTold(budget.budget())) {
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
        return tightest(standings, state);
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
            if (budget != null && isTold(budget.budget())) {
                Standing before = budget.standing(key, part.account(), now.toEpochMilli());
                standings.add(change.of(part, before));
            }
        }
        return tightest(standings, state);
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
