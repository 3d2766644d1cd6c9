package dev.bursar.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HoldNumbersTest {

    private static final int STEPS = 200_000;

    private final List<String> byNumber = new ArrayList<>();
    private final HoldNumbers numbers = new HoldNumbers(byNumber::get);
    private final Map<String, Integer> naive = new HashMap<>();

    private void add(String id) {
        int number = numbers.add(id);
        assertThat(naive).doesNotContainValue(number);
        naive.put(id, number);
        if (number == byNumber.size()) {
            byNumber.add(id);
        } else {
            byNumber.set(number, id);
        }
    }

    private void remove(String id) {
        Integer expected = naive.remove(id);
        assertThat(numbers.remove(id)).isEqualTo(expected == null ? HoldNumbers.NONE : expected);
    }

    private void compare(String id) {
        assertThat(numbers.of(id)).isEqualTo(naive.getOrDefault(id, HoldNumbers.NONE));
        assertThat(numbers.size()).isEqualTo(naive.size());
    }

    @Test
    void numbers_ofRandomIds_areThoseOfANaiveMap() {
        Random random = new Random(7);
        for (int i = 0; i < STEPS; i++) {
            String id = "hold-" + random.nextInt(400);
            if (naive.containsKey(id)) {
                remove(id);
            } else if (random.nextInt(4) > 0) {
                add(id);
            } else {
                remove(id);
            }
            compare("hold-" + random.nextInt(400));
        }
        assertThat(numbers.end()).isLessThanOrEqualTo(400);
    }

    @Test
    void add_ofAnIdThatHasANumber_throws() {
        add("a");

        assertThatThrownBy(() -> numbers.add("a"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a has a number");
        assertThat(numbers.size()).isEqualTo(1);
    }

    @Test
    void numbers_ofIdsWithTheSameHash_areKeptApart() {
        HoldNumbers same = new HoldNumbers(byNumber::get, id -> -7);
        for (int i = 0; i < 300; i++) {
            byNumber.add("hold-" + i);
            assertThat(same.add(byNumber.get(i))).isEqualTo(i);
        }
        for (int i = 0; i < 300; i += 3) {
            assertThat(same.remove(byNumber.get(i))).isEqualTo(i);
        }
        for (int i = 0; i < 300; i++) {
            assertThat(same.of(byNumber.get(i))).isEqualTo(i % 3 == 0 ? HoldNumbers.NONE : i);
        }
    }

    @Test
    void add_ofIdsThatShareTheirHashCode_passesNoOther() {
        AtomicInteger asked = new AtomicInteger();
        HoldNumbers flooded =
                new HoldNumbers(number -> {
                    asked.incrementAndGet();
                    return byNumber.get(number);
                });
        for (int i = 0; i < 1 << 16; i++) {
            byNumber.add(KeyedHashTest.word(i));
            flooded.add(byNumber.get(i));
        }
        assertThat(asked).hasValueLessThan(100);
    }

    @Test
    void numbers_ofManyIds_areDenseAndGivenAgain() {
        for (int i = 0; i < STEPS; i++) {
            byNumber.add("hold-" + i);
            assertThat(numbers.add(byNumber.getLast())).isEqualTo(i);
        }
        for (int i = 0; i < STEPS; i++) {
            assertThat(numbers.of(byNumber.get(i))).isEqualTo(i);
        }
        for (int i = 0; i < STEPS; i += 2) {
            numbers.remove(byNumber.get(i));
        }
        for (int i = 0; i < STEPS; i++) {
            assertThat(numbers.of(byNumber.get(i))).isEqualTo(i % 2 == 0 ? HoldNumbers.NONE : i);
        }
        for (int i = 0; i < STEPS / 2; i++) {
            String again = "again-" + i;
            byNumber.set(numbers.add(again), again);
        }
        assertThat(numbers.end()).isEqualTo(STEPS);
        assertThat(numbers.size()).isEqualTo(STEPS);
    }
}
