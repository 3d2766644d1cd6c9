package dev.bursar.server.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `bursar budgets`: what may be spent. Without a subcommand it lists.
@Command(
        name = "budgets",
        description =
                "Show budgets and their fullest balances, define, fund, freeze and close them.",
        subcommands = {
            Funding.Credit.class,
            Funding.Debit.class,
            Funding.Reset.class,
            Funding.Repay.class,
            BudgetStatus.Freeze.class,
            BudgetStatus.Unfreeze.class,
            BudgetStatus.Close.class
        })
final class Budgets implements Callable<Integer> {

    @Mixin private Ask ask = new Ask();

    @Option(names = "--tenant", paramLabel = "TENANT", description = "only of this tenant")
    private @Nullable String tenant;

    @Option(
            names = "--balances",
            paramLabel = "N",
            defaultValue = "3",
            description = "balances of each budget, 0 to 1000")
    private int balances;

    @Override
    public Integer call() {
        return list(ask, tenant, balances);
    }

    @Command(name = "list", description = "Show budgets and their fullest balances.")
    int list(
            @Mixin Ask asking,
            @Option(names = "--tenant", paramLabel = "TENANT", description = "only of this tenant")
                    @Nullable String wanted,
            @Option(
                            names = "--balances",
                            paramLabel = "N",
                            defaultValue = "3",
                            description = "balances of each budget, 0 to 1000")
                    int atMost) {
        Map<String, @Nullable String> parameters = new LinkedHashMap<>();
        parameters.put("balances", Integer.toString(atMost));
        parameters.put("tenant", wanted);
        return asking.list(
                "/api/budgets",
                parameters,
                Integer.MAX_VALUE,
                (out, page) -> page.path("items").forEach(budget -> print(out, budget)));
    }

    @Command(name = "show", description = "Show one budget with its balances.")
    int show(
            @Mixin Ask asking,
            @Parameters(paramLabel = "TENANT/NAME") String budget,
            @Option(
                            names = "--balances",
                            paramLabel = "N",
                            defaultValue = "100",
                            description = "balances, 0 to 1000")
                    int atMost) {
        return asking.get(
                BudgetName.of(asking, budget).path() + "?balances=" + atMost, Budgets::print);
    }

