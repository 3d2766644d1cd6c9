package dev.bursar.ledger;

import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One budget that stands in the way of a reserve, with everything needed to explain it.
///
/// All quantities are in `unit`. Blocks are listed in a fixed order: by cause, then by budget name.
///
/// @param spent committed in the current window
/// @param held by open holds
/// @param debt owed from overdrafts
/// @param scope the path of the budget, null when it has none
/// @param limit with all credits and grants
/// @param affordable the most that a reserve could have got: `max(0, limit - spent - held - debt)`
/// @param resetsAt when the balance starts from zero; in a rolling window, when what was asked fits if
///     nothing else happens, or, when it never will, when all that is spent has left the window. Null
///     when the balance does not reset, and when nothing is spent in the window
/// @param approval what a person can grant to make room, null when nobody is asked
public record Block(
        AccountKey account,
        String name,
        @Nullable ScopePath scope,
        Budget.Mode mode,
        Window window,
        Unit unit,
        Cause cause,
        long limit,
        long spent,
        long held,
        long debt,
        long asked,
        long affordable,
        @Nullable Instant resetsAt,
        @Nullable String approval) {

    /// Of several budgets in the way of a reserve the widest is told, and of several reasons there the
    /// first of frozen, closed, over its limit, in debt, exceeded.
    private static final Comparator<Block> WIDEST_FIRST =
            Comparator.comparingInt(
                            (Block block) -> block.scope() == null ? 1 : block.scope().depth())
                    .thenComparing(Block::cause);

    /// Of several budgets in the way of what was used the one with the least left is told: it is what
    /// has to give room first.
    private static final Comparator<Block> LEAST_LEFT_FIRST =
            Comparator.comparingLong(Block::remaining).thenComparing(WIDEST_FIRST);

    /// The one that a caller is told who is told only one.
    ///
    /// @param reason of the refusal
    /// @param blocks at least one
    public static Block told(Reason reason, List<Block> blocks) {
        boolean used =
                reason == Reason.OVERAGE_REJECTED
                        || reason == Reason.OVERDRAFT_EXCEEDED
                        || reason == Reason.CAPACITY;
        return Collections.min(blocks, used ? LEAST_LEFT_FIRST : WIDEST_FIRST);
    }

    /// What is left, below zero when more is spent, held or owed than the limit.
    public long remaining() {
        return limit - spent - held - debt;
    }

    /// What has to change before the same reserve can succeed.
    public enum Cause {
        /// The budget is frozen.
        FROZEN,
        /// The budget is closed.
        CLOSED,
        /// A charge was capped here: somebody has to fund the account.
        OVER_LIMIT,
        /// Debt is outstanding.
        IN_DEBT,
        /// The amount asked is above the limit itself: it can never fit.
        ABOVE_LIMIT,
        /// What is spent leaves too little, even when every hold is released.
        SPENT,
        /// Only open holds are in the way: it may fit when they end.
        HELD
    }
}
