package dev.bursar.usage;

import java.time.Instant;
import java.util.List;

/// What is being spent right now, from memory.
///
/// @param at the time of the reading; rates are over the [#RATE_SECONDS] seconds before it
/// @param microcentsPerHour what an hour would cost at that rate, in 10^-8 USD
/// @param callsPerMinute calls let through
/// @param denialsPerMinute calls refused
/// @param seconds the last [#SECONDS] whole seconds, oldest first, also those without calls
/// @param latest the last [#CALLS] calls, denied ones included, newest first
public record Live(
        Instant at,
        long microcentsPerHour,
        long callsPerMinute,
        long tokensPerMinute,
        long denialsPerMinute,
        List<Second> seconds,
        List<CallRow> latest) {

    public static final int RATE_SECONDS = 60;

    public static final int SECONDS = 300;

    public static final int CALLS = 50;

    public Live {
        seconds = List.copyOf(seconds);
        latest = List.copyOf(latest);
    }

    /// What was settled and denied within one second.
    ///
    /// @param epochSecond when it starts
    /// @param microcents in 10^-8 USD
    public record Second(
            long epochSecond, long calls, long denials, long tokens, long microcents) {}
}
