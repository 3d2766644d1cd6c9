package dev.bursar.e2e;

import org.jspecify.annotations.Nullable;

/// What an application sees of a task.
///
/// @param text all text that reached it
/// @param error what ended it, or null when it went well
record Seen(String text, @Nullable Surface error) {}
