package dev.bursar.gateway.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BreakersTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId GLOBEX = new TenantId("globex");
    private static final Signs SAME = new Signs(1, 0, 100);

    private static final BreakerPolicy TWICE =
            new BreakerPolicy(
                    new TreeMap<>(), Map.of(Rule.IDENTICAL_CALLS, new Thresholds(2, 0, 0)));

    private final Breakers breakers = new Breakers();

    private boolean isNoticed(TenantId tenant, String run, long now) {
        Watch watch = breakers.begin(tenant, run, SAME, TWICE, now);
        watch.answered(now, now);
        return watch.verdict() != null;
    }

    @Test
    void runs_areToldApart_alsoByTenant() {
        assertThat(isNoticed(ACME, "r1", 1)).isFalse();
        assertThat(isNoticed(ACME, "r2", 2)).isFalse();
        assertThat(isNoticed(GLOBEX, "r1", 3)).isFalse();
        assertThat(isNoticed(ACME, "r1", 4)).isTrue();
    }

    @Test
    void memory_isBounded_andKeepsWhatIsUsed() {
        isNoticed(ACME, "busy", 0);
        for (int i = 1; i <= 4 * Breakers.MAX_RUNS; i++) {
            isNoticed(ACME, "r" + i, i);
            if (i % 1_000 == 0) {
                assertThat(isNoticed(ACME, "busy", i)).as("after %d", i).isTrue();
            }
        }
        assertThat(breakers.size()).isLessThanOrEqualTo(Breakers.MAX_RUNS);
        assertThat(isNoticed(ACME, "r1", 4 * Breakers.MAX_RUNS + 1)).isFalse();
    }

    @Test
    void manyThreads_ofOneRun_loseNoCall() throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            int thread = t;
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int i = 0; i < 5_000; i++) {
                                    breakers.begin(ACME, "r" + (i + thread) % 50, SAME, TWICE, 1)
                                            .answered(i, 1);
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Thresholds counts = new Thresholds(2, 0, 0);
        BreakerPolicy policy = new BreakerPolicy(new TreeMap<>(), Map.of(Rule.VELOCITY, counts));
        Verdict verdict = breakers.begin(ACME, "r7", SAME, policy, 1).verdict();
        assertThat(verdict).isNotNull();
        assertThat(breakers.size()).isEqualTo(50);
    }

    @Test
    void policy_theFirstThatFits_holds() {
        BreakerPolicy eval = new BreakerPolicy(new TreeMap<>(Map.of("workflow", "eval")), Map.of());
        BreakerSettings settings = new BreakerSettings(Map.of(ACME, List.of(eval, TWICE)));

        assertThat(settings.policy(ACME, Subject.of(Map.of("workflow", "eval")))).isSameAs(eval);
        assertThat(settings.policy(ACME, Subject.of(Map.of("workflow", "chat")))).isSameAs(TWICE);
        assertThat(settings.policy(GLOBEX, Subject.of(Map.of()))).isSameAs(BreakerPolicy.DEFAULT);
    }
}
