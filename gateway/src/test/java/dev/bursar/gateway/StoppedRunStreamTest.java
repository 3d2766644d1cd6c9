package dev.bursar.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.StreamBoundTest.Kind;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.Unit;
import io.vertx.core.buffer.Buffer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Runs that are stopped while one of their calls streams: the stream keeps what is held for it and gets no
/// more, and nothing follows it.
class StoppedRunStreamTest {

    private static final String RUN = "r";

    /// Events once the run is stopped, less than the hold of a call with a high bound.
    private static final int FEW = 5;

    private static final int ENDLESS = 1_000_000;

    @TempDir private Path data;
    private House house;
    private BudgetId usd;
    private final AtomicBoolean stopped = new AtomicBoolean();

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        usd = house.budget("much", Unit.USD_MICROCENTS, 1_000_000_000);
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    /// One event, and the others once the run is stopped.
    private void stream(FakeProvider.Answer answer, Kind kind, int number, int events) {
        if (number == events) {
            answer.response().write(Buffer.buffer(end(kind).getBytes(ISO_8859_1)));
            answer.end();
        } else if (number == 1 && !stopped.get()) {
            answer.after(1, () -> stream(answer, kind, number, events));
        } else {
            answer.response().write(Buffer.buffer(kind.event(number).getBytes(ISO_8859_1)));
            answer.after(1, () -> stream(answer, kind, number + 1, events));
        }
    }

    private static String end(Kind kind) {
        return switch (kind) {
            case CHAT ->
                    """
                    data: {"id":"c1","model":"m1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

                    data: [DONE]

                    """;
            case RESPONSES ->
                    """
                    event: response.completed
                    data: {"type":"response.completed","sequence_number":9,"response":{"id":"r1",\
                    "status":"completed","usage":{"input_tokens":9,"output_tokens":500,"total_tokens":509}}}

                    """;
            case MESSAGES ->
                    """
                    event: message_delta
                    data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":500}}

                    event: message_stop
                    data: {"type":"message_stop"}

                    """;
            case GENERATE ->
                    """
                    data: {"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"STOP"}]}

                    """;
            case CONVERSE ->
                    Kind.frame("messageStop", "{\"stopReason\":\"end_turn\"}")
                            + Kind.frame(
                                    "metadata",
                                    "{\"usage\":{\"inputTokens\":9,\"outputTokens\":500,\"totalTokens\":509}}");
        };
    }

    private HttpResponse<String> send(Kind kind, String body) throws Exception {
        return kind.send(house, house.request(kind.path, body).header("X-Bursar-Run", RUN));
    }

    /// The answer to a call whose run is stopped after its first event.
    private HttpResponse<String> stoppedMidStream(Kind kind, String body, int events)
            throws Exception {
        house.provider.script(answer -> stream(answer.begin(kind.contentType()), kind, 0, events));
        CompletableFuture<HttpResponse<String>> answer =
                CompletableFuture.supplyAsync(() -> {
                    try {
                        return send(kind, body);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
        House.await(() -> !house.provider.received.isEmpty());
        house.authority.submit(new Command.StopRun(House.ACME, RUN, Attribution.NONE));
        stopped.set(true);
        return answer.get(30, TimeUnit.SECONDS);
    }

    private void assertNothingFollows(Kind kind) throws Exception {
        HttpResponse<String> next = send(kind, kind.body);
        assertThat(next.statusCode()).isEqualTo(402);
        assertThat(next.body()).contains("run_stopped");
        assertThat(house.provider.received).hasSize(1);
    }

    private void assertSettledOnce(String status) throws Exception {
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().labels()).containsEntry("status", status);
        House.await(() -> house.held() == 0);
        assertThat(house.entries(Entry.Committed.class)).hasSize(1);
        assertThat(house.entries(Entry.Expired.class)).isEmpty();
        assertThat(house.spent(usd)).isPositive();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void stream_withinItsHold_runsToItsEnd(Kind kind) throws Exception {
        String body = kind.body.replace(":100", ":4000");
        HttpResponse<String> answer = stoppedMidStream(kind, body, FEW);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).endsWith(kind.event(FEW - 1) + end(kind));
        assertSettledOnce("200");
        assertThat(house.entries(Entry.Refused.class)).isEmpty();
        assertNothingFollows(kind);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void stream_thatOutgrowsItsHold_getsNoMoreAndEndsInTheDialectsOwnWay(Kind kind)
            throws Exception {
        HttpResponse<String> answer = stoppedMidStream(kind, kind.body, ENDLESS);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains(kind.end).doesNotContain("event: error", "Exception");
        house.provider.awaitClosed();
        assertSettledOnce("stopped");
        assertThat(house.entries(Entry.Refused.class))
                .singleElement()
                .satisfies(entry -> assertThat(entry.reason()).isEqualTo(Reason.RUN_STOPPED));
        assertThat(house.entries(Entry.Reserved.class)).hasSize(1);
        assertNothingFollows(kind);
    }
}
