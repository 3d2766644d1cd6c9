package dev.bursar.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The keys of charges, or of reserves, whose outcome is forgotten: what is sent again long after takes no
/// effect again.
///
/// A key is 128 bits of a SHA-256 here, with the fingerprint of its payload and its time: 32 bytes in a
/// ring, the oldest first, and 8 of an index with at least half of its places free. Both grow by doubling
/// and never shrink. Beyond the bounds in time and number the oldest are forgotten for good.
final class SpentKeys {

    private static final int LEAST = 64;

    /// Longs of a key: two of its hash, its fingerprint, its time.
    private static final int WIDTH = 4;

    private final StateRecord.Operation operation;
    private final long keepMillis;
    private final int most;
    private long[] ring = new long[LEAST * WIDTH];
    private int first;
    private int size;

    /// Places in the ring, plus one; 0 where free. A key is at the first place from that of its hash on.
    private int[] index = new int[2 * LEAST];

    /// @param operation whose keys these are
    /// @param keepMillis how long a key is kept at least: until something happens later than that after it
    /// @param most how many at most
    SpentKeys(StateRecord.Operation operation, long keepMillis, int most) {
        this.operation = operation;
        this.keepMillis = keepMillis;
        this.most = most;
    }

    /// What to answer to a command whose outcome is not remembered, or null for a new one.
    @Nullable Outcome recall(TenantId tenant, CommandKey key) {
        if (size == 0) {
            return null;
        }
        ByteBuffer hash = hash(tenant, key.value());
        int at = find(hash.getLong(), hash.getLong());
        return at < 0
                ? null
                : Refusals.of(
                        ring[at + 2] == key.fingerprint()
                                ? Reason.OUTCOME_FORGOTTEN
                                : Reason.IDEMPOTENCY_MISMATCH);
    }

    void add(StateRecord.Remembered used) {
        ByteBuffer hash = hash(used.tenant(), used.key().value());
        add(
                new StateRecord.SpentKey(
                        operation,
                        hash.getLong(),
                        hash.getLong(),
                        used.key().fingerprint(),
                        used.at()));
    }

    /// Forgets the keys that have been kept for long enough.
    void forget(Instant now) {
        long oldest = now.toEpochMilli() - keepMillis;
        while (size > 0 && ring[first * WIDTH + 3] < oldest) {
            removeFirst();
        }
    }

    /// @param key used no earlier than those before it
    void add(StateRecord.SpentKey key) {
        forget(key.at());
        if (size >= most) {
            removeFirst();
        }
        if (size == capacity()) {
            grow();
        }
        int slot = (first + size) & (capacity() - 1);
        int at = slot * WIDTH;
        ring[at] = key.high();
        ring[at + 1] = key.low();
        ring[at + 2] = key.fingerprint();
        ring[at + 3] = key.at().toEpochMilli();
        size++;
        index(slot);
    }

    int size() {
        return size;
    }

    /// The oldest first.
    Stream<StateRecord.SpentKey> all() {
        return IntStream.range(0, size)
                .map(i -> ((first + i) & (capacity() - 1)) * WIDTH)
                .mapToObj(at ->
                        new StateRecord.SpentKey(
                                operation,
                                ring[at],
                                ring[at + 1],
                                ring[at + 2],
                                Instant.ofEpochMilli(ring[at + 3])));
    }

    private int capacity() {
        return ring.length / WIDTH;
    }

    /// Where a key starts in the ring, or -1.
    private int find(long high, long low) {
        for (int place = home(low); index[place] != 0; place = after(place)) {
            int at = (index[place] - 1) * WIDTH;
            if (ring[at] == high && ring[at + 1] == low) {
                return at;
            }
        }
        return -1;
    }

    private void index(int slot) {
        int place = home(ring[slot * WIDTH + 1]);
        while (index[place] != 0) {
            place = after(place);
        }
        index[place] = slot + 1;
    }

    /// Keys that stand behind the free place and belong there or before it move up, so that none is behind
    /// a gap.
    private void removeFirst() {
        int gap = home(ring[first * WIDTH + 1]);
        while (index[gap] != first + 1) {
            gap = after(gap);
        }
        for (int place = after(gap); index[place] != 0; place = after(place)) {
            int home = home(ring[(index[place] - 1) * WIDTH + 1]);
            if (distance(home, place) >= distance(gap, place)) {
                index[gap] = index[place];
                gap = place;
            }
        }
        index[gap] = 0;
        first = (first + 1) & (capacity() - 1);
        size--;
    }

    private void grow() {
        long[] larger = new long[2 * ring.length];
        int head = ring.length - first * WIDTH;
        System.arraycopy(ring, first * WIDTH, larger, 0, head);
        System.arraycopy(ring, 0, larger, head, ring.length - head);
        ring = larger;
        first = 0;
        index = new int[2 * capacity()];
        for (int slot = 0; slot < size; slot++) {
            index(slot);
        }
    }

    private int home(long low) {
        return (int) low & (index.length - 1);
    }

    private int after(int place) {
        return (place + 1) & (index.length - 1);
    }

    private int distance(int from, int to) {
        return (to - from) & (index.length - 1);
    }

    private static ByteBuffer hash(TenantId tenant, String key) {
        try {
            String text = tenant.value().length() + ":" + tenant.value() + key;
            return ByteBuffer.wrap(
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
