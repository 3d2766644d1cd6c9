package dev.bursar.gateway.ladder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.ladder.WaitingRoom.End;
import dev.bursar.gateway.ladder.WaitingRoom.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class WaitingRoomTest {

    private static final Duration LONG = Duration.ofSeconds(90);

    private final WaitingRoom room = new WaitingRoom(1_000_000);

    /// How many calls there is room for.
    private final AtomicInteger free = new AtomicInteger();

    private final AtomicInteger attempts = new AtomicInteger();

    /// Those that wait or have waited.
    private final List<Thread> callers = new CopyOnWriteArrayList<>();

    private final List<String> order = new CopyOnWriteArrayList<>();

    private Place place(String tenant, String run) {
        return Objects.requireNonNull(room.join(tenant, run, 100, 1_000));
    }

    private CompletableFuture<End> waiting(Place place, String name) {
        CompletableFuture<End> end = new CompletableFuture<>();
        callers.add(
                Thread.startVirtualThread(
                        () -> end.complete(place.await(LONG, () -> attempt(name)))));
        return end;
    }

    private boolean attempt(String name) {
        attempts.incrementAndGet();
        if (free.getAndUpdate(now -> Math.max(0, now - 1)) == 0) {
            return false;
        }
        order.add(name);
        return true;
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    private static End end(CompletableFuture<End> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    @Test
    void roomMade_admitsInOrderOfArrival() throws Exception {
        List<CompletableFuture<End>> ends = new ArrayList<>();
        for (String name : List.of("1", "2", "3")) {
            int before = attempts.get();
            ends.add(waiting(place("acme", "run"), name));
            await(() -> attempts.get() > before);
        }
        free.set(3);
        room.roomMade("acme");

        for (CompletableFuture<End> end : ends) {
            assertThat(end(end)).isEqualTo(End.ADMITTED);
        }
        assertThat(order).containsExactly("1", "2", "3");
        await(() -> room.waiting() == 0);
    }

    @Test
    void roomMade_severalRuns_takeTurns() throws Exception {
        List<CompletableFuture<End>> ends = new ArrayList<>();
        for (String name : List.of("a1", "a2", "a3", "b1")) {
            int before = attempts.get();
            ends.add(waiting(place("acme", name.substring(0, 1)), name));
            await(() -> attempts.get() > before);
        }
        free.set(2);
        room.roomMade("acme");

        await(() -> order.size() == 2);
        assertThat(order).containsExactlyInAnyOrder("a1", "b1");
        room.close();
        assertThat(ends.stream().map(CompletableFuture::join))
                .containsExactlyInAnyOrder(End.ADMITTED, End.ADMITTED, End.CLOSED, End.CLOSED);
    }

    @Test
    void roomMade_noRoom_asksAFewAndThenSleeps() throws Exception {
        List<CompletableFuture<End>> ends = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            ends.add(waiting(place("acme", "run-" + i), "x"));
        }
        int before = settled();
        // All have come; one more sign of room asks at most as many as may miss.
        room.roomMade("acme");
        int after = settled();

        assertThat(after - before).isBetween(1, 4);
        room.close();
        for (CompletableFuture<End> end : ends) {
            assertThat(end(end)).isEqualTo(End.CLOSED);
        }
    }

    /// The attempts, once all callers sleep and none has the turn: whoever got it while they were looked at
    /// is awake at the second look, or has made an attempt.
    private int settled() throws Exception {
        int seen;
        do {
            seen = attempts.get();
            await(this::allSleep);
        } while (!allSleep() || seen != attempts.get());
        return seen;
    }

    private boolean allSleep() {
        return callers.stream().allMatch(caller -> caller.getState() == Thread.State.TIMED_WAITING);
    }

    @Test
    void await_untilTheDeadline_leavesTheLine() throws Exception {
        End end = place("acme", "run").await(Duration.ofMillis(50), () -> attempt("x"));

        assertThat(end).isEqualTo(End.DEADLINE);
        assertThat(room.waiting()).isZero();
    }

    @Test
    void leave_beforeOrWhileWaiting_endsTheWaitAndPassesOn() throws Exception {
        Place early = place("acme", "run");
        early.leave();
        assertThat(end(waiting(early, "early"))).isEqualTo(End.LEFT);
        Place first = place("acme", "run");
        CompletableFuture<End> left = waiting(first, "first");
        await(() -> attempts.get() >= 1);
        CompletableFuture<End> second = waiting(place("acme", "run"), "second");
        first.leave();
        assertThat(end(left)).isEqualTo(End.LEFT);

        free.set(1);
        room.tick();

        assertThat(end(second)).isEqualTo(End.ADMITTED);
        assertThat(order).containsExactly("second");
    }

    @Test
    void attempt_thatFails_endsThatWaitOnly() throws Exception {
        CompletableFuture<Throwable> failed = new CompletableFuture<>();
        Place bad = place("acme", "run");
        Thread.startVirtualThread(() -> {
            try {
                bad.await(
                        LONG,
                        () -> {
                            throw new IllegalStateException("stopped");
                        });
            } catch (IllegalStateException e) {
                failed.complete(e);
            }
        });
        assertThat(failed.get(30, TimeUnit.SECONDS)).hasMessage("stopped");
        free.set(1);

        assertThat(end(waiting(place("acme", "run"), "good"))).isEqualTo(End.ADMITTED);
    }

    @Test
    void join_fullLine_isRefusedForThatTenantOnly() {
        room.join("acme", "run", 100, 1);

        assertThat(room.join("acme", "other", 100, 1)).isNull();
        assertThat(room.join("globex", "run", 100, 1)).isNotNull();
        assertThat(room.waiting()).isEqualTo(2);
    }

    @Test
    void join_tooManyBytes_isRefusedUntilSomeLeave() throws Exception {
        Place large = Objects.requireNonNull(room.join("acme", "run", 900_000, 10));
        assertThat(room.join("globex", "run", 200_000, 10)).isNull();

        large.leave();
        assertThat(end(waiting(large, "large"))).isEqualTo(End.LEFT);
        await(() -> room.waiting() == 0);

        assertThat(room.join("globex", "run", 200_000, 10)).isNotNull();
    }

    @Test
    void join_closed_endsAtOnce() throws Exception {
        room.close();

        assertThat(end(waiting(place("acme", "run"), "x"))).isEqualTo(End.CLOSED);
    }

    @Test
    void tenants_doNotWaitForEachOther() throws Exception {
        CompletableFuture<Boolean> slow = new CompletableFuture<>();
        Place blocked = place("acme", "run");
        Thread.startVirtualThread(() -> blocked.await(LONG, slow::join));
        free.set(1);

        assertThat(end(waiting(place("globex", "run"), "x"))).isEqualTo(End.ADMITTED);
        slow.complete(true);
    }
}
