package dev.bursar.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class FlightsTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final Flights<String> flights = new Flights<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void close() {
        threads.close();
    }

    private Future<Flights.Landing<String>> waits(Flights<String>.Seat seat) {
        return threads.submit(() -> seat.await(LONG));
    }

    @Test
    void join_first_leadsAndOthersGetItsAnswer() throws Exception {
        Flights<String>.Seat first = flights.join("q");
        assertThat(first.await(LONG)).isEqualTo(new Flights.Landing.Lead<String>());
        Future<Flights.Landing<String>> second = waits(flights.join("q"));
        Future<Flights.Landing<String>> third = waits(flights.join("q"));
        assertThat(flights.join("other").first()).isTrue();
        flights.land(first, "answer");
        assertThat(second.get()).isEqualTo(new Flights.Landing.Shared<>("answer"));
        assertThat(third.get()).isEqualTo(new Flights.Landing.Shared<>("answer"));
        assertThat(flights.open()).isEqualTo(1);
        assertThat(flights.join("q").first()).isTrue();
    }

    @Test
    void resign_ofTheLeader_letsOneOfTheOthersLead() throws Exception {
        Flights<String>.Seat first = flights.join("q");
        List<Flights<String>.Seat> seats = List.of(flights.join("q"), flights.join("q"));
        List<Future<Flights.Landing<String>>> landings = seats.stream().map(this::waits).toList();
        flights.resign(first);
        int leader = awaitDone(landings);
        assertThat(landings.get(leader).get()).isEqualTo(new Flights.Landing.Lead<String>());
        assertThat(landings.get(1 - leader).isDone()).isFalse();
        flights.land(seats.get(leader), "answer");
        assertThat(landings.get(1 - leader).get())
                .isEqualTo(new Flights.Landing.Shared<>("answer"));
        assertThat(flights.open()).isZero();
    }

    @Test
    void fail_ofTheLeader_letsAllAskForThemselvesAtOnce() throws Exception {
        Flights<String>.Seat first = flights.join("q");
        List<Future<Flights.Landing<String>>> landings =
                Stream.generate(() -> waits(flights.join("q"))).limit(5).toList();
        flights.fail(first);
        for (Future<Flights.Landing<String>> each : landings) {
            assertThat(each.get()).isEqualTo(new Flights.Landing.Alone<String>());
        }
        assertThat(flights.open()).isZero();
        assertThat(flights.join("q").first()).isTrue();
    }

    @Test
    void land_withoutAnAnswer_letsEachAskForItself() throws Exception {
        Flights<String>.Seat first = flights.join("q");
        Future<Flights.Landing<String>> second = waits(flights.join("q"));
        flights.land(first, null);
        assertThat(second.get()).isEqualTo(new Flights.Landing.Alone<String>());
        assertThat(flights.open()).isZero();
    }

    @Test
    void await_tooLong_asksAlone() {
        Flights<String>.Seat first = flights.join("q");
        assertThat(flights.join("q").await(Duration.ofMillis(1)))
                .isEqualTo(new Flights.Landing.Alone<String>());
        flights.resign(first);
        assertThat(flights.open()).isZero();
    }

    @Test
    void leave_whileWaiting_endsTheWaiting() throws Exception {
        flights.join("q");
        Flights<String>.Seat second = flights.join("q");
        Future<Flights.Landing<String>> landing = waits(second);
        second.leave();
        assertThat(landing.get()).isEqualTo(new Flights.Landing.Alone<String>());
    }

    @Test
    void renew_isJoinedByThoseWhoComeLater_andTheOthersKeepTheirLeader() throws Exception {
        Flights<String>.Seat first = flights.join("q");
        Future<Flights.Landing<String>> second = waits(flights.join("q"));
        assertThat(flights.renewing("q")).isFalse();
        Flights<String>.Seat fresh = flights.renew("q");
        assertThat(fresh.await(LONG)).isEqualTo(new Flights.Landing.Lead<String>());
        assertThat(flights.renewing("q")).isTrue();
        Future<Flights.Landing<String>> third = waits(flights.join("q"));
        flights.land(first, "old");
        assertThat(second.get()).isEqualTo(new Flights.Landing.Shared<>("old"));
        assertThat(flights.renewing("q")).isTrue();
        flights.land(fresh, "new");
        assertThat(third.get()).isEqualTo(new Flights.Landing.Shared<>("new"));
        assertThat(flights.renewing("q")).isFalse();
        assertThat(flights.open()).isZero();
    }

    @Test
    void renew_thatFails_givesThePlaceBackToTheOneBefore() {
        Flights<String>.Seat first = flights.renew("q");
        Flights<String>.Seat second = flights.renew("q");
        Flights<String>.Seat third = flights.renew("q");
        flights.land(second, null);
        flights.resign(third);
        assertThat(flights.renewing("q")).isTrue();
        assertThat(flights.join("q").first()).isFalse();
        flights.land(first, "new");
        assertThat(flights.open()).isZero();
    }

    @Test
    void resign_withNobodyWaiting_endsTheFlight() {
        Flights<String>.Seat first = flights.join("q");
        flights.resign(first);
        assertThat(flights.join("q").first()).isTrue();
        flights.land(first, "too late");
        assertThat(flights.open()).isEqualTo(1);
    }

    @Test
    void renew_whoseAskingFails_givesThePlaceBackAndLetsThoseWhoWaitGo() throws Exception {
        Flights<String>.Seat first = flights.join("q");
        Future<Flights.Landing<String>> second = waits(flights.join("q"));
        Flights<String>.Seat fresh = flights.renew("q");
        Future<Flights.Landing<String>> third = waits(flights.join("q"));
        flights.fail(fresh);
        assertThat(third.get()).isEqualTo(new Flights.Landing.Alone<String>());
        assertThat(flights.renewing("q")).isFalse();
        Future<Flights.Landing<String>> fourth = waits(flights.join("q"));
        flights.land(first, "answer");
        assertThat(second.get()).isEqualTo(new Flights.Landing.Shared<>("answer"));
        assertThat(fourth.get()).isEqualTo(new Flights.Landing.Shared<>("answer"));
        assertThat(flights.open()).isZero();
    }

    /// Many ask few questions at a time, leaders go, fail or have nothing to share, others leave or lose their
    /// patience. Everybody ends, no two lead at a time, and nothing is left behind.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void randomUse_leavesNobodyWaiting(long seed) throws Exception {
        Random random = new Random(seed);
        AtomicInteger[] leading = {new AtomicInteger(), new AtomicInteger(), new AtomicInteger()};
        AtomicInteger shared = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        List<Future<Boolean>> all = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            int question = random.nextInt(leading.length);
            int fate = random.nextInt(10);
            int spins = random.nextInt(2_000);
            int lateNanos = 1 + random.nextInt(20_000_000);
            Callable<Boolean> asks =
                    () -> {
                        go.await();
                        LockSupport.parkNanos(lateNanos);
                        Flights<String>.Seat seat = flights.join("q" + question);
                        if (fate == 0) {
                            threads.execute(seat::leave);
                        }
                        Duration patience = fate == 1 ? Duration.ofNanos(spins) : LONG;
                        return switch (seat.await(patience)) {
                            case Flights.Landing.Shared<String> _ -> shared.incrementAndGet() > 0;
                            case Flights.Landing.Alone<String> _ -> true;
                            case Flights.Landing.Lead<String> _ ->
                                    lead(seat, leading[question], fate, spins);
                        };
                    };
            all.add(threads.submit(asks));
        }
        go.countDown();
        for (Future<Boolean> each : all) {
            assertThat(each.get()).as("seed %d", seed).isTrue();
        }
        assertThat(flights.open()).isZero();
        assertThat(shared.get()).isPositive();
    }

    private boolean lead(Flights<String>.Seat seat, AtomicInteger leading, int fate, int spins) {
        boolean alone = leading.incrementAndGet() == 1;
        // Others come meanwhile, where there is a single processor, too.
        LockSupport.parkNanos(1 + 100L * spins);
        leading.decrementAndGet();
        switch (fate) {
            case 2, 3 -> flights.resign(seat);
            case 4 -> flights.fail(seat);
            case 5 -> flights.land(seat, null);
            default -> flights.land(seat, "answer");
        }
        return alone;
    }

    private static int awaitDone(List<? extends Future<?>> futures) {
        for (; ; ) {
            for (int i = 0; i < futures.size(); i++) {
                if (futures.get(i).isDone()) {
                    return i;
                }
            }
            Thread.onSpinWait();
        }
    }
}
