package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Streams of responses that go on at the provider when their client has gone, or a budget stops them.
class BackgroundStreamTest extends BackgroundCase {

    private FakeProvider.Script streaming(FakeProvider.Script stream) {
        return answer -> {
            if (PATH.equals(answer.request().path())) {
                stream.answer(answer);
            } else {
                responses.answer(answer);
            }
        };
    }

    @Test
    void stream_ofWhichTheClientHangsUp_isSettledByTheProvidersLastWord() throws Exception {
        responses.end(ID, "in_progress", null);
        house.provider.script(
                streaming(answer ->
                        answer.stream()
                                .write(FakeResponses.created(ID))
                                .write(FakeResponses.delta("Hel"))));
        RawClient client =
                new RawClient(house.uri(PATH)).send(RawClient.request(PATH, FakeResponses.STREAM));
        client.readUntil("Hel");
        client.close();
        House.await(() -> responses.asked.get() >= 2);
        assertThat(house.held()).isPositive();
        responses.end(ID, "completed", FakeResponses.USAGE);
        Entry.Committed entry = settled();
        assertThat(labels(entry))
                .containsEntry("background", "client_gone")
                .containsEntry("status", "completed")
                .containsEntry("provenance", "priced");
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isEqualTo(FakeResponses.COST);
        assertThat(responses.cancelled).as("it goes on").hasValue(0);
    }

    /// Of 50 words, of which every one has a token at least.
    @ParameterizedTest
    @ValueSource(strings = {"cancelled", "failed", "incomplete"})
    void stream_endedWithoutUsageAfterItsClientHasRead_isChargedForWhatWasSeen(String status)
            throws Exception {
        responses.end(ID, "in_progress", null);
        house.provider.script(
                streaming(answer ->
                        answer.stream()
                                .write(FakeResponses.created(ID))
                                .write(FakeResponses.delta("word ".repeat(50) + "done"))));
        RawClient client =
                new RawClient(house.uri(PATH)).send(RawClient.request(PATH, FakeResponses.STREAM));
        client.readUntil("done");
        client.close();
        House.await(() -> house.gateway.background() == 1);
        responses.end(ID, status, null);
        Entry.Committed entry = settled();
        assertThat(labels(entry))
                .containsEntry("status", status)
                .containsEntry("provenance", "estimated");
        assertThat(entry.attribution().numbers().get("tokens_input")).isBetween(3L, 60L);
        assertThat(entry.attribution().numbers().get("tokens_output")).isBetween(50L, 100L);
    }

    @Test
    void stream_stoppedAndCancelledWithoutUsage_isChargedForWhatWasSeen() throws Exception {
        house.budget("tight", List.of(), Unit.TOKENS, 200, new Window.Life(), Budget.Mode.HARD);
        responses.end(ID, "in_progress", null);
        responses.usageOfCancelled = null;
        house.provider.script(
                streaming(answer -> endless(answer.stream().write(FakeResponses.created(ID)))));
        house.post(PATH, FakeResponses.STREAM);
        Entry.Committed entry = settled();
        assertThat(responses.cancelled).hasValue(1);
        assertThat(labels(entry)).containsEntry("status", "stopped");
        assertThat(entry.attribution().numbers().get("tokens_output")).isBetween(90L, 100L);
    }

    @ParameterizedTest
    @CsvSource({"true, broken_off", "false, cut_short"})
    void stream_thatBreaksOff_isSettledByTheProvidersLastWord(boolean reset, String how)
            throws Exception {
        responses.end(ID, "completed", FakeResponses.USAGE);
        house.provider.script(
                streaming(answer -> {
                    answer.stream().write(FakeResponses.created(ID));
                    answer.after(
                            50,
                            () -> {
                                if (reset) {
                                    answer.reset();
                                } else {
                                    answer.end();
                                }
                            });
                }));
        HttpResponse<String> answer = house.post(PATH, FakeResponses.STREAM);
        assertThat(answer.body().contains("event: error")).isEqualTo(reset);
        Entry.Committed entry = settled();
        assertThat(labels(entry))
                .containsEntry("background", how)
                .containsEntry("status", "completed");
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isEqualTo(FakeResponses.COST);
    }