    @Command(name = "balances", description = "Show all balances of one budget, or some.")
    int balances(
            @Mixin Ask asking,
            @Parameters(paramLabel = "TENANT/NAME") String budget,
            @Option(
                            names = "--per",
                            paramLabel = "DIMENSION=VALUE",
                            description = "only with this value; may be repeated")
                    @Nullable Map<String, String> wanted,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "1000",
                            description = "how many")
                    int atMost) {
        Map<String, @Nullable String> parameters = new LinkedHashMap<>();
        if (wanted != null) {
            wanted.forEach((dimension, value) -> parameters.put("per." + dimension, value));
        }
        return asking.list(
                BudgetName.of(asking, budget).path() + "/balances",
                parameters,
                atMost,
                (out, page) -> {
                    page.path("items").forEach(balance -> out.println(balance(balance)));
                    if (page.path("next").isString()) {
                        out.println("and more: --limit says how many are shown");
                    }
                });
    }

    /// The terms of a budget, in the words of the configuration.
    static final class Terms {

        @Option(
                names = "--limit",
                required = true,
                paramLabel = "AMOUNT",
                description = "like \"12.50 USD\" or \"5000 tokens\"")
        private String limit = "";

        @Option(
                names = "--every",
                paramLabel = "WINDOW",
                description =
                        "day, week, month, call, or a duration like 1h; for life when left out")
        private @Nullable String every;

        @Option(names = "--mode", paramLabel = "MODE", description = "hard, soft or shadow")
        private @Nullable String mode;

        @Option(
                names = "--per",
                paramLabel = "DIMENSION",
                split = ",",
                description = "a balance for each value of it; may be repeated")
        private @Nullable List<String> per;

        @Option(
                names = "--match",
                paramLabel = "DIMENSION=VALUE",
                description = "only calls with this; may be repeated")
        private @Nullable Map<String, String> match;

        @Option(
                names = "--at",
                paramLabel = "PERCENT=ACTION",
                description = "like 80%%=alert or 100%%=approve; may be repeated")
        private @Nullable Map<String, String> at;

        @Option(names = "--scope", paramLabel = "PATH", description = "a scope path")
        private @Nullable String scope;

        @Option(names = "--overdraft", paramLabel = "AMOUNT", description = "what may be owed")
        private @Nullable String overdraft;

        @Option(
                names = "--carry-over",
                paramLabel = "AMOUNT",
                description = "true, or the most of what is left over that the next window gets")
        private @Nullable String carryOver;

        @Option(
                names = "--idle",
                paramLabel = "DURATION",
                description = "after this rest a balance is forgotten")
        private @Nullable String idle;

        void into(ObjectNode body) {
            text(body, "limit", limit);
            text(body, "every", every);
            text(body, "mode", mode);
            text(body, "scope", scope);
            text(body, "overdraft", overdraft);
            text(body, "carry_over", carryOver);
            text(body, "idle", idle);
            if (per != null) {
                ArrayNode dimensions = body.putArray("per");
                per.forEach(dimensions::add);
            }
            map(body, "match", match);
            map(body, "at", at);
        }

        private static void map(
                ObjectNode body, String name, @Nullable Map<String, String> values) {
            if (values != null) {
                values.forEach(body.putObject(name)::put);
            }
        }
    }

    @Command(
            name = "set",
            description =
                    "Define a budget, or replace all terms of the one of this name; what was spent stays.")
    int set(
            @Mixin Ask asking,
            @Mixin Terms terms,
            @Mixin Why why,
            @Parameters(paramLabel = "TENANT/NAME") String budget) {
        BudgetName name = BudgetName.of(asking, budget);
        ObjectNode body = why.body();
        terms.into(body);
        try (ApiClient api = asking.place().server()) {
            Optional<JsonNode> there = api.find(name.path());
            if (there.isEmpty()) {
                body.put("tenant", name.tenant()).put("name", name.name());
            }
            return asking.print(
                    there.isEmpty()
                            ? api.post("/api/budgets", body)
                            : api.send("PUT", name.path(), body, null),
                    Budgets::print);
        }
    }

    @Command(name = "remove", description = "Take a budget away; its balances are forgotten.")
    int remove(
            @Mixin Ask asking,
            @Mixin Why why,
            @Parameters(paramLabel = "TENANT/NAME") String budget) {
        return asking.send(
                "DELETE",
                BudgetName.of(asking, budget).path() + why.query(),
                null,
                (out, gone) -> out.println("removed " + Table.cell(gone, "id")));
    }

    static void text(ObjectNode body, String name, @Nullable String value) {
        if (value != null) {
            body.put(name, value);
        }
    }

    private static void print(PrintWriter out, JsonNode budget) {
        String status = Table.cell(budget, "status");
        out.printf(
                "%s  %s  every %s  %s%s%n",
                Table.cell(budget, "id"),
                Table.amount(budget, "limit"),
                Table.cell(budget, "every"),
                Table.cell(budget, "mode"),
                status.equals("active") ? "" : "  " + status);
        for (JsonNode balance : budget.path("balances")) {
            out.printf("    %s%n", balance(balance));
        }
    }

    /// One line of where a balance stands.
    static String balance(JsonNode balance) {
        String per =
                balance.path("per")
                        .propertyStream()
                        .map(one -> one.getKey() + "=" + value(one.getValue().asString()))
                        .reduce((a, b) -> a + " " + b)
                        .orElse("all");
        return "%s: spent %s, held %s, left %s%s"
                .formatted(
                        per,
                        Table.cell(balance, "spent"),
                        Table.cell(balance, "held"),
                        Table.cell(balance, "left"),
                        state(balance));
    }

    /// What else decides about the next call, of what there is any: `, owes 1.5, over limit`.
    private static String state(JsonNode balance) {
        String amounts =
                unlessNothing(balance, "credit", ", credit %s")
                        + unlessNothing(balance, "granted", ", granted %s")
                        + unlessNothing(balance, "debt", ", owes %s")
                        + unlessNothing(balance, "uncovered", ", %s not covered");
        return balance.path("over_limit").asBoolean(false) ? amounts + ", over limit" : amounts;
    }

    private static String unlessNothing(JsonNode balance, String field, String words) {
        String amount = Table.cell(balance, field);
        return balance.has(field) && !amount.equals("0") ? words.formatted(amount) : "";
    }

    private static String value(String value) {
        return value.isEmpty() ? "(none)" : value;
    }
}
