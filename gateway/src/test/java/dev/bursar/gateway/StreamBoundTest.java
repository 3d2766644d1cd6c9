package dev.bursar.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.gateway.eventstream.FrameWriter;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Providers that produce more than they were asked for: while there is money more is held, and then the
/// stream ends as if the model had come to its bound.
class StreamBoundTest {

    /// Words of each event, of two tokens each.
    private static final int WORDS = 50;

    private static final int EVENTS = 40;

    @TempDir private Path data;
    private House house;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    /// A stream of each dialect.
    @SuppressWarnings("ImmutableEnumChecker") // its lists never change
    enum Kind {
        CHAT(
                "/v1/chat/completions",
                "{\"model\":\"house-model\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
                        + "\"max_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
                "data: {\"id\":\"c1\",\"model\":\"m1\",\"choices\":[{\"index\":0,\"delta\":"
                        + "{\"content\":\"%s\"},\"finish_reason\":null}]}\n\n",
                List.of(
                        "\"finish_reason\":\"length\"",
                        "\"completion_tokens\":",
                        "data: [DONE]\n\n")),
        RESPONSES(
                "/v1/responses",
                "{\"model\":\"house-model\",\"stream\":true,\"max_output_tokens\":100,\"input\":\"x\"}",
                "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\","
                        + "\"sequence_number\":7,\"delta\":\"%s\"}\n\n",
                List.of(
                        "event: response.incomplete\n",
                        "\"sequence_number\":8",
                        "\"reason\":\"max_output_tokens\"",
                        "\"output_tokens\":")),
        MESSAGES(
                "/v1/messages",
                "{\"model\":\"house-model\",\"stream\":true,\"max_tokens\":100,"
                        + "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
                "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":2}\n\n"
                        + "event: content_block_delta\ndata: {\"type\":\"content_block_delta\","
                        + "\"index\":2,\"delta\":{\"type\":\"text_delta\",\"text\":\"%s\"}}\n\n",
                List.of(
                        "\"type\":\"content_block_stop\",\"index\":2",
                        "\"stop_reason\":\"max_tokens\"",
                        "event: message_stop\n")),
        GENERATE(
                "/v1beta/models/house-model:streamGenerateContent?alt=sse",
                "{\"generationConfig\":{\"maxOutputTokens\":100},"
                        + "\"contents\":[{\"parts\":[{\"text\":\"x\"}]}]}",
                "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"%s\"}]}}]}\n\n",
                List.of("\"finishReason\":\"MAX_TOKENS\"", "\"candidatesTokenCount\":")),
        CONVERSE(
                "/model/acme.house-model-v1%3A0/converse-stream",
                "{\"inferenceConfig\":{\"maxTokens\":100},"
                        + "\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"x\"}]}]}",
                "{\"contentBlockIndex\":2,\"delta\":{\"text\":\"%s\"}}",
                List.of(
                        frame("contentBlockStop", "{\"contentBlockIndex\":2}"),
                        frame("messageStop", "{\"stopReason\":\"max_tokens\"}"),
                        "\"outputTokens\":"));

        final String path;
        final String body;
        private final String event;
        final List<String> end;

        Kind(String path, String body, String event, List<String> end) {
            this.path = path;
            this.body = body;
            this.event = event;
            this.end = end;
        }

        String event(int number) {
            String words =
                    IntStream.range(0, WORDS)
                            .mapToObj(word -> "word" + (number * WORDS + word) % 7)
                            .collect(Collectors.joining(" "));
            String told = event.formatted(words);
            return this == CONVERSE ? frame("contentBlockDelta", told) : told;
        }

        /// The end of a stream that has taken 5,000 tokens of output, most of them unseen, event by event.
        List<String> outgrown() {
            return switch (this) {
                case CHAT ->
                        List.of(
                                "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
                                "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":10,"
                                        + "\"completion_tokens\":5000}}\n\n",
                                "data: [DONE]\n\n");
                case RESPONSES ->
                        List.of(
                                "event: response.completed\ndata: {\"type\":\"response.completed\","
                                        + "\"sequence_number\":8,\"response\":{\"id\":\"r1\","
                                        + "\"status\":\"completed\",\"usage\":{\"input_tokens\":10,"
                                        + "\"output_tokens\":5000}}}\n\n");
                case MESSAGES ->
                        List.of(
                                """
                                event: content_block_stop
                                data: {"type":"content_block_stop","index":2}

                                """,
                                "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":"
                                        + "{\"stop_reason\":\"end_turn\"},\"usage\":{"
                                        + "\"input_tokens\":10,\"output_tokens\":5000}}\n\n",
                                "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
                case GENERATE ->
                        List.of(
                                "data: {\"candidates\":[{\"finishReason\":\"STOP\"}],"
                                        + "\"usageMetadata\":{\"promptTokenCount\":10,"
                                        + "\"candidatesTokenCount\":5000}}\n\n");
                case CONVERSE ->
                        List.of(
                                frame("contentBlockStop", "{\"contentBlockIndex\":2}"),
                                frame("messageStop", "{\"stopReason\":\"end_turn\"}"),
                                frame(
                                        "metadata",
                                        "{\"usage\":{\"inputTokens\":10,\"outputTokens\":5000}}"));
            };
        }

        String contentType() {
            return this == CONVERSE ? "application/vnd.amazon.eventstream" : "text/event-stream";
        }

        /// The answer to a call, of which each character is a byte.
        HttpResponse<String> send(House house, HttpRequest.Builder request) throws Exception {
            return house.http.send(request.build(), HttpResponse.BodyHandlers.ofString(ISO_8859_1));
        }

        /// A binary frame of which each character is a byte.
        static String frame(String type, String json) {
            return new String(FrameWriter.event(type, json.getBytes(ISO_8859_1)), ISO_8859_1);
        }
    }

