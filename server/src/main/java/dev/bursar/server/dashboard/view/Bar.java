package dev.bursar.server.dashboard.view;

/// How full a budget is. Percentages are texts such as `42.17`.
///
/// @param tone `""`, `warn` or `full`
/// @param label the same in words
public record Bar(String spent, String held, String tone, String label) {}
