package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import io.vertx.core.buffer.Buffer;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What HTTP allows a client to do that SDKs seldom do.
class ConnectionTest {

    private static final String CHAT = "/v1/chat/completions";

    /// A provider that was not held back would write many times within this.
    private static final long QUIET_NANOS = 400_000_000;

    @TempDir private Path data;
    private House house;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    private RawClient client() throws Exception {
        return new RawClient(house.uri("/"));
    }

    private void limitBody(int bytes) {
        GatewaySettings now = house.settings();
        house.gateway.reconfigure(
                House.BOOK,
                new GatewaySettings(
                        now.providers(),
                        now.models(),
                        now.unpriced(),
                        now.maxOutputTokens(),
                        now.maxInputTokens(),
                        bytes,
                        now.clientGone(),
                        now.statuses(),
                        now.breakers(),
                        now.ladders(),
                        now.caches(),
                        now.routing()));
    }

    @Test
    void requests_onOneConnection_areAnsweredInOrderAlsoAfterADenial() throws Exception {
        try (RawClient client = client()) {
            client.send(RawClient.request(CHAT, Samples.CHAT));
            client.readUntil(Samples.CHAT_ANSWER);
            client.send(RawClient.request(CHAT, "{\"model\":1}"));
            client.readUntil("malformed");
            String bad = "POST " + CHAT + " HTTP/1.1\r\nHost: b\r\nContent-Length: 400000\r\n\r\n";
            client.send(bad + "x".repeat(400_000));
            assertThat(client.readUntil("key_missing")).contains("401");
            client.send(RawClient.request(CHAT, Samples.CHAT));
            client.readUntil(Samples.CHAT_ANSWER);
        }
    }

    @Test
    void requests_pipelined_areAnsweredInOrder() throws Exception {
        try (RawClient client = client()) {
            String one = RawClient.request(CHAT, Samples.CHAT);
            client.send(one + RawClient.request(CHAT, "{}") + one);
            String all = client.readUntil(Samples.CHAT_ANSWER);
            all += client.readUntil("malformed");
            all += client.readUntil(Samples.CHAT_ANSWER);
            assertThat(all.split("HTTP/1.1 ", -1)).hasSize(4);
        }
        House.await(() -> house.entries(Entry.Committed.class).size() == 2);
    }

    @Test
    void body_tooLarge_isRefusedByItsLengthAndAsItComes() throws Exception {
        limitBody(2_000);
        HttpResponse<String> known = house.post(CHAT, "x".repeat(3_000));
        assertThat(known.statusCode()).isEqualTo(413);
        assertThat(known.body()).contains("body_too_large");
        try (RawClient client = client()) {
            client.send(RawClient.head(CHAT, "Transfer-Encoding: chunked"));
            client.send("5dc\r\n" + "x".repeat(1_500) + "\r\n5dc\r\n" + "x".repeat(1_500) + "\r\n");
            assertThat(client.readUntil("body_too_large")).contains("413");
            client.send("0\r\n\r\n");
            client.send(RawClient.request(CHAT, Samples.CHAT));
            client.readUntil(Samples.CHAT_ANSWER);
        }
        assertThat(house.entries(Entry.Refused.class)).isEmpty();
    }

    @Test
    void body_chunked_isForwardedWhole() throws Exception {
        byte[] body = Samples.CHAT.getBytes(StandardCharsets.UTF_8);
        try (RawClient client = client()) {
            client.send(RawClient.head(CHAT, "Transfer-Encoding: chunked"));
            for (int i = 0; i < body.length; i += 10) {
                String part = Samples.CHAT.substring(i, Math.min(body.length, i + 10));
                client.send(Integer.toHexString(part.length()) + "\r\n" + part + "\r\n");
            }
            client.send("0\r\n\r\n");
            client.readUntil(Samples.CHAT_ANSWER);
        }
        assertThat(house.provider.received.getFirst().body()).isEqualTo(Samples.CHAT);
    }

    @Test
    void expectContinue_isToldToContinueAndNotForwarded() throws Exception {
        try (RawClient client = client()) {
            client.send(
                    RawClient.head(
                            CHAT,
                            "Content-Length: " + Samples.CHAT.length(),
                            "Expect: 100-continue"));
            client.readUntil("100 Continue\r\n\r\n");
            client.send(Samples.CHAT);
            client.readUntil(Samples.CHAT_ANSWER);
        }
        assertThat(house.provider.received.getFirst().headers().get("expect")).isNull();
    }