    private void endless(Kind kind, int events) {
        house.provider.script(answer -> next(answer.begin(kind.contentType()), kind, 0, events));
    }

    private static void next(FakeProvider.Answer answer, Kind kind, int number, int events) {
        if (number == events) {
            answer.end();
            return;
        }
        answer.response().write(Buffer.buffer(kind.event(number).getBytes(ISO_8859_1)));
        answer.after(1, () -> next(answer, kind, number + 1, events));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void stream_thatOutgrowsItsHold_endsInTheDialectsOwnWay(Kind kind) throws Exception {
        // Room for the call and one piece more; a token of output costs 200 microcents.
        BudgetId usd = house.budget("little", Unit.USD_MICROCENTS, 120_000);
        endless(kind, 1_000_000);
        HttpResponse<String> answer = kind.send(house, house.request(kind.path, kind.body));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains(kind.end);
        assertThat(answer.body()).doesNotContain("event: error", "Exception");
        house.provider.awaitClosed();
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().labels())
                .containsEntry("status", "stopped")
                .containsEntry("provenance", "estimated");
        House.await(() -> house.held() == 0);
        assertThat(entry.attribution().numbers().get("tokens_output")).isGreaterThan(100L);
        assertThat(house.spent(usd)).isBetween(20_000L, 240_000L);
        assertThat(house.entries(Entry.Refused.class)).isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void stream_whoseEndTellsThatItHasOutgrownItsHold_isLeftAsItIs(Kind kind) throws Exception {
        house.budget("little", Unit.USD_MICROCENTS, 120_000);
        List<String> events = new ArrayList<>();
        events.add(kind.event(0));
        events.addAll(kind.outgrown());
        house.provider.script(answer ->
                answer.begin(kind.contentType())
                        .pieces(
                                events.stream()
                                        .map(event -> Buffer.buffer(event.getBytes(ISO_8859_1)))
                                        .toList(),
                                answer::end));
        HttpResponse<String> answer = kind.send(house, house.request(kind.path, kind.body));
        assertThat(answer.body()).isEqualTo(String.join("", events));
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().labels()).containsEntry("status", "200");
        assertThat(entry.attribution().numbers()).containsEntry("tokens_output", 5_000L);
        House.await(() -> house.held() == 0);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void stream_thatOutgrowsItsHold_goesOnWhileThereIsMoney(Kind kind) throws Exception {
        house.budget("much", Unit.USD_MICROCENTS, 1_000_000_000);
        endless(kind, EVENTS);
        HttpResponse<String> answer = kind.send(house, house.request(kind.path, kind.body));
        assertThat(answer.body()).endsWith(kind.event(EVENTS - 1));
        house.committed();
        House.await(() -> house.held() == 0);
        assertThat(house.entries(Entry.Reserved.class)).hasSizeGreaterThan(2);
        assertThat(house.entries(Entry.Committed.class)).hasSize(1);
        assertThat(house.entries(Entry.Refused.class)).isEmpty();
    }

    @Test
    void stream_thatTheGatewayFailsToSettle_isChargedWithAllThatWasHeldForIt() throws Exception {
        BudgetId much = house.budget("much", Unit.USD_MICROCENTS, 1_000_000_000);
        house.whenEstimated =
                () -> {
                    throw new IllegalStateException("a mistake of ours");
                };
        endless(Kind.CHAT, EVENTS);
        assertThatThrownBy(() -> house.post(Kind.CHAT.path, Kind.CHAT.body))
                .isInstanceOf(IOException.class);
        House.await(() -> house.held() == 0);
        assertThat(house.entries(Entry.Released.class)).isEmpty();
        assertThat(house.entries(Entry.Reserved.class)).hasSizeGreaterThan(2);
        assertThat(house.spent(much))
                .isEqualTo(
                        house.entries(Entry.Reserved.class).stream()
                                .mapToLong(e -> e.granted().held().get(Unit.USD_MICROCENTS))
                                .sum());
    }

    @Test
    void stream_withinItsHold_asksForNothingMore() throws Exception {
        house.budget("much", Unit.USD_MICROCENTS, 1_000_000_000);
        endless(Kind.CHAT, 1);
        house.post(Kind.CHAT.path, Kind.CHAT.body);
        house.committed();
        assertThat(house.entries(Entry.Reserved.class)).hasSize(1);
    }
}
