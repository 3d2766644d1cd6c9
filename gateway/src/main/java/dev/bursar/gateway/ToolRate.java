package dev.bursar.gateway;

import dev.bursar.ledger.Attribution;
import dev.bursar.pricing.ToolPrice;
import dev.bursar.pricing.ToolPrices;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What one call of a tool is charged by: its price as it was when the call was reserved, or, of a tool without a
/// price, what the agent says. It is remembered with the hold, so that another price never reaches a call half way.
///
/// @param eachMicrocents of the call
/// @param unitMicrocents of each unit
/// @param unit what is metered, or `""`
/// @param units that are held
/// @param stated whether the agent said what the call costs
record ToolRate(
        String price,
        long eachMicrocents,
        long unitMicrocents,
        String unit,
        long units,
        boolean stated) {

    /// Of a tool without a price.
    static final ToolRate NONE = new ToolRate("", 0, 0, "", 0, false);

    private static final String STATED = "stated";
    private static final String EACH = "each_microcents";
    private static final String PER_UNIT = "unit_microcents";

    /// @param meter told when the tool is refused as it has no price
    /// @throws RefusedException when the tool has no price and the agent says none, or what it says does not
    ///     go with the price
    static ToolRate of(ToolPrices prices, ToolCalls.Asked asked, GatewayMeter meter) {
        Optional<ToolPrice> found = prices.find(asked.tool());
        Long stated = asked.microcents();
        if (found.isEmpty()) {
            if (stated == null) {
                meter.unpricedTool(asked.tool());
                throw new RefusedException(
                        Denial.of(
                                Refusal.TOOL_UNPRICED,
                                "the tool "
                                        + asked.tool()
                                        + " has no price; give it one, or say its cost",
                                "cost"));
            }
            requireNoUnits(asked.units(), asked.tool());
            return new ToolRate(STATED, stated, 0, "", 0, true);
        }
        ToolPrice price = found.get();
        requireNoCost(stated, asked.tool());
        ToolPrice.Meter metered = price.meter();
        String id = "tool:" + price.name();
        if (metered == null) {
            requireNoUnits(asked.units(), asked.tool());
            return new ToolRate(id, price.eachMicrocents(), 0, "", 0, false);
        }
        long units = asked.units() == null ? metered.atMost() : asked.units();
        if (units > metered.atMost()) {
            throw RefusedException.malformed(
                    "units",
                    "a call of "
                            + asked.tool()
                            + " takes at most "
                            + metered.atMost()
                            + ": "
                            + units);
        }
        return new ToolRate(
                id, price.eachMicrocents(), metered.microcents(), metered.unit(), units, false);
    }

    /// As it was remembered by [#describe].
    static ToolRate of(Attribution reserved) {
        Map<String, Long> numbers = reserved.numbers();
        return new ToolRate(
                reserved.labels().getOrDefault("price", ""),
                numbers.getOrDefault(EACH, 0L),
                numbers.getOrDefault(PER_UNIT, 0L),
                reserved.labels().getOrDefault("unit", ""),
                numbers.getOrDefault("units", 0L),
                STATED.equals(reserved.labels().get("provenance")));
    }

    /// What the call came to: what was held, unless the agent says what it really used.
    ///
    /// @throws RefusedException when that does not go with the price
    ToolRate with(ToolCalls.Used used, String tool) {
        Long cost = used.microcents();
        Long count = used.units();
        if (stated) {
            requireNoUnits(count, tool);
            return cost == null ? this : new ToolRate(price, cost, 0, "", 0, true);
        }
        requireNoCost(cost, tool);
        if (unit.isEmpty()) {
            requireNoUnits(count, tool);
        }
        ToolRate spent =
                count == null
                        ? this
                        : new ToolRate(price, eachMicrocents, unitMicrocents, unit, count, false);
        try {
            spent.microcents();
        } catch (IllegalArgumentException e) {
            throw RefusedException.malformed("units", String.valueOf(e.getMessage()));
        }
        return spent;
    }

    /// In 10^-8 USD.
    long microcents() {
        return ToolPrice.cost(eachMicrocents, unitMicrocents, units);
    }

    /// How many units so much money pays for; 0 when nothing is metered, or none.
    long affordable(long microcents) {
        long left = microcents - eachMicrocents;
        return unitMicrocents == 0 || left < 0 ? 0 : left / unitMicrocents;
    }

    CallRecord describe(CallRecord record) {
        String provenance = price.isEmpty() ? "" : "priced";
        record.label("price", price)
                .label("provenance", stated ? STATED : provenance)
                .number(EACH, eachMicrocents);
        return unit.isEmpty()
                ? record
                : record.label("unit", unit)
                        .number(PER_UNIT, unitMicrocents)
                        .number("units", units);
    }

    private static void requireNoCost(@Nullable Long cost, String tool) {
        if (cost != null) {
            throw RefusedException.malformed(
                    "cost", "the tool " + tool + " has a price; only one without may say its cost");
        }
    }

    private static void requireNoUnits(@Nullable Long units, String tool) {
        if (units != null) {
            throw RefusedException.malformed("units", "the tool " + tool + " is not metered");
        }
    }
}
