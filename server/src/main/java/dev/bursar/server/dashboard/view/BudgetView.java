package dev.bursar.server.dashboard.view;

import java.util.List;

/// One budget with its fullest balances.
///
/// @param ladder what happens as it fills
/// @param accounts heading of the column that tells balances apart
public record BudgetView(
        Shell shell,
        String name,
        String tenant,
        Chip mode,
        String scope,
        String source,
        List<Fact> facts,
        List<Step> ladder,
        String accounts,
        List<BudgetLine> balances,
        String summary) {

    public BudgetView {
        facts = List.copyOf(facts);
        ladder = List.copyOf(ladder);
        balances = List.copyOf(balances);
    }

    /// @param at `80%`
    public record Step(String at, String action) {}
}
