package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What providers say they used is believed when it says something, and can be.
class ProviderClaimsTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String MESSAGES = "/v1/messages";
    private static final String CHOICES =
            "{\"choices\":[{\"message\":{\"content\":\"one two three four\"}}],\"usage\":";

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

    private Entry.Committed estimated() throws Exception {
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().labels()).containsEntry("provenance", "estimated");
        assertThat(house.estimated).hasValue(1);
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isPositive();
        assertThat(entry.overrun().isEmpty()).isTrue();
        assertThat(house.held()).isZero();
        return entry;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"prompt_tokens\":0,\"completion_tokens\":0,\"total_tokens\":0}",
                "{\"prompt_tokens\":\"10\",\"completion_tokens\":\"5\"}",
                "{\"completion_tokens\":5}",
                "{\"prompt_tokens\":10,\"completion_tokens\":0}",
                "{\"prompt_tokens\":1e30,\"completion_tokens\":5}",
            })
    void usageOfChat_thatSaysNothingOrCannotBe_isEstimated(String usage) throws Exception {
        house.provider.script(answer -> answer.json(200, CHOICES + usage + "}"));
        HttpResponse<String> answer = house.post(CHAT, Samples.CHAT);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(estimated().attribution().numbers().get("tokens_output")).isBetween(4L, 8L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"input_tokens\":0,\"output_tokens\":0}",
                "{\"input_tokens\":3}",
                "{\"input_tokens\":3,\"output_tokens\":0}",
                "{\"input_tokens\":3,\"output_tokens\":1e30}",
            })
    void usageOfMessages_thatSaysNothingOrCannotBe_isEstimated(String usage) throws Exception {
        house.provider.script(answer ->
                answer.json(
                        200,
                        "{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"one two"
                                + " three four\"}],\"usage\":"
                                + usage
                                + "}"));
        house.post(MESSAGES, Samples.MESSAGES);
        assertThat(estimated().attribution().numbers().get("tokens_output")).isBetween(4L, 8L);
    }

    @Test
    void streamWhoseUsageFallsToZero_isChargedWithWhatWasToldBefore() throws Exception {
        house.provider.script(answer ->
                answer.stream()
                        .write(Samples.MESSAGE_START)
                        .write(
                                "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":"
                                        + "{\"stop_reason\":\"end_turn\"},\"usage\":{\"input_tokens\":0,"
                                        + "\"output_tokens\":30}}\n\n")
                        .write("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n")
                        .end());
        house.post(MESSAGES, Samples.MESSAGES_STREAM);
        assertThat(house.committed().attribution().numbers())
                .containsEntry("tokens_input", 10L)
                .containsEntry("tokens_cache_read", 30L)
                .containsEntry("tokens_output", 30L);
    }

    @Test
    void streamThatTellsTheImpossibleOnTheWay_goesOnAndIsChargedByItsLastWord() throws Exception {
        String chunk =
                "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":%s}],"
                        + "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":%s}}\n\n";
        house.budget("little", Unit.USD_MICROCENTS, 40_000);
        house.provider.script(answer ->
                answer.stream()
                        .write(chunk.formatted("null", "1000000000"))
                        .write(chunk.formatted("\"stop\"", "2"))
                        .write("data: [DONE]\n\n")
                        .end());
        HttpResponse<String> answer = house.post(CHAT, Samples.CHAT_STREAM);
        assertThat(answer.body()).contains("\"finish_reason\":\"stop\"").endsWith("[DONE]\n\n");
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().numbers())
                .containsEntry("tokens_input", 9L)
                .containsEntry("tokens_output", 2L);
        assertThat(entry.attribution().labels()).containsEntry("provenance", "priced");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/octet-stream", "application/json"})
    void streamThatIsCalledSomethingElse_goesOnAsItComes(String type) throws Exception {
        CompletableFuture<Void> seen = new CompletableFuture<>();
        house.provider.script(answer -> {
            answer.begin(type).write(Samples.CHAT_DELTA_1);
            var _ =
                    seen.thenRun(() ->
                            answer.write(Samples.CHAT_DELTA_2)
                                    .write(Samples.CHAT_USAGE)
                                    .write(Samples.DONE)
                                    .end());
        });
        try (RawClient client = new RawClient(house.uri("/"))) {
            client.send(RawClient.request(CHAT, Samples.CHAT_STREAM_WITH_USAGE));
            client.readUntil(Samples.CHAT_DELTA_1);
            seen.complete(null);
            client.readUntil("[DONE]");
        }
        assertThat(house.committed().attribution().labels())
                .containsEntry("provenance", "priced")
                .containsEntry("status", "200");
    }

    @ParameterizedTest
    @CsvSource({
        "house-model, false, false",
        "house-model, true, false",
        "anthropic/house-model, false, true",
        "anthropic/house-model, true, true",
    })
    void answerThatIsCompressedUnasked_isReadAndPassedOnPlain(
            String model, boolean stream, boolean translated) throws Exception {
        String whole =
                stream
                        ? translated
                                ? Samples.MESSAGE_START + Samples.MESSAGE_TEXT + Samples.MESSAGE_END
                                : Samples.CHAT_DELTA_1 + Samples.CHAT_USAGE + Samples.DONE
                        : translated ? Samples.MESSAGES_ANSWER : Samples.CHAT_ANSWER;
        house.provider.script(answer -> {
            assertThat(answer.request().getHeader("accept-encoding")).isEqualTo("identity");
            answer.response()
                    .putHeader("content-type", stream ? "text/event-stream" : "application/json")
                    .putHeader("content-encoding", "gzip")
                    .end(Buffer.buffer(gzip(whole)));
        });
        HttpResponse<String> answer =
                house.post(
                        CHAT,
                        (stream ? Samples.CHAT_STREAM_WITH_USAGE : Samples.CHAT)
                                .replace("house-model", model));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-encoding").orElse("identity"))
                .isEqualTo("identity");
        if (translated) {
            assertThat(answer.body()).contains("\"finish_reason\":\"stop\"");
        } else {
            assertThat(answer.body()).isEqualTo(whole);
        }
        assertThat(house.committed().attribution().labels())
                .containsEntry("provenance", "priced")
                .containsEntry("status", "200");
    }

    private static byte[] gzip(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @Test
    void estimateOfACutStream_isNeverMoreThanWasHeld() throws Exception {
        // Room for the call, and none for more output than it may have.
        house.budget("little", Unit.USD_MICROCENTS, 40_000);
        String deltas = "data: {\"choices\":[{\"delta\":{\"content\":\"zq \"}}]}\n\n".repeat(500);
        house.provider.script(answer -> {
            answer.stream().write(deltas);
            answer.after(100, answer::reset);
        });
        house.post(CHAT, Samples.CHAT_STREAM);
        assertThat(estimated().attribution().numbers()).containsEntry("tokens_output", 100L);
    }

    @Test
    void streamThatEndsWithAnError_isRecordedAsThat() throws Exception {
        house.provider.script(answer ->
                answer.stream()
                        .write(
                                Samples.MESSAGE_START
                                        + "event: error\ndata: {\"type\":\"error\",\"error\":{}}\n\n")
                        .end());
        house.post(MESSAGES, Samples.MESSAGES_STREAM);
        assertThat(house.committed().attribution().labels())
                .containsEntry("status", "stream_error");
    }

    @Test
    void streamThatStopsWithoutAnEnd_isRecordedAsCutShort() throws Exception {
        house.provider.script(answer -> answer.stream().write(Samples.MESSAGE_START).end());
        house.post(MESSAGES, Samples.MESSAGES_STREAM);
        assertThat(house.committed().attribution().labels()).containsEntry("status", "cut_short");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"error\":{\"message\":\"no\"}}"})
    void goodStatusWithoutAnAnswer_isReleased(String body) throws Exception {
        house.provider.script(answer -> answer.json(body.isEmpty() ? 204 : 201, body));
        house.post(CHAT, Samples.CHAT);
        assertThat(house.released().attribution().labels()).containsEntry("status", "no_answer");
        assertThat(house.held()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-32"})
    void body_inAnotherCharset_isRefusedBeforeAnythingIsReserved(String charset) throws Exception {
        byte[] body = Samples.CHAT.getBytes(Charset.forName(charset));
        HttpResponse<String> answer =
                house.send(
                        house.request(CHAT, Samples.CHAT).POST(BodyPublishers.ofByteArray(body)));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("UTF-8");
        assertThat(house.provider.received).isEmpty();
    }

    @Test
    void body_withAByteOrderMark_isForwarded() throws Exception {
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
        byte[] body = ("\uFEFF" + Samples.CHAT).getBytes(StandardCharsets.UTF_8);
        HttpResponse<String> answer =
                house.send(
                        house.request(CHAT, Samples.CHAT).POST(BodyPublishers.ofByteArray(body)));
        assertThat(answer.statusCode()).isEqualTo(200);
    }
}
