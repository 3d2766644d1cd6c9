package dev.bursar.gateway.cache;

import dev.bursar.gateway.embedding.Embedding;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// Finds the question that means the same as another, among those that differ in nothing but the last
/// text of the user. Not thread-safe.
///
/// The model takes sentences for near that differ in a number, a name or a "not", where answers differ
/// most. So two texts are never the same whose numbers, quotations, names, negations or words of
/// direction and time differ, in this order. Names are words with a capital that begin no sentence.
final class Topics {

    /// Of one group; the oldest goes first. Each is compared with every question of the group.
    static final int MAX_IN_GROUP = 512;

    /// What one takes beside the answer it leads to.
    static final long BYTES = Embedding.DIMENSIONS * 4L + 256;

    private static final Pattern EXACT =
            Pattern.compile(
                    "\\d+(?:[.,:/-]\\d+)*|\"[^\"]*\"|`[^`]*`|“[^”]*”"
                            + "|(?<![.!?:]\\s|^)\\b\\p{Lu}[\\p{L}\\d]*"
                            + "|(?i:\\b(?:not|no|never|none|without|nor|cannot|except|\\p{L}+n['’]t"
                            + "|from|on|off|up|down|before|after|above|below|over|under"
                            + "|today|tomorrow|yesterday|this|next|last|previous|first"
                            + "|more|less|most|least|ascending|descending)\\b)");

    private static final Pattern NEGATION = Pattern.compile("(?i)not|cannot|\\p{L}+n['’]t");

    private final Map<String, Deque<Known>> groups = new HashMap<>();
    private int size;

    /// A question that was answered.
    ///
    /// @param key of its answer
    /// @param exact what must be the same in a text with the same meaning
    record Known(String tenant, String group, String key, Embedding meaning, List<String> exact) {}

    /// @param cosine with the one asked for
    record Near(String key, double cosine) {}

    /// What must be the same in a text with the same meaning. "don't" and "do not" are the same.
    static List<String> exact(String text) {
        return EXACT.matcher(text)
                .results()
                .map(MatchResult::group)
                .map(part -> NEGATION.matcher(part).matches() ? "not" : part)
                .map(part -> part.toLowerCase(Locale.ROOT))
                .filter(part -> !part.equals("i"))
                .toList();
    }

    /// The nearest of the group that is near enough.
    Optional<Near> nearest(
            String tenant, String group, Embedding meaning, List<String> exact, double threshold) {
        Near best = null;
        for (Known known : groups.getOrDefault(place(tenant, group), new ArrayDeque<>())) {
            double cosine = known.meaning().cosine(meaning);
            if (cosine >= threshold
                    && (best == null || cosine > best.cosine())
                    && known.exact().equals(exact)) {
                best = new Near(known.key(), cosine);
            }
        }
        return Optional.ofNullable(best);
    }

    void add(Known known) {
        Deque<Known> group =
                groups.computeIfAbsent(
                        place(known.tenant(), known.group()), _ -> new ArrayDeque<>());
        if (group.size() >= MAX_IN_GROUP) {
            group.removeFirst();
            size--;
        }
        group.addLast(known);
        size++;
    }

    void remove(Known known) {
        String place = place(known.tenant(), known.group());
        Deque<Known> group = groups.get(place);
        if (group != null && group.remove(known)) {
            size--;
            if (group.isEmpty()) {
                groups.remove(place);
            }
        }
    }

    int size() {
        return size;
    }

    private static String place(String tenant, String group) {
        return tenant + "/" + group;
    }
}
