package dev.bursar.ledger;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where a reserve would put one budget on its ladder: what [Outcome.Advised] tells of it.
///
/// @param percent of the limit that would be spent or held with all that was asked, rounded down
/// @param steps those reached, in the order of the ladder; all of them when the budget is in the way
/// @param blocked why the reserve does not fit, or for a shadow budget would not; null when it does
public record Rung(
        AccountKey account,
        String name,
        Budget.Mode mode,
        int percent,
        List<Budget.Step> steps,
        Block.@Nullable Cause blocked) {

    public Rung {
        steps = List.copyOf(steps);
    }

    /// Whether the budget wants another request than the one that was asked about.
    public boolean changesCalls() {
        return steps.stream().anyMatch(step -> step.action().changesCalls());
    }
}
