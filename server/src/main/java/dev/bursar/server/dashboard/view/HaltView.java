package dev.bursar.server.dashboard.view;

import org.jspecify.annotations.Nullable;

/// Why a budget lets nothing through.
///
/// @param cause what made it so, null when that is not known
public record HaltView(String text, @Nullable Cause cause) {

    /// @param done `Frozen` or `Closed`
    /// @param reach what else it was done to, or empty
    /// @param by who did it, or empty
    /// @param reason why, or empty
    public record Cause(
            String done, String reach, Moment when, String by, String reason, String href) {}
}
