package dev.bursar.server.dashboard;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Window;
import dev.bursar.server.dashboard.view.BudgetLine;
import dev.bursar.server.dashboard.view.BudgetView;
import dev.bursar.server.dashboard.view.BudgetsView;
import dev.bursar.server.dashboard.view.Fact;
import dev.bursar.server.dashboard.view.Link;
import dev.bursar.server.dashboard.view.TenantChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// All budgets, and one budget with its balances.
final class BudgetsPage {

    private static final int BALANCES = 200;

    private final Authority authority;
    private final Frame frame;

    BudgetsPage(Authority authority, Frame frame) {
        this.authority = authority;
        this.frame = frame;
    }

    BudgetsView all(Request request) {
        String tenant = request.tenant();
        Address page = Address.BUDGETS.with("tenant", tenant);
        Map<String, List<BudgetLine>> byTenant = new TreeMap<>();
        int count = 0;
        for (Budget budget : authority.budgets()) {
            if (wanted(budget, request)) {
                count++;
                byTenant.computeIfAbsent(budget.tenant().value(), _ -> new ArrayList<>())
                        .add(Budgets.line(fullest(budget, request), request.now()));
            }
        }
        return new BudgetsView(
                frame.shell("Budgets", Address.BUDGETS, tenant),
                frame.tenants(
                        request,
                        Address.BUDGETS,
                        List.of(new TenantChoice.Kept("mode", request.get("mode")))),
                modes(request, page),
                byTenant.entrySet().stream()
                        .map(entry -> new BudgetsView.Group(entry.getKey(), entry.getValue()))
                        .toList(),
                Counts.of(count, "budget", "budgets"),
                page.with("mode", request.get("mode")).text(),
                !tenant.isEmpty() || !request.get("mode").isEmpty());
    }

    /// One budget; empty when there is none of that name.
    Optional<BudgetView> one(Request request) {
        return authority.budgets().stream()
                .filter(budget -> budget.tenant().value().equals(request.tenant()))
                .filter(budget -> budget.name().equals(request.get("name")))
                .findFirst()
                .map(budget -> view(budget, request));
    }

    private BudgetView view(Budget budget, Request request) {
        List<Balance> balances = authority.balances(budget.id(), BALANCES);
        List<BudgetLine> lines =
                balances.stream().map(balance -> Budgets.line(balance, request.now())).toList();
        return new BudgetView(
                frame.shell(budget.name(), Address.BUDGETS, request.tenant()),
                budget.name(),
                budget.tenant().value(),
                Chips.of(budget.mode()),
                Budgets.scope(budget),
                Address.budget(budget.tenant().value(), budget.name()).text(),
                facts(budget),
                budget.ladder().stream().map(BudgetsPage::step).toList(),
                budget.per().isEmpty() ? "Balance" : capital(String.join(" and ", budget.per())),
                lines,
                lines.size() < BALANCES
                        ? Counts.of(lines.size(), "balance", "balances")
                        : "the %d fullest balances".formatted(BALANCES));
    }

    private static List<Fact> facts(Budget budget) {
        String match =
                budget.match().isEmpty()
                        ? "every call of the tenant"
                        : String.join(
                                ", ",
                                budget.match().entrySet().stream()
                                        .map(entry -> entry.getKey() + " " + entry.getValue())
                                        .toList());
        String zone =
                budget.window() instanceof Window.Calendar calendar ? calendar.zone().getId() : "";
        return List.of(
                Fact.of("Limit", Counts.of(budget.unit(), budget.limit())),
                Fact.of("Applies to", match),
                Fact.of(
                        "One balance per",
                        budget.per().isEmpty() ? "tenant" : String.join(" and ", budget.per())),
                Fact.of("Window", Budgets.window(budget.window())).note(zone),
                Fact.of("When full", whenFull(budget)));
    }

    private static String whenFull(Budget budget) {
        return switch (budget.mode()) {
            case HARD -> "calls are refused";
            case SOFT -> "calls go on, degraded";
            case SHADOW -> "only recorded";
        };
    }

    private static BudgetView.Step step(Budget.Step step) {
        String action = step.action().name().toLowerCase(Locale.ROOT);
        return new BudgetView.Step(
                step.percent() + " %",
                step.tools().isEmpty() ? action : action + " " + String.join(", ", step.tools()));
    }

    private Balance fullest(Budget budget, Request request) {
        List<Balance> balances = authority.balances(budget.id(), 1);
        return balances.isEmpty() ? Budgets.untouched(budget, request.now()) : balances.getFirst();
    }

    private static boolean wanted(Budget budget, Request request) {
        boolean tenant =
                request.tenant().isEmpty() || budget.tenant().value().equals(request.tenant());
        boolean mode =
                request.get("mode").isEmpty()
                        || budget.mode().name().equalsIgnoreCase(request.get("mode"));
        return tenant && mode;
    }

    private static List<Link> modes(Request request, Address page) {
        List<Link> links = new ArrayList<>();
        links.add(new Link("All", page.text(), request.get("mode").isEmpty()));
        for (Budget.Mode mode : Budget.Mode.values()) {
            String wire = mode.name().toLowerCase(Locale.ROOT);
            links.add(
                    new Link(
                            capital(wire),
                            page.with("mode", wire).text(),
                            wire.equals(request.get("mode"))));
        }
        return links;
    }

    private static String capital(String words) {
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }
}
