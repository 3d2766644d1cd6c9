package dev.bursar.server.http;

import dev.bursar.gateway.Quantity;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Funding;
import dev.bursar.ledger.Standing;
import dev.bursar.ledger.Terms;
import dev.bursar.ledger.Unit;
import dev.bursar.server.config.Windows;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Budgets and balances as the JSON of `/api`.
final class BudgetJson {

    private BudgetJson() {}

    static ObjectNode of(Budget budget, Budget.Status status, List<Balance> balances, Instant now) {
        ObjectNode node = ApiJson.object();
        Terms terms = budget.terms();
        Unit unit = budget.unit();
        node.put("id", budget.id().value());
        node.put("tenant", budget.tenant().value());
        node.put("name", budget.name());
        node.put("scope", terms.scope() == null ? null : terms.scope().toString());
        node.set("match", ApiJson.of(budget.match()));
        node.set("per", ApiJson.of(budget.per()));
        node.put("unit", Quantity.unit(unit));
        CallJson.put(node, "limit", unit, budget.limit());
        node.put("every", Windows.written(budget.window()));
        node.put("mode", budget.mode().name().toLowerCase(Locale.ROOT));
        node.set("at", ladder(budget));
        CallJson.put(node, "overdraft", unit, terms.overdraftLimit());
        if (terms.carryOver() == Budget.MAX_LIMIT) {
            node.put("carry_over", true);
        } else {
            CallJson.put(node, "carry_over", unit, terms.carryOver());
        }
        if (terms.idle() == null) {
            node.putNull("idle_seconds");
        } else {
            node.put("idle_seconds", terms.idle().toSeconds());
        }
        node.put("status", status.name().toLowerCase(Locale.ROOT));
        node.put("managed_by", terms.declared() ? "file" : "api");
        ArrayNode items = node.putArray("balances");
        balances.forEach(balance -> items.add(of(budget, balance, now)));
        return node;
    }

    private static ArrayNode ladder(Budget budget) {
        ArrayNode at = ApiJson.object().putArray("at");
        for (Budget.Step step : budget.ladder()) {
            ObjectNode node = at.addObject();
            node.put("percent", step.percent());
            node.put("action", step.action().name().toLowerCase(Locale.ROOT));
            node.set("tools", ApiJson.of(step.tools()));
        }
        return at;
    }

    static ObjectNode of(Budget budget, Balance balance, Instant now) {
        Unit unit = budget.unit();
        Funding funding = balance.funding();
        long left = balance.limit() - balance.spent() - balance.held() - funding.debt();
        ObjectNode node = ApiJson.object();
        node.set("per", per(budget, balance.account().per()));
        CallJson.put(node, "limit", unit, balance.limit());
        CallJson.put(node, "spent", unit, balance.spent());
        CallJson.put(node, "held", unit, balance.held());
        CallJson.put(node, "left", unit, Math.max(0, left));
        CallJson.put(node, "overrun", unit, balance.overrun());
        CallJson.put(node, "credit", unit, funding.credit());
        CallJson.put(node, "granted", unit, funding.granted(now.toEpochMilli()));
        CallJson.put(node, "debt", unit, funding.debt());
        CallJson.put(node, "uncovered", unit, funding.uncovered());
        node.put("over_limit", funding.overLimit());
        if (balance.resetsAt() != null) {
            node.put("resets_at", balance.resetsAt().toString());
        }
        return node;
    }

    /// Where an account stands after something was done to it.
    ///
    /// @param budget null when it was removed meanwhile
    static ObjectNode of(Standing standing, @Nullable Budget budget) {
        Unit unit = standing.unit();
        ObjectNode node = ApiJson.object();
        node.put("budget", standing.account().budget().value());
        node.set("per", budget == null ? ApiJson.object() : per(budget, standing.account().per()));
        node.put("unit", Quantity.unit(unit));
        CallJson.put(node, "limit", unit, standing.limit());
        CallJson.put(node, "spent", unit, standing.spent());
        CallJson.put(node, "held", unit, standing.held());
        CallJson.put(node, "debt", unit, standing.debt());
        CallJson.put(node, "left", unit, Math.max(0, standing.remaining()));
        node.put("over_limit", standing.overLimit());
        return node;
    }

    static ObjectNode per(Budget budget, List<String> values) {
        ObjectNode per = ApiJson.object();
        for (int i = 0; i < Math.min(budget.per().size(), values.size()); i++) {
            per.put(budget.per().get(i), values.get(i));
        }
        return per;
    }
}
