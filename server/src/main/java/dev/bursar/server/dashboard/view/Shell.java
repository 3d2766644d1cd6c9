package dev.bursar.server.dashboard.view;

import java.util.List;

/// What every page has around its content.
///
/// @param title of the browser's window
/// @param nav the rooms of the dashboard
public record Shell(String title, List<Link> nav, Files files) {

    public Shell {
        nav = List.copyOf(nav);
    }

    /// Addresses of the files that pages load.
    public record Files(
            String style,
            String icon,
            String theme,
            String script,
            String drawing,
            String htmx,
            String echarts) {}
}
