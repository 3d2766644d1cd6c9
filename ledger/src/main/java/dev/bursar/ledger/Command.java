package dev.bursar.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Something a caller wants of the ledger.
public sealed interface Command {

    /// What happens to a hold whose time runs out.
    enum OnExpiry {
        /// The amounts return.
        RELEASE,
        /// The held amounts are spent: a provider may have billed them.
        CHARGE
    }

    /// What spending above its hold does, or spending that had none. Only hard budgets set limits.
    enum Overage {
        /// It is refused; the hold stays.
        REJECT,
        /// It is charged as far as every budget covers it. A budget that does not cover all of it is over
        /// its limit until it is funded. What was not charged is recorded as uncovered.
        ALLOW_IF_AVAILABLE,
        /// It is charged. What a budget does not cover becomes debt there, up to its overdraft limit; one
        /// without an overdraft caps the charge like `ALLOW_IF_AVAILABLE`. Beyond that it is refused.
        ALLOW_WITH_OVERDRAFT,
        /// It is charged, whatever the limits say: the money is gone, and nobody else keeps the books.
        ALWAYS
    }

    /// What a reserve does when there is room for less than it asks for, but for what it needs at least.
    enum Shortage {
        /// It takes the room there is.
        TAKE,
        /// It takes nothing and is told so; no denial is recorded. Its owner knows a smaller figure, or
        /// can find one. It is also told when a ladder wants another request: see [Outcome.Advised].
        ASK_AGAIN,
        /// It takes what the budgets that clamp have for it, and at least `atLeast`. A budget without
        /// such a step is asked for all, and refuses when it has less. A refusal is recorded.
        CLAMP,
        /// Like `CLAMP`, but what is in the way is only told: see [Outcome.Advised].
        TRY_CLAMP;

        /// Whether less than asked is for the ladders to give.
        boolean isClamp() {
            return this == CLAMP || this == TRY_CLAMP;
        }

        /// Whether being refused is no denial yet.
        boolean isQuestion() {
            return this == ASK_AGAIN || this == TRY_CLAMP;
        }
    }

    /// Creates the budget or replaces the one of the same id. Balances and open holds stay; a change of
    /// `per`, `unit` or `window` starts new accounts.
    ///
    /// @param by who wants it: never a secret
    record DefineBudget(Budget budget, Attribution by) implements Command {

        public DefineBudget(Budget budget) {
            this(budget, Attribution.NONE);
        }
    }

    /// Takes a budget away: it applies to nothing any more. Holds that it has a part in stay valid.
    record RemoveBudget(BudgetId budget, Attribution by) implements Command {}

    /// Freezes budgets, sets them free again, or closes them for ever; all or, when one is not there, none.
    record SetBudgetStatus(List<BudgetId> budgets, Budget.Status status, Attribution by)
            implements Command {

        /// How many budgets one command may name.
        public static final int MAX_BUDGETS = 10_000;

        public SetBudgetStatus {
            budgets = List.copyOf(budgets);
            if (budgets.isEmpty() || budgets.size() > MAX_BUDGETS) {
                throw new IllegalArgumentException(
                        "1 to " + MAX_BUDGETS + " budgets: " + budgets.size());
            }
        }
    }

    /// Changes what one account may spend or has spent.
    ///
    /// @param per the values of the budget's `per`, in its order; the account of the current window
    /// @param amount in the unit of the budget, 0 to [Budget#MAX_LIMIT]
    record AdjustBudget(
            CommandKey key,
            TenantId tenant,
            BudgetId budget,
            List<String> per,
            Adjustment adjustment,
            long amount,
            Attribution by)
            implements Command {

        public AdjustBudget {
            per = List.copyOf(per);
            if (amount < 0 || amount > Budget.MAX_LIMIT) {
                throw new IllegalArgumentException(
                        "amount must be 0 to " + Budget.MAX_LIMIT + ": " + amount);
            }
        }
    }

    enum Adjustment {
        /// Repays what is owed, and adds the rest to what may be spent.
        CREDIT,
        /// Takes from what may be spent, at most what is left.
        DEBIT,
        /// What was spent is set to the amount, as if a new time began. Time starts to count anew, where
        /// the amount must be 0; holds and debt stay.
        RESET_SPENT,
        /// Takes from the debt, at most all of it.
        REPAY_DEBT
    }

