package dev.bursar.server.cycles;

import dev.bursar.ledger.Unit;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The units that the protocol can speak of.
final class WireUnit {

    static final List<Unit> ALL =
            List.of(Unit.USD_MICROCENTS, Unit.TOKENS, new Unit("CREDITS"), new Unit("RISK_POINTS"));

    static final Set<Unit> NAMEABLE = Set.copyOf(ALL);

    private WireUnit() {}

    /// The unit of that name, or null when the protocol has none.
    static @Nullable Unit named(String name) {
        for (Unit unit : ALL) {
            if (unit.name().equals(name)) {
                return unit;
            }
        }
        return null;
    }
}
