package dev.bursar.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HealthTest {

    private static final String MODEL = "openai/house-model";

    private static final HealthSettings SETTINGS =
            new HealthSettings(
                    3, Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(35));

    private final Health health = new Health();
    private Instant now = Instant.parse("2026-11-30T12:00:00Z");

    @Test
    void model_failingOften_rests() {
        fail(2);
        assertThat(admits()).isTrue();
        fail(1);
        assertThat(admits()).isFalse();
        assertThat(health.admits("openai/other", now)).isTrue();
    }

    @Test
    void rests_isSoUntilTheRestIsOver_andTakesNoProbe() {
        assertThat(health.rests(MODEL, now)).isFalse();
        fail(3);
        assertThat(health.rests(MODEL, now)).isTrue();
        pass(SETTINGS.rest());
        assertThat(health.rests(MODEL, now)).isFalse();
        assertThat(health.rests(MODEL, now)).isFalse();
        assertThat(admits()).isTrue();
        assertThat(health.rests(MODEL, now)).isTrue();
    }

    @Test
    void model_failingSeldom_isAdmitted() {
        for (int i = 0; i < 10; i++) {
            fail(1);
            pass(Duration.ofSeconds(16));
        }
        assertThat(admits()).isTrue();
    }

    @Test
    void model_failingLessThanHalfOfTheTime_isAdmitted() {
        fail(1);
        for (int i = 0; i < 20; i++) {
            health.succeeded(MODEL);
            health.succeeded(MODEL);
            fail(1);
        }
        assertThat(admits()).isTrue();
    }

    @Test
    void rest_over_letsOneProbeThroughForEachRest() {
        fail(3);
        pass(Duration.ofMillis(9_999));
        assertThat(admits()).isFalse();
        pass(Duration.ofMillis(1));
        assertThat(admits()).isTrue();
        assertThat(admits()).isFalse();
        pass(Duration.ofSeconds(10));
        assertThat(admits()).as("the probe never told").isTrue();
        assertThat(admits()).isFalse();
    }

    @Test
    void probe_succeeding_bringsTheModelBack() {
        fail(3);
        pass(Duration.ofSeconds(10));
        assertThat(admits()).isTrue();
        health.succeeded(MODEL);
        assertThat(admits()).isTrue();
        fail(2);
        assertThat(admits()).as("nothing is held against it").isTrue();
    }

    @Test
    void probe_failing_doublesTheRestUpToItsBound() {
        fail(3);
        pass(Duration.ofSeconds(10));
        for (int rest : new int[] {20, 35, 35}) {
            assertThat(admits()).isTrue();
            fail(1);
            pass(Duration.ofSeconds(rest).minusMillis(1));
            assertThat(admits()).isFalse();
            pass(Duration.ofMillis(1));
        }
        assertThat(admits()).isTrue();
    }

    @Test
    void model_failingWhileItRests_doesNotRestLonger() {
        fail(3);
        fail(20);
        pass(Duration.ofSeconds(10));
        assertThat(admits()).isTrue();
    }

    @Test
    void trouble_ofVeryManyModels_isBoundedAndForgottenWhenOver() {
        for (int i = 0; i < Health.MAX_TROUBLED + 10; i++) {
            for (int n = 0; n < 3; n++) {
                health.failed("m" + i, now, SETTINGS);
            }
        }
        assertThat(health.admits("m0", now)).isFalse();
        assertThat(health.admits("m" + Health.MAX_TROUBLED, now)).isTrue();
        pass(Duration.ofMinutes(5));
        fail(3);
        assertThat(admits()).isFalse();
    }

    @Test
    void admits_askedByManyAtOnce_givesOneProbe() throws Exception {
        fail(3);
        pass(Duration.ofSeconds(10));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> answers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                answers.add(threads.submit(this::admits));
            }
            int admitted = 0;
            for (Future<Boolean> answer : answers) {
                admitted += answer.get() ? 1 : 0;
            }
            assertThat(admitted).isOne();
        }
    }

    @Test
    void chain_withARestingModel_leavesItForLast() {
        fail(3);
        Chain<String> chain = new Chain<>(List.of(MODEL, "a", "b"));
        assertThat(next(chain)).isEqualTo("a");
        assertThat(next(chain)).isEqualTo("b");
        assertThat(next(chain)).isEqualTo(MODEL);
        assertThat(next(chain)).isNull();
    }

    @Test
    void chain_withNothingElse_triesTheRestingModel() {
        fail(3);
        Chain<String> chain = new Chain<>(List.of(MODEL));
        assertThat(next(chain)).isEqualTo(MODEL);
        assertThat(chain.isEmpty()).isTrue();
        assertThat(next(chain)).isNull();
    }

    private @Nullable String next(Chain<String> chain) {
        return chain.next(model -> health.admits(model, now));
    }

    private boolean admits() {
        return health.admits(MODEL, now);
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            health.failed(MODEL, now, SETTINGS);
        }
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }
}
