package dev.bursar.e2e;

import org.jspecify.annotations.Nullable;

/// What an application sees of a task.
///
/// @param text all text that reached it, or the numbers of an embedding
/// @param finish why a stream ended, in the library's own word, or [ClientCase#UNSEEN]
/// @param error what ended it, or null when it went well
record Seen(String text, String finish, @Nullable Surface error) {

    /// How it ended for the application: by an error, or as it was told.
    String end() {
        return error == null ? finish : error.toString();
    }
}
