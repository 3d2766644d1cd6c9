package dev.bursar.server.dashboard;

import dev.bursar.ledger.StoppedRun;
import dev.bursar.server.dashboard.view.ActView;
import dev.bursar.server.dashboard.view.Fact;
import dev.bursar.server.dashboard.view.RunView;
import dev.bursar.usage.CallRow;
import dev.bursar.usage.RunDetail;
import dev.bursar.usage.RunRow;
import dev.bursar.usage.RunStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where and why a run was stopped, and what people can do about it.
final class RunStops {

    static final String RUN_STOPPED = "run_stopped";

    private RunStops() {}

    /// What is in the way of the run, or was; null when nothing ever was.
    ///
    /// @param stopped the stop that holds
    static RunView.@Nullable Stop of(RunDetail detail, Optional<StoppedRun> stopped, Clock clock) {
        if (stopped.isPresent()) {
            return stopped(detail, stopped.get(), clock);
        }
        return detail.run().denials() == 0 ? null : refused(detail, clock);
    }

    /// The one thing that can be done: to stop a run, or to let it go on.
    static List<ActView> acts(RunRow run, boolean stopped) {
        String action = stopped ? "resume" : "stop";
        String href = Address.act("runs", run.tenant(), run.run(), action).text();
        return List.of(
                stopped
                        ? new ActView(
                                "Resume …",
                                "Its calls are let through again, as the budgets allow. Breakers"
                                        + " count it anew.",
                                href,
                                List.of(),
                                List.of(),
                                "Yes, let it go on",
                                "Resume",
                                "")
                        : new ActView(
                                "Stop …",
                                "Every further call of the run is refused, until somebody resumes"
                                        + " it or nothing was asked for it for a day. Calls in"
                                        + " flight may end.",
                                href,
                                List.of(),
                                List.of(),
                                "Yes, refuse its calls",
                                "Stop",
                                "danger"));
    }

    private static RunView.Stop stopped(RunDetail detail, StoppedRun stop, Clock clock) {
        String rule = stop.by().labels().get("rule");
        String actor = stop.by().labels().getOrDefault("actor", "somebody");
        String reason = stop.by().labels().getOrDefault("reason", "");
        String text =
                "%sAt %s. Its calls are refused before they are made, until somebody resumes it."
                        .formatted(
                                reason.isEmpty() ? "" : sentence(reason) + " ",
                                clock.full(stop.at()));
        return new RunView.Stop(
                rule == null
                        ? "Stopped by " + actor
                        : "Stopped by the breaker " + rule.replace('_', ' '),
                text,
                first(detail).map(call -> Address.call(call.id()).text()).orElse(""),
                saved(detail));
    }

    private static String sentence(String text) {
        String capital = text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
        return capital.endsWith(".") ? capital : capital + ".";
    }

    private static RunView.Stop refused(RunDetail detail, Clock clock) {
        RunRow run = detail.run();
        Optional<CallRow> first = first(detail);
        String budget =
                first.map(CallRow::budget).filter(name -> !name.isEmpty()).orElse("a budget");
        boolean ofBudget =
                run.status() == RunStatus.STOPPED && !run.stopReason().equals(RUN_STOPPED);
        boolean ofRun = first.map(call -> call.denial().equals(RUN_STOPPED)).orElse(false);
        String at = first.map(call -> " at " + clock.full(call.at())).orElse("");
        String refused = Counts.of(run.denials(), "call was refused", "calls were refused");
        String text;
        if (ofBudget) {
            text =
                    ("After %s and %s, the budget “%s” could not pay for the next call%s. It and"
                                    + " all that followed were refused before they were made.")
                            .formatted(
                                    Counts.of(run.calls(), "call", "calls"),
                                    Money.exact(run.microcents()),
                                    budget,
                                    at);
        } else if (ofRun) {
            text =
                    "%s while the run was stopped, first%s. It may go on now."
                            .formatted(refused, at);
        } else {
            text =
                    "%s because of “%s”, first%s. The run may go on when there is room again."
                            .formatted(refused, budget, at);
        }
        return new RunView.Stop(
                ofBudget ? "Stopped by its budget" : "Some calls were refused",
                text,
                first.map(call -> Address.call(call.id()).text()).orElse(""),
                saved(detail));
    }

    private static Optional<CallRow> first(RunDetail detail) {
        return detail.calls().stream().filter(CallRow::denied).findFirst();
    }

    private static List<Fact> saved(RunDetail detail) {
        RunRow run = detail.run();
        List<Fact> saved = new ArrayList<>();
        saved.add(Fact.of("Refused", Counts.of(run.denials(), "call", "calls")));
        if (run.avoidedMicrocents() > 0) {
            saved.add(Fact.of("Not spent", "≈ " + Money.brief(run.avoidedMicrocents()).text()));
        }
        Pace.perHour(detail)
                .ifPresent(perHour ->
                        saved.add(Fact.of("Would have cost", Money.brief(perHour).text() + "/h")));
        return saved;
    }
}
