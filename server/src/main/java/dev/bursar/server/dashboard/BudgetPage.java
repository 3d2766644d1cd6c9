package dev.bursar.server.dashboard;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Terms;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import dev.bursar.server.dashboard.view.BudgetLine;
import dev.bursar.server.dashboard.view.BudgetView;
import dev.bursar.server.dashboard.view.Chip;
import dev.bursar.server.dashboard.view.Fact;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// One budget with its fullest balances, and what may be done to it.
final class BudgetPage {

    private static final int BALANCES = 200;

    private final Authority authority;
    private final Halts halts;
    private final Frame frame;

    BudgetPage(Authority authority, Halts halts, Frame frame) {
        this.authority = authority;
        this.halts = halts;
        this.frame = frame;
    }

    /// Empty when there is none of that name.
    Optional<BudgetView> view(Request request) {
        List<Budget> all = authority.budgets();
        return all.stream()
                .filter(budget -> budget.tenant().value().equals(request.tenant()))
                .filter(budget -> budget.name().equals(request.get("name")))
                .findFirst()
                .map(budget -> view(budget, all, request));
    }

    private BudgetView view(Budget budget, List<Budget> all, Request request) {
        Clock clock = request.clock();
        Budget.Status status = authority.status(budget.id()).orElse(Budget.Status.ACTIVE);
        List<Balance> balances = authority.balances(budget.id(), BALANCES);
        List<BudgetLine> lines =
                balances.stream().map(balance -> Budgets.line(balance, clock)).toList();
        Address page = Address.budget(budget.tenant().value(), budget.name());
        List<Chip> states = new ArrayList<>(List.of(Chips.of(budget.mode())));
        Chips.of(status).ifPresent(states::add);
        return new BudgetView(
                frame.shell(request, budget.name(), Address.BUDGETS, request.tenant()),
                budget.name(),
                budget.tenant().value(),
                states,
                halts.of(budget, status, clock),
                Budgets.scope(budget),
                page.text(),
                facts(budget),
                budget.ladder().stream().map(BudgetPage::step).toList(),
                budget.per().isEmpty() ? "Balance" : capital(String.join(" and ", budget.per())),
                lines,
                lines.size() < BALANCES
                        ? Counts.of(lines.size(), "balance", "balances")
                        : "the %d fullest balances".formatted(BALANCES),
                BudgetActs.of(budget, status, balances, all),
                request.form(page),
                Address.AUDIT
                        .with("tenant", budget.tenant().value())
                        .with("target", budget.id().value())
                        .text());
    }

    private static List<Fact> facts(Budget budget) {
        Unit unit = budget.unit();
        Terms terms = budget.terms();
        String zone =
                budget.window() instanceof Window.Calendar calendar ? calendar.zone().getId() : "";
        List<Fact> facts = new ArrayList<>();
        facts.add(Fact.of("Limit", Counts.of(unit, budget.limit())));
        facts.add(Fact.of("Applies to", match(budget)).note(scope(budget)));
        facts.add(
                Fact.of(
                        "One balance per",
                        budget.per().isEmpty() ? "tenant" : String.join(" and ", budget.per())));
        facts.add(Fact.of("Window", Budgets.window(budget.window())).note(zone));
        facts.add(Fact.of("When full", whenFull(budget)));
        if (terms.overdraftLimit() > 0) {
            facts.add(Fact.of("Overdraft", Counts.of(unit, terms.overdraftLimit())));
        }
        if (terms.carryOver() > 0) {
            facts.add(Fact.of("Carries over", carriesOver(unit, terms.carryOver())));
        }
        if (terms.idle() != null) {
            facts.add(Fact.of("A balance ends", "idle for " + Moments.length(terms.idle())));
        }
        facts.add(Fact.of("Declared in", terms.declared() ? "the configuration" : "/api"));
        return facts;
    }

    private static String carriesOver(Unit unit, long atMost) {
        return atMost == Budget.MAX_LIMIT
                ? "all that is left"
                : "at most " + Counts.of(unit, atMost);
    }

    private static String match(Budget budget) {
        List<String> parts = new ArrayList<>();
        budget.match().forEach((name, value) -> parts.add(name + " " + value));
        String calls =
                budget.terms().scope() == null ? "every call of the tenant" : "one scope path";
        return parts.isEmpty() ? calls : String.join(", ", parts);
    }

    private static String scope(Budget budget) {
        ScopePath scope = budget.terms().scope();
        return scope == null ? "" : scope.toString();
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

    private static String capital(String words) {
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }
}
