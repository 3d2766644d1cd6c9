package dev.bursar.server.http;

import dev.bursar.authority.Authority;
import dev.bursar.gateway.Quantity;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Command.Adjustment;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.config.BudgetWords;
import dev.bursar.server.directory.Action;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import tools.jackson.databind.node.ObjectNode;

/// What is done to budgets beside defining them, whoever owns them: funding an account, and freezing,
/// unfreezing or closing one budget, several, or all below a scope path in one command.
final class FundingApi {

    private final Authority authority;

    FundingApi(Authority authority) {
        this.authority = authority;
    }

    void mount(ApiRouter api) {
        adjusts(api, ApiRoute.CREDIT, Adjustment.CREDIT, Action.BUDGET_CREDIT);
        adjusts(api, ApiRoute.DEBIT, Adjustment.DEBIT, Action.BUDGET_DEBIT);
        adjusts(api, ApiRoute.RESET, Adjustment.RESET_SPENT, Action.BUDGET_RESET);
        adjusts(api, ApiRoute.REPAY, Adjustment.REPAY_DEBT, Action.BUDGET_REPAY);
        sets(api, ApiRoute.FREEZE, Budget.Status.FROZEN, Action.BUDGET_FREEZE);
        sets(api, ApiRoute.UNFREEZE, Budget.Status.ACTIVE, Action.BUDGET_UNFREEZE);
        sets(api, ApiRoute.CLOSE_BUDGETS, Budget.Status.CLOSED, Action.BUDGET_CLOSE);
    }

    private void adjusts(ApiRouter api, ApiRoute route, Adjustment adjustment, Action action) {
        api.onForm(
                route,
                List.of("amount", "per", "reason"),
                (context, body) -> adjust(context, body, adjustment, action));
    }

    private void sets(ApiRouter api, ApiRoute route, Budget.Status status, Action action) {
        api.onForm(
                route,
                List.of("budgets", "scope", "reason"),
                (context, body) -> set(context, body, status, action));
    }

    private FormAct.Done adjust(
            RoutingContext context, Body body, Adjustment adjustment, Action action) {
        BudgetId id = BudgetsApi.id(context);
        Budget budget = BudgetsApi.require(authority, id);
        boolean mayBeLeftOut = adjustment == Adjustment.RESET_SPENT && !body.has("amount");
        long amount = mayBeLeftOut ? 0 : amount("amount", body.required("amount"), budget);
        if (amount == 0 && adjustment != Adjustment.RESET_SPENT) {
            throw ApiException.badRequest("amount: must be above 0");
        }
        List<String> per = per(body, budget);
        List<String> payload = new ArrayList<>(per);
        payload.addFirst(Long.toString(amount));
        payload.addFirst(adjustment.name());
        Outcome.BudgetAdjusted adjusted =
                LedgerAnswers.require(
                        Outcome.BudgetAdjusted.class,
                        authority.submit(
                                new Command.AdjustBudget(
                                        Idempotency.key(context, id.value(), payload),
                                        budget.tenant(),
                                        id,
                                        per,
                                        adjustment,
                                        amount,
                                        Access.actor(context)
                                                .did(action, id.value(), body.reason()))),
                        id.value());
        ObjectNode answer = ApiJson.object();
        answer.put("unit", Quantity.unit(budget.unit()));
        CallJson.put(answer, "amount", budget.unit(), adjusted.amount());
        answer.set("balance", BudgetJson.of(adjusted.standing(), budget));
        return new FormAct.Done(
                answer,
                "%s is done: of %s, %s is left now."
                        .formatted(
                                capital(action.verb()),
                                id,
                                Quantity.text(
                                        budget.unit(),
                                        Math.max(0, adjusted.standing().remaining()))));
    }

    private static String capital(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }

    static long amount(String field, String written, Budget budget) {
        try {
            return BudgetWords.amount(field, written, budget.unit());
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest(String.valueOf(e.getMessage()));
        }
    }

