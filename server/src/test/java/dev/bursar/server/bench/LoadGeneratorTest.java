package dev.bursar.server.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadGeneratorTest {

    private static final Duration SHORT = Duration.ofMillis(100);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void run_againstMock_countsCheckedAnswers(boolean stream) throws IOException {
        CannedExchange streamed = CannedExchange.streamed();
        CannedExchange whole = CannedExchange.whole();
        try (MockProvider mock = new MockProvider(whole, streamed)) {
            LoadGenerator load =
                    new LoadGenerator(
                            CannedExchange.requests(stream, "key"),
                            (stream ? streamed : whole).payload());

            LoadGenerator.Result result = load.run(mock.address(), 8, SHORT, SHORT, () -> {});

            assertThat(result.requests()).isGreaterThan(8);
            assertThat(result.p50Micros()).isPositive().isLessThanOrEqualTo(result.p99Micros());
        }
    }

    @Test
    void run_withAnotherAnswerThanExpected_fails() throws IOException {
        CannedExchange streamed = CannedExchange.streamed();
        try (MockProvider mock = new MockProvider(CannedExchange.whole(), streamed)) {
            LoadGenerator load =
                    new LoadGenerator(CannedExchange.requests(false, "key"), streamed.payload());

            assertThatThrownBy(() -> load.run(mock.address(), 1, SHORT, SHORT, () -> {}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("not the expected answer");
        }
    }

    @Test
    void cannedExchanges_haveTheirSizes() {
        assertThat(CannedExchange.whole().payload()).hasSizeBetween(1_000, 1_200);
        assertThat(CannedExchange.streamed().writes()).hasSize(CannedExchange.EVENTS);
        assertThat(CannedExchange.streamed().payload()).hasSizeBetween(3_500, 5_000);
        assertThat(CannedExchange.requests(false, "key").getFirst().limit())
                .isBetween(2_100, 2_500);
    }
}
