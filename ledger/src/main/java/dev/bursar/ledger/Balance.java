package dev.bursar.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A running balance as it stands at one moment, in the unit of its budget.
///
/// @param spent in the current window
/// @param held by open holds
/// @param overrun the part of `spent` that went above its holds
/// @param resetsAt when the balance starts from zero, or null when it does not or is rolling
public record Balance(
        Budget budget,
        AccountKey account,
        long spent,
        long held,
        long overrun,
        @Nullable Instant resetsAt) {}
