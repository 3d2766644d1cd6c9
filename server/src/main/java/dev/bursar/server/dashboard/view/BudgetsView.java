package dev.bursar.server.dashboard.view;

import java.util.List;

/// All budgets.
public record BudgetsView(
        Shell shell,
        TenantChoice tenants,
        List<Link> modes,
        List<Group> groups,
        String summary,
        String source,
        boolean filtered) {

    public BudgetsView {
        modes = List.copyOf(modes);
        groups = List.copyOf(groups);
    }

    /// The budgets of one tenant.
    public record Group(String tenant, List<BudgetLine> budgets) {

        public Group {
            budgets = List.copyOf(budgets);
        }
    }
}
