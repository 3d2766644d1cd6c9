package dev.bursar.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HeapKeeperTest {

    private static final long MEBIBYTE = 1 << 20;

    private static final class Heap implements HeapKeeper.Heap {

        private final long used;
        private final long left;
        private long youngCollections;
        private int collected;

        Heap(long usedMebibytes, long leftMebibytes) {
            this.used = usedMebibytes * MEBIBYTE;
            this.left = leftMebibytes * MEBIBYTE;
        }

        @Override
        public long oldUsed() {
            return used;
        }

        @Override
        public long oldLeft() {
            return left;
        }

        @Override
        public long youngCollections() {
            return youngCollections;
        }

        @Override
        public void collect() {
            collected++;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "  0,   0, false",
        "120,   0, false", // much of it may be alive: nobody has looked yet
        "121,   0, true",
        "121,  20, true",
        "131,  75, false",
        "132,  75, true",
        "299, 200, false", // half as much again
        "301, 200, true",
        "384, 250, true",
        "385, 250, false", // the pause would be long
        "800,   0, false", // a large ledger that was recovered
    })
    void look_collectsWhatIsLittleAndMuchOfItNew(long used, long left, boolean collects) {
        Heap heap = new Heap(used, left);
        new HeapKeeper.Watch(heap).look();
        assertThat(heap.collected).isEqualTo(collects ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource({
        " 92,   0, false",
        " 93,   0, true", // half the room
        "108,  80, false",
        "109,  80, true",
        "250, 200, false",
        "251, 200, true",
        "385, 250, false",
        "383, 257, false", // not in busy times either
    })
    void look_whereNothingNewWasCollectedForThreeLooks_collectsHalfAsMuch(
            long used, long left, boolean collects) {
        Heap heap = new Heap(used, left);
        heap.youngCollections = 7;
        HeapKeeper.Watch watch = new HeapKeeper.Watch(heap);

        watch.look();
        watch.look();
        assertThat(heap.collected).isZero();

        watch.look();
        assertThat(heap.collected).isEqualTo(collects ? 1 : 0);
    }

    @Test
    void look_whereSomethingNewIsCollectedNowAndThen_isNotCalm() {
        Heap heap = new Heap(100, 0);
        HeapKeeper.Watch watch = new HeapKeeper.Watch(heap);

        for (int look = 1; look <= 12; look++) {
            if (look % 3 == 0) {
                heap.youngCollections++;
            }
            watch.look();
        }

        assertThat(heap.collected).isZero();
    }
}
