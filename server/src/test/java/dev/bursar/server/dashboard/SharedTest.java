package dev.bursar.server.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SharedTest {

    private final AtomicLong nanos = new AtomicLong(-5);
    private final Shared<String, Integer> shared = new Shared<>(Duration.ofSeconds(2), nanos::get);
    private final AtomicInteger made = new AtomicInteger();

    private int get(String key) {
        return shared.get(key, made::incrementAndGet);
    }

    @Test
    void get_withinTheTime_isMadeOnceForEachKey() {
        assertThat(get("a")).isEqualTo(1);
        nanos.addAndGet(1_999_999_999);
        assertThat(get("a")).isEqualTo(1);
        assertThat(get("b")).isEqualTo(2);
        nanos.addAndGet(1);
        assertThat(get("a")).isEqualTo(3);
        assertThat(get("b")).isEqualTo(2);
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
                            return get("a");
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
                                () -> {
                                    throw new IllegalStateException("no figures");
                                }))
                .hasMessage("no figures");
        assertThat(get("a")).isEqualTo(1);
    }

    @Test
    void get_ofMoreThanTheBound_forgetsWhatWasNotAskedForTheLongest() {
        get("first");
        for (int i = 0; i < Shared.MAX_ENTRIES; i++) {
            get("key-" + i);
        }
        int before = made.get();
        get("key-" + (Shared.MAX_ENTRIES - 1));
        assertThat(made).hasValue(before);
        get("first");
        assertThat(made).hasValue(before + 1);
    }
}
