package dev.bursar.server.cli;

import dev.bursar.ledger.TenantId;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.Directory;
import dev.bursar.server.directory.KeyRequest;
import dev.bursar.server.http.KeyJson;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
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
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `bursar keys`: asks the server that runs on the data directory, or changes the directory itself when
/// none does.
@Command(
        name = "keys",
        description = "Make, list and revoke API keys, beside a running server or without one.",
        synopsisSubcommandLabel = "COMMAND")
final class Keys {

    @Spec private CommandSpec spec = CommandSpec.create();

    @Command(name = "create", description = "Make a key and print its secret, this once.")
    int create(
            @Mixin Place place,
            @Option(names = "--tenant", required = true, paramLabel = "TENANT") String tenant,
            @Option(
                            names = "--default",
                            paramLabel = "DIMENSION=VALUE",
                            description = "said of every call with this key; may be repeated")
                    @Nullable Map<String, String> defaults,
            @Option(names = "--json", description = "answer as one line of JSON") boolean json,
            @Option(names = "--name", paramLabel = "NAME") @Nullable String nameOption,
            @Parameters(paramLabel = "NAME", arity = "0..1") @Nullable String nameParameter) {
        String name = nameParameter != null ? nameParameter : nameOption;
        if (name == null) {
            throw new ParameterException(spec.commandLine(), "a key needs a NAME");
        }
        Map<String, String> said = defaults == null ? Map.of() : defaults;
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("tenant", tenant).put("name", name);
        ObjectNode wanted = body.putObject("defaults");
        said.forEach(wanted::put);
        JsonNode made =
                either(
                        place,
                        api -> api.post("/api/keys", body),
                        directory ->
                                KeyJson.of(
                                        directory.create(
                                                KeyRequest.runtime(
                                                        new TenantId(tenant),
                                                        name,
                                                        new TreeMap<>(said)),
                                                Actor.COMMAND_LINE)));
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
                        api -> api.get("/api/keys", filter),
                        directory ->
                                KeyJson.of(
                                        directory.keys(
                                                tenant == null ? null : new TenantId(tenant))));
        print(
                json,
                keys,
                out -> {
                    for (JsonNode key : keys.path("items")) {
                        out.printf(
                                "%-16s %-20s %-5s %-25s %s%n",
                                key.path("tenant").asString(),
                                key.path("name").asString(),
                                key.path("origin").asString(),
                                key.path("created").asString(),
                                key.path("revoked").isNull() ? "" : "revoked");
                    }
                });
        return 0;
    }

    @Command(name = "revoke", description = "End a key for good.")
    int revoke(
            @Mixin Place place,
            @Option(names = "--tenant", required = true, paramLabel = "TENANT") String tenant,
            @Option(names = "--json", description = "answer as one line of JSON") boolean json,
            @Parameters(paramLabel = "NAME") String name) {
        String path = "/api/keys/" + ApiClient.encoded(tenant) + "/" + ApiClient.encoded(name);
        JsonNode key =
                either(
                        place,
                        api -> api.delete(path),
                        directory ->
                                KeyJson.of(
                                        directory.revoke(
                                                new TenantId(tenant), name, Actor.COMMAND_LINE)));
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
