package dev.bursar.server.cli;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// `bursar runs`.
@Command(
        name = "runs",
        description = "List runs, stop one, or let one that was stopped go on.",
        synopsisSubcommandLabel = "COMMAND")
final class Runs {

    @Command(name = "list", description = "List runs, the last active first.")
    int list(
            @Mixin Ask ask,
            @Option(names = "--tenant", paramLabel = "TENANT", description = "only of this tenant")
                    @Nullable String tenant,
            @Option(names = "--status", description = "running, finished or stopped")
                    @Nullable String status,
            @Option(names = "--limit", defaultValue = "50", description = "at most so many")
                    int limit) {
        Map<String, @Nullable String> parameters = new HashMap<>();
        parameters.put("tenant", tenant);
        parameters.put("status", status);
        return ask.list(
                "/api/runs",
                parameters,
                limit,
                (out, page) -> {
                    Table table =
                            new Table(
                                    "TENANT", "RUN", "STATUS", "WHY", "CALLS", "DENIED", "USD",
                                    "LAST");
                    page.path("items").forEach(run -> row(table, run));
                    table.print(out);
                });
    }

    private static void row(Table table, JsonNode run) {
        table.row(
                Table.cell(run, "tenant"),
                Table.cell(run, "run"),
                Table.cell(run, "status"),
                Table.cell(run, "stop_reason"),
                Table.cell(run, "calls"),
                Table.cell(run, "denials"),
                Table.cell(run, "usd"),
                Table.cell(run, "last_at"));
    }

    @Command(name = "stop", description = "Refuse every further call of a run.")
    int stop(
            @Mixin Ask ask,
            @Mixin Why why,
            @Option(names = "--tenant", required = true, paramLabel = "TENANT") String tenant,
            @Parameters(paramLabel = "RUN") String run) {
        return ask.send(
                "POST",
                path(tenant, run) + "/stop",
                why.body(),
                (out, answer) ->
                        out.println(
                                answer.path("changed").asBoolean()
                                        ? run + " is stopped"
                                        : run + " was stopped before"));
    }

    @Command(name = "resume", description = "Let a run go on that was stopped.")
    int resume(
            @Mixin Ask ask,
            @Mixin Why why,
            @Option(names = "--tenant", required = true, paramLabel = "TENANT") String tenant,
            @Parameters(paramLabel = "RUN") String run) {
        return ask.send(
                "POST",
                path(tenant, run) + "/resume",
                why.body(),
                (out, answer) -> out.println(run + " may go on"));
    }

    private static String path(String tenant, String run) {
        return "/api/runs/" + ApiClient.encoded(tenant) + "/" + ApiClient.encoded(run);
    }
}
