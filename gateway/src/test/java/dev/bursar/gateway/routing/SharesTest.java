package dev.bursar.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SharesTest {

    private static final int KEYS = 100_000;
    private static final long SEED = 20_261_130;

    @Test
    void pick_manyKeys_givesEachItsShare() {
        SortedMap<String, Integer> weights = new TreeMap<>(Map.of("a", 90, "b", 9, "c", 1));
        Map<String, Integer> counts = new TreeMap<>();
        Random random = new Random(SEED);
        for (int i = 0; i < KEYS; i++) {
            counts.merge(
                    Shares.pick(weights, Long.toHexString(random.nextLong())), 1, Integer::sum);
        }
        // Four standard deviations of a binomial of this size.
        weights.forEach((model, weight) -> {
            double share = weight / 100.0;
            double most = 4 * Math.sqrt(KEYS * share * (1 - share));
            assertThat((double) counts.getOrDefault(model, 0))
                    .as("%s with the seed %d", model, SEED)
                    .isCloseTo(KEYS * share, within(most));
        });
    }

    @Test
    void pick_keysThatOnlyCount_givesEachItsShare() {
        SortedMap<String, Integer> weights = new TreeMap<>(Map.of("a", 1, "b", 1));
        int a = 0;
        for (int i = 0; i < 10_000; i++) {
            a += Shares.pick(weights, "run-" + i).equals("a") ? 1 : 0;
        }
        assertThat(a).isBetween(4_800, 5_200);
    }

    @Test
    void pick_weightChanged_movesOnlyWhatItMust() {
        SortedMap<String, Integer> before = new TreeMap<>(Map.of("a", 90, "b", 10));
        SortedMap<String, Integer> after = new TreeMap<>(Map.of("a", 80, "b", 20));
        int moved = 0;
        for (int i = 0; i < 10_000; i++) {
            String was = Shares.pick(before, "run-" + i);
            String is = Shares.pick(after, "run-" + i);
            if (was.equals("b")) {
                assertThat(is).isEqualTo("b");
            }
            moved += was.equals(is) ? 0 : 1;
        }
        assertThat(moved).isBetween(800, 1_200);
    }
}
