package dev.bursar.usage;

import java.time.Instant;

/// One call, let through or denied, as a line of a list. Text that is not known is `""`.
///
/// @param position of its entry in the journal: unique, and ascending in time
/// @param id the call id, which the caller was told
/// @param at when it was settled or denied
/// @param run the call's own id where the subject has none; empty for a denied call without a run whose
///     caller was told no id
/// @param model as sent upstream
/// @param status the provider's HTTP status, or how it failed (`client_gone`, `timeout`, …)
/// @param tool for tool spend
/// @param tokens of all classes
/// @param microcents spent, in 10^-8 USD; 0 for a denial
/// @param askedMicrocents what a denied call had asked to hold: an upper bound of its cost; else 0
/// @param latencyMillis from the request to the last byte, -1 when not known
/// @param denial why it was denied: a code such as `budget_exhausted`
/// @param budget the budget that decided a denial, as the caller was told first
/// @param breaker the rule that noted, slowed or stopped it, such as `identical_calls`
public record CallRow(
        long position,
        String id,
        Instant at,
        CallOutcome outcome,
        String tenant,
        String run,
        String workflow,
        String agent,
        String user,
        String release,
        String provider,
        String model,
        String requestedModel,
        String tool,
        String status,
        String provenance,
        String decision,
        long tokens,
        long microcents,
        long askedMicrocents,
        long latencyMillis,
        String denial,
        String budget,
        String breaker) {

    /// Whether it was refused before it was made.
    public boolean denied() {
        return outcome == CallOutcome.DENIED;
    }

    /// Whether it counts as a model call: it was let through and is not the price of a tool.
    boolean isModelCall() {
        return !denied() && tool.isEmpty();
    }
}
