package dev.bursar.ledger;

import java.util.regex.Pattern;

/// What an amount counts. Amounts of different units are never added to each other.
///
/// The named constants have a meaning of their own in the ledger; any other well-formed name is an
/// open unit (`CREDITS`, `RISK_POINTS`) that is reserved and committed like tokens.
///
/// @param name one upper-case letter, then up to 31 of `A–Z`, `0–9`, `_`
public record Unit(String name) implements Comparable<Unit> {

    private static final Pattern NAME = Pattern.compile("[A-Z][A-Z0-9_]{0,31}");

    /// Money: 1 USD is [#MICROCENTS_PER_USD] of these.
    public static final Unit USD_MICROCENTS = new Unit("USD_MICROCENTS");

    /// Model tokens, all classes together.
    public static final Unit TOKENS = new Unit("TOKENS");

    /// Model calls.
    public static final Unit CALLS = new Unit("CALLS");

    /// Tool calls.
    public static final Unit TOOL_CALLS = new Unit("TOOL_CALLS");

    /// Wall-clock time since the first reserve of an account. Never held or committed: an account of
    /// this unit is "spent" by time passing.
    public static final Unit MILLIS = new Unit("MILLIS");

    /// Concurrency: held while a hold is open, never spent.
    public static final Unit SLOTS = new Unit("SLOTS");

    public static final long MICROCENTS_PER_USD = 100_000_000L;

    public Unit {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not a unit name: " + name);
        }
    }

    @Override
    public int compareTo(Unit other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
