package dev.bursar.server.dashboard.view;

/// A run as a row of a table.
///
/// @param who workflow, agent, user: what is known
/// @param why why it ended, or empty
public record RunLine(
        String name,
        String href,
        String tenant,
        String who,
        Chip status,
        String why,
        String calls,
        String denials,
        boolean denied,
        String tokens,
        Figure cost,
        Moment last) {}
