package dev.bursar.gateway;

import dev.bursar.pricing.TokenEstimator;

/// The text that a model has produced so far, kept only to estimate its tokens when the provider does
/// not say. The first [#KEPT_CHARS] stand for all of it. Not thread-safe.
final class ProducedText {

    static final int KEPT_CHARS = 32 * 1024;

    private final StringBuilder kept = new StringBuilder();
    private long chars;

    void append(String text) {
        chars += text.length();
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

    /// An estimate, not a bound.
    long tokens(TokenEstimator estimator, String model) {
        if (chars == 0) {
            return 0;
        }
        long counted = estimator.count(model, kept);
        return kept.length() == chars
                ? counted
                : Math.ceilDiv(Math.multiplyExact(counted, chars), kept.length());
    }
}
