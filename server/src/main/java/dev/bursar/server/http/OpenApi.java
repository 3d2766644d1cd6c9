package dev.bursar.server.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// `GET /api/openapi.json`: what `/api` offers. Written by hand in `openapi.yaml`, which is the one place to add
/// a route to; only the version and the names of dimensions are filled in here.
final class OpenApi {

    static final String PATH = "/api/openapi.json";

    private static final String FILTERS = "x-filters";

    private final ObjectNode document;

    /// @param filters parameters of the operations that filter by dimension
    OpenApi(List<String> filters) {
        this.document = read();
        String version = OpenApi.class.getPackage().getImplementationVersion();
        ((ObjectNode) document.path("info")).put("version", version == null ? "0" : version);
        for (JsonNode path : document.path("paths")) {
            for (JsonNode operation : path) {
                addFilters((ObjectNode) operation, filters);
            }
        }
    }

    void mount(ApiRouter api) {
        api.on(
                ApiRoute.DOCUMENT,
                context -> {
                    Parameters.of(context, List.of());
                    Answers.json(context, 200, document);
                });
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
