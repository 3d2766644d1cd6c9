package dev.bursar.gateway;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A few values by name, in the order of the names. A call has them for as long as it is open, so they take
/// two arrays, and no object for each. Not thread-safe.
final class Named<V> {

    private String[] names;
    private Object[] values;
    private int size;

    /// @param usual how many there are for most of the time
    Named(int usual) {
        names = new String[usual];
        values = new Object[usual];
    }

    /// In place of what has the name.
    void put(String name, V value) {
        int found = find(name);
        if (found >= 0) {
            values[found] = value;
            return;
        }
        int at = -found - 1;
        if (size == names.length) {
            names = Arrays.copyOf(names, size + size / 2 + 1);
            values = Arrays.copyOf(values, names.length);
        }
        System.arraycopy(names, at, names, at + 1, size - at);
        System.arraycopy(values, at, values, at + 1, size - at);
        names[at] = name;
        values[at] = value;
        size++;
    }

    void putAll(Map<String, ? extends V> others) {
        others.forEach(this::put);
    }

    @SuppressWarnings("unchecked") // nothing but values is put there
    @Nullable V get(String name) {
        int found = find(name);
        return found < 0 ? null : (V) values[found];
    }

    void removeIf(Predicate<String> unwanted) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (!unwanted.test(names[i])) {
                names[kept] = names[i];
                values[kept++] = values[i];
            }
        }
        Arrays.fill(names, kept, size, null);
        Arrays.fill(values, kept, size, null);
        size = kept;
    }

    /// As they are until the next change.
    List<String> names() {
        return Collections.unmodifiableList(Arrays.asList(names).subList(0, size));
    }

    /// In the order of the names, as they are until the next change.
    @SuppressWarnings("unchecked") // nothing but values is put there
    List<V> values() {
        return (List<V>) Collections.unmodifiableList(Arrays.asList(values).subList(0, size));
    }

    private int find(String name) {
        return Arrays.binarySearch(names, 0, size, name);
    }
}
