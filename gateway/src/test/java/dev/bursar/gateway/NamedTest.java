package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class NamedTest {

    @Test
    void named_changedAtRandom_isLikeATree() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            SortedMap<String, Integer> tree = new TreeMap<>();
            Named<Integer> named = new Named<>(random.nextInt(4));
            for (int step = 0; step < 100; step++) {
                String name = "name" + random.nextInt(30);
                switch (random.nextInt(4)) {
                    case 0 -> {
                        Predicate<String> unwanted = one -> one.compareTo(name) > 0;
                        tree.keySet().removeIf(unwanted);
                        named.removeIf(unwanted);
                    }
                    case 1 -> {
                        tree.putAll(Map.of(name, step, "other", -step));
                        named.putAll(Map.of(name, step, "other", -step));
                    }
                    default -> {
                        tree.put(name, step);
                        named.put(name, step);
                    }
                }
                assertThat(named.names())
                        .as("seed " + seed)
                        .containsExactlyElementsOf(tree.keySet());
                assertThat(named.values()).containsExactlyElementsOf(tree.values());
                assertThat(named.get(name)).isEqualTo(tree.get(name));
            }
        }
    }
}
