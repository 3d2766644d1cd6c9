package dev.bursar.server.dashboard.view;

/// An act as a row of a table.
///
/// @param actor who did it, or a dash where the journal does not say
/// @param action like `budget.credit`
/// @param target what it was done to
/// @param href where that leads to, or empty
/// @param details what else is known of it, in words
/// @param amount empty where the act has none
/// @param reason empty where none was given
public record AuditLine(
        long position,
        Moment when,
        String actor,
        String role,
        String action,
        String tenant,
        String target,
        String href,
        String details,
        Figure amount,
        String reason) {}
