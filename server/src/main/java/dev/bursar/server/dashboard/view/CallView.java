package dev.bursar.server.dashboard.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One call, to the cent.
///
/// @param denial null where it was let through
/// @param prices one line per token class
/// @param story what happened, in order
/// @param zone that times are in
public record CallView(
        Shell shell,
        String id,
        Link run,
        Chip outcome,
        String summary,
        List<Fact> facts,
        @Nullable DenialView denial,
        List<PriceLine> prices,
        String priceTotal,
        String priceTokens,
        String priceNote,
        List<Step> story,
        String zone,
        List<UnitLine> units,
        List<Shadow> shadows,
        List<Fact> subject,
        List<Fact> details) {

    public CallView {
        facts = List.copyOf(facts);
        prices = List.copyOf(prices);
        story = List.copyOf(story);
        units = List.copyOf(units);
        shadows = List.copyOf(shadows);
        subject = List.copyOf(subject);
        details = List.copyOf(details);
    }

    /// Tokens of one class at a rate.
    ///
    /// @param rate per one million tokens, or `–`
    public record PriceLine(String name, String tokens, String rate, String cost) {}

    /// @param tone `""` or `bad`
    public record Step(String what, String when, String how, String tone) {}

    /// How an amount went from what was asked to what was spent.
    public record UnitLine(
            String unit, String asked, String held, String actual, String returned) {}

    /// A shadow budget that would have refused.
    public record Shadow(String name, String href, String text) {}
}
