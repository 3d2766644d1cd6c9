package dev.bursar.server.cli;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `bursar tokens`.
@Command(
        name = "tokens",
        description = "Make, list and revoke access tokens of people.",
        synopsisSubcommandLabel = "COMMAND")
final class Tokens {

    @Command(name = "list", description = "List access tokens, revoked ones too.")
    int list(
            @Mixin Ask ask,
            @Option(names = "--tenant", paramLabel = "TENANT", description = "only of this tenant")
                    @Nullable String tenant) {
        Map<String, @Nullable String> parameters = new HashMap<>();
        parameters.put("tenant", tenant);
        return ask.list(
                "/api/tokens",
                parameters,
                Integer.MAX_VALUE,
                (out, page) -> {
                    Table table =
                            new Table("NAME", "ROLE", "TENANT", "CREATED", "EXPIRES", "REVOKED");
                    page.path("items").forEach(token -> row(table, token));
                    table.print(out);
                });
    }

    private static void row(Table table, JsonNode token) {
        table.row(
                Table.cell(token, "name"),
                Table.cell(token, "role"),
                Table.cell(token, "tenant"),
                Table.cell(token, "created"),
                Table.cell(token, "expires"),
                Table.cell(token, "revoked"));
    }

    @Command(name = "create", description = "Make an access token and print it, this once.")
    int create(
            @Mixin Ask ask,
            @Mixin Why why,
            @Parameters(paramLabel = "NAME") String name,
            @Option(
                            names = "--role",
                            required = true,
                            paramLabel = "ROLE",
                            description = "admin, operator, finance or viewer")
                    String role,
            @Option(
                            names = "--tenant",
                            paramLabel = "TENANT",
                            description = "the only one it is good for")
                    @Nullable String tenant,
            @Option(
                            names = "--expires",
                            paramLabel = "END",
                            description = End.LIKE + "; never when left out")
                    @Nullable String expires) {
        ObjectNode body = why.body();
        body.put("name", name).put("role", role);
        Budgets.text(body, "tenant", tenant);
        if (expires != null) {
            body.put("expires", ask.end("--expires", expires).toString());
        }
        return ask.send(
                "POST",
                "/api/tokens",
                body,
                (out, made) -> out.println(made.path("secret").asString()));
    }

    @Command(name = "revoke", description = "End an access token for good.")
    int revoke(
            @Mixin Ask ask,
            @Mixin Why why,
            @Parameters(paramLabel = "NAME") String name,
            @Option(
                            names = "--tenant",
                            paramLabel = "TENANT",
                            description = "whom it is bound to, where several have the name")
                    @Nullable String tenant) {
        String reason = why.query();
        String bound =
                tenant == null
                        ? ""
                        : (reason.isEmpty() ? "?" : "&") + "tenant=" + ApiClient.encoded(tenant);
        return ask.send(
                "DELETE",
                "/api/tokens/" + ApiClient.encoded(name) + reason + bound,
                null,
                (out, token) -> out.println("revoked " + Table.cell(token, "name")));
    }
}
