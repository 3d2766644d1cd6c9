package dev.bursar.gateway;

import dev.bursar.ledger.Unit;
import java.math.BigDecimal;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/// Amounts as everybody outside reads them, in the words of the configuration: `12.34` of `USD`, `1.5`
/// of `s`, `400` of `tokens`. Never rounded, and never in `E` notation.
public final class Quantity {

    private static final int MICROCENT_DIGITS = 8;
    private static final int MILLI_DIGITS = 3;

    private Quantity() {}

    /// `0.0042` for 420,000 microcents.
    public static String usd(long microcents) {
        return decimal(microcents, MICROCENT_DIGITS);
    }

    /// `USD` for money, `s` for time, else the unit's name in lower case.
    public static String unit(Unit unit) {
        if (isMoney(unit)) {
            return "USD";
        }
        return isTime(unit) ? "s" : unit.name().toLowerCase(Locale.ROOT);
    }

    /// The number without its unit: time in seconds.
    public static String number(Unit unit, long value) {
        if (isMoney(unit)) {
            return usd(value);
        }
        return isTime(unit) ? decimal(value, MILLI_DIGITS) : Long.toString(value);
    }

    /// `12.34 USD`, `400 tokens`, `1.5 s`.
    public static String text(Unit unit, long value) {
        return number(unit, value) + " " + unit(unit);
    }

    /// Like [#text], as it is said in a sentence: `1 slot`.
    static String said(Unit unit, long value) {
        String text = text(unit, value);
        boolean one = value == 1 && !isMoney(unit) && !isTime(unit) && text.endsWith("s");
        return one ? text.substring(0, text.length() - 1) : text;
    }

    /// Whether JSON has the number as a string, so that no reader makes a float of it.
    public static boolean isMoney(Unit unit) {
        return unit.equals(Unit.USD_MICROCENTS);
    }

    static boolean isTime(Unit unit) {
        return unit.equals(Unit.MILLIS);
    }

    /// A field of an object: a string for money, else a number.
    static void write(JsonGenerator json, String name, Unit unit, long value) {
        if (isMoney(unit)) {
            json.writeStringProperty(name, usd(value));
        } else {
            json.writeName(name);
            json.writeNumber(number(unit, value));
        }
    }

    private static String decimal(long value, int digits) {
        return BigDecimal.valueOf(value, digits).stripTrailingZeros().toPlainString();
    }
}