    /// Ends a tenant for ever: nothing is reserved any more, its budgets are closed, its approvals are
    /// open no longer, and holds that return by themselves are released. A hold that is charged when it
    /// expires may still be settled: its money may be gone.
    ///
    /// @param atMost how many holds this command may release; the outcome says whether there are more
    record CloseTenant(TenantId tenant, int atMost, Attribution by) implements Command {}

    /// Holds the amounts in every account of every matching budget, or in none.
    ///
    /// @param asked in any units; a budget of a unit that is not asked for is not touched, except
    ///     `MILLIS`, which is always checked
    /// @param atLeast where a unit is given here, less than asked may be granted, down to this; under
    ///     `shortage` of the kinds that clamp only by budgets whose ladder does
    /// @param shortage what happens when less than asked could be granted
    /// @param ttl how long the hold lasts, above zero
    /// @param grace how much longer it can still be ended by its owner
    /// @param scoped the caller speaks of scope paths: at least one budget must apply in every unit, and
    ///     the outcome says where the budgets with a path stand
    /// @param attribution carried on the entry, and on the expiry if it comes to that
    /// @param toolCallCounted whether the tool call that this is for was counted when a model asked for
    ///     it: of the budgets of `TOOL_CALLS` then only those take part that look at the tool, as the
    ///     model's call named none
    record Reserve(
            CommandKey key,
            HoldId hold,
            TenantId tenant,
            Subject subject,
            Amounts asked,
            Amounts atLeast,
            Shortage shortage,
            Duration ttl,
            Duration grace,
            OnExpiry onExpiry,
            Overage overage,
            boolean scoped,
            Attribution attribution,
            boolean toolCallCounted)
            implements Command {

        /// The longest a hold may last.
        public static final Duration MAX_TTL = Duration.ofDays(7);

        /// A reserve of what nobody has counted before.
        public Reserve(
                CommandKey key,
                HoldId hold,
                TenantId tenant,
                Subject subject,
                Amounts asked,
                Amounts atLeast,
                Shortage shortage,
                Duration ttl,
                Duration grace,
                OnExpiry onExpiry,
                Overage overage,
                boolean scoped,
                Attribution attribution) {
            this(
                    key,
                    hold,
                    tenant,
                    subject,
                    asked,
                    atLeast,
                    shortage,
                    ttl,
                    grace,
                    onExpiry,
                    overage,
                    scoped,
                    attribution,
                    false);
        }

        /// A reserve without grace, that takes the room there is and does not speak of scope paths.
        public Reserve(
                CommandKey key,
                HoldId hold,
                TenantId tenant,
                Subject subject,
                Amounts asked,
                Amounts atLeast,
                Duration ttl,
                OnExpiry onExpiry,
                Overage overage,
                Attribution attribution) {
            this(
                    key,
                    hold,
                    tenant,
                    subject,
                    asked,
                    atLeast,
                    Shortage.TAKE,
                    ttl,
                    Duration.ZERO,
                    onExpiry,
                    overage,
                    false,
                    attribution);
        }

        public Reserve {
            if (ttl.isNegative() || ttl.isZero() || ttl.compareTo(MAX_TTL) > 0) {
                throw new IllegalArgumentException("ttl must be above 0 and at most 7 d: " + ttl);
            }
            if (grace.isNegative() || grace.compareTo(MAX_TTL) > 0) {
                throw new IllegalArgumentException("grace must be 0 to 7 d: " + grace);
            }
        }
    }

    /// Asks what a reserve would be answered, holds nothing, and remembers the answer under the key.
    ///
    /// @param operation what the key is unique within: `RESERVE` shares the keys of real reserves
    /// @param nameable units that its owner can speak of: budgets of others are no reason for
    ///     `UNIT_MISMATCH`, which is not remembered. Empty for all units
    record Evaluate(Reserve reserve, StateRecord.Operation operation, Set<Unit> nameable)
            implements Command {

        public Evaluate {
            nameable = Set.copyOf(nameable);
        }

        public Evaluate(Reserve reserve, StateRecord.Operation operation) {
            this(reserve, operation, Set.of());
        }

        boolean canName(Unit unit) {
            return nameable.isEmpty() || nameable.contains(unit);
        }
    }

    /// Ends a hold and spends the actual amounts. A hold of a scoped reserve is committed in the units it
    /// was reserved in.
    record Commit(
            CommandKey key, TenantId tenant, HoldId hold, Amounts actual, Attribution attribution)
            implements Command {}

