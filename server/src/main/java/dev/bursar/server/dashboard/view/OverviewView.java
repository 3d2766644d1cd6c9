package dev.bursar.server.dashboard.view;

import java.util.List;

/// The first page.
///
/// @param live the part that is fetched again every two seconds
/// @param source where it is fetched from
public record OverviewView(
        Shell shell,
        List<Link> ranges,
        TenantChoice tenants,
        String source,
        LiveView live,
        boolean empty,
        String origin) {

    public OverviewView {
        ranges = List.copyOf(ranges);
    }

    /// @param behind empty, or that figures are late
    /// @param tiles what is being spent now
    /// @param note what the range is, in words
    /// @param cached what the cache has answered in the range and avoided by it, in words, or empty
    public record LiveView(
            String behind,
            List<Tile> tiles,
            String note,
            ChartView chart,
            String cached,
            List<BudgetLine> budgets,
            String budgetsHref,
            List<RunLine> runs,
            String runsHref,
            List<CallLine> calls) {

        public LiveView {
            tiles = List.copyOf(tiles);
            budgets = List.copyOf(budgets);
            runs = List.copyOf(runs);
            calls = List.copyOf(calls);
        }
    }

    /// A large figure.
    ///
    /// @param tone `""` or `bad`
    public record Tile(
            String label, Figure value, String unit, String note, Spark spark, String tone) {}
}
