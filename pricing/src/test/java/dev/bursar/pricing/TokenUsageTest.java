package dev.bursar.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenUsageTest {

    @Test
    void sides_addTheirDisjointClasses() {
        TokenUsage usage =
                TokenUsage.of(10, 5)
                        .with(TokenClass.CACHE_READ, 100)
                        .with(TokenClass.CACHE_WRITE_1H, 7)
                        .with(TokenClass.REASONING, 20);

        assertThat(usage.input()).isEqualTo(117);
        assertThat(usage.output()).isEqualTo(25);
        assertThat(usage.total()).isEqualTo(142);
        assertThat(usage.get(TokenClass.AUDIO_INPUT)).isZero();
    }

    @Test
    void plus_addsClassByClass() {
        TokenUsage sum = TokenUsage.of(1, 2).plus(TokenUsage.of(10, 0));

        assertThat(sum).isEqualTo(TokenUsage.of(11, 2));
    }

    @Test
    void orElse_fillsTheSideThatHasNoCount() {
        TokenUsage sent = TokenUsage.of(0, 0).with(TokenClass.CACHE_READ, 800);
        TokenUsage both = TokenUsage.of(1000, 4).with(TokenClass.REASONING, 2);

        assertThat(sent.orElse(both))
                .isEqualTo(
                        TokenUsage.of(0, 4)
                                .with(TokenClass.CACHE_READ, 800)
                                .with(TokenClass.REASONING, 2));
        assertThat(both.orElse(sent)).isEqualTo(both);
        assertThat(TokenUsage.NONE.orElse(both)).isEqualTo(both);
    }

    @Test
    void equality_doesNotSeeZeroCounts() {
        assertThat(TokenUsage.of(Map.of(TokenClass.INPUT, 0L))).isEqualTo(TokenUsage.NONE);
        assertThat(TokenUsage.of(1, 0).with(TokenClass.INPUT, 0).isEmpty()).isTrue();
    }

    @Test
    void counts_outOfRange_areRefusedWithTheirClass() {
        assertThatThrownBy(() -> TokenUsage.NONE.with(TokenClass.REASONING, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("reasoning");
        assertThatThrownBy(() -> TokenUsage.of(TokenUsage.MAX_COUNT, 0).plus(TokenUsage.of(1, 0)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void toMap_cannotBeChanged() {
        Map<TokenClass, Long> counts = TokenUsage.of(1, 1).toMap();

        assertThatThrownBy(() -> counts.put(TokenClass.INPUT, 5L))
                .isInstanceOf(UnsupportedOperationException.class);
    }
}
