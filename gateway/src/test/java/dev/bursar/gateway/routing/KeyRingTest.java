package dev.bursar.gateway.routing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.routing.KeyRing.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyRingTest {

    private Instant now = Instant.parse("2026-11-30T12:00:00Z");

    @Test
    void take_manyRuns_givesEachKeyItsShareAndKeepsARunWithOne() {
        KeyRing ring = ring(key("a", 3, 0, 0), key("b", 1, 0, 0));
        Map<String, Integer> counts = new TreeMap<>();
        for (int run = 0; run < 4_000; run++) {
            Set<String> ofRun = new TreeSet<>();
            for (int call = 0; call < 3; call++) {
                ofRun.add(name(ring.turn("run-" + run).take("p", now, false)));
            }
            assertThat(ofRun).hasSize(1);
            counts.merge(ofRun.iterator().next(), 1, Integer::sum);
        }
        assertThat(counts.get("a")).isBetween(2_890, 3_110);
    }

    @ParameterizedTest(name = "{0} rests for {2} s when told {1}")
    @CsvSource({"401, 5, 60", "403, 0, 60", "429, 0, 2", "429, 17, 17", "429, 9999, 300"})
    void key_refused_restsAndAnotherIsTaken(int status, long told, long rests) {
        KeyRing ring = ring(key("a", 1, 0, 0), key("b", 1, 0, 0));
        KeyRing.Turn turn = ring.turn("run");
        Lease first = requireNonNull(turn.take("p", now, false));
        first.refused(status, now, Duration.ofSeconds(told));
        first.close();
        Lease second = turn.take("p", now, false);
        assertThat(name(second)).isNotEqualTo(name(first));
        assertThat(turn.take("p", now, false)).isNull();
        now = now.plusSeconds(rests).minusMillis(1);
        assertThat(name(ring.turn("run").take("p", now, false))).isEqualTo(name(second));
        now = now.plusMillis(1);
        assertThat(name(ring.turn("run").take("p", now, false))).isEqualTo(name(first));
    }

    @Test
    void key_refusedAgain_restsTwiceAsLongUntilItIsTaken() {
        KeyRing ring = ring(key("a", 1, 0, 0));
        refuse(ring, 429);
        now = now.plusSeconds(2);
        refuse(ring, 429);
        assertThat(ring.isAwake("p", now.plusMillis(3_999))).isFalse();
        now = now.plusSeconds(4);
        assertThat(ring.isAwake("p", now)).isTrue();
        Lease lease = requireNonNull(ring.turn("run").take("p", now, false));
        lease.taken();
        lease.close();
        refuse(ring, 429);
        assertThat(ring.isAwake("p", now.plusSeconds(2))).isTrue();
    }

    @Test
    void key_refusedAfterARestThatTheProviderTold_restsAsAtTheFirstTime() {
        KeyRing ring = ring(key("a", 1, 0, 0));
        refuse(ring, 429, Duration.ofSeconds(40));
        now = now.plusSeconds(40);
        refuse(ring, 429);
        assertThat(ring.isAwake("p", now.plusMillis(1_999))).isFalse();
        assertThat(ring.isAwake("p", now.plusSeconds(2))).isTrue();
    }

    @Test
    void onlyKeyResting_isTakenWhereThatWillDo() {
        KeyRing ring = ring(key("a", 1, 0, 0), key("b", 1, 0, 0));
        refuse(ring, 401);
        refuse(ring, 429);
        assertThat(ring.isAwake("p", now)).isFalse();
        assertThat(ring.turn("run").take("p", now, false)).isNull();
        Lease soonest = requireNonNull(ring.turn("run").take("p", now, true));
        soonest.close();
        now = now.plusSeconds(2);
        assertThat(name(ring.turn("run").take("p", now, false))).isEqualTo(name(soonest));
    }

    @Test
    void concurrent_full_passesOverTheKeyUntilACallEnds() {
        KeyRing ring = ring(key("a", 1, 0, 2));
        Lease one = requireNonNull(ring.turn("r1").take("p", now, false));
        assertThat(ring.turn("r2").take("p", now, false)).isNotNull();
        assertThat(ring.turn("r3").take("p", now, true)).isNull();
        one.close();
        one.close();
        assertThat(ring.turn("r3").take("p", now, false)).isNotNull();
        assertThat(ring.turn("r4").take("p", now, false)).isNull();
    }

    @Test
    void callsPerMinute_spent_refillEvenly() {
        KeyRing ring = ring(key("a", 1, 30, 0));
        assertThat(taken(ring, 100)).isEqualTo(30);
        now = now.plusMillis(1_999);
        assertThat(taken(ring, 100)).isZero();
        now = now.plusMillis(1);
        assertThat(taken(ring, 100)).isEqualTo(1);
        now = now.plusSeconds(10);
        assertThat(taken(ring, 100)).isEqualTo(5);
        now = now.plusSeconds(1_000);
        assertThat(taken(ring, 100)).isEqualTo(30);
    }

    @Test
    void untilRefill_isThatOfTheKeyThatHasACallSoonest() {
        KeyRing ring = ring(key("a", 1, 30, 0), key("b", 1, 6, 0));
        assertThat(ring.turn("run").untilRefill("p", now)).isZero();
        assertThat(taken(ring, 100)).isEqualTo(36);
        assertThat(ring.turn("run").untilRefill("p", now)).isEqualTo(Duration.ofSeconds(2));
        now = now.plusMillis(500);
        assertThat(ring.turn("run").untilRefill("p", now)).isEqualTo(Duration.ofMillis(1_500));
        KeyRing unbounded = ring(key("a", 1, 0, 1));
        assertThat(taken(unbounded, 2)).isEqualTo(1);
        assertThat(unbounded.turn("run").untilRefill("p", now)).isZero();
    }

    @Test
    void ring_withOtherKeys_keepsTheStateOfThoseThatStay() {
        KeyRing ring = ring(key("a", 1, 0, 0), key("b", 1, 0, 0));
        refuse(ring, 401);
        refuse(ring, 401);
        KeyRing changed =
                ring.with(Map.of("p", List.of(key("a", 5, 0, 0), ProviderKey.of("b", "new"))));
        Set<String> names = new TreeSet<>();
        for (int run = 0; run < 50; run++) {
            names.add(name(changed.turn("run-" + run).take("p", now, false)));
        }
        assertThat(names).containsExactly("b");
    }

    @Test
    void bounds_underLoad_holdForEachKey() throws Exception {
        KeyRing ring = ring(key("a", 1, 0, 3), key("b", 1, 0, 5));
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger served = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                String run = "run-" + i;
                done.add(
                        threads.submit(() -> {
                            for (int n = 0; n < 500; n++) {
                                try (Lease lease = ring.turn(run).take("p", now, false)) {
                                    if (lease != null) {
                                        most.accumulateAndGet(open.incrementAndGet(), Math::max);
                                        served.incrementAndGet();
                                        open.decrementAndGet();
                                    }
                                }
                            }
                        }));
            }
            for (Future<?> task : done) {
                task.get();
            }
        }
        assertThat(most.get()).isBetween(1, 8);
        assertThat(served.get()).isPositive();
        assertThat(taken(ring, 100)).isEqualTo(8);
    }

    @Test
    void key_printed_hidesTheSecret() {
        assertThat(key("a", 1, 0, 0).toString()).contains("a").doesNotContain("sk-");
    }

    private void refuse(KeyRing ring, int status) {
        refuse(ring, status, Duration.ZERO);
    }

    private void refuse(KeyRing ring, int status, Duration told) {
        Lease lease = requireNonNull(ring.turn("run").take("p", now, false));
        lease.refused(status, now, told);
        lease.close();
    }

    private int taken(KeyRing ring, int asked) {
        int taken = 0;
        for (int i = 0; i < asked; i++) {
            taken += ring.turn("run-" + i).take("p", now, false) == null ? 0 : 1;
        }
        return taken;
    }

    private static String name(@Nullable Lease lease) {
        return requireNonNull(lease).key().name();
    }

    private static KeyRing ring(ProviderKey... keys) {
        return KeyRing.empty().with(Map.of("p", List.of(keys)));
    }

    private static ProviderKey key(String name, int weight, int perMinute, int concurrent) {
        return new ProviderKey(name, "sk-" + name, weight, perMinute, concurrent);
    }
}
