package dev.bursar.server.dashboard.view;

import java.util.List;

/// Which tenant a page is about.
///
/// @param choices the first one is all of them
/// @param keep other parameters of the address that a change of tenant keeps
public record TenantChoice(String action, List<Choice> choices, List<Kept> keep) {

    public TenantChoice {
        choices = List.copyOf(choices);
        keep = List.copyOf(keep);
    }

    public record Choice(String value, String text, boolean selected) {}

    public record Kept(String name, String value) {}

    /// Whether there is anything to choose.
    public boolean several() {
        return choices.size() > 2;
    }
}
