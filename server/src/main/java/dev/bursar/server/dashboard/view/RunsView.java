package dev.bursar.server.dashboard.view;

import java.util.List;

/// A list of runs.
///
/// @param next the address of the next page, or empty
/// @param first the address of the first page, or empty on it
/// @param filtered whether something is filtered out
public record RunsView(
        Shell shell,
        TenantChoice tenants,
        List<TenantChoice.Choice> ranges,
        List<TenantChoice.Choice> statuses,
        List<TenantChoice.Choice> orders,
        String workflow,
        List<String> workflows,
        List<RunLine> runs,
        String summary,
        String next,
        String first,
        boolean filtered,
        String origin) {

    public RunsView {
        ranges = List.copyOf(ranges);
        statuses = List.copyOf(statuses);
        orders = List.copyOf(orders);
        workflows = List.copyOf(workflows);
        runs = List.copyOf(runs);
    }
}
