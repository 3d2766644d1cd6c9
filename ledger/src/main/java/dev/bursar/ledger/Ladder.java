package dev.bursar.ledger;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Shares of a limit, in exact arithmetic.
final class Ladder {

    private static final Budget.Step FULL =
            new Budget.Step(100, Budget.Step.Action.ALERT, List.of());

    private Ladder() {}

    /// The highest step of a budget's ladder that `used` has reached, or null. A soft budget without steps
    /// has an alert above 100 %.
    ///
    /// @param limit with all credits and grants
    static Budget.@Nullable Step reached(Budget budget, long limit, long used) {
        if (budget.ladder().isEmpty()) {
            return budget.mode() == Budget.Mode.SOFT && used > limit ? FULL : null;
        }
        Budget.Step reached = null;
        for (Budget.Step step : budget.ladder()) {
            reached = isReached(step, limit, used) ? step : reached;
        }
        return reached;
    }

    /// All steps that `used` has reached, in their order.
    static List<Budget.Step> upTo(Budget budget, long limit, long used) {
        return budget.ladder().stream().filter(step -> isReached(step, limit, used)).toList();
    }

    /// A step tells of its share as soon as all of it is used, and changes only what would pass it: the
    /// last call that a limit has room for is as good as the first. A share between two amounts is the larger.
    private static boolean isReached(Budget.Step step, long limit, long used) {
        long share = threshold(limit, step.percent());
        return step.action().changesCalls() ? used > share : used >= share;
    }

    /// What a budget whose ladder clamps gives away: the part of the limit below its first such step, or
    /// `Long.MAX_VALUE` when it never clamps.
    static long clampedAt(Budget budget, long limit) {
        for (Budget.Step step : budget.ladder()) {
            if (step.action() == Budget.Step.Action.CLAMP) {
                return threshold(limit, step.percent());
            }
        }
        return Long.MAX_VALUE;
    }

    /// What a budget lets through of a limit, or would if it were hard: less than all where it denies, or asks
    /// a person, before 100 %. A soft one never does.
    static long ceiling(Budget budget, long limit) {
        if (budget.mode() != Budget.Mode.SOFT) {
            for (Budget.Step step : budget.ladder()) {
                if (step.action() == Budget.Step.Action.DENY
                        || step.action() == Budget.Step.Action.APPROVE) {
                    return threshold(limit, step.percent());
                }
            }
        }
        return limit;
    }

    /// The smallest amount that is at least `percent` of the limit.
    static long threshold(long limit, int percent) {
        return limit / 100 * percent + Math.ceilDiv(limit % 100 * percent, 100);
    }

    /// `used` in percent of the limit, rounded down, at most 1,000,000; 100 for a limit of 0.
    static int percent(long used, long limit) {
        if (limit == 0) {
            return 100;
        }
        long percent =
                used > Long.MAX_VALUE / 100 ? used / Math.max(1, limit / 100) : used * 100 / limit;
        return (int) Math.min(percent, 1_000_000);
    }

    /// Whichever has the smaller share of its limit left: the one so far, which stays when they are
    /// equal, or the budget of which `used` is used.
    static Outcome.Remaining tighter(
            Outcome.@Nullable Remaining soFar, Budget budget, long limit, long used) {
        long left = Math.max(0, limit - used);
        return soFar == null || isSmallerShare(left, limit, soFar.left(), soFar.limit())
                ? new Outcome.Remaining(budget.name(), budget.unit(), limit, left)
                : soFar;
    }

    /// Whether `left / limit` is smaller than `otherLeft / otherLimit`, by 128-bit cross products.
    static boolean isSmallerShare(long left, long limit, long otherLeft, long otherLimit) {
        if (limit == 0 || otherLimit == 0) {
            return limit == 0 && otherLimit != 0;
        }
        long high = Math.multiplyHigh(left, otherLimit);
        long otherHigh = Math.multiplyHigh(otherLeft, limit);
        return high != otherHigh
                ? high < otherHigh
                : Long.compareUnsigned(left * otherLimit, otherLeft * limit) < 0;
    }
}
