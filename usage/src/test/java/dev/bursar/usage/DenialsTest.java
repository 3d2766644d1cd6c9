package dev.bursar.usage;

import static dev.bursar.usage.Samples.block;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.bursar.ledger.Block;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.Window;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class DenialsTest {

    private static final Window LIFE = new Window.Life();
    private static final Window CALL = new Window.PerCall();
    private static final Window DAY =
            new Window.Calendar(Window.Calendar.Period.DAY, ZoneOffset.UTC);
    private static final Window MINUTE = Samples.rate();
    private static final Window TWO_HOURS = new Window.Rolling(Duration.ofHours(2));

    @ParameterizedTest
    @MethodSource
    void denial_byItsBlocks_hasACodeAndMayStopTheRun(
            List<Block> blocks, String code, boolean stops) {
        assertThat(Denials.code(Reason.BUDGET_EXCEEDED, blocks)).isEqualTo(code);
        assertThat(Denials.stopsRun(Reason.BUDGET_EXCEEDED, blocks)).isEqualTo(stops);
    }

    @Test
    void budget_amongSeveral_isTheWorstAndThenTheFirst() {
        Block held = block("held", "r", Budget.Mode.HARD, LIFE, Block.Cause.HELD);
        Block day = block("day", "r", Budget.Mode.HARD, DAY, Block.Cause.SPENT);
        Block life = block("life", "r", Budget.Mode.HARD, LIFE, Block.Cause.SPENT);
        assertThat(Denials.budget(List.of(held, day, life))).isEqualTo("day");
        assertThat(Denials.budget(List.of())).isEmpty();
    }

    static Stream<Arguments> denial_byItsBlocks_hasACodeAndMayStopTheRun() {
        return Stream.of(
                arguments(List.of(hard(LIFE, Block.Cause.SPENT)), "budget_exhausted", true),
                arguments(List.of(hard(DAY, Block.Cause.SPENT)), "budget_exhausted", true),
                arguments(List.of(hard(LIFE, Block.Cause.ABOVE_LIMIT)), "budget_exhausted", true),
                arguments(List.of(hard(TWO_HOURS, Block.Cause.SPENT)), "budget_exhausted", true),
                arguments(List.of(hard(CALL, Block.Cause.ABOVE_LIMIT)), "budget_exhausted", false),
                arguments(List.of(hard(MINUTE, Block.Cause.SPENT)), "rate_limited", false),
                arguments(List.of(hard(MINUTE, Block.Cause.ABOVE_LIMIT)), "budget_exhausted", true),
                arguments(List.of(hard(LIFE, Block.Cause.HELD)), "budget_held", false),
                arguments(List.of(hard(MINUTE, Block.Cause.HELD)), "budget_held", false),
                arguments(
                        List.of(hard(LIFE, Block.Cause.HELD), hard(MINUTE, Block.Cause.SPENT)),
                        "rate_limited",
                        false),
                arguments(
                        List.of(hard(MINUTE, Block.Cause.SPENT), hard(DAY, Block.Cause.SPENT)),
                        "budget_exhausted",
                        true),
                arguments(List.of(), "budget_exceeded", false));
    }

    private static Block hard(Window window, Block.Cause cause) {
        return block("b", "r", Budget.Mode.HARD, window, cause);
    }
}
