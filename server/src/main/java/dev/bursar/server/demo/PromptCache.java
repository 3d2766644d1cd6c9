package dev.bursar.server.demo;

import java.util.LinkedHashMap;
import java.util.Map;

/// Remembers how much of which prompts was seen. Used by one thread.
final class PromptCache {

    /// Prompts remembered; the least recently used goes first.
    private static final int CAPACITY = 1_024;

    private final Map<Long, Integer> tokensByPrefix =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Long, Integer> eldest) {
                    return size() > CAPACITY;
                }
            };

    /// How many of the first `tokens` tokens were there already; now all of them are.
    int seen(long prefix, int tokens) {
        if (tokens == 0) {
            return 0;
        }
        int before = tokensByPrefix.getOrDefault(prefix, 0);
        tokensByPrefix.put(prefix, Math.max(before, tokens));
        return Math.min(before, tokens);
    }
}
