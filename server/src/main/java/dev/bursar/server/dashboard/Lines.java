package dev.bursar.server.dashboard;

import dev.bursar.server.dashboard.view.Bar;
import dev.bursar.server.dashboard.view.CallLine;
import dev.bursar.server.dashboard.view.Figure;
import dev.bursar.server.dashboard.view.RunLine;
import dev.bursar.usage.CallRow;
import dev.bursar.usage.RunRow;
import dev.bursar.usage.RunStatus;
import java.util.ArrayList;
import java.util.List;

/// Runs and calls as rows of tables.
final class Lines {

    private static final Bar NO_BAR = new Bar("", "", "", "");
    private static final Figure NOTHING = Figure.of("–");

    private Lines() {}

    static RunLine run(RunRow run, Clock clock) {
        return new RunLine(
                run.run(),
                Address.run(run.tenant(), run.run()).text(),
                run.tenant(),
                joined(List.of(run.workflow(), run.agent(), run.user())),
                Chips.of(run.status()),
                run.status() == RunStatus.STOPPED ? run.stopReason().replace('_', ' ') : "",
                Counts.grouped(run.calls()),
                Counts.grouped(run.denials()),
                run.denials() > 0,
                Counts.compact(run.tokens()),
                Money.listed(run.microcents()),
                clock.moment(run.lastAt()));
    }

    static List<RunLine> runs(List<RunRow> runs, Clock clock) {
        return runs.stream().map(run -> run(run, clock)).toList();
    }

    /// A call in a list over several runs.
    static CallLine call(CallRow call, Clock clock) {
        return call(call, clock, "", NOTHING, NO_BAR);
    }

    /// @param number its place in the run
    /// @param total spent by the run up to and with this call
    /// @param bar of the run's budget after this call
    static CallLine call(CallRow call, Clock clock, String number, Figure total, Bar bar) {
        return new CallLine(
                number,
                clock.seconds(call.at()),
                clock.moment(call.at()),
                Address.call(call.id()).text(),
                call.run(),
                call.run().isEmpty() ? "" : Address.run(call.tenant(), call.run()).text(),
                what(call),
                detail(call),
                Chips.of(call.outcome()),
                call.denied(),
                call.denied() ? "–" : Counts.grouped(call.tokens()),
                call.denied() ? "–" : Moments.latency(call.latencyMillis()),
                call.denied() ? NOTHING : Money.listed(call.microcents()),
                total,
                bar,
                "");
    }

    /// The model, or the tool, or what else the spending is known as.
    static String what(CallRow call) {
        if (!call.tool().isEmpty()) {
            return "tool " + call.tool();
        }
        if (call.model().isEmpty()) {
            return call.requestedModel().isEmpty() ? "spending" : call.requestedModel();
        }
        return call.model();
    }

    private static String detail(CallRow call) {
        if (call.denied()) {
            String why = call.denial().replace('_', ' ');
            return joined(List.of(why, call.budget(), call.breaker().replace('_', ' ')));
        }
        List<String> parts = new ArrayList<>();
        if (!call.status().isEmpty() && !"200".equals(call.status())) {
            parts.add(call.status().replace('_', ' '));
        }
        if (!call.decision().isEmpty() && !"allow".equals(call.decision())) {
            parts.add(call.decision().replace('-', ' '));
        }
        if ("estimated".equals(call.provenance()) || "unpriced".equals(call.provenance())) {
            parts.add(call.provenance());
        }
        if (!call.breaker().isEmpty()) {
            parts.add(call.breaker().replace('_', ' '));
        }
        return String.join(" · ", parts);
    }

    private static String joined(List<String> parts) {
        return String.join(" · ", parts.stream().filter(part -> !part.isEmpty()).toList());
    }
}
