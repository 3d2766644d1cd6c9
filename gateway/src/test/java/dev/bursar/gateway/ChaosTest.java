package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Everything goes wrong at random, and still no hold is left and every entry adds up.
class ChaosTest {

    private static final int CALLERS = 16;
    private static final int CALLS_EACH = 40;
    private static final long SEED = 20_260_101;

    @TempDir private Path data;

    /// Of seeds that follow one another, the first draws hardly differ.
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private House house;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    @Test
    void calls_withRandomFaults_leaveNoHoldAndAddUp() throws Exception {
        BudgetId usd = house.budget("all", Unit.USD_MICROCENTS, 100_000_000_000L);
        BudgetId slots = house.budget("slots", Unit.SLOTS, CALLERS);
        house.gateway.reconfigure(
                House.BOOK,
                house.settings(
                        Duration.ofMillis(300), Duration.ofMillis(300), Duration.ofSeconds(3)));
        AtomicInteger turn = new AtomicInteger();
        house.provider.script(
                answer -> misbehave(answer, new Random(SPREAD * (SEED + turn.incrementAndGet()))));
        List<Thread> callers = new ArrayList<>();
        for (int caller = 0; caller < CALLERS; caller++) {
            Random random = new Random(SEED * 31 + caller);
            callers.add(Thread.startVirtualThread(() -> calls(random)));
        }
        for (Thread caller : callers) {
            assertThat(caller.join(Duration.ofSeconds(90))).isTrue();
        }
        House.await(() -> house.gateway.calls() == 0 && house.held() == 0);
        List<Entry.Reserved> reserved = house.entries(Entry.Reserved.class);
        List<Entry.Committed> committed = house.entries(Entry.Committed.class);
        List<Entry.Released> released = house.entries(Entry.Released.class);
        assertThat(house.entries(Entry.Expired.class)).isEmpty();
        assertThat(reserved).hasSizeGreaterThan(CALLERS * CALLS_EACH / 2);
        assertThat(committed.size() + released.size()).isEqualTo(reserved.size());
        assertThat(committed).isNotEmpty();
        assertThat(released).isNotEmpty();
        long sum =
                committed.stream()
                        .mapToLong(entry -> entry.actual().get(Unit.USD_MICROCENTS))
                        .sum();
        assertThat(house.spent(usd)).isEqualTo(sum);
        assertThat(house.spent(slots)).isZero();
    }

    private void calls(Random random) {
        for (int i = 0; i < CALLS_EACH; i++) {
            boolean messages = random.nextBoolean();
            boolean stream = random.nextBoolean();
            String body =
                    messages
                            ? (stream ? Samples.MESSAGES_STREAM : Samples.MESSAGES)
                            : (stream ? Samples.CHAT_STREAM : Samples.CHAT);
            String request =
                    RawClient.request(messages ? "/v1/messages" : "/v1/chat/completions", body);
            try (RawClient client = new RawClient(house.uri("/"))) {
                int cut = random.nextInt(4) == 0 ? random.nextInt(request.length()) : 0;
                client.send(cut > 0 ? request.substring(0, cut) : request);
                switch (random.nextInt(4)) {
                    case 0 -> client.reset();
                    case 1 -> {
                        if (cut == 0) {
                            client.readUntil("HTTP/1.1 ");
                        }
                    }
                    default -> {
                        if (cut == 0) {
                            client.readUntil("\r\n\r\n");
                        }
                    }
                }
            } catch (IOException expected) {
                // Hanging up is part of the game, on either side.
            }
        }
    }

    private static void misbehave(FakeProvider.Answer answer, Random random) {
        switch (random.nextInt(8)) {
            case 0 -> {}
            case 1 -> answer.reset();
            case 2 -> answer.json(500, "{}");
            case 3 ->
                    answer.after(random.nextInt(100), () -> answer.json(200, Samples.CHAT_ANSWER));
            case 4 -> answer.json(200, "not json at all");
            case 5 -> {
                answer.stream().write(Samples.CHAT_DELTA_1);
                answer.after(random.nextInt(50), answer::reset);
            }
            case 6 ->
                    answer.stream()
                            .write(Samples.MESSAGE_START + Samples.MESSAGE_TEXT)
                            .write(Samples.MESSAGE_END)
                            .end();
            default -> {
                answer.stream().write(Samples.CHAT_DELTA_1);
                answer.after(
                        random.nextInt(50),
                        () -> answer.write(Samples.CHAT_USAGE + Samples.DONE).end());
            }
        }
    }
}
