package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.ChaosCall.Explanation;
import dev.bursar.gateway.ChaosCall.Patience;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Unit;
import dev.bursar.pricing.Price;
import dev.bursar.pricing.PriceBook;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Everything goes wrong at random, and still no hold is left and every charge has its reason.
class ChaosTest {

    private static final int CALLS = Boolean.getBoolean("bursar.nightly") ? 10_000 : 2_000;
    private static final long SEED = Long.getLong("bursar.seed", 20_260_101);
    private static final int CALLERS = 32;

    /// A client that hangs up may be followed by the next before its call has ended.
    private static final int SLOTS = 4 * CALLERS;

    private static final Duration SHORT = Duration.ofMillis(500);

    @TempDir private Path data;
    private House house;

    /// What the client saw, by the number of the call.
    private final Map<Integer, Integer> statuses = new ConcurrentHashMap<>();

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        house.margins.restore(ofOthers());
    }

    /// As much as there is room for, so that nothing is learned: estimates can be explained by the margins
    /// of dialects.
    private static Map<String, int[]> ofOthers() {
        Map<String, int[]> others = new TreeMap<>();
        for (int i = 0; i < Margins.MAX_MODELS; i++) {
            others.put("other/" + i, new int[] {100});
        }
        return others;
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    @Test
    void calls_withRandomFaults_leaveNoHoldAndAreChargedForWhatWasAnswered() throws Exception {
        BudgetId usd = house.budget("all", Unit.USD_MICROCENTS, 100_000_000_000L);
        BudgetId slots = house.budget("slots", Unit.SLOTS, SLOTS);
        house.gateway.reconfigure(book(), settings());
        house.provider.script(
                answer -> call(ChaosCall.number(answer.asked().body())).answer(answer));

        makeCalls();

        House.await(() -> house.gateway.calls() == 0 && house.held() == 0);
        assertThat(house.spent(usd)).isEqualTo(explained());
        assertThat(house.spent(slots)).isZero();
    }

    private static ChaosCall call(int number) {
        return ChaosCall.draw(SEED, number);
    }

    private void makeCalls() throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        List<Thread> callers = new ArrayList<>();
        for (int caller = 0; caller < CALLERS; caller++) {
            callers.add(
                    Thread.startVirtualThread(() -> {
                        for (int number; (number = next.getAndIncrement()) < CALLS; ) {
                            make(call(number));
                        }
                    }));
        }
        for (Thread caller : callers) {
            assertThat(caller.join(Duration.ofMinutes(5))).isTrue();
        }
    }

    private void make(ChaosCall call) {
        try (RawClient client = new RawClient(house.uri("/"))) {
            client.send(call.sent());
            switch (call.patience()) {
                case TO_THE_END -> statuses.put(call.number(), status(client.readAll()));
                case HALF_THE_REQUEST, UNTIL_ASKED -> client.reset();
                case UNTIL_THE_HEAD -> {
                    client.readUntil("\r\n\r\n");
                    client.reset();
                }
            }
        } catch (IOException gone) {
            // A client that stays and gets no answer has no status, which is looked at in the end.
        }
    }

    /// Of `HTTP/1.1 200 OK`.
    private static int status(String answer) {
        return Integer.parseInt(answer.substring(9, 12));
    }

    /// Finds the reason for every entry.
    ///
    /// @return the sum of what may be charged
    private long explained() {
        Map<String, List<Entry>> byRun = new HashMap<>();
        for (Entry entry : house.entries()) {
            switch (entry) {
                case Entry.Reserved reserved -> add(byRun, reserved.subject(), entry);
                case Entry.Committed committed -> add(byRun, committed.subject(), entry);
                case Entry.Released released -> add(byRun, released.subject(), entry);
                case Entry.Refused _, Entry.Expired _, Entry.Charged _, Entry.Extended _ ->
                        throw new AssertionError("not part of this test: " + entry);
                case Entry.Administrative _, Entry.Evaluated _, Entry.AccountsDropped _ -> {}
            }
        }
        long sum = 0;
        Map<String, Integer> ends = new TreeMap<>();
        for (int number = 0; number < CALLS; number++) {
            ChaosCall call = call(number);
            List<Entry> entries = byRun.getOrDefault(call.run(), List.of());
            long charge = explain(call, entries);
            sum += charge;
            ends.merge(call.fault() + (charge == 0 ? " free" : " charged"), 1, Integer::sum);
        }
        assertThat(byRun.size()).isBetween(CALLS * 3 / 4, CALLS);
        System.out.printf("chaos: %d calls, %d reserved, %s%n", CALLS, byRun.size(), ends);
        for (ChaosCall.Fault fault : ChaosCall.Fault.values()) {
            assertThat(ends.keySet()).anyMatch(end -> end.startsWith(fault.name()));
        }
        return sum;
    }

    private static void add(Map<String, List<Entry>> byRun, Subject subject, Entry entry) {
        byRun.computeIfAbsent(subject.get(Subject.RUN), _ -> new ArrayList<>()).add(entry);
    }

    private long explain(ChaosCall call, List<Entry> entries) {
        Explanation may = call.explanation();
        boolean stayed = call.patience() == Patience.TO_THE_END;
        if (stayed) {
            assertThat(may.statuses()).as("%s", call).contains(statuses.get(call.number()));
        }
        if (entries.isEmpty()) {
            assertThat(stayed).as("not even reserved: %s", call).isFalse();
            return 0;
        }
        assertThat(entries).as("%s", call).hasSize(2);
        assertThat(entries.getFirst()).isInstanceOf(Entry.Reserved.class);
        if (entries.getLast() instanceof Entry.Committed committed) {
            long charge = committed.actual().get(Unit.USD_MICROCENTS);
            assertThat(may.charges()).as("%s: %s", call, committed.attribution()).contains(charge);
            return charge;
        }
        assertThat(may.released()).as("released: %s", call).isTrue();
        return 0;
    }

    /// The models of providers that are given little time have a name of their own.
    private static PriceBook book() {
        List<Price> slow = new ArrayList<>();
        for (Dialect dialect : Dialect.values()) {
            slow.add(
                    Price.of(
                            "slow-" + dialect.wire(),
                            "slow-model",
                            Instant.EPOCH,
                            House.PRICE.rates()));
        }
        return House.BOOK.with(slow);
    }

    private GatewaySettings settings() {
        Map<String, ProviderSettings> providers = new TreeMap<>(house.settings().providers());
        for (Dialect dialect : Dialect.values()) {
            ProviderSettings usual = Objects.requireNonNull(providers.get(dialect.wire()));
            providers.put(
                    "slow-" + dialect.wire(),
                    ProviderSettings.of(
                                    "slow-" + dialect.wire(), dialect, usual.baseUrl(), "slow-key")
                            .withTimeouts(
                                    usual.connectTimeout(), SHORT, usual.idleTimeout(), SHORT));
        }
        return GatewaySettings.of(providers);
    }
}
