package dev.bursar.usage;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One page of runs.
///
/// @param next the cursor of the page after this one, or null when this is the last
public record RunsPage(List<RunRow> rows, @Nullable String next) {

    public RunsPage {
        rows = List.copyOf(rows);
    }
}
