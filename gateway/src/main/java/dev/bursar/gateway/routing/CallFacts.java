package dev.bursar.gateway.routing;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a rule may know of a call.
///
/// @param words the dimensions of its subject, `model` (the one asked for), `operation` (one of
///     [#OPERATIONS]), and `request_type` and `priority` where they are said
/// @param traits what its request has
/// @param inputTokens about as many as its body has, at four bytes a token
/// @param outputTokens the most it may produce
public record CallFacts(
        SortedMap<String, String> words, Set<Trait> traits, long inputTokens, long outputTokens) {

    public static final String MODEL = "model";
    public static final String REQUEST_TYPE = "request_type";
    public static final String PRIORITY = "priority";

    public static final String OPERATION = "operation";

    /// What may be asked for, by the names of the APIs; those for embeddings and for counts of tokens have
    /// one name in all dialects.
    public static final List<String> OPERATIONS =
            List.of(
                    "chat",
                    "responses",
                    "completions",
                    "messages",
                    "generate_content",
                    "converse",
                    "embeddings",
                    "count_tokens");

    /// What a request has or has not.
    public enum Trait {
        TOOLS,
        IMAGES,
        STREAM
    }

    public CallFacts {
        words = Collections.unmodifiableSortedMap(new TreeMap<>(words));
        traits = Set.copyOf(traits);
    }

    public static CallFacts of(Map<String, String> words) {
        return new CallFacts(new TreeMap<>(words), Set.of(), 0, 0);
    }

    String model() {
        return words.getOrDefault(MODEL, "");
    }
}
