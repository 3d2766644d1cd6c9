package dev.bursar.server.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `bursar reservations`.
@Command(
        name = "reservations",
        description =
                "Look at reservations of clients, make and extend some in their place, and end those they"
                        + " left open.",
        synopsisSubcommandLabel = "COMMAND")
final class Reservations {

    @Command(name = "list", description = "List reservations, the latest first.")
    int list(
            @Mixin Ask ask,
            @Option(names = "--tenant", required = true, paramLabel = "TENANT") String tenant,
            @Option(
                            names = "--status",
                            paramLabel = "STATUS",
                            description = "active, committed, released or expired")
                    @Nullable String status,
            @Option(
                            names = "--scope",
                            paramLabel = "PATH",
                            description = "only at or below it, like tenant:acme/agent:bot")
                    @Nullable String scope,
            @Option(names = "--from", paramLabel = "TIME", description = "made then or later")
                    @Nullable String from,
            @Option(names = "--to", paramLabel = "TIME", description = "made then or earlier")
                    @Nullable String to,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "50",
                            description = "how many")
                    int limit) {
        Map<String, @Nullable String> parameters = new LinkedHashMap<>();
        parameters.put("tenant", tenant);
        parameters.put("status", status);
        parameters.put("scope", scope);
        parameters.put("from", from);
        parameters.put("to", to);
        return ask.list(
                "/api/reservations",
                parameters,
                limit,
                (out, page) -> {
                    Table table =
                            new Table("RESERVATION", "STATUS", "SCOPE", "RESERVED", "EXPIRES");
                    page.path("items").forEach(reservation -> row(table, reservation));
                    table.print(out);
                });
    }

    private static void row(Table table, JsonNode reservation) {
        table.row(
                Table.cell(reservation, "id"),
                Table.cell(reservation, "status"),
                Table.cell(reservation, "scope"),
                Table.amount(reservation, "reserved"),
                Table.cell(reservation, "expires"));
    }

    @Command(name = "show", description = "Show one reservation.")
    int show(
            @Mixin Ask ask,
            @Option(names = "--tenant", required = true, paramLabel = "TENANT") String tenant,
            @Parameters(paramLabel = "RESERVATION") String id) {
        return ask.get(
                path(tenant, id),
                (out, reservation) ->
                        reservation
                                .propertyNames()
                                .forEach(name ->
                                        out.printf(
                                                "%-20s %s%n",
                                                name, Table.cell(reservation, name))));
    }

    @Command(name = "create", description = "Reserve in place of a client.")
    int create(
            @Mixin Ask ask,
            @Mixin Why why,
            @Mixin Once once,
            @Option(names = "--tenant", required = true, paramLabel = "TENANT") String tenant,
            @Parameters(arity = "1..2", paramLabel = "AMOUNT", description = "like 0.02 USD")
                    List<String> amount,
            @Option(
                            names = "--subject",
                            paramLabel = "DIMENSION=VALUE",
                            description = "whom it is about, like agent=bot; may be repeated")
                    @Nullable Map<String, String> subject,
            @Option(
                            names = "--ttl",
                            paramLabel = "DURATION",
                            description = "how long it lasts, like 10m; an hour when left out")
                    @Nullable String ttl) {
        ObjectNode body = why.body().put("tenant", tenant).put("amount", String.join(" ", amount));
        if (subject != null) {
            subject.forEach(body.putObject("subject")::put);
        }
        if (ttl != null) {
            body.put("ttl", seconds(ask, "--ttl", ttl));
        }
        return ask.send(
                "POST",
                "/api/reservations",
                body,
                once.key(),
                (out, answer) ->
                        out.println(
                                Table.cell(answer, "id")
                                        + " reserves "
                                        + Table.amount(answer, "reserved")
                                        + " until "
                                        + Table.cell(answer, "expires")));
    }

    @Command(name = "extend", description = "Let one last longer.")
    int extend(
            @Mixin Ask ask,
            @Mixin Why why,
            @Mixin Once once,
            @Option(names = "--tenant", required = true, paramLabel = "TENANT") String tenant,
            @Parameters(index = "0", paramLabel = "RESERVATION") String id,
            @Parameters(index = "1", paramLabel = "DURATION", description = "like 10m or 2h")
                    String by) {
        return ask.send(
                "POST",
                path(tenant, id) + "/extend",
                why.body().put("by", seconds(ask, "DURATION", by)),
                once.key(),
                (out, answer) -> out.println("lasts until " + Table.cell(answer, "expires")));
    }

    private static long seconds(Ask ask, String option, String written) {
        return Lines.duration(written)
                .orElseThrow(() -> ask.usage(option + ": must be like 10m, 2h or 1d: " + written))
                .toSeconds();
    }

    @Command(
            name = "release",
            description = "End one in place of its client and give back all of it.")
    int release(
            @Mixin Ask ask,
            @Mixin Why why,
            @Option(names = "--tenant", required = true, paramLabel = "TENANT") String tenant,
            @Parameters(paramLabel = "RESERVATION") String id) {
        return ask.send(
                "POST",
                path(tenant, id) + "/release",
                why.body(),
                (out, answer) -> out.println("released " + Table.amount(answer, "released")));
    }

    @Command(
            name = "commit",
            description = "End one in place of its client with what it really cost.")
    int commit(
            @Mixin Ask ask,
            @Mixin Why why,
            @Option(names = "--tenant", required = true, paramLabel = "TENANT") String tenant,
            @Parameters(index = "0", paramLabel = "RESERVATION") String id,
            @Parameters(
                            index = "1..*",
                            arity = "1..2",
                            paramLabel = "AMOUNT",
                            description = "with its unit: 0.02 USD")
                    List<String> amount) {
        ObjectNode body = why.body().put("amount", String.join(" ", amount));
        return ask.send(
                "POST",
                path(tenant, id) + "/commit",
                body,
                (out, answer) ->
                        out.println(
                                "charged "
                                        + Table.amount(answer, "charged")
                                        + " of "
                                        + Table.amount(answer, "reserved")
                                        + " reserved"));
    }

    private static String path(String tenant, String id) {
        return "/api/reservations/" + ApiClient.encoded(tenant) + "/" + ApiClient.encoded(id);
    }
}
