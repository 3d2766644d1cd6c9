package dev.bursar.server.cli;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `bursar approvals`.
@Command(
        name = "approvals",
        description = "List what waits for a person, grant it or decline it.",
        synopsisSubcommandLabel = "COMMAND")
final class Approvals {

    /// Until when it holds: one of the two has to be said.
    static final class Until {

        @Option(names = "--until", paramLabel = "TIME", description = "ends " + End.LIKE)
        private @Nullable String time;

        @Option(names = "--for", paramLabel = "DURATION", description = "from now: 30m, 8h, 7d")
        private @Nullable String duration;

        String written(Ask ask) {
            if (time != null) {
                return ask.end("--until", time).toString();
            }
            Instant now = InstantSource.system().instant();
            return now.plus(Lines.duration(ask, "--for", String.valueOf(duration))).toString();
        }
    }

    @Command(name = "list", description = "List the approvals that are open, the oldest first.")
    int list(
            @Mixin Ask ask,
            @Option(names = "--tenant", paramLabel = "TENANT", description = "only of this tenant")
                    @Nullable String tenant) {
        Map<String, @Nullable String> parameters = new HashMap<>();
        parameters.put("tenant", tenant);
        return ask.list(
                "/api/approvals",
                parameters,
                Integer.MAX_VALUE,
                (out, page) -> {
                    Table table =
                            new Table("TENANT", "APPROVAL", "BUDGET", "PER", "ASKED", "SINCE");
                    page.path("items").forEach(approval -> row(table, approval));
                    table.print(out);
                });
    }

    private static void row(Table table, JsonNode approval) {
        table.row(
                Table.cell(approval, "tenant"),
                Table.cell(approval, "id"),
                Table.cell(approval, "budget"),
                Table.pairs(approval.path("per")),
                Table.amount(approval, "asked"),
                Table.cell(approval, "asked_at"));
    }

    @Command(name = "grant", description = "Add to what the balance may spend, until a time.")
    int grant(
            @Mixin Ask ask,
            @Mixin Why why,
            @Option(names = "--tenant", required = true, paramLabel = "TENANT") String tenant,
            @ArgGroup(multiplicity = "1") Until until,
            @Parameters(index = "0", paramLabel = "APPROVAL") String approval,
            @Parameters(
                            index = "1..*",
                            arity = "1..2",
                            paramLabel = "AMOUNT",
                            description = "with its unit: 12.50 USD")
                    List<String> amount) {
        ObjectNode body = why.body();
        body.put("amount", String.join(" ", amount)).put("until", until.written(ask));
        return ask.send(
                "POST",
                path(tenant, approval) + "/grant",
                body,
                (out, answer) -> {
                    JsonNode balance = answer.path("balance");
                    out.printf(
                            "granted until %s: %s may spend %s%n",
                            Table.cell(answer, "until"),
                            Table.cell(balance, "budget"),
                            Table.amount(balance, "limit"));
                });
    }

    @Command(name = "decline", description = "Refuse without asking again, until a time.")
    int decline(
            @Mixin Ask ask,
            @Mixin Why why,
            @Option(names = "--tenant", required = true, paramLabel = "TENANT") String tenant,
            @ArgGroup(multiplicity = "1") Until until,
            @Parameters(paramLabel = "APPROVAL") String approval) {
        return ask.send(
                "POST",
                path(tenant, approval) + "/decline",
                why.body().put("until", until.written(ask)),
                (out, answer) -> out.println("declined until " + Table.cell(answer, "until")));
    }

    private static String path(String tenant, String approval) {
        return "/api/approvals/" + ApiClient.encoded(tenant) + "/" + ApiClient.encoded(approval);
    }
}
