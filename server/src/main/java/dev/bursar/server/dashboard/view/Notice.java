package dev.bursar.server.dashboard.view;

/// What came of the form that a reader has just sent.
///
/// @param good whether it was done
public record Notice(String text, boolean good) {

    public static Notice good(String text) {
        return new Notice(text, true);
    }

    public static Notice mistake(String text) {
        return new Notice("Nothing was changed: " + text, false);
    }
}
