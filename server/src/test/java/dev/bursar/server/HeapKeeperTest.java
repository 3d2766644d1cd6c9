package dev.bursar.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HeapKeeperTest {

    private static final long MEBIBYTE = 1 << 20;

    private static final class Heap implements HeapKeeper.OldPart {

        private final long used;
        private final long left;
        private boolean collected;

        Heap(long usedMebibytes, long leftMebibytes) {
            this.used = usedMebibytes * MEBIBYTE;
            this.left = leftMebibytes * MEBIBYTE;
        }

        @Override
        public long used() {
            return used;
        }

        @Override
        public long left() {
            return left;
        }

        @Override
        public void collect() {
            collected = true;
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
        HeapKeeper.look(heap);
        assertThat(heap.collected).isEqualTo(collects);
    }
}
