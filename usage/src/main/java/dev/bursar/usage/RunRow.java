package dev.bursar.usage;

import java.time.Instant;

/// A run: the calls that share a tenant and the dimension `run`. Text that is not known is `""`; where
/// calls differ in workflow, agent, user or release, the last one that says it counts.
///
/// @param firstAt its first call in the range asked for
/// @param lastAt its last call
/// @param calls model calls that were let through
/// @param denials calls that were refused
/// @param toolCalls tool calls that were counted
/// @param tokens of all classes
/// @param microcents spent, in 10^-8 USD
/// @param stopReason `""` while running, `idle`, `budget_exhausted`, or `run_stopped` by a breaker or a person
/// @param avoidedMicrocents an estimate of what the denied calls would have cost: denials times the mean
///     cost of the run's calls that cost something, rounded down; 0 where there is none to learn from
/// @param askedMicrocents what the denied calls had asked to hold: an upper bound of what they would
///     have cost
public record RunRow(
        String tenant,
        String run,
        String workflow,
        String agent,
        String user,
        String release,
        Instant firstAt,
        Instant lastAt,
        long calls,
        long denials,
        long toolCalls,
        long tokens,
        long microcents,
        RunStatus status,
        String stopReason,
        long avoidedMicrocents,
        long askedMicrocents) {}
