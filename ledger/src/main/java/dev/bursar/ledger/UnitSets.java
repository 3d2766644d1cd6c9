package dev.bursar.ledger;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/// One array for each set of units that amounts have: there are millions of amounts and a handful of sets.
/// Safe for many threads.
///
/// Only a memo: units have any name, so beyond [#MOST] sets a new one is not shared.
final class UnitSets {

    static final int MOST = 1_024;

    static final Unit[] NONE = {};

    private static final ConcurrentHashMap<List<Unit>, Unit[]> SHARED = new ConcurrentHashMap<>();
    private static final ConcurrentHashMap<Unit, Unit[]> ALONE = new ConcurrentHashMap<>();

    private UnitSets() {}

    /// A set of one. Nobody may change it.
    static Unit[] of(Unit unit) {
        Unit[] known = ALONE.get(unit);
        return known != null ? known : shared(ALONE, unit, new Unit[] {unit});
    }

    /// @param units sorted, without duplicates; nobody may change them or what is returned
    static Unit[] of(Unit[] units) {
        if (units.length == 1) {
            return of(units[0]);
        }
        List<Unit> key = Arrays.asList(units);
        Unit[] known = SHARED.get(key);
        return known != null ? known : shared(SHARED, key, units);
    }

    private static <K> Unit[] shared(ConcurrentHashMap<K, Unit[]> known, K key, Unit[] units) {
        if (known.mappingCount() >= MOST) {
            return units;
        }
        Unit[] first = known.putIfAbsent(key, units);
        return first == null ? units : first;
    }
}
