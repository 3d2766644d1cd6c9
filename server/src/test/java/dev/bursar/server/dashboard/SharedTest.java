package dev.bursar.server.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SharedTest {

    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    private final Shared<String, Integer> shared = new Shared<>(Duration.ofSeconds(2));
    private final AtomicInteger made = new AtomicInteger();

    private int get(String key, Instant now) {
        return shared.get(key, now, made::incrementAndGet);
    }

    @Test
    void get_withinTheTime_isMadeOnceForEachKey() {
        assertThat(get("a", NOON)).isEqualTo(1);
        assertThat(get("a", NOON.plusMillis(1_999))).isEqualTo(1);
        assertThat(get("b", NOON)).isEqualTo(2);
        assertThat(get("a", NOON.plusSeconds(2))).isEqualTo(3);
    }

    @Test
    void get_whenTheClockSteppedBack_isMadeAgain() {
        get("a", NOON);
        assertThat(get("a", NOON.minusSeconds(1))).isEqualTo(2);
    }

    @Test
    void get_byManyAtATime_isMadeOnce() throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        List<Future<Integer>> answers = new ArrayList<>();
        try (ExecutorService viewers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 50; i++) {
                Callable<Integer> viewer =
                        () -> {
                            start.await();
                            return get("a", NOON);
                        };
                answers.add(viewers.submit(viewer));
            }
            start.countDown();
            for (Future<Integer> answer : answers) {
                assertThat(answer.get()).isEqualTo(1);
            }
        }
    }

    @Test
    void get_thatFails_isTriedAgainByTheNext() {
        assertThatThrownBy(() ->
                        shared.get(
                                "a",
                                NOON,
                                () -> {
                                    throw new IllegalStateException("no figures");
                                }))
                .hasMessage("no figures");
        assertThat(get("a", NOON)).isEqualTo(1);
    }

    @Test
    void get_ofMoreThanTheBound_forgetsWhatWasNotAskedForTheLongest() {
        get("first", NOON);
        for (int i = 0; i < Shared.MAX_ENTRIES; i++) {
            get("key-" + i, NOON);
        }
        int before = made.get();
        get("key-" + (Shared.MAX_ENTRIES - 1), NOON);
        assertThat(made).hasValue(before);
        get("first", NOON);
        assertThat(made).hasValue(before + 1);
    }
}
