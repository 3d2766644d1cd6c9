package dev.bursar.ledger;

/// What an account has added up to at the time of the last entry, in the unit of its budget.
///
/// @param spent all that was ever committed there, whatever its window
/// @param counted what of it still counts; less than all in a rolling window only
/// @param held by open holds
/// @param debt spent beyond the limit under an overdraft, and not repaid
/// @param uncovered used and not charged, as a limit capped the charge
/// @param credit added to the limit; below zero after debits
/// @param granted by approvals whose time is not over
public record Sums(
        long spent,
        long counted,
        long held,
        long debt,
        long uncovered,
        long credit,
        long granted) {}
