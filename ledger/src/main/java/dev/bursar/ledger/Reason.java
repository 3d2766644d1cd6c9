package dev.bursar.ledger;

/// Why a command was refused. When several apply, the first in this order is the one reported.
public enum Reason {
    /// The key was used before with another payload.
    IDEMPOTENCY_MISMATCH,
    /// A new hold has the id of another one.
    HOLD_EXISTS,
    /// No such hold was ever made, or it ended longer ago than the ledger remembers.
    HOLD_NOT_FOUND,
    /// The hold ran out and was released or charged.
    HOLD_EXPIRED,
    /// The hold was committed or released before.
    HOLD_FINALIZED,
    /// No such budget.
    BUDGET_NOT_FOUND,
    /// The actual amount is above the hold, and the hold's overage policy is to reject that.
    OVERAGE_REJECTED,
    /// A fixed bound of the ledger is reached (number of holds, accounts or budgets, size of a sum).
    CAPACITY,
    /// At least one hard budget cannot cover the amounts.
    BUDGET_EXCEEDED
}
