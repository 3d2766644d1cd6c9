package dev.bursar.ledger;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the ledger answers to a command. A refusal is a value like any other.
public sealed interface Outcome {

    /// The amounts are held.
    ///
    /// @param held what was granted: what was asked, or less where `atLeast` allowed that
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
            @Nullable Remaining tightest)
            implements Outcome {

        public Granted {
            notices = List.copyOf(notices);
            wouldRefuse = List.copyOf(wouldRefuse);
        }
    }

    /// What is left of a budget after a reserve.
    record Remaining(String budget, Unit unit, long limit, long left) {}

    /// Nothing changed.
    ///
    /// @param blocks every budget in the way, in their fixed order; empty unless the reason is
    ///     `BUDGET_EXCEEDED` or `OVERAGE_REJECTED`
    record Refused(Reason reason, List<Block> blocks) implements Outcome {

        public Refused {
            blocks = List.copyOf(blocks);
        }
    }

    /// The hold ended and the actual amounts are spent.
    ///
    /// @param actual what was really used, also where limits did not cover it
    /// @param overrun the part of `actual` above what was held
    record Committed(HoldId hold, Amounts held, Amounts actual, Amounts overrun)
            implements Outcome {}

    /// The hold ended and nothing is spent.
    record Released(HoldId hold, Amounts held) implements Outcome {}

    /// Spending that had happened already is recorded.
    ///
    /// @param passed hard budgets that are above their limit by it, in the order of blocks
    record Charged(Amounts actual, List<Block> passed) implements Outcome {

        public Charged {
            passed = List.copyOf(passed);
        }
    }

    /// @param holds how many holds ended
    /// @param accounts how many past accounts were dropped
    /// @param more whether the bound stopped it before all that was due
    record Expired(int holds, int accounts, boolean more) implements Outcome {}

    record BudgetDefined(BudgetId budget, boolean changed) implements Outcome {}

    record BudgetClosed(BudgetId budget) implements Outcome {}

    /// The command was seen before; this is what it answered then, and nothing changed now.
    record Repeated(Outcome original) implements Outcome {}
}
