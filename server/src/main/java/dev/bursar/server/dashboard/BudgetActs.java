package dev.bursar.server.dashboard;

import dev.bursar.gateway.Quantity;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Window;
import dev.bursar.server.dashboard.view.ActView;
import dev.bursar.server.dashboard.view.ActView.Field;
import dev.bursar.server.dashboard.view.TenantChoice.Choice;
import dev.bursar.server.dashboard.view.TenantChoice.Kept;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What may be done to a budget: the forms for it. What they do is decided where `/api` decides it.
final class BudgetActs {

    private BudgetActs() {}

    /// @param balances the fullest, to choose from
    /// @param all budgets, of which a part may be frozen at once
    static List<ActView> of(
            Budget budget, Budget.Status status, List<Balance> balances, List<Budget> all) {
        List<ActView> acts = new ArrayList<>();
        if (status == Budget.Status.CLOSED) {
            return acts;
        }
        acts.add(status == Budget.Status.FROZEN ? unfreeze(budget, all) : freeze(budget, all));
        if (!(budget.window() instanceof Window.PerCall)) {
            acts.add(
                    fund(
                            budget,
                            balances,
                            "credit",
                            "Adds to what a balance may spend, for as long as the balance lasts.",
                            ""));
            acts.add(
                    fund(
                            budget,
                            balances,
                            "debit",
                            "Takes from what a balance may spend, at most what is left of it.",
                            "Yes, take it away"));
            acts.add(
                    fund(
                            budget,
                            balances,
                            "reset",
                            "Sets what was spent to an amount, as if a new time began. What is held"
                                    + " or owed stays.",
                            "Yes, forget what was spent before"));
            if (balances.stream().anyMatch(balance -> balance.funding().debt() > 0)) {
                acts.add(
                        fund(
                                budget,
                                balances,
                                "repay",
                                "Takes from what a balance owes, at most all of it.",
                                ""));
            }
        }
        return acts;
    }

    private static ActView freeze(Budget budget, List<Budget> all) {
        return new ActView(
                "Freeze …",
                "Every call that it applies to is refused from then on. Calls in flight may end.",
                Address.act("budgets", budget.tenant().value(), "freeze").text(),
                List.of(new Kept("budgets", budget.name())),
                reach(budget, all),
                "Yes, refuse these calls",
                "Freeze",
                "danger");
    }

    private static ActView unfreeze(Budget budget, List<Budget> all) {
        return new ActView(
                "Unfreeze …",
                "Calls that it applies to are let through again, as its limit allows.",
                Address.act("budgets", budget.tenant().value(), "unfreeze").text(),
                List.of(new Kept("budgets", budget.name())),
                reach(budget, all),
                "Yes, let calls pass again",
                "Unfreeze",
                "");
    }

    /// This budget, or all at or below a place of its scope path; nothing to choose where it has none.
    private static List<Field> reach(Budget budget, List<Budget> all) {
        ScopePath scope = budget.terms().scope();
        if (scope == null) {
            return List.of();
        }
        List<Choice> choices = new ArrayList<>();
        choices.add(new Choice("", "only this budget", true));
        for (int length = scope.segments().size(); length > 0; length--) {
            ScopePath part = new ScopePath(scope.segments().subList(0, length));
            long below = all.stream().filter(other -> isBelow(other, budget, part)).count();
            choices.add(
                    new Choice(
                            part.toString(),
                            "%s and below: %s"
                                    .formatted(part, Counts.of(below, "budget", "budgets")),
                            false));
        }
        return List.of(new Field("scope", "What", "select", "", false, choices));
    }

    private static boolean isBelow(Budget other, Budget budget, ScopePath part) {
        ScopePath of = other.terms().scope();
        return other.tenant().equals(budget.tenant()) && of != null && part.contains(of);
    }

    private static ActView fund(
            Budget budget, List<Balance> balances, String action, String text, String confirm) {
        String unit = Quantity.unit(budget.unit());
        String verb = action.substring(0, 1).toUpperCase(Locale.ROOT) + action.substring(1);
        List<Field> fields = new ArrayList<>(accounts(budget, balances));
        boolean reset = action.equals("reset");
        fields.add(
                new Field(
                        "amount",
                        (reset ? "Spent is then, " : "Amount, ") + unit,
                        "text",
                        reset ? "0" : "",
                        true,
                        List.of()));
        return new ActView(
                verb + " …",
                text,
                Address.act("budgets", budget.tenant().value(), budget.name(), action).text(),
                List.of(new Kept("unit", unit)),
                fields,
                confirm,
                verb,
                confirm.isEmpty() ? "" : "danger");
    }

    /// Which balance, by the values that tell them apart.
    private static List<Field> accounts(Budget budget, List<Balance> balances) {
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < budget.per().size(); i++) {
            int at = i;
            List<Choice> known =
                    balances.stream()
                            .map(balance -> balance.account().per().get(at))
                            .filter(value -> !value.isEmpty())
                            .distinct()
                            .map(value -> new Choice(value, value, false))
                            .toList();
            String only = balances.size() == 1 && known.size() == 1 ? known.getFirst().value() : "";
            fields.add(
                    new Field(
                            "per." + budget.per().get(at),
                            "Of " + budget.per().get(at),
                            "text",
                            only,
                            true,
                            known));
        }
        return fields;
    }
}
