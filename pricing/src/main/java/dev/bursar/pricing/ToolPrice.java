package dev.bursar.pricing;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What one call of a tool costs: a fixed amount, an amount for each of what it used, or both.
///
/// @param name of the tool, or how names begin: `search_*`; `*` stands for every tool
/// @param eachMicrocents of every call, in 10^-8 USD
/// @param meter what is paid for beside that, null when nothing is
public record ToolPrice(String name, long eachMicrocents, @Nullable Meter meter) {

    /// The most that one call may cost: 10 million USD, like a call of a model.
    public static final long MAX_MICROCENTS = 1_000_000_000_000_000L;

    /// The most units of one call.
    public static final long MAX_UNITS = 1_000_000_000L;

    private static final Pattern TOOL = Pattern.compile("[A-Za-z0-9_.:/-]{1,128}");
    private static final Pattern BEGINNING = Pattern.compile("[A-Za-z0-9_.:/-]{0,127}\\*");
    private static final Pattern UNIT = Pattern.compile("[A-Za-z][A-Za-z0-9_ -]{0,31}");

    /// A price for each unit that a call uses.
    ///
    /// @param microcents of one, in 10^-8 USD
    /// @param unit in one word, such as `page`
    /// @param atMost units of one call, which is what is held when nobody names fewer
    public record Meter(long microcents, String unit, long atMost) {

        public Meter {
            if (!UNIT.matcher(unit).matches()) {
                throw new IllegalArgumentException(
                        "a unit has 1 to 32 letters, digits, ' ', '_' or '-', a letter first: "
                                + unit);
            }
            if (atMost < 1 || atMost > MAX_UNITS) {
                throw new IllegalArgumentException(
                        "at most 1 to " + MAX_UNITS + " units of one call: " + atMost);
            }
        }
    }

    public ToolPrice {
        if (!isTool(name) && !BEGINNING.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a tool has 1 to 128 letters, digits, '_', '.', ':', '/' or '-', or begins so"
                            + " and ends in '*': "
                            + name);
        }
        if (eachMicrocents < 0 || (meter != null && meter.microcents() < 0)) {
            throw new IllegalArgumentException("the price of " + name + " is below 0");
        }
        cost(eachMicrocents, meter == null ? 0 : meter.microcents(), most(meter));
    }

    /// Whether a text can be the name of a tool.
    public static boolean isTool(String name) {
        return TOOL.matcher(name).matches();
    }

    /// Whether it is the price of all tools whose names begin alike.
    boolean isPattern() {
        return name.endsWith("*");
    }

    /// How the names begin.
    String prefix() {
        return name.substring(0, name.length() - 1);
    }

    /// What a call costs that used so many units, in 10^-8 USD.
    ///
    /// @throws IllegalArgumentException above [#MAX_MICROCENTS]
    public long cost(long units) {
        return cost(eachMicrocents, meter == null ? 0 : meter.microcents(), units);
    }

    /// The same by its parts.
    ///
    /// @throws IllegalArgumentException above [#MAX_MICROCENTS]
    public static long cost(long eachMicrocents, long unitMicrocents, long units) {
        try {
            long cost = Math.addExact(eachMicrocents, Math.multiplyExact(unitMicrocents, units));
            if (cost <= MAX_MICROCENTS) {
                return cost;
            }
        } catch (ArithmeticException e) {
            // Answered like a cost that is too high.
        }
        throw new IllegalArgumentException("one call would cost more than 10000000 USD");
    }

    private static long most(@Nullable Meter meter) {
        return meter == null ? 0 : meter.atMost();
    }
}
