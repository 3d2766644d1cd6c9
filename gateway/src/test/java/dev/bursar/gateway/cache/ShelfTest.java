package dev.bursar.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShelfTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant LATER = NOON.plusSeconds(60);

    /// The size of a value that takes 1,000 bytes under a key of one letter.
    private static final long SIZE = 1_000 - Shelf.OVERHEAD_BYTES - 1;

    private final List<String> removed = new ArrayList<>();

    private Shelf<String> shelf(long bytes, int entries, long tenantBytes) {
        return new Shelf<>(new Shelf.Bounds(bytes, entries, tenantBytes), removed::add);
    }

    @Test
    void find_untilItsTime_thenNotAnyMore() {
        Shelf<String> shelf = shelf(10_000, 10, 10_000);
        shelf.put("acme", "a", "1", SIZE, LATER);
        assertThat(shelf.find("acme", "a", LATER.minusNanos(1))).isEqualTo("1");
        assertThat(shelf.find("other", "a", NOON)).isNull();
        assertThat(shelf.find("acme", "a", LATER)).isNull();
        assertThat(shelf.entries()).isZero();
        assertThat(shelf.bytes()).isZero();
        assertThat(removed).containsExactly("1");
    }

    @Test
    void put_beyondTheBytes_dropsWhatWasUsedLongestAgo() {
        Shelf<String> shelf = shelf(2_000, 10, 2_000);
        shelf.put("acme", "a", "1", SIZE, LATER);
        shelf.put("other", "b", "2", SIZE, LATER);
        shelf.find("acme", "a", NOON);
        shelf.put("acme", "c", "3", SIZE, LATER);
        assertThat(removed).containsExactly("2");
        assertThat(shelf.bytes()).isEqualTo(2_000);
    }

    @Test
    void put_beyondTheShareOfATenant_dropsOneOfItsOwn() {
        Shelf<String> shelf = shelf(10_000, 10, 2_000);
        shelf.put("other", "o", "0", SIZE, LATER);
        shelf.put("acme", "a", "1", SIZE, LATER);
        shelf.put("acme", "b", "2", SIZE, LATER);
        shelf.put("acme", "c", "3", SIZE, LATER);
        assertThat(removed).containsExactly("1");
        assertThat(shelf.find("other", "o", NOON)).isEqualTo("0");
    }

    @Test
    void put_largerThanTheShare_isNotKeptAndTheOldOneIsGone() {
        Shelf<String> shelf = shelf(10_000, 10, 2_000);
        shelf.put("acme", "a", "1", SIZE, LATER);
        assertThat(shelf.put("acme", "a", "2", 2_000, LATER)).isFalse();
        assertThat(shelf.find("acme", "a", NOON)).isNull();
        assertThat(shelf.bytes()).isZero();
    }

    /// The same, done with one list that is searched from end to end.
    private static final class Naive {

        private record Entry(String tenant, String key, String value, long bytes, Instant until) {}

        private final List<Entry> used = new ArrayList<>();
        private final Shelf.Bounds bounds;

        private Naive(Shelf.Bounds bounds) {
            this.bounds = bounds;
        }

        private void put(String tenant, String key, String value, long size, Instant until) {
            remove(tenant, key);
            long taken = size + key.length() + Shelf.OVERHEAD_BYTES;
            if (taken > bounds.tenantBytes()) {
                return;
            }
            while (bytes(tenant) + taken > bounds.tenantBytes()) {
                Entry first =
                        used.stream()
                                .filter(e -> e.tenant.equals(tenant))
                                .findFirst()
                                .orElseThrow();
                used.remove(first);
            }
            while (bytes(null) + taken > bounds.bytes() || used.size() >= bounds.entries()) {
                used.removeFirst();
            }
            used.add(new Entry(tenant, key, value, taken, until));
        }

        private String find(String tenant, String key, Instant now) {
            for (Entry entry : used) {
                if (entry.tenant.equals(tenant) && entry.key.equals(key)) {
                    used.remove(entry);
                    if (now.isBefore(entry.until)) {
                        used.add(entry);
                        return entry.value;
                    }
                    return "none";
                }
            }
            return "none";
        }

        private void remove(String tenant, String key) {
            used.removeIf(e -> e.tenant.equals(tenant) && e.key.equals(key));
        }

        private long bytes(@Nullable String tenant) {
            return used.stream()
                    .filter(e -> tenant == null || e.tenant.equals(tenant))
                    .mapToLong(Entry::bytes)
                    .sum();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void randomUse_isThatOfTheNaiveModel(long seed) {
        Random random = new Random(seed);
        Shelf.Bounds bounds =
                new Shelf.Bounds(6_000 + random.nextInt(6_000), 5 + random.nextInt(10), 4_000);
        Shelf<String> shelf = new Shelf<>(bounds, removed::add);
        Naive naive = new Naive(bounds);
        int put = 0;
        Instant now = NOON;
        for (int step = 0; step < 4_000; step++) {
            String tenant = "t" + random.nextInt(3);
            String key = "k" + random.nextInt(8);
            now = now.plusMillis(random.nextInt(200));
            switch (random.nextInt(5)) {
                case 0, 1 -> {
                    String value = tenant + key + put++;
                    long size = random.nextInt(4_000);
                    Instant until = now.plusMillis(random.nextInt(5_000));
                    shelf.put(tenant, key, value, size, until);
                    naive.put(tenant, key, value, size, until);
                }
                case 2, 3 -> {
                    String found = shelf.find(tenant, key, now);
                    assertThat(found == null ? "none" : found)
                            .as("seed %d step %d", seed, step)
                            .isEqualTo(naive.find(tenant, key, now));
                }
                default -> {
                    shelf.remove(tenant, key);
                    naive.remove(tenant, key);
                }
            }
            assertThat(shelf.entries()).isEqualTo(naive.used.size());
            assertThat(shelf.bytes())
                    .isEqualTo(naive.bytes(null))
                    .isLessThanOrEqualTo(bounds.bytes());
            assertThat(shelf.bytes(tenant))
                    .isEqualTo(naive.bytes(tenant))
                    .isLessThanOrEqualTo(bounds.tenantBytes());
        }
        assertThat(removed).doesNotHaveDuplicates().hasSizeGreaterThan(100);
    }
}
