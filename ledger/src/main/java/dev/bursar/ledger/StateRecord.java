package dev.bursar.ledger;

import java.time.Instant;
import java.util.List;

/// A piece of a ledger's state, for checkpoints. All records of [Ledger#state], in their order, rebuild
/// an equal ledger with [Ledger#restore].
public sealed interface StateRecord {

    /// The time of the last entry.
    record Clock(Instant lastAt) implements StateRecord {}

    record BudgetState(Budget budget, boolean closed) implements StateRecord {}

    /// @param openedAt when the account was first used
    /// @param spent the sum of all that was committed; for a rolling window, see `buckets`
    /// @param buckets for a rolling window: amounts by the start of their bucket, oldest first
    record AccountState(
            AccountKey account, Instant openedAt, long spent, long overrun, List<Bucket> buckets)
            implements StateRecord {

        public AccountState {
            buckets = List.copyOf(buckets);
        }
    }

    record Bucket(long startMillis, long amount) {}

    /// An open hold.
    record HoldState(
            HoldId hold,
            TenantId tenant,
            Subject subject,
            Amounts held,
            List<Entry.Posting> postings,
            Instant expiresAt,
            Command.OnExpiry onExpiry,
            Command.Overage overage,
            Attribution attribution)
            implements StateRecord {

        public HoldState {
            postings = List.copyOf(postings);
        }
    }

    /// How a hold ended, while the ledger remembers it.
    record EndedHold(HoldId hold, Instant at, Ending ending) implements StateRecord {}

    enum Ending {
        COMMITTED,
        RELEASED,
        EXPIRED
    }

    /// A command's outcome, while the ledger remembers it.
    record Remembered(
            TenantId tenant, Operation operation, CommandKey key, Instant at, Outcome outcome)
            implements StateRecord {}

    /// What a command key is unique within, together with the tenant.
    enum Operation {
        RESERVE,
        COMMIT,
        RELEASE,
        CHARGE
    }
}
