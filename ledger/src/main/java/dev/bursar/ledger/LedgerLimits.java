package dev.bursar.ledger;

import java.time.Duration;

/// The bounds of one ledger. Part of its definition: replay needs the same ones.
///
/// @param maxHolds open holds at a time
/// @param maxAccounts accounts at a time
/// @param maxBudgets open budgets
/// @param rememberFor how long an outcome or an ended hold is remembered for repeats
/// @param maxRemembered how many of each at most, and a quarter of it of evaluations and extensions beside
///     them; the oldest are forgotten first
public record LedgerLimits(
        int maxHolds, int maxAccounts, int maxBudgets, Duration rememberFor, int maxRemembered) {

    public static final LedgerLimits DEFAULT =
            new LedgerLimits(2_000_000, 5_000_000, 10_000, Duration.ofHours(24), 1_000_000);
}
