package dev.bursar.ledger;

/// What an account has added up to, in the unit of its budget.
///
/// @param spent all that was ever committed there, whatever its window
/// @param held by open holds
/// @param debt spent beyond the limit under an overdraft, and not repaid
/// @param credit added to the limit; below zero after debits
public record Sums(long spent, long held, long debt, long credit) {}
