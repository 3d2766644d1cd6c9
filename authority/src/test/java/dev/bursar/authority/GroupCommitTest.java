package dev.bursar.authority;

import static dev.bursar.authority.Fixtures.USD;
import static dev.bursar.authority.Fixtures.commit;
import static dev.bursar.authority.Fixtures.define;
import static dev.bursar.authority.Fixtures.reserve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.authority.AuthorityException.Kind;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is answered when, seen through a journal that syncs only when the test says so.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class GroupCommitTest {

    @TempDir Path data;

    private final SlowJournal journal = new SlowJournal();
    private final SteppingClock clock = new SteppingClock();
    private Authority authority;

    @BeforeEach
    void open() {
        authority = open(Fixtures.settings());
        CompletableFuture<Outcome> defined = authority.submitAsync(define("company", 1_000 * USD));
        journal.letPass(1);
        journal.awaitAppend();
        defined.join();
    }

    private Authority open(AuthoritySettings settings) {
        return Authority.open(DataDirectory.lock(data), journal, settings, clock);
    }

    @AfterEach
    void close() {
        journal.letPass(1_000_000);
        authority.close();
    }

    @Test
    void submit_whileTheSyncRuns_isNotAnswered() {
        CompletableFuture<Outcome> first = authority.submitAsync(reserve("h1", USD));
        journal.awaitAppend();
        CompletableFuture<Outcome> second = authority.submitAsync(reserve("h2", USD));

        assertThat(first).isNotDone();
        journal.letPass(1);
        assertThat(first.join()).isInstanceOf(Outcome.Granted.class);
        journal.awaitAppend();
        assertThat(second).isNotDone();
        journal.letPass(1);
        assertThat(second.join()).isInstanceOf(Outcome.Granted.class);
    }

    @Test
    void submit_manyWhileOneSyncs_areOneRecord() {
        CompletableFuture<Outcome> first = authority.submitAsync(reserve("first", USD));
        journal.awaitAppend();
        List<CompletableFuture<Outcome>> rest = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            rest.add(authority.submitAsync(reserve("h" + i, USD)));
        }
        awaitDecided();

        journal.letPass(2);
        first.join();
        rest.forEach(CompletableFuture::join);

        assertThat(journal.lastPosition()).isEqualTo(502);
    }

    @Test
    void repeat_ofAnUnsyncedCommand_waitsForItsSync() {
        CompletableFuture<Outcome> original = authority.submitAsync(reserve("h1", USD));
        journal.awaitAppend();
        CompletableFuture<Outcome> repeat = authority.submitAsync(reserve("h1", USD));
        awaitDecided();

        assertThat(repeat).isNotDone();
        journal.letPass(1);
        Outcome granted = original.join();
        assertThat(repeat.join()).isEqualTo(new Outcome.Repeated(granted));
        assertThat(journal.lastPosition()).isEqualTo(2);
    }

    @Test
    void refusal_decidedUponUnsyncedState_waitsForItsSync() {
        CompletableFuture<Outcome> granted = authority.submitAsync(reserve("h1", 1_000 * USD));
        journal.awaitAppend();
        CompletableFuture<Outcome> refused = authority.submitAsync(commit("unknown", USD));
        awaitDecided();

        assertThat(refused).isNotDone();
        journal.letPass(1);
        assertThat(granted.join()).isInstanceOf(Outcome.Granted.class);
        assertThat(refused.join()).isInstanceOf(Outcome.Refused.class);
    }

    @Test
    void balances_ofUnsyncedState_waitForItsSync() throws Exception {
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<Outcome> granted = authority.submitAsync(reserve("h1", 7 * USD));
            journal.awaitAppend();
            Future<List<Balance>> balances =
                    readers.submit(() -> authority.balances(new BudgetId("acme/company"), 5));
            awaitDecided();

            assertThat(balances.isDone()).isFalse();
            journal.letPass(1);
            assertThat(balances.get()).singleElement().returns(7 * USD, Balance::held);
            assertThat(granted).isDone();
        }
    }

    @Test
    void submit_whenTheQueueIsFull_isRefusedAtOnce() {
        authority.close();
        AuthoritySettings small =
                new AuthoritySettings(
                        Fixtures.settings().limits(),
                        4,
                        1,
                        Duration.ofHours(1),
                        1,
                        Long.MAX_VALUE,
                        AuthorityMeter.NONE);
        authority = open(small);
        List<CompletableFuture<Outcome>> accepted = new ArrayList<>();
        AuthorityException refusal = null;
        for (int i = 0; refusal == null && i < 100; i++) {
            try {
                accepted.add(authority.submitAsync(reserve("h" + i, USD)));
            } catch (AuthorityException e) {
                refusal = e;
            }
        }
        assertThat(refusal).isNotNull().returns(Kind.CAPACITY, AuthorityException::kind);
        assertThat(accepted).hasSizeBetween(4, 6);
        assertThat(authority.healthy()).isTrue();

        journal.letPass(100);
        accepted.forEach(outcome -> assertThat(outcome.join()).isInstanceOf(Outcome.Granted.class));
        assertThat(authority.submit(reserve("later", USD))).isInstanceOf(Outcome.Granted.class);
    }

    @Test
    void clock_thatStepsBack_doesNotTakeTimeBack() {
        journal.letPass(10);
        authority.submit(reserve("h1", USD));
        clock.now = clock.now.minusSeconds(3_600);
        authority.submit(reserve("h2", USD));
        clock.now = clock.now.plusSeconds(7_200);
        authority.submit(reserve("h3", USD));

        List<Instant> times =
                authority.journal().read(0, 100).stream().map(p -> p.entry().at()).toList();
        assertThat(times).isSorted().hasSize(4);
        assertThat(times.get(2)).isEqualTo(times.get(1));
        assertThat(times.get(3)).isEqualTo(times.get(2).plusSeconds(3_600));
    }

    @Test
    void close_withCommandsWaiting_answersThemAll() throws Exception {
        List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            outcomes.add(authority.submitAsync(reserve("h" + i, 1)));
        }
        journal.letPass(1_000);
        authority.close();

        assertThat(outcomes).allSatisfy(outcome -> assertThat(outcome).isCompleted());
        assertThat(journal.lastPosition()).isEqualTo(3_001);
        assertThat(authority.healthy()).isFalse();
        assertThatThrownBy(() -> authority.submit(reserve("late", 1)))
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void interrupt_whileWaiting_doesNotLoseTheAnswer() throws Exception {
        CompletableFuture<Outcome> answer = new CompletableFuture<>();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread caller =
                Thread.ofVirtual()
                        .start(() -> {
                            answer.complete(authority.submit(reserve("h1", USD)));
                            interrupted.complete(Thread.currentThread().isInterrupted());
                        });
        journal.awaitAppend();
        caller.interrupt();
        journal.letPass(1);

        assertThat(answer.join()).isInstanceOf(Outcome.Granted.class);
        assertThat(interrupted.join()).isTrue();
    }

    /// Returns once the writer has decided all that was put before: it works in order.
    private void awaitDecided() {
        while (authority.queued() > 0) {
            Thread.onSpinWait();
        }
    }

    private static final class SteppingClock implements InstantSource {

        private volatile Instant now = Instant.parse("2026-11-21T10:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }
    }
}
