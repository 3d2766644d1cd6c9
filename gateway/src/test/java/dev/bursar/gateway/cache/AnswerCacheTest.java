package dev.bursar.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.bursar.gateway.cache.CacheRequest.Use;
import dev.bursar.gateway.cache.CacheRule.Temperature;
import dev.bursar.gateway.embedding.Embedding;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class AnswerCacheTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Answer ANSWER = new Answer(Bodies.bytes(Bodies.CHAT_ANSWER), Form.WHOLE);

    private final AnswerCache cache = new AnswerCache(Bodies.settings(Bodies.rule()), Meaning.NONE);

    private static Visit visit(AnswerCache cache, CacheRequest request, Instant now) {
        return cache.visit(request, now, _ -> {});
    }

    private static Pending miss(Visit visit) {
        assertThat(visit).isInstanceOf(Visit.Miss.class);
        Pending pending = ((Visit.Miss) visit).pending();
        pending.begun();
        return pending;
    }

    private static Visit.Hit hit(Visit visit) {
        assertThat(visit).isInstanceOf(Visit.Hit.class);
        return (Visit.Hit) visit;
    }

    private static void answered(Visit visit, String call, Instant now) {
        miss(visit).answered(ANSWER, new Answer.Paid(call, 500, 7), false, now);
    }

    private static CacheRequest request(String call) {
        return Bodies.chat(call, "acme", false, Bodies.CHAT);
    }

    private static CacheRequest request(String call, Use use) {
        return using(request(call), use);
    }

    private static CacheRequest using(CacheRequest plain, Use use) {
        return new CacheRequest(
                plain.call(),
                plain.tenant(),
                plain.wire(),
                plain.operation(),
                plain.provider(),
                plain.model(),
                plain.form(),
                plain.body(),
                plain.subject(),
                use);
    }

    @Test
    void visit_secondTime_hitsUntilItsTimeIsOver() {
        answered(visit(cache, request("c1"), NOON), "c1", NOON);
        Visit.Hit hit = hit(visit(cache, request("c2"), NOON.plusSeconds(599)));
        assertThat(hit.body()).isEqualTo(ANSWER.body());
        assertThat(hit.kind()).isEqualTo(Visit.Kind.EXACT);
        assertThat(hit.paid()).isEqualTo(new Answer.Paid("c1", 500, 7));
        assertThat(hit.age()).hasSeconds(599);
        miss(visit(cache, request("c3"), NOON.plusSeconds(600))).close();
    }

    @Test
    void visit_ofAnotherTenant_findsNothing() {
        answered(visit(cache, request("c1"), NOON), "c1", NOON);
        miss(visit(cache, Bodies.chat("c2", "other", false, Bodies.CHAT), NOON)).close();
        assertThat(visit(cache, Bodies.chat("c3", "unknown", false, Bodies.CHAT), NOON))
                .isInstanceOf(Visit.Off.class);
    }

    @Test
    void visit_asAStream_hitsWithTheEvents() {
        answered(visit(cache, request("c1"), NOON), "c1", NOON);
        Visit.Hit hit = hit(visit(cache, Bodies.chat("c2", "acme", true, Bodies.CHAT), NOON));
        assertThat(new String(hit.body(), StandardCharsets.UTF_8)).endsWith("data: [DONE]\n\n");
    }

    @Test
    void visit_withAnotherRuleNow_findsNothing() {
        answered(visit(cache, request("c1"), NOON), "c1", NOON);
        cache.reconfigure(Bodies.settings(Bodies.rule(Temperature.ANY, false, null)));
        miss(visit(cache, request("c2"), NOON)).close();
        cache.reconfigure(CacheSettings.OFF);
        assertThat(visit(cache, request("c3"), NOON)).isInstanceOf(Visit.Off.class);
        assertThat(cache.stats().get("acme")).extracting("entries").isEqualTo(0);
    }

    @ParameterizedTest
    @CsvSource({"NORMAL,true,true", "REFRESH,false,true", "BYPASS,false,false"})
    void use_isAsTheClientWants(Use use, boolean found, boolean kept) {
        answered(visit(cache, request("c1"), NOON), "c1", NOON);
        Visit visit = visit(cache, request("c2", use), NOON);
        assertThat(visit instanceof Visit.Hit).isEqualTo(found);
        if (visit instanceof Visit.Miss) {
            answered(visit, "c2", NOON);
        }
        String paidBy = hit(visit(cache, request("c3"), NOON)).paid().call();
        assertThat(paidBy).isEqualTo(!found && kept ? "c2" : "c1");
    }

    @Test
    void refresh_underWay_isWaitedForByThoseWhoComeLater() throws Exception {
        answered(visit(cache, request("c1"), NOON), "c1", NOON);
        Visit fresh = visit(cache, request("c2", Use.REFRESH), NOON);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            AtomicBoolean waits = new AtomicBoolean();
            Future<Visit> later =
                    threads.submit(() -> cache.visit(request("c3"), NOON, _ -> waits.set(true)));
            while (!waits.get() && !later.isDone()) {
                Thread.onSpinWait();
            }
            answered(fresh, "c2", NOON);
            assertThat(hit(later.get()).paid().call()).isEqualTo("c2");
        }
        assertThat(hit(visit(cache, request("c4"), NOON)).paid().call()).isEqualTo("c2");
        assertThat(cache.open()).isZero();
    }

    @Test
    void refresh_underWay_whereNobodyWaits_isAMiss() {
        CacheRule hasty =
                new CacheRule(
                        new TreeMap<>(),
                        Duration.ofMinutes(10),
                        Temperature.ZERO,
                        false,
                        Duration.ZERO,
                        null);
        cache.reconfigure(Bodies.settings(hasty));
        answered(visit(cache, request("c1"), NOON), "c1", NOON);
        Visit fresh = visit(cache, request("c2", Use.REFRESH), NOON);
        miss(visit(cache, request("c3"), NOON)).close();
        answered(fresh, "c2", NOON);
        assertThat(hit(visit(cache, request("c4"), NOON)).paid().call()).isEqualTo("c2");
    }

    @Test
    void refresh_whoseAnswerIsNobodyElses_leavesNoOlderOne() {
        answered(visit(cache, request("c1"), NOON), "c1", NOON);
        miss(visit(cache, request("c2", Use.REFRESH), NOON)).unfit();
        answered(visit(cache, request("c3"), NOON), "c3", NOON);
        Pending other = miss(visit(cache, request("c4", Use.REFRESH), NOON));
        other.answeredOtherwise();
        other.close();
        miss(visit(cache, request("c5"), NOON)).close();
        assertThat(cache.open()).isZero();
    }

    @Test
    void refresh_thatFails_leavesTheOlderAnswer() throws Exception {
        answered(visit(cache, request("c1"), NOON), "c1", NOON);
        Pending fresh = miss(visit(cache, request("c2", Use.REFRESH), NOON));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Visit> later = threads.submit(() -> visit(cache, request("c3"), NOON));
            fresh.close();
            assertThat(hit(later.get()).paid().call()).isEqualTo("c1");
        }
        assertThat(cache.open()).isZero();
    }

    @Test
    void answer_toWhatWasAskedBeforeARefresh_doesNotTakeItsPlace() {
        Visit slow = visit(cache, request("c1"), NOON);
        answered(visit(cache, request("c2", Use.REFRESH), NOON), "c2", NOON);
        answered(slow, "c1", NOON);
        assertThat(hit(visit(cache, request("c3"), NOON)).paid().call()).isEqualTo("c2");
    }

    @Test
    void answer_toWhatWasAskedBeforeARefresh_isNotKeptWhereTheFreshOneIsNot() {
        Visit slow = visit(cache, request("c1"), NOON);
        miss(visit(cache, request("c2", Use.REFRESH), NOON)).unfit();
        answered(slow, "c1", NOON);
        miss(visit(cache, request("c3"), NOON)).close();
        answered(visit(cache, request("c4"), NOON), "c4", NOON);
        assertThat(hit(visit(cache, request("c5"), NOON)).paid().call()).isEqualTo("c4");
    }

    @Test
    void answer_toWhatWasAskedBeforeARefresh_isNotKeptHoweverManyRefreshesThereWere() {
        Visit slow = visit(cache, request("c1"), NOON);
        miss(visit(cache, request("c2", Use.REFRESH), NOON)).unfit();
        for (int i = 0; i < 20_000; i++) {
            CacheRequest other =
                    Bodies.chat("o" + i, "acme", false, Bodies.CHAT.replace("Hello", "Hello " + i));
            miss(visit(cache, using(other, Use.REFRESH), NOON)).unfit();
        }
        answered(slow, "c1", NOON);
        miss(visit(cache, request("c3"), NOON)).close();
    }

    @Test
    void answer_withToolCalls_isKeptOnlyWhereAllowed() {
        miss(visit(cache, request("c1"), NOON))
                .answered(ANSWER, new Answer.Paid("c1", 1, 1), true, NOON);
        miss(visit(cache, request("c2"), NOON)).close();
        cache.reconfigure(Bodies.settings(Bodies.rule(Temperature.ZERO, true, null)));
        miss(visit(cache, request("c3"), NOON))
                .answered(ANSWER, new Answer.Paid("c3", 1, 1), true, NOON);
        hit(visit(cache, request("c4"), NOON));
    }

    @Test
    void answer_thatIsUnfitOrTooLarge_isNotKept() {
        miss(visit(cache, request("c1"), NOON)).unfit();
        Answer large = new Answer(new byte[Answer.MAX_BYTES + 1], Form.WHOLE);
        miss(visit(cache, request("c2"), NOON))
                .answered(large, new Answer.Paid("c2", 1, 1), false, NOON);
        miss(visit(cache, request("c3"), NOON)).close();
        assertThat(cache.open()).isZero();
    }

    @Test
    void equalQuestions_atTheSameTime_areAskedOnce() throws Exception {
        Pending leader = miss(visit(cache, request("c0"), NOON));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Visit>> others = new ArrayList<>();
            for (int i = 1; i <= 20; i++) {
                CacheRequest same = Bodies.chat("c" + i, "acme", i % 2 == 0, Bodies.CHAT);
                others.add(threads.submit(() -> visit(cache, same, NOON)));
            }
            leader.answered(ANSWER, new Answer.Paid("c0", 500, 7), false, NOON);
            for (Future<Visit> other : others) {
                assertThat(hit(other.get()).paid().call()).isEqualTo("c0");
            }
        }
        assertThat(cache.open()).isZero();
    }

    @Test
    void leaderThatFails_isFollowedByTheNext() throws Exception {
        Pending leader = miss(visit(cache, request("c1"), NOON));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Visit> second = threads.submit(() -> visit(cache, request("c2"), NOON));
            leader.close();
            answered(second.get(), "c2", NOON);
        }
        assertThat(hit(visit(cache, request("c3"), NOON)).paid().call()).isEqualTo("c2");
    }

    @Test
    void leaderWhoseProviderFails_isFollowedByAllAtOnce() throws Exception {
        Pending leader = miss(visit(cache, request("c0"), NOON));
        List<Visit> misses = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Visit>> others = waiting(threads, 5);
            leader.failed();
            leader.close();
            for (Future<Visit> other : others) {
                misses.add(other.get(10, TimeUnit.SECONDS));
            }
        }
        assertThat(misses).hasOnlyElementsOfType(Visit.Miss.class);
        misses.forEach(each -> miss(each).close());
        assertThat(cache.open()).isZero();
    }

    @Test
    void refreshWhoseProviderFails_givesTheOlderAnswerToThoseWhoWait() throws Exception {
        answered(visit(cache, request("c0"), NOON), "c0", NOON);
        Pending fresh = miss(visit(cache, request("c1", Use.REFRESH), NOON));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Visit>> others = waiting(threads, 5);
            fresh.failed();
            fresh.close();
            for (Future<Visit> other : others) {
                assertThat(hit(other.get()).paid().call()).isEqualTo("c0");
            }
        }
    }

    @Test
    void leaderThatGoesElsewhere_isNotWaitedFor() throws Exception {
        Pending leader = miss(visit(cache, request("c0"), NOON));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Visit>> others = waiting(threads, 5);
            leader.goesElsewhere();
            for (Future<Visit> other : others) {
                miss(other.get(10, TimeUnit.SECONDS)).close();
            }
            Pending next = miss(visit(cache, request("c1"), NOON));
            others = waiting(threads, 5);
            leader.close();
            assertThat(cache.open()).isEqualTo(1);
            next.answered(ANSWER, new Answer.Paid("c1", 500, 7), false, NOON);
            for (Future<Visit> other : others) {
                assertThat(hit(other.get(10, TimeUnit.SECONDS)).paid().call()).isEqualTo("c1");
            }
        }
        assertThat(cache.open()).isZero();
    }

    @Test
    void refreshThatGoesElsewhere_leavesTheOlderAnswerUntilItHasOneItself() {
        answered(visit(cache, request("c1"), NOON), "c1", NOON);
        Pending fresh = miss(visit(cache, request("c2", Use.REFRESH), NOON));
        fresh.goesElsewhere();
        assertThat(hit(visit(cache, request("c3"), NOON)).paid().call()).isEqualTo("c1");
        fresh.answeredOtherwise();
        fresh.close();
        miss(visit(cache, request("c4"), NOON)).close();
        assertThat(cache.open()).isZero();
    }

    /// Asks the same several times, and returns when all of them wait.
    private List<Future<Visit>> waiting(ExecutorService threads, int count) {
        CountDownLatch wait = new CountDownLatch(count);
        List<Future<Visit>> visits = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            CacheRequest same = request("w" + i);
            visits.add(threads.submit(() -> cache.visit(same, NOON, _ -> wait.countDown())));
        }
        assertThatCode(wait::await).doesNotThrowAnyException();
        return visits;
    }

    @Test
    void misses_areOfCallsThatGoToAProvider() {
        Visit first = visit(cache, request("c1"), NOON);
        ((Visit.Miss) first).pending().close();
        miss(visit(cache, request("c1"), NOON)).close();
        assertThat(cache.stats().get("acme")).extracting(CacheStats::misses).isEqualTo(1L);
    }

    @Test
    void followerThatGoes_doesNotWait() throws Exception {
        miss(visit(cache, request("c1"), NOON));
        AtomicReference<Runnable> leave = new AtomicReference<>(() -> {});
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Visit> second =
                    threads.submit(() -> cache.visit(request("c2"), NOON, leave::set));
            while (!second.isDone()) {
                leave.get().run();
                Thread.onSpinWait();
            }
            miss(second.get()).close();
        }
    }

    @Test
    void wrong_takesTheAnswerAwayOnceAndCounts() {
        answered(visit(cache, request("c1"), NOON), "c1", NOON);
        cache.served(hit(visit(cache, request("c2"), NOON)));
        assertThat(cache.wrong("other", "c2")).isFalse();
        assertThat(cache.wrong("acme", "c1")).isFalse();
        assertThat(cache.wrong("acme", "c2")).isTrue();
        assertThat(cache.wrong("acme", "c2")).isFalse();
        miss(visit(cache, request("c3"), NOON)).close();
        assertThat(cache.stats().get("acme"))
                .isEqualTo(new CacheStats(0, 0, 1, 0, 0, 2, 1, 1, 500, 7));
    }

    @Test
    void manyAnswers_stayWithinTheBytes() {
        Answer large = new Answer(new byte[50_000], Form.WHOLE);
        for (int i = 0; i < 200; i++) {
            CacheRequest request =
                    Bodies.chat("c" + i, "acme", false, Bodies.CHAT.replace("Hello", "Hello " + i));
            miss(visit(cache, request, NOON))
                    .answered(large, new Answer.Paid("c" + i, 1, 1), false, NOON);
        }
        CacheStats stats = cache.stats().get("acme");
        assertThat(stats).isNotNull();
        if (stats != null) {
            assertThat(stats.bytes()).isBetween(900_000L, CacheSettings.LEAST_BYTES);
            assertThat(stats.kept()).isEqualTo(200);
        }
    }

    /// Texts that begin alike mean the same.
    private static Optional<Embedding> byBeginning(String text) {
        float[] vector = new float[Embedding.DIMENSIONS];
        vector[text.charAt(0)] = 1;
        vector[text.charAt(text.length() - 1)] += 0.2f;
        return Optional.of(Embedding.of(vector));
    }

    private static CacheRequest says(String call, String text) {
        return Bodies.chat(call, "acme", false, Bodies.CHAT.replace("Hello", text));
    }

    @Test
    void visit_withAnotherTextOfTheSameMeaning_hitsAndItsFeedbackTakesTheAnswerAway() {
        AnswerCache semantic =
                new AnswerCache(
                        Bodies.settings(Bodies.rule(Temperature.ZERO, false, 0.9)),
                        AnswerCacheTest::byBeginning);
        answered(visit(semantic, says("c1", "Hello"), NOON), "c1", NOON);
        Visit.Hit hit = hit(visit(semantic, says("c2", "Hi"), NOON));
        assertThat(hit.kind()).isEqualTo(Visit.Kind.SEMANTIC);
        assertThat(hit.cosine()).isBetween(0.9, 0.999);
        miss(visit(semantic, says("c3", "Good day"), NOON)).close();
        miss(visit(semantic, says("c4", "Hi 5"), NOON)).close();
        semantic.served(hit);
        assertThat(semantic.wrong("acme", "c2")).isTrue();
        miss(visit(semantic, says("c5", "Hi"), NOON)).close();
        miss(visit(semantic, says("c6", "Hello"), NOON)).close();
    }
}
