package dev.bursar.server.dashboard.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One run with its calls.
///
/// @param source where the page is fetched from again while the run is active, or empty
/// @param about workflow, agent, user, release: what is known
/// @param stop where it was stopped, or null
/// @param budgets its own budgets
/// @param zone that times are in
/// @param limited whether calls show the share of a budget
/// @param acts what may be done to it
/// @param form what its forms send along, or null for a reader who may only look
public record RunView(
        Shell shell,
        String name,
        String tenant,
        Chip status,
        String source,
        List<Link> about,
        List<Fact> facts,
        @Nullable Stop stop,
        List<BudgetLine> budgets,
        ChartView chart,
        String zone,
        List<CallLine> calls,
        boolean limited,
        String earlier,
        List<ActView> acts,
        @Nullable FormView form) {

    public RunView {
        about = List.copyOf(about);
        facts = List.copyOf(facts);
        budgets = List.copyOf(budgets);
        calls = List.copyOf(calls);
        acts = List.copyOf(acts);
    }

    /// Where and why a run was stopped, and what that kept from being spent.
    public record Stop(String title, String text, String href, List<Fact> saved) {

        public Stop {
            saved = List.copyOf(saved);
        }
    }
}
