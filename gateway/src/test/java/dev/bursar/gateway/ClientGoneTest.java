package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientGoneTest {

    /// Generous for a busy machine; on an idle one it is below 10.
    private static final long CLOSE_MILLIS = 5_000;

    @TempDir private Path data;
    private House house;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        house.budget("all", Unit.USD_MICROCENTS, 1_000_000_000);
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    private void upstreamClosedSoonAfter(long hungUp) throws Exception {
        Long closed = house.provider.closed.poll(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        assertThat(closed).as("the provider sees its connection closed").isNotNull();
        long millis = TimeUnit.NANOSECONDS.toMillis(closed - hungUp);
        assertThat(millis).isLessThan(CLOSE_MILLIS);
    }

    private Entry.Committed settled() throws Exception {
        Entry.Committed entry = house.committed();
        assertThat(house.held()).isZero();
        return entry;
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/chat/completions,false,false",
        "/v1/chat/completions,true,true",
        "/v1/messages,true,false",
        "/v1/messages,false,true",
    })
    void client_gone_beforeTheFirstByte_closesTheProviderAndChargesTheInput(
            String path, boolean stream, boolean reset) throws Exception {
        house.provider.script(_ -> {});
        String body =
                path.equals("/v1/messages")
                        ? (stream ? Samples.MESSAGES_STREAM : Samples.MESSAGES)
                        : (stream ? Samples.CHAT_STREAM : Samples.CHAT);
        RawClient client = new RawClient(house.uri(path)).send(RawClient.request(path, body));
        House.await(() -> house.provider.received.size() == 1);
        long hungUp = System.nanoTime();
        if (reset) {
            client.reset();
        } else {
            client.close();
        }
        upstreamClosedSoonAfter(hungUp);
        Entry.Committed entry = settled();
        assertThat(entry.attribution().labels())
                .containsEntry("status", "client_gone")
                .containsEntry("provenance", "estimated");
        assertThat(entry.attribution().numbers()).containsKey("tokens_input");
        assertThat(entry.attribution().numbers()).doesNotContainKey("tokens_output");
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isPositive();
        assertThat(house.estimated).hasValue(1);
    }

    @Test
    void client_gone_midStream_closesTheProviderAndChargesWhatWasProduced() throws Exception {
        house.provider.script(
                answer -> answer.stream().write(Samples.CHAT_DELTA_1).write(Samples.CHAT_DELTA_2));
        RawClient client =
                new RawClient(house.uri("/"))
                        .send(RawClient.request("/v1/chat/completions", Samples.CHAT_STREAM));
        client.readUntil("lo!");
        long hungUp = System.nanoTime();
        client.close();
        upstreamClosedSoonAfter(hungUp);
        Entry.Committed entry = settled();
        assertThat(entry.attribution().labels()).containsEntry("status", "client_gone");
        assertThat(entry.attribution().numbers().get("tokens_output")).isBetween(1L, 5L);
        assertThat(entry.attribution().numbers().get("tokens_input")).isBetween(5L, 60L);
    }

    @Test
    void client_gone_midMessages_keepsTheInputThatTheProviderTold() throws Exception {
        house.provider.script(
                answer -> answer.stream().write(Samples.MESSAGE_START).write(Samples.MESSAGE_TEXT));
        RawClient client =
                new RawClient(house.uri("/"))
                        .send(RawClient.request("/v1/messages", Samples.MESSAGES_STREAM));
        client.readUntil("Hello!");
        client.close();
        Entry.Committed entry = settled();
        assertThat(entry.attribution().numbers())
                .containsEntry("tokens_input", 10L)
                .containsEntry("tokens_cache_read", 30L)
                .containsKey("tokens_output");
        assertThat(entry.attribution().labels()).containsEntry("provenance", "estimated");
    }

    @Test
    void client_gone_afterTheLastUsage_isSettledExactly() throws Exception {
        house.provider.script(answer ->
                answer.stream()
                        .write(Samples.MESSAGE_START + Samples.MESSAGE_TEXT)
                        .write(Samples.MESSAGE_END));
        RawClient client =
                new RawClient(house.uri("/"))
                        .send(RawClient.request("/v1/messages", Samples.MESSAGES_STREAM));
        client.readUntil("message_stop\"}");
        client.close();
        Entry.Committed entry = settled();
        assertThat(entry.attribution().labels())
                .containsEntry("provenance", "priced")
                .containsEntry("status", "client_gone");
        assertThat(entry.attribution().numbers()).containsEntry("tokens_output", 20L);
    }

    @Test
    void client_gone_afterTheHeadOfAnError_isNotCharged() throws Exception {
        // So long that it is passed on before its end, and the client sees when to go.
        String text = "z".repeat(Exchange.MAX_KEPT_BYTES + 1_000);
        house.provider.script(answer -> {
            answer.response().setStatusCode(529).setChunked(true);
            answer.write(text);
        });
        RawClient client =
                new RawClient(house.uri("/"))
                        .send(RawClient.request("/v1/messages", Samples.MESSAGES));
        client.readUntil(" 529 ");
        client.close();
        assertThat(house.released().attribution().labels()).containsEntry("status", "client_gone");
        assertThat(house.entries(Entry.Committed.class)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void client_gone_withDraining_isSettledByTheFinalUsage(boolean stream) throws Exception {
        drain(Duration.ofSeconds(20), 1_000_000);
        CompletableFuture<Void> gone = new CompletableFuture<>();
        house.provider.script(answer -> {
            if (stream) {
                answer.stream().write(Samples.CHAT_DELTA_1);
            }
            var _ = gone.thenRun(() -> answerTheRest(answer, stream));
        });
        RawClient client =
                new RawClient(house.uri("/"))
                        .send(
                                RawClient.request(
                                        "/v1/chat/completions",
                                        stream ? Samples.CHAT_STREAM : Samples.CHAT));
        House.await(() -> house.provider.received.size() == 1);
        if (stream) {
            client.readUntil("Hel");
        }
        client.close();
        house.awaitHangUp();
        gone.complete(null);
        Entry.Committed entry = settled();
        assertThat(entry.actual().get(Unit.TOKENS)).isEqualTo(60);
        assertThat(entry.attribution().labels())
                .containsEntry("provenance", "priced")
                .containsEntry("status", "client_gone");
        assertThat(house.provider.closed).isEmpty();
    }

    private static void answerTheRest(FakeProvider.Answer answer, boolean stream) {
        if (stream) {
            answer.write(Samples.CHAT_DELTA_2).write(Samples.CHAT_USAGE).write(Samples.DONE).end();
        } else {
            answer.json(200, Samples.CHAT_ANSWER);
        }
    }

    @Test
    void client_gone_withDrainingTooLong_isCutAndEstimated() throws Exception {
        drain(Duration.ofMillis(200), 1_000_000);
        house.provider.script(_ -> {});
        RawClient client =
                new RawClient(house.uri("/"))
                        .send(RawClient.request("/v1/chat/completions", Samples.CHAT));
        House.await(() -> house.provider.received.size() == 1);
        long hungUp = System.nanoTime();
        client.close();
        upstreamClosedSoonAfter(hungUp);
        assertThat(settled().attribution().labels()).containsEntry("provenance", "estimated");
    }

    @Test
    void client_gone_withDrainingTooMuch_isCutAndEstimated() throws Exception {
        drain(Duration.ofSeconds(20), 100);
        CompletableFuture<Void> gone = new CompletableFuture<>();
        house.provider.script(answer -> {
            answer.stream().write(Samples.CHAT_DELTA_1);
            var _ = gone.thenRun(() -> answer.write(Samples.CHAT_DELTA_2));
        });
        RawClient client =
                new RawClient(house.uri("/"))
                        .send(RawClient.request("/v1/chat/completions", Samples.CHAT_STREAM));
        client.readUntil("Hel");
        long hungUp = System.nanoTime();
        client.close();
        house.awaitHangUp();
        gone.complete(null);
        upstreamClosedSoonAfter(hungUp);
        assertThat(settled().attribution().labels()).containsEntry("provenance", "estimated");
    }

    private void drain(Duration atMost, long bytes) {
        GatewaySettings now = house.settings();
        house.gateway.reconfigure(
                House.BOOK,
                new GatewaySettings(
                        now.providers(),
                        now.models(),
                        now.unpriced(),
                        now.maxOutputTokens(),
                        now.maxInputTokens(),
                        now.maxBodyBytes(),
                        new GatewaySettings.ClientGone.Drain(atMost, bytes),
                        now.statuses(),
                        now.breakers(),
                        now.ladders(),
                        now.caches(),
                        now.routing()));
    }
}
