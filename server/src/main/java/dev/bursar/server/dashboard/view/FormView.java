package dev.bursar.server.dashboard.view;

/// What a form sends along beside its fields.
///
/// @param token of the reader's session
/// @param back the page to come back to
/// @param once makes the same form, sent twice, count once
public record FormView(String token, String back, String once) {}