    /// Ends a hold and returns all of it.
    record Release(CommandKey key, TenantId tenant, HoldId hold, Attribution attribution)
            implements Command {}

    /// Lets a hold last longer, counted from its current end. Not in its grace.
    ///
    /// @param by above zero; the hold never ends later than [Reserve#MAX_TTL] from now
    /// @param atMost how many times a hold may be extended
    record Extend(CommandKey key, TenantId tenant, HoldId hold, Duration by, int atMost)
            implements Command {

        public Extend {
            if (by.isNegative() || by.isZero() || by.compareTo(Reserve.MAX_TTL) > 0) {
                throw new IllegalArgumentException("extend by above 0 and at most 7 d: " + by);
            }
        }
    }

    /// Records spending without a hold. With `ALWAYS` it is never refused.
    ///
    /// @param scoped as of a [Reserve]. What such a caller tells has happened already: that the run is stopped
    ///     refuses only what may still be left undone
    record Charge(
            CommandKey key,
            TenantId tenant,
            Subject subject,
            Amounts actual,
            Overage overage,
            boolean scoped,
            Attribution attribution)
            implements Command {}

    /// Ends the holds whose time has run out and drops accounts of past windows.
    ///
    /// @param atMost how many entries it may make
    record Expire(int atMost) implements Command {}

    /// Grants an open [Approval]: adds to what its account may spend, until a time.
    ///
    /// @param amount above 0, in the unit of the budget
    record Approve(
            CommandKey key,
            TenantId tenant,
            String approval,
            long amount,
            Instant until,
            Attribution by)
            implements Command {

        public Approve {
            if (amount <= 0 || amount > Budget.MAX_LIMIT) {
                throw new IllegalArgumentException(
                        "amount must be 1 to " + Budget.MAX_LIMIT + ": " + amount);
            }
        }
    }

    /// Declines an open [Approval]: its account refuses without asking again, until a time.
    record Decline(CommandKey key, TenantId tenant, String approval, Instant until, Attribution by)
            implements Command {}

    /// Writes down a denial that was decided outside of the ledger, so that the journal tells it like any
    /// other. Changes nothing, and is answered by that refusal.
    ///
    /// @param operation what was denied: a reserve, or a charge
    /// @param asked what the denied call would have reserved, or has used
    /// @param reason one of [#REASONS]: all others are the ledger's own
    record Refuse(
            StateRecord.Operation operation,
            TenantId tenant,
            Subject subject,
            Amounts asked,
            Reason reason,
            Attribution attribution)
            implements Command {

        /// What others than the ledger deny for.
        public static final Set<Reason> REASONS =
                Collections.unmodifiableSet(
                        EnumSet.of(
                                Reason.RUN_STOPPED,
                                Reason.NOT_ALLOWED,
                                Reason.MODEL_UNPRICED,
                                Reason.TOOL_UNPRICED,
                                Reason.KEY_OUT_OF_SCOPE));

        /// Of a reserve.
        public Refuse(
                TenantId tenant,
                Subject subject,
                Amounts asked,
                Reason reason,
                Attribution attribution) {
            this(StateRecord.Operation.RESERVE, tenant, subject, asked, reason, attribution);
        }

        public Refuse {
            if (operation != StateRecord.Operation.RESERVE
                    && operation != StateRecord.Operation.CHARGE) {
                throw new IllegalArgumentException("not denied by others: " + operation);
            }
            if (!REASONS.contains(reason)) {
                throw new IllegalArgumentException("only the ledger refuses for " + reason);
            }
        }
    }

    /// Stops a run: nothing is reserved for it any more, until a [ResumeRun], or until nothing was asked
    /// for it for a day. Open holds end as always. A run that is stopped stays so as it is.
    ///
    /// @param by who stops it, and why
    record StopRun(TenantId tenant, String run, Attribution by) implements Command {

        public StopRun {
            StoppedRun.requireName(run);
        }
    }

    /// Lets a stopped run go on.
    record ResumeRun(TenantId tenant, String run, Attribution by) implements Command {

        public ResumeRun {
            StoppedRun.requireName(run);
        }
    }

    /// Writes down what happened outside of the ledger, so that the journal tells who did what.
    ///
    /// @param tenant whom it is about, null when it is about the whole place
    record Note(@Nullable TenantId tenant, Attribution by) implements Command {}
}
