package dev.bursar.ledger;

import java.time.Instant;

/// What the account of a calendar window hands over to the one of the next: as much of what is left as
/// may be carried over, less what is owed. What a whole window cannot pay stays debt.
///
/// A window in which nothing happened hands over like one in which nothing was spent: it makes no
/// difference whether its account was ever opened.
final class CarryOver {

    private CarryOver() {}

    /// What the account of the window that starts at `start` begins with.
    ///
    /// @param before the latest account before it
    /// @param used what is spent there, or held: that is handed over as if it were spent
    static Funding opening(Budget budget, Account before, long used, Instant start) {
        if (!(budget.window() instanceof Window.Calendar calendar)) {
            return Funding.NONE;
        }
        Funding funding = next(budget, before.funding(), used);
        Instant window = calendar.end(Instant.ofEpochMilli(before.key().windowStartMillis()));
        while (window.isBefore(start)) {
            Funding following = next(budget, funding, 0);
            if (following.equals(funding)) {
                return funding;
            }
            funding = following;
            window = calendar.end(window);
        }
        return funding;
    }

    private static Funding next(Budget budget, Funding funding, long used) {
        long carried = leaves(budget, funding, used);
        long paid = Math.min(funding.debt(), budget.limit() + carried);
        return Funding.carried(carried - paid, funding.debt() - paid);
    }

    /// What is carried over, without debt.
    ///
    /// @param used spent or held
    static long leaves(Budget budget, Funding funding, long used) {
        long left = budget.limit() + funding.credit() - used;
        return Math.clamp(left, 0, budget.terms().carryOver());
    }
}
