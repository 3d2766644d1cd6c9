package dev.bursar.gateway;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The parameter `key` of a query, in which callers of the Gemini API may send their key.
final class QueryKey {

    private static final String NAME = "key";

    /// What can be sent in a header, where a provider of another dialect wants it. Empty is none.
    private static final Pattern KEY = Pattern.compile("[!-~]*");

    private QueryKey() {}

    /// The key, or null when there is none.
    ///
    /// @throws RefusedException when it has other characters than keys have
    static @Nullable String of(@Nullable String query) {
        return all(query).findFirst().orElse(null);
    }

    /// All that the query has.
    ///
    /// @throws RefusedException as [#of]
    static Stream<String> all(@Nullable String query) {
        return query == null
                ? Stream.empty()
                : parameters(query).filter(QueryKey::isKey).map(QueryKey::value);
    }

    /// The query without it.
    static String without(String query) {
        return without(query, _ -> false);
    }

    /// The query without keys that are not wanted.
    ///
    /// @throws RefusedException as [#of]
    static String without(String query, Predicate<String> wanted) {
        return parameters(query)
                .filter(parameter -> !isKey(parameter) || wanted.test(value(parameter)))
                .collect(Collectors.joining("&"));
    }

    private static Stream<String> parameters(String query) {
        return Arrays.stream(query.split("&", -1));
    }

    private static boolean isKey(String parameter) {
        int end = parameter.indexOf('=');
        return end > 0 && decoded(parameter.substring(0, end)).equals(NAME);
    }

    private static String value(String parameter) {
        String value = decoded(parameter.substring(parameter.indexOf('=') + 1));
        if (!KEY.matcher(value).matches()) {
            throw RefusedException.malformed(NAME, "must have visible ASCII characters only");
        }
        return value;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
