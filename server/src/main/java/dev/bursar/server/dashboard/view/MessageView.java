package dev.bursar.server.dashboard.view;

/// A page that says why there is no other.
public record MessageView(Shell shell, String title, String text, Link way) {}
