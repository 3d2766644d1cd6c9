package dev.bursar.gateway;

import java.util.function.ToLongFunction;

/// The text that a model has produced so far, kept only to estimate its tokens when the provider does
/// not say, where the first [#KEPT_CHARS] stand for all of it, and hashed to tell answers apart. Not
/// thread-safe.
final class ProducedText {

    static final int KEPT_CHARS = 32 * 1024;

    /// Of [String#hashCode].
    private static final int HASH_FACTOR = 31;

    private final StringBuilder kept = new StringBuilder();
    private long chars;
    private int hash;

    /// Of [#kept], what [#tokensSoFar] need not count again, and the tokens of that.
    private int countedChars;

    private long countedTokens;

    void append(String text) {
        chars += text.length();
        hash = hash * power(text.length()) + text.hashCode();
        int room = KEPT_CHARS - kept.length();
        if (room > 0) {
            kept.append(text, 0, Math.min(room, text.length()));
        }
    }

    /// As much of it as is kept.
    String start() {
        return kept.toString();
    }

    long chars() {
        return chars;
    }

    /// Of all of it, in however many pieces it came.
    long hash() {
        return (chars << Integer.SIZE) ^ hash;
    }

    /// Of the factor by which a text's hash grows with each character.
    private static int power(int exponent) {
        int result = 1;
        int square = HASH_FACTOR;
        for (int left = exponent; left > 0; left >>= 1) {
            result *= (left & 1) == 1 ? square : 1;
            square *= square;
        }
        return result;
    }

    /// An estimate, not a bound.
    ///
    /// @param counter of the tokens of a text
    long tokens(ToLongFunction<String> counter) {
        countedChars = 0;
        countedTokens = 0;
        return tokensSoFar(counter);
    }

    /// The same while the text grows: what was counted before stands, up to its last space, and only what
    /// follows is counted again. Where there was no space, a word or a run of signs was cut, and this may be
    /// some tokens more each time, or fewer.
    ///
    /// @param counter the one of the time before
    long tokensSoFar(ToLongFunction<String> counter) {
        if (chars == 0) {
            return 0;
        }
        long tokens = countedTokens + counter.applyAsLong(kept.substring(countedChars));
        int space = kept.lastIndexOf(" ");
        int end = space > countedChars ? space : kept.length();
        long afterEnd = end == kept.length() ? 0 : counter.applyAsLong(kept.substring(end));
        countedTokens = tokens - afterEnd;
        countedChars = end;
        return kept.length() == chars
                ? tokens
                : Math.ceilDiv(Math.multiplyExact(tokens, chars), kept.length());
    }
}
