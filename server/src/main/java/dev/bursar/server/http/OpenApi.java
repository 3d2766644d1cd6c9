package dev.bursar.server.http;

import dev.bursar.server.directory.Role;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// `GET /api/openapi.json`: what `/api` offers. Written by hand in `openapi.yaml`, which is the one place to add
/// a route to; only the version, the names of dimensions, and which roles a route needs are filled in here.
final class OpenApi {

    static final String PATH = "/api/openapi.json";

    private static final String FILTERS = "x-filters";

    /// The security scheme of the document: an access token.
    private static final String SCHEME = "token";

    /// Made beside the start of the server.
    private final CompletableFuture<ObjectNode> document;

    /// @param filters parameters of the operations that filter by dimension
    OpenApi(List<String> filters) {
        this.document = CompletableFuture.supplyAsync(() -> document(filters));
    }

    void mount(ApiRouter api) {
        api.on(
                ApiRoute.DOCUMENT,
                context -> {
                    Parameters.of(context, List.of());
                    Answers.json(context, 200, document.join());
                });
    }

    private static ObjectNode document(List<String> filters) {
        ObjectNode document = read();
        String version = OpenApi.class.getPackage().getImplementationVersion();
        ((ObjectNode) document.path("info")).put("version", version == null ? "0" : version);
        for (JsonNode path : document.path("paths")) {
            for (JsonNode operation : path) {
                addFilters((ObjectNode) operation, filters);
            }
        }
        for (ApiRoute route : ApiRoute.values()) {
            addRoles(document, route);
        }
        return document;
    }

    private static void addFilters(ObjectNode operation, List<String> filters) {
        if (operation.remove(FILTERS) != null
                && operation.path("parameters") instanceof ArrayNode all) {
            for (String name : filters) {
                ObjectNode parameter = all.addObject();
                parameter.put("name", name).put("in", "query");
                parameter.put("description", "only calls with this " + name.replace('_', ' '));
                parameter.putObject("schema").put("type", "string");
            }
        }
    }

    /// As OpenAPI 3.1 has roles: one security requirement for each that is enough.
    private static void addRoles(ObjectNode document, ApiRoute route) {
        String path = route.path().replaceAll(":([a-z]+)", "{$1}");
        String method = route.method().name().toLowerCase(Locale.ROOT);
        if (!(document.path("paths").path(path).path(method) instanceof ObjectNode operation)) {
            throw new IllegalStateException("openapi.yaml does not describe " + route);
        }
        List<String> roles =
                Arrays.stream(Role.values())
                        .filter(route.need()::isMetBy)
                        .map(Role::written)
                        .toList();
        ArrayNode security = operation.putArray("security");
        roles.forEach(role -> security.addObject().putArray(SCHEME).add(role));
        String bound =
                route.tenancy() == ApiRoute.Tenancy.PLACE
                        ? "A token that is bound to a tenant is not enough."
                        : "";
        String needs = "Roles: %s. %s".formatted(String.join(", ", roles), bound).strip();
        String described = operation.path("description").asString("").strip();
        operation.put("description", (described + " " + needs).strip());
    }

    private static ObjectNode read() {
        try (InputStream yaml = OpenApi.class.getResourceAsStream("/http/openapi.yaml")) {
            if (yaml == null) {
                throw new IllegalStateException("openapi.yaml is not in the jar");
            }
            return (ObjectNode) new YAMLMapper().readTree(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