    @Test
    void upgradeToHttp2_withABody_isAnswered() throws Exception {
        try (HttpClient http2 = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    http2.send(
                            house.request(CHAT, Samples.CHAT).build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.body()).isEqualTo(Samples.CHAT_ANSWER);
            HttpResponse<String> again =
                    http2.send(
                            house.request(CHAT, Samples.CHAT).build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(again.body()).isEqualTo(Samples.CHAT_ANSWER);
        }
        var headers = house.provider.received.getFirst().headers();
        assertThat(headers.names())
                .noneMatch(name -> name.equalsIgnoreCase("upgrade"))
                .noneMatch(name -> name.equalsIgnoreCase("http2-settings"));
        assertThat(house.provider.received.getFirst().body()).isEqualTo(Samples.CHAT);
    }

    @Test
    void webSocket_isToldToUsePlainHttp() throws Exception {
        try (RawClient client = client()) {
            client.send(
                    """
                    GET /v1/responses HTTP/1.1
                    Host: b
                    Connection: Upgrade
                    Upgrade: websocket
                    Sec-WebSocket-Version: 13
                    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

                    """
                            .replace("\n", "\r\n"));
            assertThat(client.readUntil("plain_http_only"))
                    .startsWith("HTTP/1.1 426 ")
                    .containsIgnoringCase("upgrade: HTTP/1.1");
            client.send("GET " + CHAT + " HTTP/1.1\r\nHost: b\r\n\r\n");
            assertThat(client.readUntil("method_not_allowed")).contains("405");
        }
    }

    @Test
    void get_isNotAllowed() throws Exception {
        try (RawClient client = client()) {
            client.send("GET " + CHAT + " HTTP/1.1\r\nHost: b\r\n\r\n");
            assertThat(client.readUntil("method_not_allowed")).contains("405");
        }
    }

    @Test
    void http10_streamed_isAnsweredWithoutChunks() throws Exception {
        String stream = Samples.CHAT_DELTA_1 + Samples.CHAT_USAGE + Samples.DONE;
        house.provider.script(answer -> answer.stream().write(stream).end());
        try (RawClient client = client()) {
            client.send(
                    RawClient.request(CHAT, Samples.CHAT_STREAM_WITH_USAGE)
                            .replace("HTTP/1.1", "HTTP/1.0"));
            assertThat(client.readAll()).endsWith("\r\n\r\n" + stream);
        }
    }

    @Test
    void events_thatCameTogether_areSentOnTogether() throws Exception {
        String stream = Samples.CHAT_DELTA_1 + Samples.CHAT_USAGE + Samples.DONE;
        // What a script writes in one turn leaves in one packet.
        house.provider.script(answer ->
                answer.stream()
                        .write(Samples.CHAT_DELTA_1)
                        .write(Samples.CHAT_USAGE)
                        .write(Samples.DONE)
                        .end());
        try (RawClient client = client()) {
            client.send(RawClient.request(CHAT, Samples.CHAT_STREAM_WITH_USAGE));
            String chunk = Integer.toHexString(stream.length()) + "\r\n" + stream + "\r\n";
            assertThat(client.readUntil("\r\n0\r\n\r\n"))
                    .endsWith("\r\n\r\n" + chunk + "0\r\n\r\n");
        }
    }

    @Test
    void reader_slow_holdsTheProviderBack() throws Exception {
        AtomicLong written = new AtomicLong();
        AtomicLong lastWrite = new AtomicLong(System.nanoTime());
        Buffer chunk = Buffer.buffer("data: {\"x\":\"" + "y".repeat(16_000) + "\"}\n\n");
        house.provider.script(answer -> {
            answer.stream();
            pour(answer, chunk, written, lastWrite);
        });
        try (RawClient client = client()) {
            client.send(RawClient.request(CHAT, Samples.CHAT_STREAM));
            client.readUntil("yyy");
            House.await(() -> System.nanoTime() - lastWrite.get() > QUIET_NANOS);
            assertThat(written.get()).isLessThan(24L * 1024 * 1024);
        }
        house.committed();
        assertThat(house.held()).isZero();
    }

    @Test
    void reader_slowerThanTheIdleTimeout_isNoIdleProvider_butAStallAfterwardsIs() throws Exception {
        Duration idle = Duration.ofSeconds(2);
        house.gateway.reconfigure(
                House.BOOK, house.settings(Duration.ofMinutes(10), idle, Duration.ofMinutes(30)));
        AtomicLong written = new AtomicLong(180L * 1024 * 1024);
        AtomicLong lastWrite = new AtomicLong(System.nanoTime());
        Buffer chunk = Buffer.buffer("data: {\"x\":\"" + "y".repeat(16_000) + "\"}\n\n");
        house.provider.script(answer -> {
            answer.stream();
            pour(answer, chunk, written, lastWrite);
        });
        try (RawClient client = client()) {
            String request = RawClient.request(CHAT, Samples.CHAT_STREAM);
            client.send(request.replace("Host: bursar", "Host: bursar\r\nConnection: close"));
            client.readUntil("yyy");
            House.await(() -> System.nanoTime() - lastWrite.get() > 3 * idle.toNanos());
            assertThat(house.provider.running).hasValue(1);
            String rest = client.readAll();
            assertThat(rest.length()).isGreaterThan(20 * 1024 * 1024);
            assertThat(rest.substring(rest.length() - 1_000)).contains("provider_timeout");
        }
        assertThat(house.committed().attribution().labels()).containsEntry("status", "timeout");
    }

    private static void pour(
            FakeProvider.Answer answer, Buffer chunk, AtomicLong written, AtomicLong lastWrite) {
        if (written.get() > 200L * 1024 * 1024 || answer.response().closed()) {
            return;
        }
        if (answer.response().writeQueueFull()) {
            answer.response().drainHandler(_ -> pour(answer, chunk, written, lastWrite));
            return;
        }
        written.addAndGet(chunk.length());
        lastWrite.set(System.nanoTime());
        answer.response().write(chunk);
        answer.vertx().runOnContext(_ -> pour(answer, chunk, written, lastWrite));
    }

    @Test
    void largeAnswer_passesWholeThoughItIsNotKept() throws Exception {
        String text = "z".repeat(Exchange.MAX_KEPT_BYTES + 1_000);
        String json = "{\"choices\":[{\"message\":{\"content\":\"" + text + "\"}}]}";
        house.provider.script(answer -> answer.json(200, json));
        HttpResponse<String> answer = house.post(CHAT, Samples.CHAT);
        assertThat(answer.body().length()).isEqualTo(json.length());
        assertThat(answer.body()).isEqualTo(json);
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().labels()).containsEntry("provenance", "estimated");
        // Not read, so it counts as the output that was held for it.
        assertThat(entry.attribution().numbers()).containsEntry("tokens_output", 100L);
    }

