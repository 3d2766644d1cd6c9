package dev.bursar.server.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
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
                    load(
                            CannedExchange.requests(stream, "key"),
                            (stream ? streamed : whole).payload());

            Latencies result = load.run(mock.address(), shortLoad(8), () -> {});

            assertThat(result.answers()).isGreaterThan(8);
            assertThat(result.perSecond()).isPositive();
            assertThat(result.micros(0.5)).isPositive().isLessThanOrEqualTo(result.micros(0.99));
        }
    }

    @Test
    void run_withAnotherAnswerThanExpected_fails() throws IOException {
        CannedExchange streamed = CannedExchange.streamed();
        try (MockProvider mock = new MockProvider(CannedExchange.whole(), streamed)) {
            LoadGenerator load = load(CannedExchange.requests(false, "key"), streamed.payload());

            assertThatThrownBy(() -> load.run(mock.address(), shortLoad(1), () -> {}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("not the expected answer");
        }
    }

    @Test
    void run_toItsMostRequests_endsWhenEachHasItsAnswer() throws IOException {
        CannedExchange whole = CannedExchange.whole();
        try (MockProvider mock = new MockProvider(whole, CannedExchange.streamed())) {
            CannedTraffic canned =
                    new CannedTraffic(CannedExchange.requests(false, "key"), whole.payload());
            int[] count = new int[2];
            Duration most = Duration.ofMinutes(5);

            Latencies result =
                    new LoadGenerator(counting(canned, count))
                            .run(
                                    mock.address(),
                                    new LoadGenerator.Load(8, Duration.ZERO, most, 1_000),
                                    () -> {});

            assertThat(count).containsExactly(1_000, 1_000);
            assertThat(result.answers()).isEqualTo(1_000);
        }
    }

    @Test
    void run_connectionClosedBeforeTheAnswer_isToldAndTheOthersGoOn() throws IOException {
        CannedExchange whole = CannedExchange.whole();
        ByteBuffer refused =
                ByteBuffer.wrap(
                        "POST / HTTP/1.1\r\nContent-Length: 99999\r\n\r\n".getBytes(US_ASCII));
        try (MockProvider mock = new MockProvider(whole, CannedExchange.streamed())) {
            CannedTraffic canned =
                    new CannedTraffic(CannedExchange.requests(false, "key"), whole.payload());
            int[] count = new int[3];
            LoadGenerator.Traffic counting =
                    new LoadGenerator.Traffic() {
                        @Override
                        public ByteBuffer next() {
                            return count[0]++ == 0 ? refused : canned.next();
                        }

                        @Override
                        public void answered(int status, byte[] bytes, int start, int end) {
                            count[1]++;
                        }

                        @Override
                        public void broken(String got) {
                            count[2]++;
                        }
                    };

            new LoadGenerator(counting)
                    .run(
                            mock.address(),
                            new LoadGenerator.Load(2, Duration.ZERO, Duration.ofMinutes(5), 100),
                            () -> {});

            assertThat(count).containsExactly(100, 99, 1);
        }
    }

    @Test
    void run_withARampAgainstAPacedMock_getsWholeStreamsThatTakeTheirTime() throws IOException {
        CannedExchange streamed = CannedExchange.streamed();
        Duration pause = Duration.ofMillis(5);
        Duration ramp = Duration.ofMillis(200);
        try (MockProvider mock = new MockProvider(CannedExchange.whole(), streamed, pause)) {
            LoadGenerator load = load(CannedExchange.requests(true, "key"), streamed.payload());
            long[] opened = new long[1];
            long start = System.nanoTime();

            Latencies result =
                    load.run(
                            mock.address(),
                            new LoadGenerator.Load(
                                    20, ramp, Duration.ZERO, SHORT.multipliedBy(4), 1_000, false),
                            () -> opened[0] = opened[0] == 0 ? System.nanoTime() : opened[0]);

            assertThat(opened[0] - start).isGreaterThanOrEqualTo(ramp.toNanos());
            assertThat(result.micros(0))
                    .isGreaterThanOrEqualTo(5_000 * (CannedExchange.EVENTS - 1));
        }
    }

    /// Streams end while others are opened.
    @Test
    void run_once_sendsOneRequestOnEachConnection() throws IOException {
        CannedExchange streamed = CannedExchange.streamed();
        Duration pause = Duration.ofMillis(20);
        try (MockProvider mock = new MockProvider(CannedExchange.whole(), streamed, pause)) {
            CannedTraffic canned =
                    new CannedTraffic(CannedExchange.requests(true, "key"), streamed.payload());
            int[] count = new int[2];
            LoadGenerator.Load load =
                    new LoadGenerator.Load(
                            40,
                            SHORT.multipliedBy(10),
                            Duration.ZERO,
                            Duration.ofMinutes(5),
                            Long.MAX_VALUE,
                            true);

            new LoadGenerator(counting(canned, count)).run(mock.address(), load, () -> {});

            assertThat(count).containsExactly(40, 40);
        }
    }

    /// @param count of requests, and of answers
    private static LoadGenerator.Traffic counting(CannedTraffic canned, int[] count) {
        return new LoadGenerator.Traffic() {
            @Override
            public ByteBuffer next() {
                count[0]++;
                return canned.next();
            }

            @Override
            public void answered(int status, byte[] bytes, int start, int end) {
                count[1]++;
                canned.answered(status, bytes, start, end);
            }
        };
    }

    private static LoadGenerator load(List<ByteBuffer> requests, byte[] expected) {
        return new LoadGenerator(new CannedTraffic(requests, expected));
    }

    /// Measured for long enough that a busy machine answers more than once.
    private static LoadGenerator.Load shortLoad(int connections) {
        return new LoadGenerator.Load(connections, SHORT, SHORT.multipliedBy(20), Long.MAX_VALUE);
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
