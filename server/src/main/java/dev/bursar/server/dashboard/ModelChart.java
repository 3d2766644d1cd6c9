package dev.bursar.server.dashboard;

import dev.bursar.server.dashboard.view.ChartView;
import dev.bursar.usage.Figures;
import dev.bursar.usage.TotalsRow;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// Spend by time and model as stacked bars, and the same as a table.
final class ModelChart {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String OTHER = "other";
    private static final String UNKNOWN = "(no model)";

    private final Range range;
    private final Clock clock;
    private final List<Instant> starts;

    /// Microcents by model, then by bucket; models in the order of their first row.
    private final Map<String, Map<Instant, Long>> spend = new LinkedHashMap<>();

    private ModelChart(Range range, Clock clock) {
        this.range = range;
        this.clock = clock;
        this.starts = range.starts(clock);
    }

    static ChartView of(List<TotalsRow> rows, Range range, Clock clock) {
        ModelChart chart = new ModelChart(range, clock);
        rows.forEach(chart::add);
        return chart.view();
    }

    private void add(TotalsRow row) {
        if (row.microcents() == 0) {
            return;
        }
        spend.computeIfAbsent(name(row), _ -> new HashMap<>())
                .merge(row.start(), row.microcents(), Figures::plus);
    }

    private static String name(TotalsRow row) {
        String key = row.key();
        return row.other() || key == null ? OTHER : key.isEmpty() ? UNKNOWN : key;
    }

    private ChartView view() {
        List<String> models =
                spend.entrySet().stream()
                        .sorted(ModelChart::largestFirst)
                        .map(Map.Entry::getKey)
                        .toList();
        String label =
                "Spend by %s and model, %s"
                        .formatted(range.step(), range.words().toLowerCase(java.util.Locale.ROOT));
        List<String> columns = new ArrayList<>(List.of("From (" + clock.zoneName() + ")"));
        columns.addAll(models);
        columns.add("Total");
        return new ChartView("spend-chart", json(models), label, columns, table(models));
    }

    private String json(List<String> models) {
        List<Map<String, Object>> series = new ArrayList<>();
        for (String model : models) {
            List<BigDecimal> values = new ArrayList<>();
            for (Instant start : starts) {
                values.add(new BigDecimal(Money.plain(at(model, start))));
            }
            series.add(Map.of("name", model, "values", values));
        }
        Map<String, Object> chart = new LinkedHashMap<>();
        chart.put("kind", "stacked");
        chart.put("zone", clock.zoneName());
        chart.put("labels", starts.stream().map(start -> range.label(start, clock)).toList());
        chart.put("series", series);
        return JSON.writeValueAsString(chart);
    }

    private List<List<String>> table(List<String> models) {
        List<List<String>> table = new ArrayList<>();
        for (Instant start : starts.reversed()) {
            long total =
                    models.stream().mapToLong(model -> at(model, start)).reduce(0, Figures::plus);
            if (total == 0) {
                continue;
            }
            List<String> row = new ArrayList<>(List.of(clock.hour(start)));
            models.forEach(model -> row.add(Money.exact(at(model, start))));
            row.add(Money.exact(total));
            table.add(row);
        }
        return table;
    }

    private long at(String model, Instant start) {
        return spend.getOrDefault(model, Map.of()).getOrDefault(start, 0L);
    }

    private static int largestFirst(
            Map.Entry<String, Map<Instant, Long>> a, Map.Entry<String, Map<Instant, Long>> b) {
        int rest = Boolean.compare(OTHER.equals(a.getKey()), OTHER.equals(b.getKey()));
        return rest != 0 ? rest : Long.compare(sum(b.getValue()), sum(a.getValue()));
    }

    private static long sum(Map<Instant, Long> values) {
        return values.values().stream().mapToLong(Long::longValue).reduce(0, Figures::plus);
    }
}
