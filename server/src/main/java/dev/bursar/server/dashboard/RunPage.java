package dev.bursar.server.dashboard;

import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Unit;
import dev.bursar.server.dashboard.view.Bar;
import dev.bursar.server.dashboard.view.BudgetLine;
import dev.bursar.server.dashboard.view.CallLine;
import dev.bursar.server.dashboard.view.ChartView;
import dev.bursar.server.dashboard.view.Fact;
import dev.bursar.server.dashboard.view.Figure;
import dev.bursar.server.dashboard.view.RunView;
import dev.bursar.usage.CallRow;
import dev.bursar.usage.RunDetail;
import dev.bursar.usage.RunRow;
import dev.bursar.usage.RunStatus;
import dev.bursar.usage.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One run: its calls in order with what they cost together, its budgets, and where it was stopped.
final class RunPage {

    /// Calls in the table; the chart has all that the read model gives.
    private static final int ROWS = 150;

    private static final Bar NO_BAR = new Bar("", "", "", "");

    private final Usage usage;
    private final RunBudgets budgets;
    private final Frame frame;

    RunPage(Usage usage, RunBudgets budgets, Frame frame) {
        this.usage = usage;
        this.budgets = budgets;
        this.frame = frame;
    }

    /// Empty when there is no such run.
    Optional<RunView> view(Request request) {
        return usage.run(request.tenant(), request.get("run")).map(detail -> view(detail, request));
    }

    private RunView view(RunDetail detail, Request request) {
        RunRow run = detail.run();
        List<Balance> balances = budgets.of(run, request.now());
        @Nullable Balance limit = inUsd(balances);
        List<BudgetLine> lines =
                balances.stream().map(balance -> Budgets.line(balance, request.now())).toList();
        Address page = Address.run(run.tenant(), run.run());
        List<CallLine> calls = calls(detail, limit, request);
        long hidden = detail.earlier() + detail.calls().size() - calls.size();
        return new RunView(
                frame.shell(run.run(), Address.RUNS, run.tenant()),
                run.run(),
                run.tenant(),
                Chips.of(run.status()),
                run.status() == RunStatus.FINISHED ? "" : page.text(),
                facts(run, request),
                stop(detail),
                lines,
                chart(detail, limit),
                calls,
                limit != null,
                hidden == 0
                        ? ""
                        : Counts.of(hidden, "earlier call is", "earlier calls are")
                                + " not listed");
    }

    private static List<Fact> facts(RunRow run, Request request) {
        Address runs = Address.RUNS.with("tenant", run.tenant());
        List<Fact> facts = new ArrayList<>();
        facts.add(Fact.of("Spent", Money.exact(run.microcents())));
        facts.add(
                Fact.of("Calls", Counts.grouped(run.calls()))
                        .note(run.denials() == 0 ? "" : Counts.grouped(run.denials()) + " denied"));
        facts.add(
                Fact.of(
                        "Tokens",
                        new Figure(Counts.compact(run.tokens()), Counts.grouped(run.tokens()))));
        if (run.toolCalls() > 0) {
            facts.add(Fact.of("Tool calls", Counts.grouped(run.toolCalls())));
        }
        facts.add(
                Fact.of("Duration", Moments.length(Duration.between(run.firstAt(), run.lastAt())))
                        .note("from " + Moments.full(run.firstAt())));
        facts.add(
                Fact.of("Last call", Moments.relative(run.lastAt(), request.now()))
                        .note(Moments.full(run.lastAt())));
        known(facts, "Workflow", run.workflow(), runs.with("workflow", run.workflow()).text());
        known(facts, "Agent", run.agent(), "");
        known(facts, "User", run.user(), "");
        known(facts, "Release", run.release(), "");
        return facts;
    }

    private static void known(List<Fact> facts, String name, String value, String href) {
        if (!value.isEmpty()) {
            facts.add(Fact.of(name, value).to(href));
        }
    }

    private static RunView.@Nullable Stop stop(RunDetail detail) {
        RunRow run = detail.run();
        if (run.denials() == 0) {
            return null;
        }
        Optional<CallRow> first = detail.calls().stream().filter(CallRow::denied).findFirst();
        String budget =
                first.map(CallRow::budget).filter(name -> !name.isEmpty()).orElse("a budget");
        boolean stopped = run.status() == RunStatus.STOPPED;
        String at = first.map(call -> " at " + Moments.full(call.at())).orElse("");
        String text =
                stopped
                        ? ("After %s and %s, the budget “%s” could not pay for the next call%s. It and"
                                        + " all that followed were refused before they were made.")
                                .formatted(
                                        Counts.of(run.calls(), "call", "calls"),
                                        Money.exact(run.microcents()),
                                        budget,
                                        at)
                        : "%s because of “%s”, first%s. The run may go on when there is room again."
                                .formatted(
                                        Counts.of(
                                                run.denials(),
                                                "call was refused",
                                                "calls were refused"),
                                        budget,
                                        at);
        return new RunView.Stop(
                stopped ? "Stopped by its budget" : "Some calls were refused",
                text,
                first.map(call -> Address.call(call.id()).text()).orElse(""),
                saved(detail));
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

    /// The last calls, newest first, each with the run's spending so far.
    private static List<CallLine> calls(
            RunDetail detail, @Nullable Balance limit, Request request) {
        List<CallRow> calls = detail.calls();
        long listed = calls.stream().mapToLong(CallRow::microcents).reduce(0, Math::addExact);
        long total = Math.subtractExact(detail.run().microcents(), listed);
        List<CallLine> lines = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            CallRow call = calls.get(i);
            total = Math.addExact(total, call.microcents());
            if (i >= calls.size() - ROWS) {
                Bar bar =
                        limit == null
                                ? NO_BAR
                                : Budgets.bar(
                                        Unit.USD_MICROCENTS.name(),
                                        total,
                                        0,
                                        limit.budget().limit());
                lines.add(
                        Lines.call(
                                call,
                                request.now(),
                                Counts.grouped(detail.earlier() + i + 1),
                                Money.listed(total),
                                bar));
            }
        }
        return lines.reversed();
    }

    private static ChartView chart(RunDetail detail, @Nullable Balance limit) {
        return limit == null
                ? RunChart.of(detail, null, "")
                : RunChart.of(detail, limit.budget().limit(), limit.budget().name());
    }

    private static @Nullable Balance inUsd(List<Balance> balances) {
        for (Balance balance : balances) {
            if (balance.budget().unit().equals(Unit.USD_MICROCENTS)) {
                return balance;
            }
        }
        return null;
    }
}
