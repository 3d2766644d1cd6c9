package dev.bursar.server.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// `bursar audit`.
@Command(name = "audit", description = "Show who did what, the latest first.")
final class Audit implements Callable<Integer> {

    @Mixin private Ask ask = new Ask();

    @Option(names = "--tenant", paramLabel = "TENANT", description = "only about this tenant")
    private @Nullable String tenant;

    @Option(names = "--actor", paramLabel = "NAME", description = "only what this one did")
    private @Nullable String actor;

    @Option(
            names = "--action",
            paramLabel = "ACTION",
            description = "like budget.credit, or all of a kind: budget")
    private @Nullable String action;

    @Option(names = "--target", paramLabel = "WHAT", description = "only what was done to this")
    private @Nullable String target;

    @Option(names = "--request-id", paramLabel = "ID", description = "only what this request did")
    private @Nullable String request;

    @Option(names = "--from", paramLabel = "TIME", description = "like 2026-01-31T00:00:00Z")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "before that")
    private @Nullable String to;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = "how many")
    private int limit;

    @Override
    public Integer call() {
        Map<String, @Nullable String> parameters = new LinkedHashMap<>();
        parameters.put("tenant", tenant);
        parameters.put("actor", actor);
        parameters.put("action", action);
        parameters.put("target", target);
        parameters.put("request_id", request);
        parameters.put("from", from);
        parameters.put("to", to);
        return ask.list(
                "/api/audit",
                parameters,
                limit,
                (out, page) -> {
                    Table table =
                            new Table(
                                    "AT", "ACTOR", "ACTION", "TENANT", "TARGET", "AMOUNT",
                                    "REASON");
                    page.path("items").forEach(act -> row(table, act));
                    table.print(out);
                });
    }

    private static void row(Table table, JsonNode act) {
        table.row(
                Table.cell(act, "at"),
                Table.cell(act, "actor"),
                Table.cell(act, "action"),
                Table.cell(act, "tenant"),
                Table.cell(act, "target"),
                Table.amount(act, "amount"),
                Table.cell(act, "reason"));
    }
}
