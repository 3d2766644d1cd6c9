package dev.bursar.authority;

import dev.bursar.ledger.Outcome;
import org.jspecify.annotations.Nullable;

/// How a hold ended, and what that left.
///
/// @param tightest the hard budget of the hold with the smallest share left right after it, or null when
///     it has none or this command did not end it
public record Settled(Outcome outcome, Outcome.@Nullable Remaining tightest) {}
