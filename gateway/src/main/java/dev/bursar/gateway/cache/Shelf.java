package dev.bursar.gateway.cache;

import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Keeps values for a time, within bounds of bytes and entries, and no more of one tenant than its share.
/// What was used longest ago goes first: of the tenant when its share is full, else of all. Not
/// thread-safe.
///
/// @param <V> what is kept
final class Shelf<V> {

    /// What a value takes beside its own bytes: its key, its places in the maps, its time.
    static final long OVERHEAD_BYTES = 512;

    private final Bounds bounds;
    private final Consumer<V> removed;

    /// In the order of use, the longest ago first.
    private final SequencedMap<Place, Entry<V>> all = new LinkedHashMap<>(64, 0.75f, true);

    private final Map<String, Share> shares = new HashMap<>();
    private long bytes;

    /// How much may be kept.
    ///
    /// @param bytes of all tenants together, what an entry takes by itself included
    /// @param entries of all tenants together
    /// @param tenantBytes of one tenant, at most `bytes`
    record Bounds(long bytes, int entries, long tenantBytes) {

        Bounds {
            if (bytes < 1 || entries < 1 || tenantBytes < 1 || tenantBytes > bytes) {
                throw new IllegalArgumentException(
                        "bounds must be above 0, and a share at most all: "
                                + bytes
                                + " "
                                + entries
                                + " "
                                + tenantBytes);
            }
        }
    }

    private record Place(String tenant, String key) {}

    private record Entry<V>(V value, long bytes, Instant until) {}

    /// What one tenant has.
    private static final class Share {

        private final SequencedMap<Place, Boolean> places = new LinkedHashMap<>(16, 0.75f, true);
        private long bytes;
    }

    /// @param removed told of every value that leaves, for whatever reason, replaced ones included
    Shelf(Bounds bounds, Consumer<V> removed) {
        this.bounds = bounds;
        this.removed = removed;
    }

    /// Keeps a value until a moment, in place of the one with the same key.
    ///
    /// @param size of the value in bytes
    /// @return whether it is kept: one that is larger than its tenant's share is not, and then the old one
    ///     is gone as well
    boolean put(String tenant, String key, V value, long size, Instant until) {
        remove(tenant, key);
        long taken = size + key.length() + OVERHEAD_BYTES;
        if (taken > bounds.tenantBytes()) {
            return false;
        }
        Share share = shares.get(tenant);
        while (share != null && share.bytes + taken > bounds.tenantBytes()) {
            drop(share.places.firstEntry().getKey());
        }
        while (bytes + taken > bounds.bytes() || all.size() >= bounds.entries()) {
            drop(all.firstEntry().getKey());
        }
        Place place = new Place(tenant, key);
        all.put(place, new Entry<>(value, taken, until));
        bytes += taken;
        Share mine = shares.computeIfAbsent(tenant, _ -> new Share());
        mine.places.put(place, true);
        mine.bytes += taken;
        return true;
    }

    /// The value of a key, unless its time is over. Asking for it is using it.
    @Nullable V find(String tenant, String key, Instant now) {
        Place place = new Place(tenant, key);
        Entry<V> entry = all.get(place);
        if (entry == null) {
            return null;
        }
        if (!now.isBefore(entry.until())) {
            drop(place);
            return null;
        }
        Share share = shares.get(tenant);
        if (share != null) {
            share.places.get(place);
        }
        return entry.value();
    }

    /// @return whether there was one
    boolean remove(String tenant, String key) {
        Place place = new Place(tenant, key);
        boolean there = all.containsKey(place);
        if (there) {
            drop(place);
        }
        return there;
    }

    void clear() {
        while (!all.isEmpty()) {
            drop(all.firstEntry().getKey());
        }
    }

    int entries() {
        return all.size();
    }

    long bytes() {
        return bytes;
    }

    int entries(String tenant) {
        Share share = shares.get(tenant);
        return share == null ? 0 : share.places.size();
    }

    long bytes(String tenant) {
        Share share = shares.get(tenant);
        return share == null ? 0 : share.bytes;
    }

    private void drop(Place place) {
        Entry<V> entry = all.remove(place);
        Share share = shares.get(place.tenant());
        if (entry == null || share == null) {
            throw new IllegalStateException("a place is not where it should be");
        }
        bytes -= entry.bytes();
        share.bytes -= entry.bytes();
        share.places.remove(place);
        if (share.places.isEmpty()) {
            shares.remove(place.tenant());
        }
        removed.accept(entry.value());
    }
}
