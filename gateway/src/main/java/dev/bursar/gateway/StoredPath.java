package dev.bursar.gateway;

import io.vertx.core.http.HttpMethod;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The path of a response that a provider keeps, and what there is below it.
///
/// @param id of the response
/// @param below what follows the id
/// @param methods that are served there
record StoredPath(String id, String below, List<HttpMethod> methods) {

    /// Where all responses are.
    static final String RESPONSES = "/v1/responses";

    private static final String CANCEL = "/cancel";
    private static final String INPUT_ITEMS = "/input_items";

    /// What is no id, though it is where an id would be.
    private static final List<String> TAKEN = List.of("input_tokens", "compact");

    /// @return null where no response can be
    static @Nullable StoredPath read(@Nullable String path) {
        if (path == null || Paths.dialect(path) != Dialect.OPENAI) {
            return null;
        }
        String local = Paths.local(path, Dialect.OPENAI);
        if (!local.startsWith(RESPONSES + "/")) {
            return null;
        }
        String rest = local.substring(RESPONSES.length() + 1);
        int slash = rest.indexOf('/');
        String id = slash < 0 ? rest : rest.substring(0, slash);
        String below = slash < 0 ? "" : rest.substring(slash);
        List<HttpMethod> methods = methods(below);
        return methods.isEmpty() || TAKEN.contains(id) || !ResponseOwners.isId(id)
                ? null
                : new StoredPath(id, below, methods);
    }

    private static List<HttpMethod> methods(String below) {
        return switch (below) {
            case "" -> List.of(HttpMethod.GET, HttpMethod.DELETE);
            case CANCEL -> List.of(HttpMethod.POST);
            case INPUT_ITEMS -> List.of(HttpMethod.GET);
            default -> List.of();
        };
    }

    /// Where its provider has it, below the path of all responses.
    String atProvider() {
        return "/" + id + below;
    }
}
