package dev.bursar.server.dashboard.view;

/// A figure that may be rounded for reading.
///
/// @param exact every digit, shown on hover and to assistive technology where it differs
public record Figure(String text, String exact) {

    public static Figure of(String text) {
        return new Figure(text, text);
    }
}