    @Test
    void largeAnswer_brokenOff_isNotEndedAsIfItWereWhole() throws Exception {
        String text = "z".repeat(Exchange.MAX_KEPT_BYTES + 1_000);
        house.provider.script(answer -> {
            answer.response().setChunked(true).putHeader("content-type", "application/json");
            answer.response()
                    .write("{\"text\":\"" + text)
                    .onComplete(_ -> answer.after(300, answer::reset));
        });
        try (RawClient client = client()) {
            client.send(RawClient.request(CHAT, Samples.CHAT));
            assertThat(client.readAll()).endsWith("zzz\r\n");
        }
        assertThat(house.committed().attribution().labels()).containsEntry("status", "broken_off");
    }

    @Test
    void close_withCallsOpen_settlesThem() throws Exception {
        house.budget("all", Unit.USD_MICROCENTS, 1_000_000_000);
        house.provider.script(
                answer -> answer.after(400, () -> answer.json(200, Samples.CHAT_ANSWER)));
        var call =
                house.http.sendAsync(
                        house.request(CHAT, Samples.CHAT).build(),
                        HttpResponse.BodyHandlers.ofString());
        House.await(() -> house.provider.received.size() == 1);
        house.gateway.close();
        assertThat(call.join().statusCode()).isEqualTo(200);
        assertThat(house.held()).isZero();
        assertThat(house.post(CHAT, Samples.CHAT).statusCode()).isEqualTo(503);
    }
}
