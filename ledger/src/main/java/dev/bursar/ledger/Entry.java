package dev.bursar.ledger;

import java.time.Instant;
import java.util.List;

/// A fact in the journal. Entries are the only thing that changes a ledger, and replaying them in order
/// gives an equal one.
public sealed interface Entry {

    /// When it was decided. Never earlier than the entry before.
    Instant at();

    record BudgetDefined(Instant at, Budget budget) implements Entry {}

    record BudgetClosed(Instant at, BudgetId budget) implements Entry {}

    /// @param postings what is held where
    /// @param granted what was answered
    record Reserved(
            Instant at,
            CommandKey key,
            TenantId tenant,
            Subject subject,
            Amounts asked,
            List<Posting> postings,
            Command.OnExpiry onExpiry,
            Command.Overage overage,
            Attribution attribution,
            Outcome.Granted granted)
            implements Entry {

        public Reserved {
            postings = List.copyOf(postings);
        }
    }

    /// An amount in an account, in the unit of its budget.
    record Posting(AccountKey account, Unit unit, long amount) {}

    /// A denial. Changes no balance.
    ///
    /// @param blocks every budget in the way, in their fixed order
    record Refused(
            Instant at,
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

    /// The settled record of a call: with its attribution, this is the usage record.
    ///
    /// @param overrun the part of `actual` above `held`
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
            Amounts overrun,
            List<Posting> unheld,
            Attribution attribution)
            implements Entry {

        public Committed {
            unheld = List.copyOf(unheld);
        }
    }

    record Released(
            Instant at,
            CommandKey key,
            HoldId hold,
            TenantId tenant,
            Subject subject,
            Amounts held,
            Attribution attribution)
            implements Entry {}

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

    /// @param postings what is spent where
    record Charged(
            Instant at,
            CommandKey key,
            TenantId tenant,
            Subject subject,
            Amounts actual,
            List<Posting> postings,
            List<Block> passed,
            Attribution attribution)
            implements Entry {

        public Charged {
            postings = List.copyOf(postings);
            passed = List.copyOf(passed);
        }
    }

    /// Accounts of past windows that nothing is held in are forgotten.
    record AccountsDropped(Instant at, List<AccountKey> accounts) implements Entry {

        public AccountsDropped {
            accounts = List.copyOf(accounts);
        }
    }
}
