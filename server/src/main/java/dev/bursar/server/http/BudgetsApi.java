package dev.bursar.server.http;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetBalances;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.config.BudgetWords;
import dev.bursar.server.directory.Action;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.Directory;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `/api/budgets`: the budgets in force with their fullest balances, and their definitions. What the
/// configuration declares, it owns: such a budget is defined nowhere else.
final class BudgetsApi {

    private static final int DEFAULT_BALANCES = 10;

    private static final int MAX_BALANCES = 1_000;

    /// Of all budgets of a page together: they are in memory at once.
    private static final int MAX_BALANCES_OF_PAGE = 20_000;

    private final Authority authority;
    private final Directory directory;
    private final InstantSource clock;

    BudgetsApi(Authority authority, Directory directory, InstantSource clock) {
        this.authority = authority;
        this.directory = directory;
        this.clock = clock;
    }

    void mount(ApiRouter api) {
        api.on(ApiRoute.LIST_BUDGETS, this::list);
        api.onJson(ApiRoute.DEFINE_BUDGET, this::define);
        api.on(ApiRoute.BUDGET, this::one);
        api.onJson(ApiRoute.CHANGE_BUDGET, this::change);
        api.on(ApiRoute.REMOVE_BUDGET, this::remove);
    }

    private void list(RoutingContext context) {
        Parameters parameters =
                Parameters.of(context, List.of("tenant", "name", "balances", "limit", "cursor"));
        int atMost = parameters.whole("balances", DEFAULT_BALANCES, 0, MAX_BALANCES);
        String tenant = parameters.text("tenant").orElse(null);
        String name = parameters.text("name").orElse(null);
        List<Budget> wanted =
                authority.budgets().stream()
                        .filter(budget -> tenant == null || tenant.equals(budget.tenant().value()))
                        .filter(budget -> name == null || name.equals(budget.name()))
                        .sorted((a, b) -> a.id().value().compareTo(b.id().value()))
                        .toList();
        Answers.json(
                context,
                200,
                Page.ofAll(
                        parameters,
                        MAX_BALANCES_OF_PAGE / Math.max(1, atMost),
                        wanted,
                        budget -> budget.id().value(),
                        budgets -> json(budgets, atMost)));
    }

    private List<JsonNode> json(List<Budget> budgets, int atMost) {
        Map<BudgetId, BudgetBalances> there = new HashMap<>();
        authority
                .balances(budgets.stream().map(Budget::id).toList(), atMost)
                .forEach(one -> there.put(one.budget().id(), one));
        return budgets.stream().map(budget -> json(budget, there.get(budget.id()))).toList();
    }

    /// @param there null when it was removed meanwhile
    private JsonNode json(Budget budget, @Nullable BudgetBalances there) {
        return BudgetJson.of(
                budget,
                there == null ? Budget.Status.ACTIVE : there.status(),
                there == null ? List.of() : there.balances(),
                clock.instant());
    }

    private void one(RoutingContext context) {
        Parameters parameters = Parameters.of(context, List.of("balances"));
        int atMost = parameters.whole("balances", DEFAULT_BALANCES, 0, MAX_BALANCES);
        Answers.json(context, 200, json(require(authority, id(context)), atMost));
    }

    private void define(RoutingContext context) {
        List<String> known = new ArrayList<>(List.of("tenant", "name", "reason"));
        known.addAll(BudgetWords.KEYS);
        Body body = Body.of(context, known);
        TenantId tenant = body.tenant("tenant");
        Access.requireTenant(context, tenant.value());
        Budget budget = budget(tenant, body.required("name"), body);
        Optional<Budget> there = find(authority, budget.id());
        if (there.isPresent()) {
            requireOwn(there.get());
            throw new ApiException(409, "exists", "there is a budget " + budget.id() + " already");
        }
        submit(budget, Action.BUDGET_DEFINE, Access.actor(context), body.reason());
        Answers.json(context, 201, json(budget, 0));
    }

    private void change(RoutingContext context) {
        List<String> known = new ArrayList<>(BudgetWords.KEYS);
        known.add("reason");
        Body body = Body.of(context, known);
        Budget there = require(authority, id(context));
        requireOwn(there);
        Budget budget = budget(there.tenant(), there.name(), body);
        submit(budget, Action.BUDGET_CHANGE, Access.actor(context), body.reason());
        Answers.json(context, 200, json(budget, DEFAULT_BALANCES));
    }

    private void remove(RoutingContext context) {
        Map<String, String> reason = Body.reasonOfAddress(context);
        Budget there = require(authority, id(context));
        requireOwn(there);
        ObjectNode last = json(there, 0);
        LedgerAnswers.require(
                Outcome.BudgetRemoved.class,
                authority.submit(
                        new Command.RemoveBudget(
                                there.id(),
                                Access.actor(context)
                                        .did(Action.BUDGET_REMOVE, there.id().value(), reason))),
                there.id().value());
        Answers.json(context, 200, last);
    }

    private Budget budget(TenantId tenant, String name, Body body) {
        try {
            return BudgetWords.budget(
                    tenant, directory.requireOpen(tenant).zone(), name, words(body));
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest(String.valueOf(e.getMessage()));
        }
    }

    private static ObjectNode words(Body body) {
        ObjectNode words = ApiJson.object();
        for (String key : BudgetWords.KEYS) {
            if (body.has(key)) {
                words.set(key, body.node(key));
            }
        }
        return words;
    }

    private void submit(Budget budget, Action action, Actor actor, Map<String, String> reason) {
        LedgerAnswers.require(
                Outcome.BudgetDefined.class,
                authority.submit(
                        new Command.DefineBudget(
                                budget, actor.did(action, budget.id().value(), reason))),
                budget.id().value());
    }

    private ObjectNode json(Budget budget, int atMost) {
        return (ObjectNode) json(List.of(budget), atMost).getFirst();
    }

    /// The budget that the path names.
    ///
    /// @throws ApiException 404 for what no budget can be named
    static BudgetId id(RoutingContext context) {
        String id = Parameters.path(context, "tenant") + "/" + Parameters.path(context, "name");
        try {
            return new BudgetId(id);
        } catch (IllegalArgumentException e) {
            throw ApiException.notFound("no budget has such a name");
        }
    }

    static Budget require(Authority authority, BudgetId id) {
        return find(authority, id).orElseThrow(() -> ApiException.notFound("no budget " + id));
    }

    static Optional<Budget> find(Authority authority, BudgetId id) {
        return authority.budget(id);
    }

    private static void requireOwn(Budget budget) {
        if (budget.terms().declared()) {
            throw new ApiException(
                    409,
                    "owned_by_file",
                    "the budget "
                            + budget.id()
                            + " is declared in the configuration file: change it there");
        }
    }
}
