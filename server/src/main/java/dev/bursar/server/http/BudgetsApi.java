package dev.bursar.server.http;

import dev.bursar.authority.Authority;
import dev.bursar.gateway.Quantity;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Budget;
import dev.bursar.server.config.Windows;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `GET /api/budgets`: the budgets in force and their fullest balances. They are declared in the
/// configuration file, so nothing here changes them.
final class BudgetsApi {

    private static final int DEFAULT_BALANCES = 10;

    private static final int MAX_BALANCES = 1_000;

    private final Authority authority;

    BudgetsApi(Authority authority) {
        this.authority = authority;
    }

    void mount(Router router) {
        router.get("/api/budgets").handler(this::list);
    }

    private void list(RoutingContext context) {
        Parameters parameters = Parameters.of(context, List.of("tenant", "name", "balances"));
        int atMost = parameters.whole("balances", DEFAULT_BALANCES, 0, MAX_BALANCES);
        String tenant = parameters.text("tenant").orElse(null);
        String name = parameters.text("name").orElse(null);
        ObjectNode page = ApiJson.object();
        ArrayNode items = page.putArray("items");
        for (Budget budget : authority.budgets()) {
            boolean wanted =
                    (tenant == null || tenant.equals(budget.tenant().value()))
                            && (name == null || name.equals(budget.name()));
            if (wanted) {
                items.add(budget(budget, atMost));
            }
        }
        Answers.json(context, 200, page);
    }

    private ObjectNode budget(Budget budget, int atMost) {
        ObjectNode node = ApiJson.object();
        node.put("id", budget.id().value());
        node.put("tenant", budget.tenant().value());
        node.put("name", budget.name());
        node.set("match", ApiJson.of(budget.match()));
        node.set("per", ApiJson.of(budget.per()));
        node.put("unit", Quantity.unit(budget.unit()));
        CallJson.put(node, "limit", budget.unit(), budget.limit());
        node.put("every", Windows.written(budget.window()));
        node.put("mode", budget.mode().name().toLowerCase(Locale.ROOT));
        node.put("managed_by", "file");
        ArrayNode balances = node.putArray("balances");
        if (atMost > 0) {
            authority
                    .balances(budget.id(), atMost)
                    .forEach(balance -> balances.add(balance(budget, balance)));
        }
        return node;
    }

    private static ObjectNode balance(Budget budget, Balance balance) {
        ObjectNode node = ApiJson.object();
        ObjectNode per = node.putObject("per");
        for (int i = 0; i < budget.per().size(); i++) {
            per.put(budget.per().get(i), balance.account().per().get(i));
        }
        long left = Math.max(0, budget.limit() - balance.spent() - balance.held());
        CallJson.put(node, "spent", budget.unit(), balance.spent());
        CallJson.put(node, "held", budget.unit(), balance.held());
        CallJson.put(node, "left", budget.unit(), left);
        CallJson.put(node, "overrun", budget.unit(), balance.overrun());
        if (balance.resetsAt() != null) {
            node.put("resets_at", balance.resetsAt().toString());
        }
        return node;
    }
}
