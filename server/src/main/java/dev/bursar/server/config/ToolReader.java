package dev.bursar.server.config;

import dev.bursar.pricing.ToolPrice;
import dev.bursar.pricing.ToolPrice.Meter;
import dev.bursar.pricing.ToolPrices;
import dev.bursar.server.config.Node.Place;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads `tools`: what calls of tools cost.
final class ToolReader {

    private ToolReader() {}

    static ToolPrices tools(Node node) {
        Section tools = Section.any(node);
        if (tools.fields().size() > ToolPrices.MAX_TOOLS) {
            throw tools.place().mistake("at most " + ToolPrices.MAX_TOOLS + " tools");
        }
        List<ToolPrice> prices = new ArrayList<>();
        tools.fields()
                .forEach((name, value) -> prices.add(tool(name, value, tools.keyPlace(name))));
        return new ToolPrices(prices);
    }

    private static ToolPrice tool(String name, Node value, Place place) {
        Section tool = Section.of(value, "price", "per", "at_most", "each");
        if (!tool.has("price")) {
            throw tool.place().mistake("needs the key price");
        }
        try {
            return tool.has("per")
                    ? new ToolPrice(name, usd(tool, "each"), meter(tool))
                    : new ToolPrice(name, usd(tool, "price"), none(tool));
        } catch (IllegalArgumentException e) {
            throw place.mistake(String.valueOf(e.getMessage()));
        }
    }

    private static Meter meter(Section tool) {
        if (!tool.has("at_most")) {
            throw tool.place().mistake("needs the key at_most: the most units of one call");
        }
        int atMost = tool.whole("at_most", 1, 1, (int) ToolPrice.MAX_UNITS);
        try {
            return new Meter(usd(tool, "price"), tool.requiredText("per"), atMost);
        } catch (IllegalArgumentException e) {
            throw tool.valuePlace("per").mistake(String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable Meter none(Section tool) {
        for (String key : List.of("at_most", "each")) {
            if (tool.has(key)) {
                throw tool.keyPlace(key).mistake("is only for a price with per");
            }
        }
        return null;
    }

    /// As microcents; 0 when the key is absent.
    private static long usd(Section tool, String key) {
        return Quantity.microcents(tool.decimal(key).orElse(BigDecimal.ZERO), tool.valuePlace(key));
    }
}
