package dev.bursar.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A fact in the journal. Entries are the only thing that changes a ledger, and replaying them in order
/// gives an equal one.
public sealed interface Entry {

    /// When it was decided. Never earlier than the entry before.
    Instant at();

    /// An act of a person or of the configuration, not of a call.
    sealed interface Administrative extends Entry {

        /// Who, and why: never a secret.
        Attribution by();
    }

    record BudgetDefined(Instant at, Budget budget, Attribution by) implements Administrative {}

    record BudgetRemoved(Instant at, BudgetId budget, Attribution by) implements Administrative {}

    record BudgetStatusSet(Instant at, List<BudgetId> budgets, Budget.Status status, Attribution by)
            implements Administrative {

        public BudgetStatusSet {
            budgets = List.copyOf(budgets);
        }
    }

    /// @param amount by how much the account changed; for `RESET_SPENT` what counts as spent from now on
    record BudgetAdjusted(
            Instant at,
            CommandKey key,
            TenantId tenant,
            AccountKey account,
            Command.Adjustment adjustment,
            long amount,
            Standing standing,
            Attribution by)
            implements Administrative {}

    /// Closes the tenant's budgets and open approvals, too. The holds that it ends are told one by one.
    record TenantClosed(Instant at, TenantId tenant, Attribution by) implements Administrative {}

    /// @param account of the approval
    record ApprovalGranted(
            Instant at,
            CommandKey key,
            TenantId tenant,
            String approval,
            AccountKey account,
            long amount,
            Instant until,
            Standing standing,
            Attribution by)
            implements Administrative {}

    record ApprovalDeclined(
            Instant at,
            CommandKey key,
            TenantId tenant,
            String approval,
            AccountKey account,
            Instant until,
            Attribution by)
            implements Administrative {}

    record RunStopped(StoppedRun stop) implements Administrative {

        @Override
        public Instant at() {
            return stop.at();
        }

        @Override
        public Attribution by() {
            return stop.by();
        }
    }

    record RunResumed(Instant at, TenantId tenant, String run, Attribution by)
            implements Administrative {}

    /// Changes nothing in the ledger.
    record Noted(Instant at, @Nullable TenantId tenant, Attribution by) implements Administrative {}

    /// @param postings what is held where
    /// @param granted what was answered
    record Reserved(
            Instant at,
            CommandKey key,
            TenantId tenant,
            Subject subject,
            Amounts asked,
            List<Posting> postings,
            Duration grace,
            Command.OnExpiry onExpiry,
            Command.Overage overage,
            boolean scoped,
            Attribution attribution,
            Outcome.Granted granted)
            implements Entry {

        public Reserved {
            postings = List.copyOf(postings);
        }
    }

    /// An amount in an account, in the unit of its budget.
    record Posting(AccountKey account, Unit unit, long amount) {}

    /// What a hard limit did not cover of an actual amount, in the unit of the budget.
    ///
    /// @param debt the part that became debt
    /// @param uncovered the part that was not charged
    /// @param overLimit whether the account is over its limit from now on
    record Shortfall(AccountKey account, long debt, long uncovered, boolean overLimit) {}

    /// A denial. Changes no balance; a block with an approval that is not open yet opens it, and a stopped
    /// run has not rested.
    ///
    /// @param operation what was refused: a reserve, a charge, or a commit, whose hold stays open
    /// @param asked or, for a charge and a commit, what was used
    /// @param blocks every budget in the way, in their fixed order; empty when none is the reason
    record Refused(
            Instant at,
            StateRecord.Operation operation,
            TenantId tenant,
            Subject subject,
            Amounts asked,
            Reason reason,
            List<Block> blocks,
            Attribution attribution)
            implements Entry {

        public Refused {
            blocks = List.copyOf(blocks);
        }
    }

    /// What a reserve would have been answered. Changes no balance.
    record Evaluated(
            Instant at,
            CommandKey key,
            TenantId tenant,
            StateRecord.Operation operation,
            Subject subject,
            Outcome answer,
            Attribution attribution)
            implements Entry {}

    /// The settled record of a call: with its attribution, this is the usage record.
    ///
    /// @param charged what hard budgets were charged
    /// @param overrun the part of `actual` above `held`
    /// @param shortfalls where a limit did not cover all
    /// @param unheld what is spent in accounts that the hold had no part in: units that were not asked
    ///     for
    record Committed(
            Instant at,
            CommandKey key,
            HoldId hold,
            TenantId tenant,
            Subject subject,
            Amounts held,
            Amounts actual,
            Amounts charged,
            Amounts overrun,
            List<Shortfall> shortfalls,
            List<Posting> unheld,
            List<Standing> standings,
            Attribution attribution)
            implements Entry {

        public Committed {
            shortfalls = List.copyOf(shortfalls);
            unheld = List.copyOf(unheld);
            standings = List.copyOf(standings);
        }

        /// What the command was answered.
        public Outcome.Committed outcome() {
            return new Outcome.Committed(hold, held, actual, charged, overrun, standings);
        }
    }

    record Released(
            Instant at,
            CommandKey key,
            HoldId hold,
            TenantId tenant,
            Subject subject,
            Amounts held,
            List<Standing> standings,
            Attribution attribution)
            implements Entry {

        public Released {
            standings = List.copyOf(standings);
        }

        /// What the command was answered.
        public Outcome.Released outcome() {
            return new Outcome.Released(hold, held, standings);
        }
    }

    /// @param extensions how often the hold was extended, with this time
    record Extended(
            Instant at,
            CommandKey key,
            HoldId hold,
            TenantId tenant,
            Instant expiresAt,
            int extensions,
            List<Standing> standings)
            implements Entry {

        public Extended {
            standings = List.copyOf(standings);
        }

        Outcome outcome() {
            return new Outcome.Extended(hold, expiresAt, extensions, standings);
        }
    }

    /// @param charged whether the held amounts were spent (or returned)
    /// @param attribution the one of the reserve
    record Expired(
            Instant at,
            HoldId hold,
            TenantId tenant,
            Subject subject,
            Amounts held,
            boolean charged,
            Attribution attribution)
            implements Entry {}

    /// @param charged what hard budgets were charged
    /// @param postings what is spent where
    /// @param shortfalls where a limit did not cover all
    record Charged(
            Instant at,
            CommandKey key,
            TenantId tenant,
            Subject subject,
            Amounts actual,
            Amounts charged,
            List<Posting> postings,
            List<Shortfall> shortfalls,
            List<Block> passed,
            List<Standing> standings,
            Attribution attribution)
            implements Entry {

        public Charged {
            postings = List.copyOf(postings);
            shortfalls = List.copyOf(shortfalls);
            passed = List.copyOf(passed);
            standings = List.copyOf(standings);
        }

        /// What the command was answered.
        public Outcome.Charged outcome() {
            return new Outcome.Charged(actual, charged, passed, standings);
        }
    }

    /// Accounts of past windows that nothing is held in are forgotten.
    record AccountsDropped(Instant at, List<AccountKey> accounts) implements Entry {

        public AccountsDropped {
            accounts = List.copyOf(accounts);
        }
    }
}
