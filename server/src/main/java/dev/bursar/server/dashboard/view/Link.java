package dev.bursar.server.dashboard.view;

/// A link, or a choice among several.
///
/// @param current whether it is where the reader is
public record Link(String text, String href, boolean current) {

    public static Link to(String text, String href) {
        return new Link(text, href, false);
    }
}
