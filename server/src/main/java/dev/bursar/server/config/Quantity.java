package dev.bursar.server.config;

import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import dev.bursar.server.config.Node.Place;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Numbers with their unit, as people write them: `25 USD`, `50_000 tokens`, `120 s`.
///
/// @param unit what is counted
/// @param value in `unit`, 0 to [Budget#MAX_LIMIT]
record Quantity(Unit unit, long value) {

    private static final Pattern WRITTEN =
            Pattern.compile("(-?[0-9]+(?:_[0-9]+)*(?:\\.[0-9]+)?)\\s*([A-Za-z][A-Za-z_]*)");

    private static final Pattern LENGTH = Pattern.compile("([0-9]{1,9})\\s*(s|m|h|d)");

    /// What one of each written unit is in the unit of the ledger.
    private record Scale(Unit unit, long factor) {}

    private static final Map<String, Scale> SCALES =
            Map.ofEntries(
                    Map.entry("usd", new Scale(Unit.USD_MICROCENTS, Unit.MICROCENTS_PER_USD)),
                    Map.entry("token", new Scale(Unit.TOKENS, 1)),
                    Map.entry("tokens", new Scale(Unit.TOKENS, 1)),
                    Map.entry("call", new Scale(Unit.CALLS, 1)),
                    Map.entry("calls", new Scale(Unit.CALLS, 1)),
                    Map.entry("tool_call", new Scale(Unit.TOOL_CALLS, 1)),
                    Map.entry("tool_calls", new Scale(Unit.TOOL_CALLS, 1)),
                    Map.entry("slot", new Scale(Unit.SLOTS, 1)),
                    Map.entry("slots", new Scale(Unit.SLOTS, 1)),
                    Map.entry("ms", new Scale(Unit.MILLIS, 1)),
                    Map.entry("s", new Scale(Unit.MILLIS, 1_000)),
                    Map.entry("m", new Scale(Unit.MILLIS, 60_000)),
                    Map.entry("h", new Scale(Unit.MILLIS, 3_600_000)),
                    Map.entry("credits", new Scale(new Unit("CREDITS"), 1)),
                    Map.entry("risk_points", new Scale(new Unit("RISK_POINTS"), 1)));

    private static final String KNOWN =
            "USD, tokens, calls, tool_calls, slots, ms, s, m, h, credits, risk_points";

    /// Reads a limit.
    ///
    /// @throws ConfigException for another unit, a negative number, one that is too large, or one with
    ///     more decimals than the unit has
    static Quantity limit(String text, Place place) {
        Matcher written = WRITTEN.matcher(text.strip());
        if (!written.matches()) {
            throw place.mistake("must be a number and a unit, like 25 USD: " + text);
        }
        Scale scale = SCALES.get(written.group(2).toLowerCase(Locale.ROOT));
        if (scale == null) {
            throw place.mistake("unknown unit " + written.group(2) + ", known are " + KNOWN);
        }
        BigDecimal number = new BigDecimal(written.group(1).replace("_", ""));
        return new Quantity(scale.unit(), scaled(number, scale.factor(), text, place));
    }

    /// USD as microcents.
    static long microcents(BigDecimal usd, Place place) {
        return scaled(usd, Unit.MICROCENTS_PER_USD, usd.toPlainString() + " USD", place);
    }

    private static long scaled(BigDecimal number, long factor, String text, Place place) {
        if (number.signum() < 0) {
            throw place.mistake("must not be negative: " + text);
        }
        BigDecimal value = number.multiply(BigDecimal.valueOf(factor));
        if (value.compareTo(BigDecimal.valueOf(Budget.MAX_LIMIT)) > 0) {
            BigDecimal most = BigDecimal.valueOf(Budget.MAX_LIMIT / factor);
            throw place.mistake("too large, at most " + most.toPlainString() + ": " + text);
        }
        if (value.stripTrailingZeros().scale() > 0) {
            throw place.mistake("finer than the unit can be counted: " + text);
        }
        return value.setScale(0, RoundingMode.UNNECESSARY).longValueExact();
    }

    /// Reads what `every` says: a calendar period, `call`, or the length of a rolling window.
    static Window window(String text, ZoneId zone, Place place) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "day" -> new Window.Calendar(Window.Calendar.Period.DAY, zone);
            case "week" -> new Window.Calendar(Window.Calendar.Period.WEEK, zone);
            case "month" -> new Window.Calendar(Window.Calendar.Period.MONTH, zone);
            case "call" -> new Window.PerCall();
            default -> rolling(text, place);
        };
    }

    private static Window rolling(String text, Place place) {
        if (!LENGTH.matcher(text.strip()).matches()) {
            throw place.mistake(
                    "must be day, week, month, call, or like 90s, 1m, 1h, 30d: " + text);
        }
        try {
            return new Window.Rolling(duration(text, place));
        } catch (IllegalArgumentException e) {
            throw place.mistake("a rolling window lasts 1s to 366d: " + text);
        }
    }

    /// Reads a length of time: `90s`, `1m`, `1h`, `30d`.
    static Duration duration(String text, Place place) {
        Matcher length = LENGTH.matcher(text.strip());
        if (!length.matches()) {
            throw place.mistake("must be like 90s, 1m, 1h, 30d: " + text);
        }
        long number = Long.parseLong(length.group(1));
        return switch (length.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }
}
