package dev.bursar.ledger;

/// A step of a budget's ladder that a granted reserve has reached, or a soft budget that it passed.
///
/// @param percent of the limit that is spent or held after the reserve, rounded down
/// @param step the highest step reached; an action a level below it is reached, too
public record Notice(AccountKey account, String name, int percent, Budget.Step step) {}
