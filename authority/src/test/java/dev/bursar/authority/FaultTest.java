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
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The disk fails at every step in turn. Afterwards everything that was answered is there.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FaultTest {

    private static final int CALLERS = 8;
    private static final int CALLS = 6;
    private static final BudgetId COMPANY = new BudgetId("acme/company");

    @TempDir Path data;

    /// What callers were told: the amount by the id of the call.
    private final Map<String, Long> granted = new ConcurrentHashMap<>();

    private final Map<String, Long> committed = new ConcurrentHashMap<>();

    /// What callers sent and were not answered, by caller.
    private final Map<Integer, Command> inFlight = new ConcurrentHashMap<>();

    @ParameterizedTest
    @EnumSource(
            value = FaultyJournal.Fault.class,
            names = {"BEFORE_WRITE", "AFTER_SYNC"})
    void append_failingAtEveryStepInTurn_losesNothingAnswered(FaultyJournal.Fault fault) {
        boolean failed = true;
        int step = 1;
        for (; failed; step++) {
            granted.clear();
            committed.clear();
            inFlight.clear();
            MemoryJournal disk = new MemoryJournal();
            FaultyJournal faulty = new FaultyJournal(disk, fault, step);
            Authority authority = open(faulty);
            callUntilItStops(authority);
            failed = faulty.hasFailed();
            assertThat(authority.healthy()).isEqualTo(!failed);
            authority.close();
            boolean stored = recoverAndCompare(disk);
            assertThat(stored).isEqualTo(failed && fault == FaultyJournal.Fault.AFTER_SYNC);
        }
        assertThat(step).isGreaterThan(2 * CALLS);
    }

    @Test
    void read_failingAtEveryStepOfRecovery_stopsTheStartOnly() {
        MemoryJournal disk = new MemoryJournal();
        try (Authority authority = open(disk)) {
            callUntilItStops(authority);
        }
        deleteCheckpoints();
        int step = 1;
        for (boolean failed = true; failed; step++) {
            FaultyJournal faulty = new FaultyJournal(disk, FaultyJournal.Fault.READ, step);
            DataDirectory directory = DataDirectory.lock(data);
            try {
                Authority.open(directory, faulty, Fixtures.settings(), InstantSource.system())
                        .close();
            } catch (AuthorityException e) {
                assertThat(e.kind()).isEqualTo(Kind.EXTERNAL);
                directory.close();
            }
            failed = faulty.hasFailed();
            deleteCheckpoints();
        }
        assertThat(step).isGreaterThanOrEqualTo(3);
        assertThat(recoverAndCompare(disk)).isFalse();
    }

    @Test
    void failure_whileCallersWait_failsThemAllAndStaysDown() {
        FaultyJournal faulty =
                new FaultyJournal(new MemoryJournal(), FaultyJournal.Fault.BEFORE_WRITE, 2);
        try (Authority authority = open(faulty)) {
            authority.submit(define("company", USD));
            assertThatThrownBy(() -> authority.submit(reserve("h1", 1)))
                    .isInstanceOf(AuthorityException.class)
                    .hasMessageContaining("the authority has stopped")
                    .hasMessageContaining("no space left")
                    .returns(Kind.EXTERNAL, e -> ((AuthorityException) e).kind());
            assertThat(authority.healthy()).isFalse();
            assertThatThrownBy(() -> authority.submit(reserve("h2", 1)))
                    .isInstanceOf(AuthorityException.class);
            assertThatThrownBy(() -> authority.balances(COMPANY, 1))
                    .isInstanceOf(AuthorityException.class);
        }
        assertThat(new Checkpoints(data, Fixtures.settings().limits()).files()).isEmpty();
    }

    private void callUntilItStops(Authority authority) {
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            authority.submit(define("company", 1_000 * USD));
            for (int i = 0; i < CALLERS; i++) {
                int caller = i;
                callers.execute(() -> call(authority, caller));
            }
        } catch (AuthorityException e) {
            assertThat(e.kind()).isEqualTo(Kind.EXTERNAL);
        }
    }

    private void call(Authority authority, int caller) {
        try {
            for (int i = 0; i < CALLS; i++) {
                String id = caller + "-" + i;
                long amount = 100L * (caller + 1) + i;
                send(authority, caller, reserve(id, amount));
                granted.put(id, amount);
                send(authority, caller, commit(id, amount - 1));
                committed.put(id, amount - 1);
            }
        } catch (AuthorityException e) {
            assertThat(e.kind()).isEqualTo(Kind.EXTERNAL);
        }
    }

    private void send(Authority authority, int caller, Command command) {
        inFlight.put(caller, command);
        assertThat(authority.submit(command))
                .isInstanceOfAny(Outcome.Granted.class, Outcome.Committed.class);
        inFlight.remove(caller);
    }

    /// All that was answered is there. What was not may be there or not; sent again, it is there once.
    ///
    /// @return whether something was there that nobody was told
    private boolean recoverAndCompare(MemoryJournal disk) {
        boolean stored = false;
        try (Authority authority = open(disk)) {
            committed.forEach((id, amount) ->
                    assertThat(authority.submit(commit(id, amount)))
                            .as("commit %s", id)
                            .isInstanceOf(Outcome.Repeated.class));
            granted.forEach((id, amount) -> assertStillGranted(authority, id, amount));
            if (granted.isEmpty() && inFlight.isEmpty()) {
                stored = !authority.budgets().isEmpty();
                authority.submit(define("company", 1_000 * USD));
            }
            for (Command command : inFlight.values()) {
                stored |= sendAgain(authority, command);
            }
            long spent = sum(committed);
            List<Balance> balances = authority.balances(COMPANY, 1);
            assertThat(balances.stream().mapToLong(Balance::spent).sum()).isEqualTo(spent);
            granted.keySet().removeAll(committed.keySet());
            assertThat(balances.stream().mapToLong(Balance::held).sum()).isEqualTo(sum(granted));
        }
        deleteCheckpoints();
        return stored;
    }

    /// @return whether it had taken effect before
    private boolean sendAgain(Authority authority, Command command) {
        Outcome outcome = authority.submit(command);
        assertThat(outcome)
                .isInstanceOfAny(
                        Outcome.Repeated.class, Outcome.Granted.class, Outcome.Committed.class);
        if (command instanceof Command.Reserve reserve) {
            granted.put(reserve.hold().value(), reserve.asked().value(0));
        } else if (command instanceof Command.Commit commit) {
            committed.put(commit.hold().value(), commit.actual().value(0));
        }
        return outcome instanceof Outcome.Repeated;
    }

    private static long sum(Map<String, Long> amounts) {
        return amounts.values().stream().mapToLong(Long::longValue).sum();
    }

    /// An open hold repeats its answer; one that has ended since says that there was one.
    private static void assertStillGranted(Authority authority, String id, long amount) {
        assertThat(authority.submit(reserve(id, amount)))
                .as("reserve %s", id)
                .matches(outcome ->
                        outcome instanceof Outcome.Repeated
                                || outcome.equals(
                                        new Outcome.Refused(Reason.HOLD_EXISTS, List.of())));
    }

    private Authority open(Journal journal) {
        return Authority.open(
                DataDirectory.lock(data), journal, Fixtures.settings(), InstantSource.system());
    }

    private void deleteCheckpoints() {
        for (Path file : new Checkpoints(data, Fixtures.settings().limits()).files()) {
            assertThat(file.toFile().delete()).isTrue();
        }
    }
}
