package dev.bursar.server.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `bursar tenants`.
@Command(
        name = "tenants",
        description = "List, make, suspend, activate and close tenants.",
        synopsisSubcommandLabel = "COMMAND")
final class Tenants {

    @Command(name = "list", description = "List tenants, closed ones too.")
    int list(@Mixin Ask ask) {
        return ask.list(
                "/api/tenants",
                Map.of(),
                Integer.MAX_VALUE,
                (out, page) -> {
                    Table table = new Table("TENANT", "STATUS", "TIMEZONE", "OWNER", "CREATED");
                    page.path("items").forEach(tenant -> row(table, tenant));
                    table.print(out);
                });
    }

    private static void row(Table table, JsonNode tenant) {
        table.row(
                Table.cell(tenant, "id"),
                Table.cell(tenant, "status"),
                Table.cell(tenant, "timezone"),
                Table.cell(tenant, "managed_by"),
                Table.cell(tenant, "created"));
    }

    @Command(name = "create", description = "Make a tenant.")
    int create(
            @Mixin Ask ask,
            @Mixin Why why,
            @Parameters(paramLabel = "TENANT") String id,
            @Option(
                            names = "--timezone",
                            paramLabel = "ZONE",
                            description = "like Europe/Berlin; UTC when left out")
                    @Nullable String zone) {
        ObjectNode body = why.body().put("id", id);
        Budgets.text(body, "timezone", zone);
        return ask.send(
                "POST",
                "/api/tenants",
                body,
                (out, made) -> out.println("made " + Table.cell(made, "id")));
    }

    @Command(
            name = "suspend",
            description = "Make its keys good for nothing until it is active again.")
    int suspend(@Mixin Ask ask, @Mixin Why why, @Parameters(paramLabel = "TENANT") String id) {
        return become(ask, why, id, "suspend");
    }

    @Command(name = "activate", description = "Make a suspended tenant active.")
    int activate(@Mixin Ask ask, @Mixin Why why, @Parameters(paramLabel = "TENANT") String id) {
        return become(ask, why, id, "activate");
    }

    @Command(
            name = "close",
            description = "End a tenant for ever: revoke its keys and release its holds.")
    int close(@Mixin Ask ask, @Mixin Why why, @Parameters(paramLabel = "TENANT") String id) {
        return become(ask, why, id, "close");
    }

    private static int become(Ask ask, Why why, String id, String verb) {
        return ask.send(
                "POST",
                "/api/tenants/" + ApiClient.encoded(id) + "/" + verb,
                why.body(),
                (out, tenant) ->
                        out.println(
                                Table.cell(tenant, "id")
                                        + " is "
                                        + Table.cell(tenant, "status")
                                        + (tenant.has("released")
                                                ? ", released holds: "
                                                        + Table.cell(tenant, "released")
                                                : "")));
    }
}
