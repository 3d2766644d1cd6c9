package dev.bursar.server.cli;

import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.config.Permission;
import dev.bursar.server.directory.Directory;
import dev.bursar.server.directory.KeyRequest;
import dev.bursar.server.http.KeyJson;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `bursar keys`: asks the server that runs on the data directory, or changes the directory itself when
/// none does.
@Command(
        name = "keys",
        description = "Make, list and revoke API keys, beside a running server or without one.",
        synopsisSubcommandLabel = "COMMAND")
final class Keys {

    @Spec private CommandSpec spec = CommandSpec.create();

    /// What a key may be used for, and until when.
    static final class Limits {

        @Spec(Spec.Target.MIXEE)
        private CommandSpec command = CommandSpec.create();

        @Option(
                names = "--permission",
                paramLabel = "PERMISSION",
                split = ",",
                description =
                        "like reservations:create or gateway:call; may be repeated; all that a"
                                + " running agent needs when left out")
        private @Nullable List<String> permissions;

        @Option(
                names = "--scope",
                paramLabel = "PATH",
                description = "the only part of the tenant that it is good for")
        private @Nullable String scope;

        @Option(
                names = "--expires",
                paramLabel = "END",
                description = End.LIKE + "; never when left out")
        private @Nullable String expires;

        void into(ObjectNode body) {
            if (permissions != null) {
                permissions.forEach(body.putArray("permissions")::add);
            }
            Budgets.text(body, "scope", scope);
            Instant end = end();
            Budgets.text(body, "expires", end == null ? null : end.toString());
        }

        /// The same, for a directory without a server.
        KeyRequest request(String tenant, String name, Map<String, String> defaults) {
            return new KeyRequest(
                    new TenantId(tenant),
                    name,
                    new TreeMap<>(defaults),
                    permissions == null ? Permission.RUNTIME : read(permissions),
                    scope == null
                            ? null
                            : read("--scope", scope, written -> ScopePath.parse(written)),
                    end());
        }

        private @Nullable Instant end() {
            return expires == null
                    ? null
                    : read(
                            "--expires",
                            expires,
                            written -> End.parse(written, InstantSource.system()));
        }

        private Set<Permission> read(List<String> written) {
            Set<Permission> read = EnumSet.noneOf(Permission.class);
            for (String one : written) {
                read.add(
                        Permission.of(one)
                                .orElseThrow(() ->
                                        mistake(
                                                "--permission: unknown "
                                                        + one
                                                        + ", known are "
                                                        + Permission.known())));
            }
            return read;
        }

        private <T> T read(String option, String written, Function<String, T> reader) {
            try {
                return reader.apply(written);
            } catch (IllegalArgumentException e) {
                throw mistake(option + ": " + e.getMessage());
            }
        }

        private ParameterException mistake(String message) {
            return new ParameterException(command.commandLine(), message);
        }
    }

    @Command(name = "create", description = "Make a key and print its secret, this once.")
    int create(
            @Mixin Place place,
            @Option(names = "--tenant", required = true, paramLabel = "TENANT") String tenant,
            @Option(
                            names = "--default",
                            paramLabel = "DIMENSION=VALUE",
                            description = "said of every call with this key; may be repeated")
                    @Nullable Map<String, String> defaults,
            @Mixin Limits limits,
            @Mixin Why why,
            @Option(names = "--json", description = "answer as one line of JSON") boolean json,
            @Option(names = "--name", paramLabel = "NAME") @Nullable String nameOption,
            @Parameters(paramLabel = "NAME", arity = "0..1") @Nullable String nameParameter) {
        String name = nameParameter != null ? nameParameter : nameOption;
        if (name == null) {
            throw new ParameterException(spec.commandLine(), "a key needs a NAME");
        }
        Map<String, String> said = defaults == null ? Map.of() : defaults;
        ObjectNode body = why.body();
        body.put("tenant", tenant).put("name", name);
        ObjectNode wanted = body.putObject("defaults");
        said.forEach(wanted::put);
        limits.into(body);
        JsonNode made =
                either(
                        place,
                        api -> api.post("/api/keys", body),
                        directory ->
                                KeyJson.of(
                                        directory.create(
                                                limits.request(tenant, name, said), why.actor())));
        print(json, made, out -> out.println(made.path("secret").asString()));
        return 0;
    }

    @Command(name = "list", description = "List keys, revoked ones too.")
    int list(
            @Mixin Place place,
            @Option(names = "--tenant", paramLabel = "TENANT") @Nullable String tenant,
            @Option(names = "--json", description = "answer as one line of JSON") boolean json) {
        Map<String, String> filter = tenant == null ? Map.of() : Map.of("tenant", tenant);
        JsonNode keys =
                either(
                        place,
                        api -> api.list("/api/keys", filter, Integer.MAX_VALUE),
                        directory ->
                                KeyJson.of(
                                        directory.keys(
                                                tenant == null ? null : new TenantId(tenant))));
        print(
                json,
                keys,
                out -> {
                    Table table =
                            new Table(
                                    "TENANT", "NAME", "OWNER", "SCOPE", "CREATED", "EXPIRES",
                                    "REVOKED");
                    keys.path("items").forEach(key -> row(table, key));
                    table.print(out);
                });
        return 0;
    }

    private static void row(Table table, JsonNode key) {
        table.row(
                Table.cell(key, "tenant"),
                Table.cell(key, "name"),
                Table.cell(key, "origin"),
                Table.cell(key, "scope"),
                Table.cell(key, "created"),
                Table.cell(key, "expires"),
                Table.cell(key, "revoked"));
    }

    @Command(name = "revoke", description = "End a key for good.")
    int revoke(
            @Mixin Place place,
            @Mixin Why why,
            @Option(names = "--tenant", required = true, paramLabel = "TENANT") String tenant,
            @Option(names = "--json", description = "answer as one line of JSON") boolean json,
            @Parameters(paramLabel = "NAME") String name) {
        String path = "/api/keys/" + ApiClient.encoded(tenant) + "/" + ApiClient.encoded(name);
        JsonNode key =
                either(
                        place,
                        api -> api.delete(path + why.query()),
                        directory ->
                                KeyJson.of(
                                        directory.revoke(new TenantId(tenant), name, why.actor())));
        print(json, key, out -> out.println("revoked " + tenant + "/" + name));
        return 0;
    }

    private JsonNode either(
            Place place,
            Function<ApiClient, JsonNode> online,
            Function<Directory, JsonNode> offline) {
        Path data = place.data();
        Optional<RunFile> running = RunFile.find(data);
        if (running.isPresent()) {
            try (ApiClient api = new ApiClient(running.get())) {
                return online.apply(api);
            }
        }
        try (Directory directory = Directory.open(data, null, InstantSource.system())) {
            if (directory.tenants().isEmpty()) {
                // No server has been here yet to say which tenants there are.
                directory.declare(place.config());
            }
            return offline.apply(directory);
        }
    }

    private void print(boolean json, JsonNode answer, Consumer<PrintWriter> words) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(answer);
        } else {
            words.accept(out);
        }
    }
}
