package dev.bursar.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LadderTest {

    @ParameterizedTest
    @CsvSource({
        "100, 80, 80",
        "10, 85, 9",
        "1, 1, 1",
        "0, 50, 0",
        "100000000000000000, 99, 99000000000000000",
    })
    void threshold_isTheSmallestAmountAtThePercent(long limit, int percent, long threshold) {
        assertThat(Ladder.threshold(limit, percent)).isEqualTo(threshold);
    }

    @ParameterizedTest
    @CsvSource({
        "80, 100, 80",
        "799, 1000, 79",
        "0, 0, 100",
        "3000000000000000000, 100000000000000000, 3000",
        "4000000000000000000, 1, 1000000",
    })
    void percent_isRoundedDownAndBounded(long used, long limit, int percent) {
        assertThat(Ladder.percent(used, limit)).isEqualTo(percent);
    }

    @Test
    void isSmallerShare_agreesWithBigIntegers() {
        Random random = new Random(3);
        for (int i = 0; i < 10_000; i++) {
            long limit = 1 + (random.nextLong() >>> 7) % Budget.MAX_LIMIT;
            long otherLimit = 1 + (random.nextLong() >>> 7) % Budget.MAX_LIMIT;
            long left = (random.nextLong() >>> 7) % (limit + 1);
            long otherLeft = (random.nextLong() >>> 7) % (otherLimit + 1);
            boolean expected =
                    BigInteger.valueOf(left)
                                    .multiply(BigInteger.valueOf(otherLimit))
                                    .compareTo(
                                            BigInteger.valueOf(otherLeft)
                                                    .multiply(BigInteger.valueOf(limit)))
                            < 0;
            assertThat(Ladder.isSmallerShare(left, limit, otherLeft, otherLimit))
                    .isEqualTo(expected);
        }
    }
}
