package dev.bursar.ledger;

/// Why a command was refused. When several apply, the first in this order is the one reported.
public enum Reason {
    /// The key was used before with another payload.
    IDEMPOTENCY_MISMATCH,
    /// The charge or the reserve was made before, longer ago than its outcome is remembered.
    OUTCOME_FORGOTTEN,
    /// The tenant is closed.
    TENANT_CLOSED,
    /// The run was stopped, by a breaker or by a person.
    RUN_STOPPED,
    /// A rule that is not the ledger's forbids it: a model, a tool or a feature that may not be used.
    NOT_ALLOWED,
    /// The model has no price, and nothing goes out without one.
    MODEL_UNPRICED,
    /// The tool has no price, and who uses it says none.
    TOOL_UNPRICED,
    /// The key is for another part of its tenant.
    KEY_OUT_OF_SCOPE,
    /// A new hold has the id of another one.
    HOLD_EXISTS,
    /// No such hold was ever made, or it ended longer ago than the ledger remembers.
    HOLD_NOT_FOUND,
    /// The hold is one of another tenant.
    HOLD_OF_OTHER_TENANT,
    /// The hold ran out and was released or charged.
    HOLD_EXPIRED,
    /// The hold was committed or released before.
    HOLD_FINALIZED,
    /// The hold was extended as often as may be.
    EXTENSIONS_EXHAUSTED,
    /// No such budget, or none that applies.
    BUDGET_NOT_FOUND,
    /// Only budgets of other units apply, or a hold is committed in a unit that it is not of.
    UNIT_MISMATCH,
    /// The budget is closed for ever.
    BUDGET_CLOSED,
    /// The budget has no balance of that kind: one per call, or of another `per`.
    ACCOUNT_NOT_FOUND,
    /// No such approval is open.
    APPROVAL_NOT_FOUND,
    /// The run is not stopped, or was let go after it had rested.
    RUN_NOT_STOPPED,
    /// The actual amount is above the hold, and the hold's overage policy is to reject that.
    OVERAGE_REJECTED,
    /// The actual amount would leave more debt than the overdraft allows.
    OVERDRAFT_EXCEEDED,
    /// A fixed bound of the ledger is reached (number of holds, accounts or budgets, size of a sum).
    CAPACITY,
    /// At least one hard budget cannot cover the amounts.
    BUDGET_EXCEEDED,
    /// There is room for what is needed at least but not for all that was asked, and the command said to
    /// ask again. Nobody was denied anything yet.
    SHORTAGE
}
