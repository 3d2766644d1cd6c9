package dev.bursar.server.dashboard.view;

import java.util.List;

/// A chart, and the same figures as a table.
///
/// @param json what the script draws
/// @param label what it shows, in a sentence
public record ChartView(
        String id, String json, String label, List<String> columns, List<List<String>> rows) {

    public ChartView {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }

    public boolean empty() {
        return rows.isEmpty();
    }
}
