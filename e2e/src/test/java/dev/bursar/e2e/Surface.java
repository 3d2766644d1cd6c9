package dev.bursar.e2e;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/// How an error surfaces in an application: what it can tell without understanding messages.
///
/// @param type the class of the error, without its package
/// @param status of HTTP, or 0 where the application is not told
/// @param code the error's code, or empty
/// @param budget the name of the budget in the way, or empty
record Surface(String type, int status, String code, String budget) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// @param body the answer's body or a text that ends in it; it may be wrapped in `error`
    static Surface of(Throwable thrown, int status, @Nullable String body) {
        JsonNode error = error(body == null ? "" : body);
        return new Surface(
                thrown.getClass().getSimpleName(),
                status,
                error.path("code").asString(""),
                error.path("budget").path("name").asString(""));
    }

    /// The innermost cause of a kind, or null.
    static <T extends Throwable> @Nullable T cause(@Nullable Throwable thrown, Class<T> kind) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (kind.isInstance(t)) {
                return kind.cast(t);
            }
        }
        return null;
    }

    private static JsonNode error(String body) {
        int start = body.indexOf('{');
        try {
            JsonNode root = JSON.readTree(start < 0 ? "" : body.substring(start));
            return root.has("error") ? root.path("error") : root;
        } catch (JacksonException e) {
            return MissingNode.getInstance();
        }
    }

    /// As the tables of the tests write it: `APIError 402 budget_exhausted poor`.
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s %d %s %s", type, status, dash(code), dash(budget));
    }

    private static String dash(String text) {
        return text.isEmpty() ? "-" : text;
    }
}
