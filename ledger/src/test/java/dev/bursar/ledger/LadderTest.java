package dev.bursar.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
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
        "10, 7, ''",
        "10, 8, ALERT",
        "10, 9, ALERT",
        "10, 10, ALERT+DOWNGRADE",
        "10, 11, ALERT+DOWNGRADE+DEFER",
        "7, 7, ALERT",
        "7, 8, ALERT+DOWNGRADE+DEFER",
        "1, 1, ALERT",
        "1, 2, ALERT+DOWNGRADE+DEFER",
    })
    void upTo_tellsAtTheShareAndChangesPastIt(long limit, long used, String actions) {
        Budget budget =
                TestLedger.mode(
                        TestLedger.budget("steps", Unit.TOOL_CALLS, 1),
                        Budget.Mode.SOFT,
                        new Budget.Step(80, Budget.Step.Action.ALERT, List.of()),
                        new Budget.Step(90, Budget.Step.Action.DOWNGRADE, List.of()),
                        new Budget.Step(100, Budget.Step.Action.DEFER, List.of()));

        List<Budget.Step> steps = Ladder.upTo(budget, limit, used);

        assertThat(
                        steps.stream()
                                .map(step -> step.action().name())
                                .collect(Collectors.joining("+")))
                .isEqualTo(actions);
        assertThat(Ladder.reached(budget, limit, used))
                .isEqualTo(steps.isEmpty() ? null : steps.getLast());
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
