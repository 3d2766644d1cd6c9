package dev.bursar.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// A piece of a ledger's state, for checkpoints. All records of [Ledger#state], in their order, rebuild
/// an equal ledger with [Ledger#restore].
public sealed interface StateRecord {

    /// The time of the last entry.
    record Clock(Instant lastAt) implements StateRecord {}

    record OpenBudget(Budget budget, Budget.Status status) implements StateRecord {}

    record ClosedTenant(TenantId tenant) implements StateRecord {}

    /// @param askedAt when something was asked for the run last
    record StoppedRunState(StoppedRun stop, Instant askedAt) implements StateRecord {}

    record OpenApproval(Approval approval) implements StateRecord {}

    /// @param openedAt when the account was first used
    /// @param usedAt when it was used last
    /// @param spent the sum of all that was committed; for a rolling window, see `buckets`
    /// @param buckets for a rolling window: amounts by the start of their bucket, oldest first
    record AccountState(
            AccountKey account,
            Instant openedAt,
            Instant usedAt,
            long spent,
            long overrun,
            Funding funding,
            List<Bucket> buckets)
            implements StateRecord {

        public AccountState {
            buckets = List.copyOf(buckets);
        }
    }

    record Bucket(long startMillis, long amount) {}

    /// An open hold, as checkpoints had it before there was an [OpenHold]. Its id and amounts are those of
    /// `granted`.
    record HoldState(
            TenantId tenant,
            Subject subject,
            List<Entry.Posting> postings,
            Duration grace,
            Command.OnExpiry onExpiry,
            Command.Overage overage,
            boolean scoped,
            Attribution attribution,
            CommandKey key,
            Instant expiresAt,
            int extensions,
            Outcome.Granted granted)
            implements StateRecord {

        public HoldState {
            postings = List.copyOf(postings);
        }

        /// Whether its grace is over, too. In its last millisecond its owner may still end it.
        public boolean isDue(Instant now) {
            return now.toEpochMilli() > expiresAt.plus(grace).toEpochMilli();
        }
    }

    /// An open hold whose parts name accounts by their place among the [AccountState]s before it: of a million
    /// nobody has to be found by its key then.
    ///
    /// @param state without its postings
    /// @param shares what is held, and where
    record OpenHold(HoldState state, List<Share> shares) implements StateRecord {

        public OpenHold {
            shares = List.copyOf(shares);
        }
    }

    /// @param account 0 for the first [AccountState]
    record Share(int account, long amount) {}

    /// How a hold ended, while the ledger remembers it.
    ///
    /// @param tenant whose hold it was
    /// @param outcome what the command that ended it was answered
    record EndedHold(HoldId hold, TenantId tenant, Instant at, Ending ending, Outcome outcome)
            implements StateRecord {}

    enum Ending {
        COMMITTED,
        RELEASED,
        EXPIRED
    }

    /// A command's outcome, while the ledger remembers it.
    record Remembered(
            TenantId tenant, Operation operation, CommandKey key, Instant at, Outcome outcome)
            implements StateRecord {}

    /// The key of a charge or a reserve whose outcome is forgotten, as a hash.
    ///
    /// @param operation `CHARGE` or `RESERVE`
    /// @param at when it was used
    record SpentKey(Operation operation, long high, long low, long fingerprint, Instant at)
            implements StateRecord {}

    /// What a command key is unique within, together with the tenant.
    enum Operation {
        RESERVE,
        COMMIT,
        RELEASE,
        CHARGE,
        EXTEND,
        /// An evaluation that does not share the keys of reserves.
        DECIDE,
        /// Funding, approving and declining.
        ADJUST
    }
}
