package dev.bursar.ledger;

import java.time.Duration;

/// Something a caller wants of the ledger.
public sealed interface Command {

    /// What happens to a hold whose time runs out.
    enum OnExpiry {
        /// The amounts return.
        RELEASE,
        /// The held amounts are spent: a provider may have billed them.
        CHARGE
    }

    /// What a commit above its hold does.
    enum Overage {
        /// The commit is refused; the hold stays.
        REJECT,
        /// The part above is taken when every hard budget covers it, else the commit is refused.
        ALLOW_IF_AVAILABLE,
        /// The part above is spent, whatever the limits say.
        ALLOW_WITH_OVERDRAFT
    }

    /// Creates the budget or replaces the one of the same id. Balances and open holds stay; a change of
    /// `per`, `unit` or `window` starts new accounts.
    record DefineBudget(Budget budget) implements Command {}

    /// Ends a budget: it applies to nothing any more. Holds that it has a part in stay valid.
    record CloseBudget(BudgetId budget) implements Command {}

    /// Holds the amounts in every account of every matching budget, or in none.
    ///
    /// @param asked in any units; a budget of a unit that is not asked for is not touched, except
    ///     `MILLIS`, which is always checked
    /// @param atLeast where a unit is given here, less than asked may be granted, down to this
    /// @param ttl how long the hold lasts, above zero
    /// @param attribution carried on the entry, and on the expiry if it comes to that
    record Reserve(
            CommandKey key,
            HoldId hold,
            TenantId tenant,
            Subject subject,
            Amounts asked,
            Amounts atLeast,
            Duration ttl,
            OnExpiry onExpiry,
            Overage overage,
            Attribution attribution)
            implements Command {

        /// The longest a hold may last.
        public static final Duration MAX_TTL = Duration.ofDays(7);

        public Reserve {
            if (ttl.isNegative() || ttl.isZero() || ttl.compareTo(MAX_TTL) > 0) {
                throw new IllegalArgumentException("ttl must be above 0 and at most 7 d: " + ttl);
            }
        }
    }

    /// Ends a hold and spends the actual amounts.
    record Commit(
            CommandKey key, TenantId tenant, HoldId hold, Amounts actual, Attribution attribution)
            implements Command {}

    /// Ends a hold and returns all of it.
    record Release(CommandKey key, TenantId tenant, HoldId hold, Attribution attribution)
            implements Command {}

    /// Records spending that has happened without a hold. Never refused for lack of budget.
    record Charge(
            CommandKey key,
            TenantId tenant,
            Subject subject,
            Amounts actual,
            Attribution attribution)
            implements Command {}

    /// Ends the holds whose time has run out and drops accounts of past windows.
    ///
    /// @param atMost how many entries it may make
    record Expire(int atMost) implements Command {}
}
