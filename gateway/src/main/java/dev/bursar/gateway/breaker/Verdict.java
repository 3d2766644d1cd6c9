package dev.bursar.gateway.breaker;

import java.time.Duration;

/// What is to be done with a call that a rule has noticed.
///
/// @param count how often it was, as the rule counts, this call included
/// @param delay how long the call has to wait; zero unless it is slowed
public record Verdict(Rule rule, Action action, int count, Duration delay) {

    /// The first slowed call waits this long, each next twice as long.
    static final Duration FIRST_DELAY = Duration.ofSeconds(1);

    /// Shorter than what a gateway that closes waits for open calls.
    static final Duration LONGEST_DELAY = Duration.ofSeconds(8);

    private static final int DOUBLINGS = 3;

    static Verdict of(Rule rule, Action action, int count, Thresholds thresholds) {
        int beyond = Math.min(count - thresholds.slow(), DOUBLINGS);
        Duration delay =
                action == Action.SLOW
                        ? FIRST_DELAY.multipliedBy(1L << Math.max(0, beyond))
                        : Duration.ZERO;
        return new Verdict(rule, action, count, delay);
    }

    /// What was noticed, as part of a sentence.
    public String said() {
        return rule.said(count);
    }
}