    @Test
    void stream_goneBeforeItsId_isChargedAsHeld() throws Exception {
        house.provider.script(streaming(answer -> answer.stream().write(": nothing yet\n\n")));
        RawClient client =
                new RawClient(house.uri(PATH)).send(RawClient.request(PATH, FakeResponses.STREAM));
        client.readUntil("nothing yet");
        client.close();
        Entry.Committed entry = settled();
        assertThat(labels(entry)).containsEntry("status", "client_gone");
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isEqualTo(held());
    }

    @Test
    void stream_toItsEnd_isSettledAsEver() throws Exception {
        house.provider.script(
                streaming(answer ->
                        answer.stream()
                                .write(FakeResponses.created(ID))
                                .write(
                                        "data: {\"type\":\"response.completed\",\"response\":{"
                                                + "\"id\":\"resp_1\",\"status\":\"completed\","
                                                + "\"usage\":"
                                                + FakeResponses.USAGE
                                                + "}}\n\n")
                                .end()));
        house.post(PATH, FakeResponses.STREAM);
        Entry.Committed entry = settled();
        assertThat(labels(entry)).containsEntry("status", "200").doesNotContainKey("background");
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isEqualTo(FakeResponses.COST);
        assertThat(responses.asked).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void stream_thatOutgrowsItsBudget_isCancelledAtTheProvider(boolean atOnce) throws Exception {
        house.budget("tight", List.of(), Unit.TOKENS, 200, new Window.Life(), Budget.Mode.HARD);
        responses.end(ID, "in_progress", null);
        int failing = atOnce ? 0 : 3;
        if (!atOnce) {
            responses.trouble =
                    answer -> {
                        if (house.provider.received.size() > failing) {
                            responses.trouble = null;
                        }
                        answer.json(500, "{}");
                    };
        }
        house.provider.script(
                streaming(answer -> endless(answer.stream().write(FakeResponses.created(ID)))));
        HttpResponse<String> answer = house.post(PATH, FakeResponses.STREAM);
        assertThat(answer.body()).contains("event: response.incomplete");
        Entry.Committed entry = settled();
        assertThat(responses.cancelled).hasValue(1);
        assertThat(labels(entry))
                .containsEntry("background", "stopped")
                .containsEntry("status", "stopped");
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isEqualTo(FakeResponses.COST);
    }

    private static void endless(FakeProvider.Answer answer) {
        if (!answer.response().closed()) {
            answer.write(FakeResponses.delta("one two three four five six seven eight "));
            answer.after(1, () -> endless(answer));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"not_found", "timeout", "failed"})
    void stream_beyondItsHold_isChargedWithAllThatWasHeldForIt(String status) throws Exception {
        switch (status) {
            case "timeout" -> {
                callTimeout(SOON_OVER);
                responses.trouble = answer -> answer.json(503, "{}");
            }
            case "failed" ->
                    house.whenEstimated =
                            () -> {
                                throw new IllegalStateException("a mistake of ours");
                            };
            default -> {}
        }
        house.provider.script(
                streaming(answer ->
                        answer.stream()
                                .write(FakeResponses.created(ID))
                                .write(FakeResponses.delta("word ".repeat(600) + "done"))
                                .write(FakeResponses.delta("after the piece"))));
        RawClient client =
                new RawClient(house.uri(PATH)).send(RawClient.request(PATH, FakeResponses.STREAM));
        // What is behind the first text waits until the piece is held.
        client.readUntil("after the piece");
        client.close();
        House.await(() -> house.held() == 0);
        assertThat(house.entries(Entry.Released.class)).isEmpty();
        List<Entry.Committed> ends = house.entries(Entry.Committed.class);
        assertThat(ends).hasSameSizeAs(house.entries(Entry.Reserved.class));
        assertThat(labels(ends.getFirst())).containsEntry("status", status);
        assertThat(labels(ends.getLast()))
                .containsEntry("call", labels(ends.getFirst()).get("call"))
                .containsEntry("part", "more_output")
                .containsEntry("provenance", "estimated");
        assertThat(house.spent(budget))
                .as("the 100 tokens of output it asked for, and a piece of 256")
                .isGreaterThan(356 * 200)
                .isEqualTo(
                        house.entries(Entry.Reserved.class).stream()
                                .mapToLong(e -> e.granted().held().get(Unit.USD_MICROCENTS))
                                .sum());
    }
}
