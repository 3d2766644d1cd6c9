package dev.bursar.ledger;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Non-negative quantities in several units, at most one per unit. Immutable.
///
/// Values are all of a `long` from 0 on: nothing may be added to one that was not compared with a bound
/// before. A unit that is absent counts as 0, but `{TOKENS: 0}` and `{}` are different values: the first
/// says that tokens were thought of.
public final class Amounts {

    /// The most units in one command.
    public static final int MAX_UNITS = 16;

    public static final Amounts NONE = new Amounts(UnitSets.NONE, new long[0]);

    /// Sorted, no duplicates; shared with amounts of the same units.
    private final Unit[] units;

    /// The value where there is one unit.
    private final long only;

    /// The values where there is not one unit.
    private final long @Nullable [] values;

    private Amounts(Unit unit, long value) {
        this.units = UnitSets.of(unit);
        this.only = value;
        this.values = null;
    }

    /// @param units shared, not changed
    private Amounts(Unit[] units, long[] values) {
        this.units = units;
        this.only = values.length == 1 ? values[0] : 0;
        this.values = values.length == 1 ? null : values;
    }

    public static Amounts of(Unit unit, long value) {
        return new Amounts(unit, checked(unit, value));
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
        return new Amounts(UnitSets.of(units), sorted);
    }

    /// These amounts with the one of `unit` set to `value`.
    public Amounts with(Unit unit, long value) {
        checked(unit, value);
        int at = Arrays.binarySearch(units, unit);
        if (at >= 0) {
            long[] changed = values();
            changed[at] = value;
            return new Amounts(units, changed);
        }
        if (units.length == MAX_UNITS) {
            throw new IllegalArgumentException("more than " + MAX_UNITS + " units");
        }
        int insert = -at - 1;
        Unit[] newUnits = new Unit[units.length + 1];
        long[] newValues = new long[units.length + 1];
        for (int i = 0; i < newUnits.length; i++) {
            int from = i < insert ? i : i - 1;
            newUnits[i] = i == insert ? unit : units[from];
            newValues[i] = i == insert ? value : value(from);
        }
        return new Amounts(UnitSets.of(newUnits), newValues);
    }

    /// The quantity of `unit`, 0 when absent.
    public long get(Unit unit) {
        for (int i = 0; i < units.length; i++) {
            if (units[i].equals(unit)) {
                return value(i);
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
        return values == null ? only : values[index];
    }

    public boolean isEmpty() {
        return units.length == 0;
    }

    private long[] values() {
        return values == null ? new long[] {only} : values.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Amounts that
                && Arrays.equals(units, that.units)
                && only == that.only
                && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Arrays.hashCode(units) + Long.hashCode(only)) + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < units.length; i++) {
            parts.add(value(i) + " " + units[i]);
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
