package dev.bursar.server.dashboard.view;

/// A point in time.
///
/// @param relative `3 s ago`
/// @param absolute with its zone
/// @param iso ISO-8601, for machines
public record Moment(String relative, String absolute, String iso) {}
