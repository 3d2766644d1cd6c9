package dev.bursar.server.cli;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/// `bursar budgets`.
@Command(name = "budgets", description = "Show budgets and their fullest balances.")
final class Budgets implements Callable<Integer> {

    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private Place place = new Place();

    @Option(names = "--tenant", paramLabel = "TENANT")
    private @Nullable String tenant;

    @Option(
            names = "--balances",
            paramLabel = "N",
            defaultValue = "3",
            description = "balances of each budget, 0 to 1000")
    private int balances;

    @Option(names = "--json", description = "answer as one line of JSON")
    private boolean json;

    @Override
    public Integer call() {
        Map<String, String> parameters = new HashMap<>();
        parameters.put("balances", Integer.toString(balances));
        if (tenant != null) {
            parameters.put("tenant", tenant);
        }
        PrintWriter out = spec.commandLine().getOut();
        try (ApiClient api = place.server()) {
            JsonNode page = api.get("/api/budgets", parameters);
            if (json) {
                out.println(page);
            } else {
                page.path("items").forEach(budget -> print(out, budget));
            }
        }
        return 0;
    }

    private static void print(PrintWriter out, JsonNode budget) {
        out.printf(
                "%s  %s %s  every %s  %s%n",
                budget.path("id").asString(),
                budget.path("limit").asString(),
                budget.path("unit").asString(),
                budget.path("every").asString(),
                budget.path("mode").asString());
        for (JsonNode balance : budget.path("balances")) {
            String per =
                    balance.path("per")
                            .propertyStream()
                            .map(one -> one.getKey() + "=" + value(one.getValue().asString()))
                            .reduce((a, b) -> a + " " + b)
                            .orElse("all");
            out.printf(
                    "    %s: spent %s, held %s, left %s%n",
                    per,
                    balance.path("spent").asString(),
                    balance.path("held").asString(),
                    balance.path("left").asString());
        }
    }

    private static String value(String value) {
        return value.isEmpty() ? "(none)" : value;
    }
}
