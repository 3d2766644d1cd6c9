package dev.bursar.gateway.breaker;

import org.jspecify.annotations.Nullable;

/// Watches one call of a run. Says at its beginning what is to be done with it, and wants to be told how
/// it ended; nothing, when it was never made.
public final class Watch {

    private final Run run;
    private final Signs signs;
    private final Moment begun;
    private final @Nullable Verdict verdict;

    Watch(Run run, Signs signs, long seen, long beganMillis, @Nullable Verdict verdict) {
        this.run = run;
        this.signs = signs;
        this.begun = new Moment(seen, 0, beganMillis, beganMillis);
        this.verdict = verdict;
    }

    /// What is to be done with the call, or null: most calls are like no other.
    public @Nullable Verdict verdict() {
        return verdict;
    }

    /// @param answer a hash of what the model said
    public void answered(long answer, long nowMillis) {
        run.answered(signs, answer, begun, nowMillis);
    }

    /// The provider refused or broke off, or the client did not wait.
    public void failed(long nowMillis) {
        run.failed(signs, begun, nowMillis);
    }

    /// The run was stopped, as the verdict said: once it is resumed, it is counted anew.
    public void stopped() {
        run.forget();
    }
}
