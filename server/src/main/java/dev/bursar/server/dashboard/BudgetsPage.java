package dev.bursar.server.dashboard;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.Budget;
import dev.bursar.server.dashboard.view.BudgetLine;
import dev.bursar.server.dashboard.view.BudgetsView;
import dev.bursar.server.dashboard.view.Link;
import dev.bursar.server.dashboard.view.TenantChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// All budgets, each with its fullest balance.
final class BudgetsPage {

    private final Authority authority;
    private final Frame frame;

    BudgetsPage(Authority authority, Frame frame) {
        this.authority = authority;
        this.frame = frame;
    }

    BudgetsView view(Request request) {
        String tenant = request.tenant();
        Address page = Address.BUDGETS.with("tenant", tenant);
        Map<String, List<BudgetLine>> byTenant = new TreeMap<>();
        int count = 0;
        for (Budget budget : authority.budgets()) {
            if (wanted(budget, request)) {
                count++;
                byTenant.computeIfAbsent(budget.tenant().value(), _ -> new ArrayList<>())
                        .add(line(budget, request));
            }
        }
        return new BudgetsView(
                frame.shell(request, "Budgets", Address.BUDGETS, tenant),
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

    private BudgetLine line(Budget budget, Request request) {
        return Budgets.line(
                Budgets.fullest(authority, budget, request.now()),
                request.clock(budget.tenant().value()));
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
