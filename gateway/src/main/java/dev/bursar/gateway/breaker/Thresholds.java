package dev.bursar.gateway.breaker;

import org.jspecify.annotations.Nullable;

/// From which count on a rule does what; 0 for never.
public record Thresholds(int flag, int slow, int stop) {

    public static final int LEAST = 2;
    public static final int MOST = 1_000_000;

    /// The rule is off.
    public static final Thresholds OFF = new Thresholds(0, 0, 0);

    public Thresholds {
        requireRange(flag);
        requireRange(slow);
        requireRange(stop);
    }

    /// The hardest that a count calls for, or null.
    @Nullable Action at(int count) {
        if (isReached(stop, count)) {
            return Action.STOP;
        }
        if (isReached(slow, count)) {
            return Action.SLOW;
        }
        return isReached(flag, count) ? Action.FLAG : null;
    }

    private static boolean isReached(int threshold, int count) {
        return threshold > 0 && count >= threshold;
    }

    private static void requireRange(int threshold) {
        if (threshold != 0 && (threshold < LEAST || threshold > MOST)) {
            throw new IllegalArgumentException(
                    "a threshold must be " + LEAST + " to " + MOST + ": " + threshold);
        }
    }
}
