package dev.bursar.server.dashboard.view;

/// A name and a value.
///
/// @param href where the value leads to, or empty
/// @param note a smaller text below, or empty
public record Fact(String name, Figure value, String href, String note) {

    public static Fact of(String name, String value) {
        return new Fact(name, Figure.of(value), "", "");
    }

    public static Fact of(String name, Figure value) {
        return new Fact(name, value, "", "");
    }

    public Fact to(String href) {
        return new Fact(name, value, href, note);
    }

    public Fact note(String note) {
        return new Fact(name, value, href, note);
    }
}
