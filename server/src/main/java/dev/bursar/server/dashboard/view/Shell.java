package dev.bursar.server.dashboard.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What every page has around its content.
///
/// @param title of the browser's window
/// @param nav the rooms of the dashboard
/// @param person who looks at it, null when nobody is signed in
/// @param notice what came of the form that was sent last, or null
public record Shell(
        String title,
        List<Link> nav,
        Files files,
        @Nullable Person person,
        @Nullable Notice notice) {

    public Shell {
        nav = List.copyOf(nav);
    }

    public record Person(String name, String role) {}

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
