package dev.bursar.ledger;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A sorted map that never changes, in two arrays: where a tree has an object for each entry, and every
/// open hold and every entry on its way to the journal has such maps, this has three in all.
@SuppressWarnings("JdkObsolete") // SortedMap is what an Attribution promises
final class CompactMap<V> extends AbstractMap<String, V> implements SortedMap<String, V> {

    private final String[] keys;

    /// In the order of the keys.
    private final Object[] values;

    private CompactMap(String[] keys, Object[] values) {
        this.keys = keys;
        this.values = values;
    }

    /// @throws NullPointerException when a key or a value is null
    static <V> CompactMap<V> copyOf(SortedMap<String, V> map) {
        if (map instanceof CompactMap<V> same) {
            return same;
        }
        Map<String, V> unsorted = map;
        SortedMap<String, V> sorted = map.comparator() == null ? map : new TreeMap<>(unsorted);
        String[] keys = new String[sorted.size()];
        Object[] values = new Object[keys.length];
        int next = 0;
        for (Entry<String, V> entry : sorted.entrySet()) {
            keys[next] = Objects.requireNonNull(entry.getKey());
            values[next++] = Objects.requireNonNull(entry.getValue());
        }
        return new CompactMap<>(keys, values);
    }

    /// @param keys in their order
    /// @param values of the keys
    /// @throws IllegalArgumentException when the keys have another order, or there is not one value for each
    /// @throws NullPointerException when a key or a value is null
    static <V> CompactMap<V> ofSorted(List<String> keys, List<? extends V> values) {
        if (keys.size() != values.size()) {
            throw new IllegalArgumentException(keys.size() + " keys, " + values.size() + " values");
        }
        String[] copy = new String[keys.size()];
        Object[] ofKeys = new Object[copy.length];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = Objects.requireNonNull(keys.get(i));
            ofKeys[i] = Objects.requireNonNull(values.get(i));
            if (i > 0 && copy[i - 1].compareTo(copy[i]) >= 0) {
                throw new IllegalArgumentException(copy[i] + " after " + copy[i - 1]);
            }
        }
        return new CompactMap<>(copy, ofKeys);
    }

    @Override
    public int size() {
        return keys.length;
    }

    @Override
    public @Nullable V get(@Nullable Object key) {
        int at = find(key);
        return at < 0 ? null : value(at);
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
        return find(key) >= 0;
    }

    @Override
    public Set<Entry<String, V>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                return keys.length;
            }

            @Override
            public Iterator<Entry<String, V>> iterator() {
                return new Entries();
            }
        };
    }

    @Override
    public @Nullable Comparator<? super String> comparator() {
        return null;
    }

    @Override
    public SortedMap<String, V> subMap(String from, String to) {
        return tree().subMap(from, to);
    }

    @Override
    public SortedMap<String, V> headMap(String to) {
        return tree().headMap(to);
    }

    @Override
    public SortedMap<String, V> tailMap(String from) {
        return tree().tailMap(from);
    }

    @Override
    public String firstKey() {
        return keyAt(0);
    }

    @Override
    public String lastKey() {
        return keyAt(keys.length - 1);
    }

    private String keyAt(int index) {
        if (keys.length == 0) {
            throw new NoSuchElementException("the map is empty");
        }
        return keys[index];
    }

    private int find(@Nullable Object key) {
        return key instanceof String name ? Arrays.binarySearch(keys, name) : -1;
    }

    @SuppressWarnings("unchecked") // nothing but values is put there
    private V value(int index) {
        return (V) values[index];
    }

    private SortedMap<String, V> tree() {
        return Collections.unmodifiableSortedMap(new TreeMap<String, V>(this));
    }

    private final class Entries implements Iterator<Entry<String, V>> {

        private int next;

        @Override
        public boolean hasNext() {
            return next < keys.length;
        }

        @Override
        public Entry<String, V> next() {
            if (next == keys.length) {
                throw new NoSuchElementException();
            }
            Entry<String, V> entry = Map.entry(keys[next], value(next));
            next++;
            return entry;
        }
    }
}
