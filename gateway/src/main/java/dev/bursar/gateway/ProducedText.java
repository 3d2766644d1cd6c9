package dev.bursar.gateway;

import dev.bursar.pricing.TokenEstimator;

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

    /// Of [#kept], what [#tokensSoFar] need not count again.
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
    long tokens(TokenEstimator estimator, String model) {
        if (chars == 0) {
            return 0;
        }
        return ofAll(estimator.count(model, kept));
    }

    /// The same while the text grows, for one model: each time only what was added since is counted, from a
    /// space on if there is one. Without any, a token may be counted as two each time.
    long tokensSoFar(TokenEstimator estimator, String model) {
        if (chars == 0) {
            return 0;
        }
        int space = kept.lastIndexOf(" ");
        int end = space > countedChars ? space : kept.length();
        countedTokens += estimator.count(model, kept.substring(countedChars, end));
        countedChars = end;
        return ofAll(countedTokens + estimator.count(model, kept.substring(end)));
    }

    private long ofAll(long tokensOfKept) {
        return kept.length() == chars
                ? tokensOfKept
                : Math.ceilDiv(Math.multiplyExact(tokensOfKept, chars), kept.length());
    }
}
