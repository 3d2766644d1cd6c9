package dev.bursar.gateway.routing;

import java.util.List;

/// One line of a route: which calls, and where they go.
///
/// @param name on the records of its calls, 1 to 64 characters
/// @param fallback where a call goes when its provider fails, in this order
public record Rule(String name, Condition when, Choice to, List<String> fallback) {

    public static final int MAX_FALLBACKS = 8;

    /// The name of what happens when no rule of a route holds.
    public static final String OTHERWISE = "default";

    private static final int MAX_NAME_CHARS = 64;

    public Rule {
        if (name.isBlank() || name.length() > MAX_NAME_CHARS) {
            throw new IllegalArgumentException(
                    "a rule's name has 1 to " + MAX_NAME_CHARS + " characters");
        }
        if (fallback.size() > MAX_FALLBACKS) {
            throw new IllegalArgumentException("at most " + MAX_FALLBACKS + " fallbacks");
        }
        fallback = List.copyOf(fallback);
    }
}
