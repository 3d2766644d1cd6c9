package dev.bursar.server.dashboard;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.StoppedRun;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.server.dashboard.view.CallLine;
import dev.bursar.server.dashboard.view.Fact;
import dev.bursar.server.dashboard.view.Figure;
import dev.bursar.server.dashboard.view.Link;
import dev.bursar.server.dashboard.view.RunView;
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

    private final Usage usage;
    private final Authority authority;
    private final RunBudgets budgets;
    private final Frame frame;

    RunPage(Usage usage, Authority authority, RunBudgets budgets, Frame frame) {
        this.usage = usage;
        this.authority = authority;
        this.budgets = budgets;
        this.frame = frame;
    }

    /// Empty when there is no such run.
    Optional<RunView> view(Request request) {
        return usage.run(request.tenant(), request.get("run")).map(detail -> view(detail, request));
    }

    private RunView view(RunDetail detail, Request request) {
        RunRow run = detail.run();
        Clock clock = request.clock(run.tenant());
        List<Balance> balances = budgets.of(run, request.now());
        @Nullable Balance own = inUsd(balances);
        @Nullable Long limit = own == null ? null : own.budget().limit();
        RunCalls calls = new RunCalls(detail, limit, clock);
        List<CallLine> lines = calls.lines();
        long earlier = calls.earlier(lines);
        Optional<StoppedRun> stopped = authority.stopped(new TenantId(run.tenant()), run.run());
        Address page = Address.run(run.tenant(), run.run());
        return new RunView(
                frame.shell(request, run.run(), Address.RUNS, run.tenant()),
                run.run(),
                run.tenant(),
                stopped.isPresent() ? Chips.of(RunStatus.STOPPED) : Chips.of(run.status()),
                run.status() == RunStatus.FINISHED ? "" : page.text(),
                about(run),
                facts(run, clock),
                RunStops.of(detail, stopped, clock),
                balances.stream().map(balance -> Budgets.line(balance, clock)).toList(),
                RunChart.of(detail, limit, own == null ? "" : own.budget().name(), clock),
                clock.zoneName(),
                lines,
                limit != null,
                earlier == 0
                        ? ""
                        : Counts.of(earlier, "earlier call", "earlier calls") + " not listed",
                RunStops.acts(run, stopped.isPresent()),
                request.form(page));
    }

    private static List<Fact> facts(RunRow run, Clock clock) {
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
        facts.add(Fact.of("Duration", duration(run)).note("from " + clock.full(run.firstAt())));
        facts.add(
                Fact.of("Last call", clock.relative(run.lastAt())).note(clock.full(run.lastAt())));
        return facts;
    }

    private static String duration(RunRow run) {
        Duration duration = Duration.between(run.firstAt(), run.lastAt());
        return duration.isZero() ? "–" : Moments.length(duration);
    }

    private static List<Link> about(RunRow run) {
        Address workflow =
                Address.RUNS.with("tenant", run.tenant()).with("workflow", run.workflow());
        List<Link> about = new ArrayList<>();
        known(about, "workflow", run.workflow(), workflow.text());
        known(about, "agent", run.agent(), "");
        known(about, "user", run.user(), "");
        known(about, "release", run.release(), "");
        return about;
    }

    private static void known(List<Link> about, String name, String value, String href) {
        if (!value.isEmpty()) {
            about.add(Link.to(name + " " + value, href));
        }
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
