package dev.bursar.server.demo;

import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What the simulated model says to one call, before it is written in a dialect.
///
/// @param serial tells calls with equal requests apart
/// @param pieces the visible text, in the order it is streamed; empty for a tool call
/// @param tool the tool that is called, or null
/// @param arguments of the tool call, as JSON
/// @param cutOff whether the caller's bound ended the answer
/// @param cacheRead prompt tokens that came from a cache
/// @param cacheWrite prompt tokens that went into a cache
/// @param output all output tokens, `reasoning` among them
record Reply(
        String serial,
        String model,
        List<String> pieces,
        @Nullable String tool,
        String arguments,
        boolean cutOff,
        int prompt,
        int cacheRead,
        int cacheWrite,
        int output,
        int reasoning) {

    private static final List<String> WORDS =
            List.of(
                    "the",
                    "order",
                    "shipped",
                    "on",
                    "Monday",
                    "and",
                    "should",
                    "arrive",
                    "within",
                    "two",
                    "days",
                    "we",
                    "checked",
                    "your",
                    "account",
                    "found",
                    "one",
                    "open",
                    "invoice",
                    "which",
                    "is",
                    "now",
                    "settled",
                    "please",
                    "let",
                    "us",
                    "know",
                    "if",
                    "anything",
                    "else",
                    "needs",
                    "a",
                    "closer",
                    "look",
                    "this",
                    "report",
                    "compares",
                    "three",
                    "sources",
                    "their",
                    "figures",
                    "agree",
                    "except",
                    "for",
                    "march",
                    "where",
                    "test",
                    "fails",
                    "because",
                    "lock",
                    "was",
                    "taken",
                    "twice");

    /// Models whose answers begin with reasoning.
    private static final List<String> REASONING = List.of("o1", "o3", "o4", "gpt-5");

    static Reply to(SimulatedCall call, long seed, long ordinal, PromptCache cache) {
        SplittableRandom random = new SplittableRandom(seed ^ call.digest());
        int natural = call.tool() == null ? random.nextInt(40, 400) : random.nextInt(18, 60);
        int wanted = call.script().output() >= 0 ? call.script().output() : natural;
        int output = Math.min(wanted, call.maxOutputTokens());
        int reasoning = Math.min(output, reasoning(call, output));
        int cached = cache.seen(call.prefix(), call.cacheableTokens());
        String tool = call.tool();
        return new Reply(
                serial(seed, ordinal),
                call.model(),
                tool == null ? prose(random, output - reasoning) : List.of(),
                tool,
                tool == null ? "" : "{\"query\":\"" + word(random) + " " + word(random) + "\"}",
                output < wanted,
                call.promptTokens(),
                cached,
                call.cacheableTokens() - cached,
                output,
                reasoning);
    }

    private static int reasoning(SimulatedCall call, int output) {
        if (call.script().reasoning() >= 0) {
            return call.script().reasoning();
        }
        return REASONING.stream().anyMatch(call.model()::startsWith) ? output / 3 : 0;
    }

    /// One word for each token.
    private static List<String> prose(SplittableRandom random, int tokens) {
        return IntStream.range(0, tokens)
                .mapToObj(i -> i == 0 ? capital(word(random)) : " " + word(random))
                .toList();
    }

    private static String word(SplittableRandom random) {
        return WORDS.get(random.nextInt(WORDS.size()));
    }

    private static String capital(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }

    /// 22 letters and digits, different for each ordinal.
    private static String serial(long seed, long ordinal) {
        SplittableRandom random = new SplittableRandom(seed * 31 + ordinal);
        String letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789";
        StringBuilder serial = new StringBuilder();
        random.ints(22, 0, letters.length()).forEach(i -> serial.append(letters.charAt(i)));
        return serial.toString();
    }

    /// The visible text in one piece.
    String text() {
        return String.join("", pieces);
    }
}
