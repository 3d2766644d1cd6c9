package dev.bursar.gateway.breaker;

import java.util.Locale;

/// What a run can be noticed for. Of several that do the same to a call, the first here is told.
///
/// "In a row" leaves out what runs at the same time: calls of a row each begin after the one before has
/// ended, and at most [Row#PAUSE_MILLIS] later. Whoever waits longer polls, and whoever sends the same
/// request several times at once samples.
public enum Rule {
    /// The same request in a row, and each time the same answer.
    IDENTICAL_ANSWERS(
            5, 0, 25, "the same request was sent %d times in a row and answered the same"),
    /// The same request failed in a row.
    RETRY_STORM(5, 10, 30, "the same request was tried %d times in a row and failed each time"),
    /// The same two to four steps in a row. A step is a tool call with its result, or where there is none,
    /// a request with its answer.
    CYCLE(3, 10, 0, "the same steps were gone through %d times in a row"),
    /// The same tool call with the same result in a row.
    NO_PROGRESS(5, 20, 0, "the same tool call had the same result %d times in a row"),
    /// The same request in a row, whatever was answered.
    IDENTICAL_CALLS(10, 0, 0, "the same request was sent %d times in a row"),
    /// Calls of the run within a minute.
    VELOCITY(600, 0, 0, "the run made %d calls within a minute"),
    /// How many times larger a request is than the one that it grew from, call by call.
    CONTEXT_GROWTH(20, 0, 0, "the request has grown to %d times its size");

    private final int flag;
    private final int slow;
    private final int stop;
    private final String said;

    Rule(int flag, int slow, int stop, String said) {
        this.flag = flag;
        this.slow = slow;
        this.stop = stop;
        this.said = said;
    }

    /// The thresholds where nobody has said anything.
    public Thresholds usual() {
        return new Thresholds(flag, slow, stop);
    }

    /// What was noticed, as part of a sentence.
    public String said(int count) {
        return String.format(Locale.ROOT, said, count);
    }

    /// The name in the configuration and on records.
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
