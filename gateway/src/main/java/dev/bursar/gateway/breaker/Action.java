package dev.bursar.gateway.breaker;

import java.util.Locale;

/// What a rule does to a call, the milder first.
public enum Action {
    /// It is noted on the call's record.
    FLAG,
    /// It has to wait for some seconds, and is noted.
    SLOW,
    /// The run is stopped: this call and all that follow are refused.
    STOP;

    /// The name in the configuration and on records.
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
