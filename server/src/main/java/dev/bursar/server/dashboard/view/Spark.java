package dev.bursar.server.dashboard.view;

/// A small line drawing, 100 wide and 30 high.
///
/// @param edge points of the line
/// @param area points of the shape below it
public record Spark(String edge, String area) {}
