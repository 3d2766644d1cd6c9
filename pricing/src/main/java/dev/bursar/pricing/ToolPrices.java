package dev.bursar.pricing;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/// The prices of tools by name. A tool that is not here is unpriced, which is never the same as free.
/// Immutable and safe for any number of threads.
public final class ToolPrices {

    /// How many there may be.
    public static final int MAX_TOOLS = 10_000;

    public static final ToolPrices NONE = new ToolPrices(List.of());

    private final NavigableMap<String, ToolPrice> all = new TreeMap<>();

    /// Patterns by how names begin.
    private final Map<String, ToolPrice> beginnings = new HashMap<>();

    private final int longest;

    /// @throws IllegalArgumentException when two have the same name, or there are too many
    public ToolPrices(Collection<ToolPrice> prices) {
        if (prices.size() > MAX_TOOLS) {
            throw new IllegalArgumentException("more than " + MAX_TOOLS + " tools");
        }
        int most = 0;
        for (ToolPrice price : prices) {
            if (all.put(price.name(), price) != null) {
                throw new IllegalArgumentException("two prices of " + price.name());
            }
            if (price.isPattern()) {
                beginnings.put(price.prefix(), price);
                most = Math.max(most, price.prefix().length());
            }
        }
        longest = most;
    }

    /// The price of a tool: the one of its name, else of the longest beginning; empty for an unpriced one.
    public Optional<ToolPrice> find(String tool) {
        ToolPrice own = all.get(tool);
        for (int length = Math.min(longest, tool.length()); own == null && length >= 0; length--) {
            own = beginnings.get(tool.substring(0, length));
        }
        return Optional.ofNullable(own);
    }

    /// All of them, by name.
    public List<ToolPrice> all() {
        return List.copyOf(all.values());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ToolPrices that && all.equals(that.all);
    }

    @Override
    public int hashCode() {
        return all.hashCode();
    }

    @Override
    public String toString() {
        return all.values().toString();
    }
}
