package dev.bursar.ledger;

import java.time.Instant;

/// A person's word is wanted: a reserve did not fit a budget that asks before it refuses.
///
/// Open from the first refused reserve until somebody grants or declines it, or its account ends.
///
/// @param id names it for the person and for the caller
/// @param name of the budget
/// @param asked by the first reserve, in `unit`
/// @param subject of the first reserve
public record Approval(
        String id,
        TenantId tenant,
        AccountKey account,
        String name,
        Unit unit,
        long asked,
        Subject subject,
        Instant askedAt) {}
