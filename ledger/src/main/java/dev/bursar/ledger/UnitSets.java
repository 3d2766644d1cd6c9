package dev.bursar.ledger;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One array for each set of units that amounts have: there are millions of amounts and a handful of sets.
///
/// Only a memo, in as many slots as there are: units have any name, and of sets that meet in a slot the
/// last is the one that is shared. Safe for any number of threads, as a slot has all of a set or another.
final class UnitSets {

    static final Unit[] NONE = {};

    private static final int SLOTS = 1 << 10;

    private static final @Nullable Shared[] SHARED = new Shared[SLOTS];

    private UnitSets() {}

    /// Final, so that whoever sees it sees what is in it.
    private static final class Shared {

        private final Unit[] units;

        private Shared(Unit[] units) {
            this.units = units;
        }
    }

    /// A set of one. Nobody may change it.
    static Unit[] of(Unit unit) {
        int slot = (31 + unit.hashCode()) & (SLOTS - 1);
        Shared known = SHARED[slot];
        return known != null && known.units.length == 1 && known.units[0].equals(unit)
                ? known.units
                : share(slot, new Unit[] {unit});
    }

    /// @param units sorted, without duplicates; nobody may change them or what is returned
    static Unit[] of(Unit[] units) {
        int slot = Arrays.hashCode(units) & (SLOTS - 1);
        Shared known = SHARED[slot];
        return known != null && Arrays.equals(known.units, units)
                ? known.units
                : share(slot, units);
    }

    private static Unit[] share(int slot, Unit[] units) {
        SHARED[slot] = new Shared(units);
        return units;
    }
}
