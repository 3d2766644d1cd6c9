package dev.bursar.ledger;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Non-negative quantities in several units, at most one per unit. Immutable.
///
/// Values are all of a `long` from 0 on: nothing may be added to one that was not compared with a bound
/// before. A unit that is absent counts as 0, but `{TOKENS: 0}` and `{}` are different values: the first
/// says that tokens were thought of.
public final class Amounts {

    /// The most units in one command.
    public static final int MAX_UNITS = 16;

    public static final Amounts NONE = new Amounts(new Unit[0], new long[0]);

    /// Sorted by unit, no duplicates.
    private final Unit[] units;

    private final long[] values;

    private Amounts(Unit[] units, long[] values) {
        this.units = units;
        this.values = values;
    }

    public static Amounts of(Unit unit, long value) {
        return new Amounts(new Unit[] {unit}, new long[] {checked(unit, value)});
    }

    /// @throws IllegalArgumentException when a value is negative, or there are too many
    public static Amounts of(Map<Unit, Long> values) {
        if (values.size() > MAX_UNITS) {
            throw new IllegalArgumentException("more than " + MAX_UNITS + " units");
        }
        Unit[] units = new Unit[values.size()];
        long[] sorted = new long[units.length];
        int i = 0;
        for (Map.Entry<Unit, Long> entry : new TreeMap<>(values).entrySet()) {
            units[i] = entry.getKey();
            sorted[i++] = checked(entry.getKey(), entry.getValue());
        }
        return new Amounts(units, sorted);
    }

    /// These amounts with the one of `unit` set to `value`.
    public Amounts with(Unit unit, long value) {
        checked(unit, value);
        int at = Arrays.binarySearch(units, unit);
        if (at >= 0) {
            long[] changed = values.clone();
            changed[at] = value;
            return new Amounts(units, changed);
        }
        if (units.length == MAX_UNITS) {
            throw new IllegalArgumentException("more than " + MAX_UNITS + " units");
        }
        int insert = -at - 1;
        Unit[] newUnits = new Unit[units.length + 1];
        long[] newValues = new long[units.length + 1];
        System.arraycopy(units, 0, newUnits, 0, insert);
        System.arraycopy(values, 0, newValues, 0, insert);
        newUnits[insert] = unit;
        newValues[insert] = value;
        System.arraycopy(units, insert, newUnits, insert + 1, units.length - insert);
        System.arraycopy(values, insert, newValues, insert + 1, units.length - insert);
        return new Amounts(newUnits, newValues);
    }

    /// The quantity of `unit`, 0 when absent.
    public long get(Unit unit) {
        for (int i = 0; i < units.length; i++) {
            if (units[i].equals(unit)) {
                return values[i];
            }
        }
        return 0;
    }

    public boolean has(Unit unit) {
        return Arrays.binarySearch(units, unit) >= 0;
    }

    /// The units present, sorted by name.
    public List<Unit> units() {
        return List.of(units);
    }

    /// How many units are present.
    public int size() {
        return units.length;
    }

    public Unit unit(int index) {
        return units[index];
    }

    public long value(int index) {
        return values[index];
    }

    public boolean isEmpty() {
        return units.length == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Amounts that
                && Arrays.equals(units, that.units)
                && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(units) + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < units.length; i++) {
            parts.add(values[i] + " " + units[i]);
        }
        return parts.toString();
    }

    private static long checked(Unit unit, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(
                    "amount of " + unit + " must not be below 0: " + value);
        }
        return value;
    }
}
