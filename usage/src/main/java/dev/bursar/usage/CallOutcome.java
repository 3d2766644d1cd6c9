package dev.bursar.usage;

/// How a call ended, which is also the kind of the journal entry it was read from.
public enum CallOutcome {
    /// Reserved and committed: the actual amounts are spent.
    SETTLED,
    /// Spending that had happened without a hold.
    CHARGED,
    /// The hold ran out and its amounts were spent: what was held stands for what was used.
    EXPIRED,
    /// The hold was released or ran out, and nothing is spent.
    RELEASED,
    /// Refused before it was made.
    DENIED
}
