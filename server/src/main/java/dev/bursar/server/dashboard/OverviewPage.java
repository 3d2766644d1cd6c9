package dev.bursar.server.dashboard;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import dev.bursar.server.dashboard.view.BudgetLine;
import dev.bursar.server.dashboard.view.CallLine;
import dev.bursar.server.dashboard.view.Figure;
import dev.bursar.server.dashboard.view.OverviewView;
import dev.bursar.server.dashboard.view.OverviewView.LiveView;
import dev.bursar.server.dashboard.view.OverviewView.Tile;
import dev.bursar.server.dashboard.view.TenantChoice;
import dev.bursar.usage.Dimension;
import dev.bursar.usage.Figures;
import dev.bursar.usage.Live;
import dev.bursar.usage.RunsQuery;
import dev.bursar.usage.TimeBucket;
import dev.bursar.usage.TotalsQuery;
import dev.bursar.usage.TotalsRow;
import dev.bursar.usage.Usage;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/// What is being spent now, today against budgets, and on what.
final class OverviewPage {

    private static final int MODELS = 6;
    private static final int RUNS = 8;
    private static final int CALLS = 8;
    private static final int BUDGETS = 6;
    private static final int SPARK_SECONDS = 5;
    private static final Duration KEEP = Duration.ofSeconds(2);

    /// So many entries not yet in the read model are worth a word: more than what comes in the second or two for
    /// which news collect under a full load.
    private static final long LATE_ENTRIES = 20_000;

    private final Usage usage;
    private final Authority authority;
    private final Frame frame;

    /// By tenant and range: pages fetch themselves every two seconds, whoever looks at them.
    private final Shared<Looked, Shown> shown = new Shared<>(KEEP, System::nanoTime);

    private record Looked(String tenant, Range range) {}

    /// @param empty whether nothing has happened yet at all
    private record Shown(LiveView live, boolean empty) {}

    OverviewPage(Usage usage, Authority authority, Frame frame) {
        this.usage = usage;
        this.authority = authority;
        this.frame = frame;
    }

    OverviewView view(Request request) {
        Address page = Address.OVERVIEW.with("tenant", request.tenant());
        Range range = request.range();
        Shown now =
                shown.get(
                        new Looked(request.tenant(), range),
                        () -> new Shown(live(request), isJournalEmpty() || nothingYet(request)));
        return new OverviewView(
                frame.shell(request, "Overview", Address.OVERVIEW, request.tenant()),
                request.ranges(page),
                frame.tenants(
                        request,
                        Address.OVERVIEW,
                        List.of(new TenantChoice.Kept("range", request.get("range")))),
                page.with("range", range.wire()).text(),
                now.live(),
                now.empty(),
                request.origin());
    }

    /// A read model that is being built again is at 0, too.
    private boolean isJournalEmpty() {
        return usage.position() == 0 && usage.lag() == 0;
    }

    private boolean nothingYet(Request request) {
        return request.tenant().isEmpty()
                && usage.live(null).latest().isEmpty()
                && usage.totals(over(request, Range.MONTH.from(request.clock()))).isEmpty();
    }

    private LiveView live(Request request) {
        Clock clock = request.clock();
        Range range = request.range();
        TotalsQuery byModel =
                over(request, range.from(clock))
                        .by(range.bucket(), clock.zone())
                        .by(Dimension.MODEL)
                        .atMost(MODELS);
        List<TotalsRow> spend = usage.totals(byModel);
        Live live = usage.live(request.tenant().isEmpty() ? null : request.tenant());
        List<CallLine> calls =
                live.latest().stream().limit(CALLS).map(call -> Lines.call(call, clock)).toList();
        return new LiveView(
                behind(),
                tiles(request, live),
                range.words(),
                ModelChart.of(spend, range, clock),
                cached(spend),
                budgets(request),
                Address.BUDGETS.with("tenant", request.tenant()).text(),
                Lines.runs(usage.runs(topRuns(request)).rows(), clock),
                Address.RUNS
                        .with("tenant", request.tenant())
                        .with("range", request.get("range"))
                        .text(),
                calls);
    }

    private static String cached(List<TotalsRow> rows) {
        long cached = sum(rows, TotalsRow::cached);
        return cached == 0
                ? ""
                : Counts.of(cached, "call was", "calls were")
                        + " answered from the cache, which avoided "
                        + Money.exact(sum(rows, TotalsRow::cacheAvoidedMicrocents));
    }

