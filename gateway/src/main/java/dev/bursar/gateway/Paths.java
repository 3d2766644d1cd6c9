package dev.bursar.gateway;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which dialect is spoken at a path: at those of calls, and at all others below the same prefixes, so
/// that an SDK understands that there is nothing.
final class Paths {

    private static final Map<String, Dialect> CALLS =
            Map.of(
                    "/v1/chat/completions", Dialect.OPENAI,
                    "/openai/v1/chat/completions", Dialect.OPENAI,
                    "/v1/messages", Dialect.ANTHROPIC,
                    "/anthropic/v1/messages", Dialect.ANTHROPIC);

    private Paths() {}

    static boolean isCall(@Nullable String path) {
        return path != null && CALLS.containsKey(path);
    }

    /// The dialect, or null where the gateway has nothing to say.
    static @Nullable Dialect dialect(@Nullable String path) {
        if (path == null) {
            return null;
        }
        if (isBelow(path, "/anthropic") || isBelow(path, "/v1/messages")) {
            return Dialect.ANTHROPIC;
        }
        return isBelow(path, "/openai") || isBelow(path, "/v1") ? Dialect.OPENAI : null;
    }

    private static boolean isBelow(String path, String prefix) {
        return path.startsWith(prefix)
                && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
    }
}
