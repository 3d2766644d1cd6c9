package dev.bursar.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CompactMapTest {

    @Test
    void map_ofRandomKeys_isLikeATree() {
        Random random = new Random(11);
        for (int i = 0; i < 2_000; i++) {
            SortedMap<String, Long> tree = new TreeMap<>();
            for (int entry = random.nextInt(20); entry > 0; entry--) {
                tree.put("key" + random.nextInt(40), random.nextLong());
            }
            CompactMap<Long> map = CompactMap.copyOf(tree);

            assertThat(ofSorted(tree)).isEqualTo(tree);
            assertThat(map).isEqualTo(tree).hasSameHashCodeAs(tree).hasToString(tree.toString());
            assertThat(tree).isEqualTo(map);
            assertThat(map.entrySet()).containsExactlyElementsOf(tree.entrySet());
            assertThat(map.keySet()).containsExactlyElementsOf(tree.keySet());
            for (int key = 0; key < 40; key++) {
                String name = "key" + key;
                assertThat(map.get(name)).isEqualTo(tree.get(name));
                assertThat(map.containsKey(name)).isEqualTo(tree.containsKey(name));
                assertThat(map.headMap(name)).isEqualTo(tree.headMap(name));
                assertThat(map.tailMap(name)).isEqualTo(tree.tailMap(name));
            }
            assertThat(map.subMap("key1", "key3")).isEqualTo(tree.subMap("key1", "key3"));
            if (!tree.isEmpty()) {
                assertThat(map.firstKey()).isEqualTo(tree.firstKey());
                assertThat(map.lastKey()).isEqualTo(tree.lastKey());
            }
        }
    }

    private static <V> CompactMap<V> ofSorted(SortedMap<String, V> tree) {
        return CompactMap.ofSorted(List.copyOf(tree.keySet()), List.copyOf(tree.values()));
    }

    @Test
    void ofSorted_whatIsNot_isRefused() {
        List<Integer> two = List.of(1, 2);
        assertThatThrownBy(() -> CompactMap.ofSorted(List.of("b", "a"), two))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a after b");
        assertThatThrownBy(() -> CompactMap.ofSorted(List.of("a", "a"), two))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CompactMap.ofSorted(List.of("a"), two))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("1 keys, 2 values");
    }

    @Test
    void copyOf_ofAnotherOrder_isInThatOfTheKeys() {
        SortedMap<String, Integer> reversed = new TreeMap<>(Comparator.reverseOrder());
        reversed.putAll(Map.of("a", 1, "b", 2, "c", 3));

        assertThat(CompactMap.copyOf(reversed).keySet()).containsExactly("a", "b", "c");
        assertThat(CompactMap.copyOf(reversed).get("b")).isEqualTo(2);
    }

    @Test
    void map_isACopy_thatNobodyCanChange() {
        SortedMap<String, Integer> tree = new TreeMap<>(Map.of("a", 1));
        CompactMap<Integer> map = CompactMap.copyOf(tree);
        tree.put("b", 2);

        assertThat(map).containsExactly(Map.entry("a", 1));
        assertThat(CompactMap.copyOf(map)).isSameAs(map);
        assertThatThrownBy(() -> map.put("b", 2)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> map.remove("a")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(map::clear).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> map.tailMap("a").clear())
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void map_thatIsEmpty_hasNoFirstKey() {
        CompactMap<Integer> empty = CompactMap.copyOf(new TreeMap<>());
        Iterator<Map.Entry<String, Integer>> entries = empty.entrySet().iterator();

        assertThat(empty.get("a")).isNull();
        assertThatThrownBy(empty::firstKey).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(empty::lastKey).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(entries::next).isInstanceOf(NoSuchElementException.class);
    }
}
