package dev.bursar.ledger;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the ledger answers to a command. A refusal is a value like any other.
///
/// `standings` tell where the accounts of budgets with a scope path stand afterwards, the widest first, of
/// several budgets of one path and unit the tightest;
/// they are empty unless the reserve was scoped.
public sealed interface Outcome {

    /// The amounts are held.
    ///
    /// @param held what was granted: what was asked, or less where `atLeast` allowed that
    /// @param expiresAt without grace
    /// @param notices steps reached, by budget name
    /// @param wouldRefuse shadow budgets that would have refused, in the order of blocks
    /// @param tightest the hard budget with the smallest share left after this hold, or null when no
    ///     hard budget applies
    record Granted(
            HoldId hold,
            Amounts held,
            Instant expiresAt,
            List<Notice> notices,
            List<Block> wouldRefuse,
            @Nullable Remaining tightest,
            List<Standing> standings)
            implements Outcome {

        public Granted {
            notices = List.copyOf(notices);
            wouldRefuse = List.copyOf(wouldRefuse);
            standings = List.copyOf(standings);
        }
    }

    /// What is left of a budget after a reserve.
    record Remaining(String budget, Unit unit, long limit, long left) {}

    /// Nothing changed.
    ///
    /// @param blocks every budget in the way, in their fixed order; empty unless the reason is
    ///     `BUDGET_EXCEEDED`, `OVERAGE_REJECTED` or `OVERDRAFT_EXCEEDED`, or `CAPACITY` where sums of
    ///     budgets have no room for what was used
    record Refused(Reason reason, List<Block> blocks) implements Outcome {

        public Refused {
            blocks = List.copyOf(blocks);
        }
    }

    /// Nothing is held and nothing recorded: a reserve that may be told so has reached steps of ladders
    /// that make another call of it, or is in the way of budgets that such a call could pass.
    ///
    /// @param rungs by budget id: every budget that has such a step or is in the way, shadow budgets too
    record Advised(List<Rung> rungs) implements Outcome {

        public Advised {
            rungs = List.copyOf(rungs);
        }
    }

    /// The hold ended and the actual amounts are spent.
    ///
    /// @param actual what was really used, also where limits did not cover it
    /// @param charged what hard budgets were charged: `actual`, or less where a limit capped it
    /// @param overrun the part of `actual` above what was held
    record Committed(
            HoldId hold,
            Amounts held,
            Amounts actual,
            Amounts charged,
            Amounts overrun,
            List<Standing> standings)
            implements Outcome {

        public Committed {
            standings = List.copyOf(standings);
        }
    }

    /// The hold ended and nothing is spent.
    record Released(HoldId hold, Amounts held, List<Standing> standings) implements Outcome {

        public Released {
            standings = List.copyOf(standings);
        }
    }

    /// The hold lasts longer.
    record Extended(HoldId hold, Instant expiresAt, int extensions, List<Standing> standings)
            implements Outcome {

        public Extended {
            standings = List.copyOf(standings);
        }
    }

    /// Spending that had happened already is recorded.
    ///
    /// @param charged what hard budgets were charged: `actual`, or less where a limit capped it
    /// @param passed hard budgets that are above their limit by it, in the order of blocks
    record Charged(Amounts actual, Amounts charged, List<Block> passed, List<Standing> standings)
            implements Outcome {

        public Charged {
            passed = List.copyOf(passed);
            standings = List.copyOf(standings);
        }
    }

    /// What a reserve would be answered.
    record Evaluated(Outcome answer) implements Outcome {}

    /// @param holds how many holds ended
    /// @param accounts how many past accounts were dropped
    /// @param more whether the bound stopped it before all that was due
    record Expired(int holds, int accounts, boolean more) implements Outcome {}

    record BudgetDefined(BudgetId budget, boolean changed) implements Outcome {}

    record BudgetRemoved(BudgetId budget) implements Outcome {}

    /// @param changed those that had another status before
    record BudgetStatusSet(List<BudgetId> changed, Budget.Status status) implements Outcome {

        public BudgetStatusSet {
            changed = List.copyOf(changed);
        }
    }

    /// @param amount by how much the account changed
    record BudgetAdjusted(long amount, Standing standing) implements Outcome {}

    /// @param released holds that this command released
    /// @param more whether there are more of them
    record TenantClosed(TenantId tenant, int released, boolean more) implements Outcome {}

    record ApprovalGranted(String approval, Standing standing) implements Outcome {}

    record ApprovalDeclined(String approval) implements Outcome {}

    record Noted() implements Outcome {}

    /// @param stop the one that holds
    /// @param changed whether it is new: else the run was stopped before
    record RunStopped(StoppedRun stop, boolean changed) implements Outcome {}

    record RunResumed(TenantId tenant, String run) implements Outcome {}

    /// The command was seen before; this is what it answered then, and nothing changed now.
    record Repeated(Outcome original) implements Outcome {}
}
