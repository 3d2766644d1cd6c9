package dev.bursar.server.demo;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Directions to the simulated provider, written into a prompt: `<<simulate output=80 tool=search>>`.
///
/// The last one in a request counts. Unknown directions are ignored, like any other text of a prompt.
///
/// @param output output tokens of the answer, or -1 for a natural number of them
/// @param reasoning how many of them are reasoning, or -1 for a natural number
/// @param tool the tool to call however often, or null
/// @param status the error status to answer with, or 0
/// @param boundless whether the caller's bound on output is not kept: `bound=ignored`
/// @param silence where the answer stops coming
record Script(
        int output,
        int reasoning,
        @Nullable String tool,
        int status,
        boolean boundless,
        Silence silence) {

    /// Where a silent provider falls silent.
    enum Silence {
        /// It answers to the end.
        NONE,
        /// Nothing is sent, not even the response head.
        HEAD,
        /// A stream stops after its head and first events. A whole answer stops before its head.
        MIDDLE,
        /// The same, and then the connection is closed.
        CUT
    }

    private static final Pattern DIRECTIONS = Pattern.compile("<<simulate ([^<>]{0,200})>>");

    static final Script NONE = new Script(-1, -1, null, 0, false, Silence.NONE);

    static Script find(String prompt) {
        return DIRECTIONS
                .matcher(prompt)
                .results()
                .reduce((first, second) -> second)
                .map(Script::read)
                .orElse(NONE);
    }

    private static Script read(MatchResult match) {
        Map<String, String> words = new HashMap<>();
        for (String word : match.group(1).trim().split("\\s+", -1)) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                words.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return new Script(
                number(words, "output", -1),
                number(words, "reasoning", -1),
                words.get("tool"),
                number(words, "status", 0),
                words.getOrDefault("bound", "").equals("ignored"),
                switch (words.getOrDefault("silent", "")) {
                    case "head" -> Silence.HEAD;
                    case "middle" -> Silence.MIDDLE;
                    case "cut" -> Silence.CUT;
                    default -> Silence.NONE;
                });
    }

    private static int number(Map<String, String> words, String name, int otherwise) {
        String text = words.getOrDefault(name, "");
        return text.matches("\\d{1,6}") ? Integer.parseInt(text) : otherwise;
    }
}
