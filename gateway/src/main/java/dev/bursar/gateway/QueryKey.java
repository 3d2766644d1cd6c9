package dev.bursar.gateway;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The parameter `key` of a query, in which callers of the Gemini API may send their key.
final class QueryKey {

    private static final String NAME = "key=";

    private QueryKey() {}

    /// The key, or null when there is none.
    static @Nullable String of(@Nullable String query) {
        if (query == null) {
            return null;
        }
        for (String parameter : query.split("&", -1)) {
            if (parameter.startsWith(NAME)) {
                return decoded(parameter.substring(NAME.length()));
            }
        }
        return null;
    }

    /// The query without it.
    static String without(String query) {
        List<String> kept = new ArrayList<>();
        for (String parameter : query.split("&", -1)) {
            if (!parameter.startsWith(NAME)) {
                kept.add(parameter);
            }
        }
        return String.join("&", kept);
    }

    private static String decoded(String value) {
        try {
            return URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return value;
        }
    }
}
