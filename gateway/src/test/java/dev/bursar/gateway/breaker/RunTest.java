package dev.bursar.gateway.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.TenantId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final long SECOND = 1_000;

    private final Run run = new Run(ACME, "r1", 0);
    private long now = 1_000_000;

    /// Only this rule, which flags from 2 on: its verdicts tell what it counts.
    private static BreakerPolicy only(Rule rule) {
        Map<Rule, Thresholds> thresholds = new EnumMap<>(Rule.class);
        for (Rule other : Rule.values()) {
            thresholds.put(other, other == rule ? new Thresholds(2, 0, 0) : Thresholds.OFF);
        }
        return new BreakerPolicy(new TreeMap<>(), thresholds);
    }

    private static int count(@Nullable Verdict verdict) {
        return verdict == null ? 0 : verdict.count();
    }

    /// A letter is a request, a letter with a digit its answer, a digit alone a tool's step; `!` fails.
    /// After `+` comes a pause, and `&` begins a call that ends after the next one.
    private int play(Rule rule, String calls) {
        BreakerPolicy policy = only(rule);
        int count = 0;
        Watch open = null;
        long openAnswer = 0;
        for (String call : calls.split(" ", -1)) {
            if (call.equals("+")) {
                now += Row.PAUSE_MILLIS + 1;
                continue;
            }
            String written = call.replace("!", "").replace("&", "");
            boolean step = Character.isDigit(written.charAt(0));
            long request = step ? now : written.charAt(0);
            long answer = written.length() > 1 ? written.charAt(1) : 7;
            Watch watch =
                    run.begin(new Signs(request, step ? written.charAt(0) : 0, 1_000), policy, now);
            count = count(watch.verdict());
            now += SECOND;
            if (call.endsWith("!")) {
                watch.failed(now);
            } else if (call.endsWith("&")) {
                open = watch;
                openAnswer = answer;
            } else {
                watch.answered(answer, now);
                if (open != null) {
                    open.answered(openAnswer, now);
                    open = null;
                }
            }
        }
        return count;
    }

    @ParameterizedTest
    @CsvSource({
        // one after the other
        "IDENTICAL_CALLS, A, 0",
        "IDENTICAL_CALLS, A A, 2",
        "IDENTICAL_CALLS, A1 A2 A3 A4, 4",
        "IDENTICAL_CALLS, A A B A A A, 3",
        "IDENTICAL_CALLS, A A A + A, 0",
        // what ran beside another is one of its kind
        "IDENTICAL_CALLS, A& A A, 2",
        "IDENTICAL_CALLS, A& A& A A A, 3",
        // what failed is no answer
        "IDENTICAL_CALLS, A! A! A!, 0",
        "IDENTICAL_ANSWERS, A1 A1 A1, 3",
        "IDENTICAL_ANSWERS, A1 A2 A3 A4, 2",
        "IDENTICAL_ANSWERS, A1 A1 A2 A2 A2, 3",
        "IDENTICAL_ANSWERS, A1 A1 + A1, 0",
        "RETRY_STORM, A! A! A!, 3",
        "RETRY_STORM, A! A! A A!, 0",
        "RETRY_STORM, A! B! A! B!, 0",
        "RETRY_STORM, A! A! + A!, 0",
        "RETRY_STORM, A! A! B A!, 3",
        "CYCLE, A B A B, 2",
        "CYCLE, A B A B A B, 3",
        "CYCLE, A B A B A C, 0",
        "CYCLE, A B C A B C A B C, 3",
        "CYCLE, A B C D A B C D A B C D, 3",
        "CYCLE, A B C D E A B C D E A B C D E, 0",
        "CYCLE, A A A A A A, 0",
        "CYCLE, A1 B1 A2 B2 A3 B3 A4 B4, 0",
        "CYCLE, 1 2 1 2 1 2, 3",
        "CYCLE, 1 2 1 2 + 1 2, 0",
        "CYCLE, A B A! B! A B, 2",
        "NO_PROGRESS, 1 1 1, 3",
        "NO_PROGRESS, 1 2 3 4, 0",
        "NO_PROGRESS, 1 1 2 1 1, 2",
        "NO_PROGRESS, 1 1 A 1, 0",
        "NO_PROGRESS, 1 1 + 1, 0",
        "VELOCITY, A B C D, 4",
    })
    void rule_counts(Rule rule, String calls, int expected) {
        assertThat(play(rule, calls)).isEqualTo(expected < 2 ? 0 : expected);
    }

    @Test
    void retryOfAStep_isNotTheNextOne() {
        BreakerPolicy policy = only(Rule.NO_PROGRESS);
        for (int i = 0; i < 5; i++) {
            Watch watch = run.begin(new Signs(1, 42, 10), policy, now);
            assertThat(watch.verdict()).isNull();
            watch.answered(1, now);
        }
    }

    @Test
    void velocity_countsCallsOfAMinute_openOrNot_andForgetsThem() {
        BreakerPolicy policy = only(Rule.VELOCITY);
        now = 600_000;
        for (int i = 0; i < 59; i++) {
            run.begin(new Signs(i, 0, 10), policy, now);
            now += SECOND;
        }
        assertThat(count(run.begin(new Signs(99, 0, 10), policy, now).verdict())).isEqualTo(60);
        now += 31 * SECOND;
        assertThat(count(run.begin(new Signs(99, 0, 10), policy, now).verdict()))
                .isEqualTo(1 + 60 / 2);
        now += 120 * SECOND;
        assertThat(run.begin(new Signs(99, 0, 10), policy, now).verdict()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "1000 400000, 400",
        "1000 200000, 0",
        "1000 2000 300000, 300",
        "1000 300000 299999, 0",
        "1000 300000 300000, 300",
        "100000 300000, 3",
        // a smaller request begins anew
        "1000 500 300000, 600",
        "300000 1000 299000, 299"
    })
    void contextGrowth_isByHowMuchItGrewFromCallToCall(String bytes, int expected) {
        BreakerPolicy policy = only(Rule.CONTEXT_GROWTH);
        int count = 0;
        for (String size : bytes.split(" ", -1)) {
            Signs signs = new Signs(now, 0, Integer.parseInt(size));
            Watch watch = run.begin(signs, policy, now++);
            count = count(watch.verdict());
            watch.answered(0, now++);
        }
        assertThat(count).isEqualTo(expected);
    }

    @Test
    void hardestAction_isToldFirst() {
        Map<Rule, Thresholds> thresholds = new EnumMap<>(Rule.class);
        for (Rule rule : Rule.values()) {
            thresholds.put(rule, Thresholds.OFF);
        }
        thresholds.put(Rule.IDENTICAL_ANSWERS, new Thresholds(2, 0, 0));
        thresholds.put(Rule.IDENTICAL_CALLS, new Thresholds(2, 3, 6));
        BreakerPolicy policy = new BreakerPolicy(new TreeMap<>(), thresholds);
        List<String> told = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            Watch watch = run.begin(new Signs(1, 0, 10), policy, now);
            Verdict verdict = watch.verdict();
            told.add(
                    verdict == null
                            ? "-"
                            : verdict.rule().wire()
                                    + " "
                                    + verdict.action().wire()
                                    + " "
                                    + verdict.count()
                                    + " "
                                    + verdict.delay().toSeconds());
            if (verdict != null && verdict.action() == Action.STOP) {
                watch.stopped(); // and resumed: it counts anew
            } else {
                watch.answered(1, ++now);
            }
        }
        assertThat(told)
                .containsExactly(
                        "-",
                        "identical_answers flag 2 0",
                        "identical_calls slow 3 1",
                        "identical_calls slow 4 2",
                        "identical_calls slow 5 4",
                        "identical_calls stop 6 0",
                        "-");
    }

    @Test
    void slowest_isShorterThanWhatClosingWaitsFor() {
        Thresholds thresholds = new Thresholds(0, 2, 0);
        assertThat(Verdict.of(Rule.CYCLE, Action.SLOW, 1_000_000, thresholds).delay())
                .isEqualTo(Verdict.LONGEST_DELAY)
                .isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void anyCalls_areCountedAsByLookingBackOverAllOfThem() {
        for (long seed = 0; seed < 3_000; seed++) {
            String mistake = mistake(seed);
            assertThat(mistake).as("seed %d", seed).isNull();
        }
    }

    private record Open(Watch watch, NaiveRun.Call call) {}

    private static @Nullable String mistake(long seed) {
        Random random = new Random(seed);
        Run run = new Run(ACME, "r", 0);
        NaiveRun naive = new NaiveRun();
        BreakerPolicy policy = BreakerPolicy.DEFAULT;
        int requests = 1 + random.nextInt(4);
        int answers = 1 + random.nextInt(2);
        List<Open> open = new ArrayList<>();
        long now = 0;
        for (int i = 0; i < 80; i++) {
            now += random.nextInt(20) == 0 ? random.nextInt(60_000) : random.nextInt(3_000);
            if (open.isEmpty() || random.nextInt(5) == 0) {
                Signs signs =
                        new Signs(
                                1 + random.nextInt(requests),
                                random.nextInt(3) == 0 ? 100 + random.nextInt(requests) : 0,
                                10);
                String mistake = compare(run, naive, signs, now);
                if (mistake != null) {
                    return "step " + i + ": " + mistake;
                }
                open.add(new Open(run.begin(signs, policy, now), naive.begin(signs, now)));
            } else {
                Open ending = open.remove(random.nextInt(open.size()));
                boolean answered = random.nextInt(6) > 0;
                long answer = random.nextInt(answers);
                naive.end(ending.call(), answered, answer, now);
                if (answered) {
                    ending.watch().answered(answer, now);
                } else {
                    ending.watch().failed(now);
                }
            }
        }
        return null;
    }

    private static @Nullable String compare(Run run, NaiveRun naive, Signs signs, long now) {
        Map<Rule, Integer> expected =
                Map.of(
                        Rule.IDENTICAL_CALLS, naive.identicalCalls(signs, now),
                        Rule.IDENTICAL_ANSWERS, naive.identicalAnswers(signs, now),
                        Rule.RETRY_STORM, naive.retries(signs, now),
                        Rule.CYCLE, naive.rounds(signs, now));
        for (Map.Entry<Rule, Integer> entry : expected.entrySet()) {
            int counted = run.count(entry.getKey(), signs, 0, now);
            if (counted != entry.getValue()) {
                return entry.getKey() + " " + counted + ", expected " + entry.getValue();
            }
        }
        return null;
    }
}
