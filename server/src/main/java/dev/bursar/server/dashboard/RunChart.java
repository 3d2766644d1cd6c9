package dev.bursar.server.dashboard;

import dev.bursar.server.dashboard.view.ChartView;
import dev.bursar.usage.CallRow;
import dev.bursar.usage.RunDetail;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// What a run spent over its time, against its budget, with the calls that were refused.
final class RunChart {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// Refused calls drawn one by one.
    private static final int MAX_MARKS = 200;

    private RunChart() {}

    /// @param limit in microcents, or null when the run has no budget of its own
    /// @param budget its name
    static ChartView of(RunDetail detail, @Nullable Long limit, String budget, Clock clock) {
        long[] totals = RunCalls.totals(detail);
        List<List<BigDecimal>> spent = new ArrayList<>();
        List<List<BigDecimal>> denied = new ArrayList<>();
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < totals.length; i++) {
            CallRow call = detail.calls().get(i);
            List<BigDecimal> point =
                    List.of(
                            BigDecimal.valueOf(call.at().toEpochMilli()),
                            new BigDecimal(Money.plain(totals[i])));
            if (!call.denied()) {
                spent.add(point);
            } else if (denied.size() < MAX_MARKS) {
                denied.add(point);
            }
            rows.add(List.of(clock.seconds(call.at()), Money.exact(totals[i])));
        }
        Map<String, Object> chart = new LinkedHashMap<>();
        chart.put("kind", "run");
        chart.put("zone", clock.zoneName());
        chart.put("spent", spent);
        chart.put("denied", denied);
        if (limit != null) {
            chart.put("limit", new BigDecimal(Money.plain(limit)));
            chart.put("limitName", budget + " " + Money.exact(limit));
        }
        String label =
                "Money spent by the run over time, %s in total%s, %s"
                        .formatted(
                                Money.exact(detail.run().microcents()),
                                limit == null ? "" : " of " + Money.exact(limit),
                                Counts.of(detail.run().denials(), "call refused", "calls refused"));
        return new ChartView(
                "run-chart",
                JSON.writeValueAsString(chart),
                label,
                List.of("At (" + clock.zoneName() + ")", "Spent"),
                rows);
    }
}
