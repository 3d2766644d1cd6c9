package dev.bursar.server.dashboard.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One budget with its fullest balances.
///
/// @param states its mode, and whether it lets anything through
/// @param halt why nothing passes, null when calls may
/// @param ladder what happens as it fills
/// @param form null for readers who may only look
/// @param accounts heading of the column that tells balances apart
public record BudgetView(
        Shell shell,
        String name,
        String tenant,
        List<Chip> states,
        @Nullable HaltView halt,
        String scope,
        String source,
        List<Fact> facts,
        List<Step> ladder,
        String accounts,
        List<BudgetLine> balances,
        String summary,
        List<ActView> acts,
        @Nullable FormView form,
        String auditHref) {

    public BudgetView {
        states = List.copyOf(states);
        acts = List.copyOf(acts);
        facts = List.copyOf(facts);
        ladder = List.copyOf(ladder);
        balances = List.copyOf(balances);
    }

    /// @param at `80%`
    public record Step(String at, String action) {}
}
