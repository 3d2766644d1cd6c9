package dev.bursar.gateway;

import dev.bursar.ledger.Unit;
import java.math.BigDecimal;

/// Amounts as the wire has them: USD as plain decimals, everything else as integers.
final class Quantity {

    private static final int MICROCENT_DIGITS = 8;

    private Quantity() {}

    /// `0.0042` for 420,000 microcents.
    static String usd(long microcents) {
        return BigDecimal.valueOf(microcents, MICROCENT_DIGITS)
                .stripTrailingZeros()
                .toPlainString();
    }

    static boolean isMoney(Unit unit) {
        return unit.equals(Unit.USD_MICROCENTS);
    }

    /// `USD` for money, else the unit's own name.
    static String unitName(Unit unit) {
        return isMoney(unit) ? "USD" : unit.name();
    }

    /// `12.34 USD`, `400 TOKENS`.
    static String text(Unit unit, long value) {
        return (isMoney(unit) ? usd(value) : Long.toString(value)) + " " + unitName(unit);
    }
}
