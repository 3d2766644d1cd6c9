package dev.bursar.server.dashboard;

import dev.bursar.ledger.Unit;
import dev.bursar.server.dashboard.view.Figure;
import java.math.BigDecimal;
import java.math.RoundingMode;

/// Numbers and quantities as people read them.
final class Counts {

    private static final int GROUP = 3;
    private static final long THOUSAND = 1_000;
    private static final long MILLION = 1_000_000;
    private static final long BILLION = 1_000_000_000;
    private static final long COMPACT_FROM = 100_000;
    private static final long MICROCENTS_PER_CENT = Unit.MICROCENTS_PER_USD / 100;
    private static final long MILLIS_PER_SECOND = 1_000;

    private Counts() {}

    /// `1,234,567`.
    static String grouped(long number) {
        StringBuilder text = new StringBuilder(Long.toString(Math.abs(number)));
        for (int at = text.length() - GROUP; at > 0; at -= GROUP) {
            text.insert(at, ',');
        }
        return number < 0 ? "−" + text : text.toString();
    }

    /// All digits below 100,000, then `123.5k`, `1.2M`, `3.4B`.
    static String compact(long number) {
        if (number < COMPACT_FROM) {
            return grouped(number);
        }
        if (number < MILLION) {
            return shortened(number, THOUSAND) + "k";
        }
        return number < BILLION
                ? shortened(number, MILLION) + "M"
                : shortened(number, BILLION) + "B";
    }

    /// `1 call`, `12 calls`.
    static String of(long number, String one, String many) {
        return grouped(number) + " " + (number == 1 ? one : many);
    }

    /// A quantity with its unit: `$0.50`, `12,000 tokens`, `1 slot`, `90 s`.
    static String of(String unit, long value) {
        return switch (unit) {
            case "USD_MICROCENTS" -> Money.exact(value);
            case "MILLIS" -> seconds(value);
            case "TOKENS" -> of(value, "token", "tokens");
            case "CALLS" -> of(value, "call", "calls");
            case "TOOL_CALLS" -> of(value, "tool call", "tool calls");
            case "SLOTS" -> of(value, "slot", "slots");
            default ->
                    grouped(value)
                            + " "
                            + unit.toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
        };
    }

    static String of(Unit unit, long value) {
        return of(unit.name(), value);
    }

    /// A quantity with its unit, rounded to be read at a glance; the exact one beside it.
    static Figure brief(Unit unit, long value) {
        String exact = of(unit, value);
        if (unit.equals(Unit.USD_MICROCENTS)) {
            return value % MICROCENTS_PER_CENT == 0 ? Figure.of(exact) : Money.brief(value);
        }
        if (unit.equals(Unit.MILLIS)) {
            return new Figure(value / MILLIS_PER_SECOND + " s", exact);
        }
        return value < COMPACT_FROM
                ? Figure.of(exact)
                : new Figure(compact(value) + exact.substring(exact.indexOf(' ')), exact);
    }

    /// What share of the limit an amount is, in percent with two decimals and a point: the form that
    /// drawings need. At most 100.
    static String share(long amount, long limit) {
        if (limit <= 0) {
            return amount > 0 ? "100" : "0";
        }
        return BigDecimal.valueOf(Math.min(amount, limit))
                .multiply(BigDecimal.valueOf(100))
                .divide(BigDecimal.valueOf(limit), 2, RoundingMode.DOWN)
                .toPlainString();
    }

    /// Whole percent, rounded down, so that 100 means full.
    static long percent(long amount, long limit) {
        return limit <= 0
                ? (amount > 0 ? 100 : 0)
                : BigDecimal.valueOf(amount)
                        .multiply(BigDecimal.valueOf(100))
                        .divide(BigDecimal.valueOf(limit), 0, RoundingMode.DOWN)
                        .longValue();
    }

    private static String seconds(long millis) {
        return BigDecimal.valueOf(millis, GROUP).stripTrailingZeros().toPlainString() + " s";
    }

    private static String shortened(long number, long by) {
        return BigDecimal.valueOf(number)
                .divide(BigDecimal.valueOf(by), 1, RoundingMode.HALF_EVEN)
                .toPlainString();
    }
}