    private String behind() {
        long lag = usage.lag();
        return lag < LATE_ENTRIES
                ? ""
                : "Figures are catching up: %s journal entries to go. Budgets are not affected."
                        .formatted(Counts.grouped(lag));
    }

    private List<Tile> tiles(Request request, Live live) {
        String denied =
                live.denialsPerMinute() == 0
                        ? "none denied"
                        : Counts.grouped(live.denialsPerMinute()) + " denied /min";
        return List.of(
                new Tile(
                        "Spend now",
                        Money.brief(live.microcentsPerHour()),
                        "/hour",
                        "at the pace of the last minute",
                        spark(live, Live.Second::microcents),
                        ""),
                new Tile(
                        "Calls",
                        Figure.of(Counts.grouped(live.callsPerMinute())),
                        "/min",
                        denied,
                        spark(live, Live.Second::calls),
                        ""),
                new Tile(
                        "Tokens",
                        figure(live.tokensPerMinute()),
                        "/min",
                        "all classes, cached ones too",
                        spark(live, Live.Second::tokens),
                        ""),
                today(request));
    }

    /// Money since midnight, and what denials kept from being spent at most.
    private Tile today(Request request) {
        Clock clock = request.clock();
        Instant midnight = clock.here(clock.now()).truncatedTo(ChronoUnit.DAYS).toInstant();
        List<TotalsRow> hours =
                usage.totals(over(request, midnight).by(TimeBucket.HOUR, clock.zone()));
        List<Long> spent = new ArrayList<>();
        for (Instant hour = midnight;
                !hour.isAfter(clock.now());
                hour = hour.plus(1, ChronoUnit.HOURS)) {
            Instant start = hour;
            spent.add(
                    sum(
                            hours.stream().filter(row -> row.start().equals(start)).toList(),
                            TotalsRow::microcents));
        }
        long denials = sum(hours, TotalsRow::denials);
        return new Tile(
                "Spent today",
                Money.brief(sum(hours, TotalsRow::microcents)),
                "",
                Counts.of(sum(hours, TotalsRow::calls), "call", "calls")
                        + (denials == 0 ? "" : " · " + Counts.grouped(denials) + " denied")
                        + " · "
                        + clock.zoneName(),
                Sparkline.of(spent, 1),
                "");
    }

    /// The balances that a person should look at: calendar budgets first, then the fullest. Not those of
    /// time, which goes on counting when a run has ended.
    private List<BudgetLine> budgets(Request request) {
        List<Balance> balances = new ArrayList<>();
        for (Budget budget : authority.budgets()) {
            boolean wanted =
                    request.tenant().isEmpty() || budget.tenant().value().equals(request.tenant());
            boolean counts =
                    !(budget.window() instanceof Window.PerCall)
                            && !budget.unit().equals(Unit.MILLIS);
            if (wanted && counts) {
                balances.add(Budgets.fullest(authority, budget, request.now()));
            }
        }
        balances.sort(
                Comparator.<Balance>comparingInt(balance ->
                                balance.budget().window() instanceof Window.Calendar ? 0 : 1)
                        .thenComparing(Budgets::percent, Comparator.reverseOrder())
                        .thenComparing(balance -> balance.budget().name()));
        return balances.stream()
                .limit(BUDGETS)
                .map(balance -> Budgets.line(balance, request.clock()))
                .toList();
    }

    private static RunsQuery topRuns(Request request) {
        RunsQuery query =
                RunsQuery.over(
                                request.range().from(request.clock()),
                                request.now().plusSeconds(1),
                                RunsQuery.Order.COST)
                        .atMost(RUNS);
        return request.tenant().isEmpty() ? query : query.of(request.tenant());
    }

    private static TotalsQuery over(Request request, Instant from) {
        TotalsQuery query = TotalsQuery.over(from, request.now().plusSeconds(1));
        return request.tenant().isEmpty() ? query : query.where(Dimension.TENANT, request.tenant());
    }

    private static dev.bursar.server.dashboard.view.Spark spark(
            Live live, ToLongFunction<Live.Second> value) {
        return Sparkline.of(
                live.seconds().stream().mapToLong(value).boxed().toList(), SPARK_SECONDS);
    }

    private static Figure figure(long number) {
        return new Figure(Counts.compact(number), Counts.grouped(number));
    }

    private static long sum(List<TotalsRow> rows, ToLongFunction<TotalsRow> value) {
        return rows.stream().mapToLong(value).reduce(0, Figures::plus);
    }
}