    /// The values of the budget's `per`, in its order; all must be named, `""` stands for a missing one.
    private static List<String> per(Body body, Budget budget) {
        SortedMap<String, String> named = body.map("per");
        List<String> values = new ArrayList<>();
        for (String dimension : budget.per()) {
            String value = named.remove(dimension);
            if (value == null) {
                throw ApiException.badRequest("per: must name " + String.join(", ", budget.per()));
            }
            if (!value.isEmpty()) {
                requireValue(dimension, value);
            }
            values.add(value);
        }
        if (!named.isEmpty()) {
            throw ApiException.badRequest(
                    "per: the budget has no balance for each " + named.firstKey());
        }
        return values;
    }

    private static void requireValue(String dimension, String value) {
        try {
            Subject.of(Map.of(dimension, value));
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest("per." + dimension + ": " + e.getMessage());
        }
    }

    private FormAct.Done set(
            RoutingContext context, Body body, Budget.Status status, Action action) {
        TenantId tenant = Body.tenantId("tenant", Parameters.path(context, "tenant"));
        List<BudgetId> budgets = named(body, tenant, status);
        String target =
                body.scope("scope")
                        .map(ScopePath::toString)
                        .orElse(budgets.size() == 1 ? budgets.getFirst().value() : tenant.value());
        Outcome.BudgetStatusSet set =
                LedgerAnswers.require(
                        Outcome.BudgetStatusSet.class,
                        authority.submit(
                                new Command.SetBudgetStatus(
                                        budgets,
                                        status,
                                        Access.actor(context).did(action, target, body.reason()))),
                        target);
        ObjectNode answer = ApiJson.object();
        answer.put("status", status.name().toLowerCase(Locale.ROOT));
        answer.set("budgets", ApiJson.of(budgets.stream().map(BudgetId::value).toList()));
        answer.set("changed", ApiJson.of(set.changed().stream().map(BudgetId::value).toList()));
        return new FormAct.Done(
                answer,
                set.changed().isEmpty()
                        ? "Nothing changed: %s was so already.".formatted(target(budgets))
                        : "%s is %s now."
                                .formatted(
                                        target(set.changed()),
                                        status.name().toLowerCase(Locale.ROOT)));
    }

    private static String target(List<BudgetId> budgets) {
        return budgets.size() == 1
                ? budgets.getFirst().value()
                : "each of " + budgets.size() + " budgets";
    }

    /// The budgets of a tenant that the body names one by one, or all whose scope is the given one or
    /// lies below it. Those that are closed, which is for good, do not keep the others from their status.
    private List<BudgetId> named(Body body, TenantId tenant, Budget.Status status) {
        if (body.has("budgets") == body.has("scope")) {
            throw ApiException.badRequest("budgets: name them, or a scope, and not both");
        }
        List<BudgetId> wanted =
                body.texts("budgets")
                        .map(names -> byName(of(tenant), names))
                        .orElseGet(() ->
                                below(
                                        status == Budget.Status.CLOSED
                                                ? of(tenant)
                                                : authority.notClosed(tenant),
                                        body.scope("scope").orElseThrow()));
        if (wanted.isEmpty()) {
            throw ApiException.notFound("the tenant " + tenant + " has no such budget");
        }
        if (wanted.size() > Command.SetBudgetStatus.MAX_BUDGETS) {
            throw ApiException.badRequest(
                    "scope: more than "
                            + Command.SetBudgetStatus.MAX_BUDGETS
                            + " budgets: name a narrower one");
        }
        return wanted;
    }

    private List<Budget> of(TenantId tenant) {
        return authority.budgets().stream()
                .filter(budget -> budget.tenant().equals(tenant))
                .toList();
    }

    private static List<BudgetId> byName(List<Budget> own, List<String> names) {
        List<BudgetId> wanted = new ArrayList<>();
        for (String name : names.stream().distinct().toList()) {
            wanted.add(
                    own.stream()
                            .filter(budget -> budget.name().equals(name))
                            .findFirst()
                            .orElseThrow(() -> ApiException.notFound("no budget " + name))
                            .id());
        }
        return wanted;
    }

    private static List<BudgetId> below(List<Budget> own, ScopePath scope) {
        List<BudgetId> wanted = new ArrayList<>();
        for (Budget budget : own) {
            ScopePath of = budget.terms().scope();
            if (of != null && scope.contains(of)) {
                wanted.add(budget.id());
            }
        }
        return wanted;
    }
}
