package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import io.vertx.core.MultiMap;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProviderFailureTest {

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

    private void released(String status) throws Exception {
        assertThat(house.released().attribution().labels()).containsEntry("status", status);
        assertThat(house.held()).isZero();
        assertThat(house.entries(Entry.Committed.class)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 429, 500, 529})
    void provider_error_isPassedOnUntouchedAndReleased(int status) throws Exception {
        String body = "{\"error\":{\"message\":\"as the provider says\"}}";
        house.provider.script(answer ->
                answer.json(status, Map.of("Retry-After", "7", "x-request-id", "req_1"), body));
        HttpResponse<String> answer = house.post("/v1/chat/completions", Samples.CHAT_STREAM);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).isEqualTo(body);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("7");
        assertThat(answer.headers().firstValue("x-request-id")).hasValue("req_1");
        assertThat(answer.headers().firstValue("X-Bursar-Cost")).isEmpty();
        released(Integer.toString(status));
    }

    @Test
    void provider_silent_timesOutInTheDialectsEnvelope() throws Exception {
        house.gateway.reconfigure(
                House.BOOK,
                house.settings(
                        Duration.ofMillis(200), Duration.ofSeconds(5), Duration.ofSeconds(5)));
        house.provider.script(_ -> {});
        HttpResponse<String> answer = house.post("/v1/messages", Samples.MESSAGES);
        assertThat(answer.statusCode()).isEqualTo(504);
        assertThat(answer.body()).contains("\"timeout_error\"").contains("provider_timeout");
        released("timeout");
        House.await(() -> house.provider.closed.size() == 1);
    }

    @Test
    void provider_resetBeforeAnswering_isABadGateway() throws Exception {
        house.provider.script(FakeProvider.Answer::reset);
        HttpResponse<String> answer = house.post("/v1/chat/completions", Samples.CHAT);
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body())
                .contains("provider_unreachable")
                .contains("\"the provider openai broke off before it answered\"");
        released("broken_off");
    }

    @ParameterizedTest
    @ValueSource(strings = {Samples.CHAT, Samples.CHAT_STREAM})
    void provider_informalInPlaceOfAnAnswer_isABadGateway(String request) throws Exception {
        house.provider.script(answer -> answer.response().setStatusCode(102).end());
        HttpResponse<String> answer = house.post("/v1/chat/completions", request);
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).contains("provider_unreachable").contains("status 102");
        released("broken_off");
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void provider_redirecting_isABadGatewayAndTellsNobodyWhere(int status) throws Exception {
        house.provider.script(answer ->
                answer.json(status, Map.of("Location", "http://169.254.169.254/secret"), "{}"));
        HttpResponse<String> answer = house.post("/v1/chat/completions", Samples.CHAT);
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.headers().firstValue("location")).isEmpty();
        assertThat(answer.body()).contains("redirect").doesNotContain("169.254");
        assertThat(house.provider.received).hasSize(1);
        released("redirected");
    }

    @Test
    void provider_hintsBeforeItsAnswer_isAnsweredByIt() throws Exception {
        house.provider.script(answer ->
                answer.response()
                        .writeEarlyHints(MultiMap.caseInsensitiveMultiMap().add("Link", "</x>"))
                        .onComplete(_ -> answer.json(200, Samples.CHAT_ANSWER)));
        HttpResponse<String> answer = house.post("/v1/chat/completions", Samples.CHAT);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(Samples.CHAT_ANSWER);
    }

    @Test
    void provider_notThere_isABadGateway() throws Exception {
        house.gateway.reconfigure(
                House.BOOK,
                GatewaySettings.of(
                        Map.of(
                                "openai",
                                ProviderSettings.of(
                                        "openai",
                                        Dialect.OPENAI,
                                        URI.create("http://127.0.0.1:1/v1"),
                                        null))));
        HttpResponse<String> answer = house.post("/v1/chat/completions", Samples.CHAT);
        assertThat(answer.statusCode()).isEqualTo(502);
        released("connect_failed");
    }

    @Test
    void stream_cutByTheProvider_endsInAnErrorEventAndIsSettled() throws Exception {
        house.provider.script(answer -> {
            answer.stream().write(Samples.CHAT_DELTA_1).write("data: {\"cho");
            answer.after(100, answer::reset);
        });
        HttpResponse<String> answer =
                house.post("/v1/chat/completions", Samples.CHAT_STREAM_WITH_USAGE);
        assertThat(answer.body())
                .startsWith(Samples.CHAT_DELTA_1 + "data: {\"cho\n\nevent: error\ndata: {");
        assertThat(answer.body())
                .endsWith("}\n\n")
                .contains("provider_unreachable")
                .contains("\"the provider openai broke off in the middle of its answer\"");
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().labels())
                .containsEntry("status", "broken_off")
                .containsEntry("provenance", "estimated");
        assertThat(entry.attribution().numbers()).containsKeys("tokens_input", "tokens_output");
        assertThat(house.held()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {Samples.CHAT_STREAM_WITH_USAGE, Samples.CHAT_STREAM})
    void stream_brokenOffAfterItsLastEvent_isAWholeAnswer(String request) throws Exception {
        house.provider.script(answer -> {
            answer.stream().write(Samples.CHAT_DELTA_1).write(Samples.CHAT_DELTA_2);
            answer.write(Samples.CHAT_USAGE).write(Samples.DONE);
            answer.after(100, answer::reset);
        });
        HttpResponse<String> answer = house.post("/v1/chat/completions", request);
        assertThat(answer.body())
                .startsWith(Samples.CHAT_DELTA_1 + Samples.CHAT_DELTA_2)
                .endsWith(Samples.DONE)
                .doesNotContain("error");
        assertThat(house.committed().attribution().labels())
                .containsEntry("status", "200")
                .doesNotContainEntry("provenance", "estimated");
        assertThat(house.held()).isZero();
    }

    @Test
    void stream_leftOpenAfterItsLastEvent_isAWholeAnswer() throws Exception {
        String whole = Samples.MESSAGE_START + Samples.MESSAGE_TEXT + Samples.MESSAGE_END;
        house.gateway.reconfigure(
                House.BOOK,
                house.settings(
                        Duration.ofSeconds(5), Duration.ofMillis(200), Duration.ofSeconds(5)));
        house.provider.script(answer -> answer.stream().write(whole));
        HttpResponse<String> answer = house.post("/v1/messages", Samples.MESSAGES_STREAM);
        assertThat(answer.body()).isEqualTo(whole);
        assertThat(house.committed().attribution().labels()).containsEntry("status", "200");
    }

    /// Agents list the provider's tools with each call, and use them in few.
    @ParameterizedTest
    @CsvSource({
        "'{\"type\":\"response.output_text.delta\",\"delta\":\"one two\"}', 5, 60",
        "'{\"type\":\"response.output_item.added\",\"item\":{\"type\":\"function_call\"}}', 5, 60",
        "'{\"type\":\"response.output_item.added\",\"item\":{\"type\":\"web_search_call\"}}', 1000, 0",
    })
    void stream_cutByTheProvider_isChargedWithWhatToolsMayHaveFoundOnlyWhereTheyWereUsed(
            String event, long least, long most) throws Exception {
        house.provider.script(answer -> {
            answer.stream().write("data: " + event + "\n\n");
            answer.after(100, answer::reset);
        });
        HttpResponse<String> answer =
                house.post(
                        "/v1/responses",
                        "{\"model\":\"house-model\",\"stream\":true,\"input\":\"Which is the highest hill?\","
                                + "\"max_output_tokens\":100,\"tools\":[{\"type\":\"web_search\"}]}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().labels()).containsEntry("provenance", "estimated");
        assertThat(entry.attribution().numbers().get("tokens_input"))
                .isBetween(least, most == 0 ? Long.MAX_VALUE : most);
    }

    @Test
    void stream_stalled_endsInAnErrorEventAndIsSettled() throws Exception {
        house.gateway.reconfigure(
                House.BOOK,
                house.settings(
                        Duration.ofSeconds(20), Duration.ofSeconds(1), Duration.ofSeconds(20)));
        house.provider.script(answer -> answer.stream().write(Samples.MESSAGE_START));
        HttpResponse<String> answer = house.post("/v1/messages", Samples.MESSAGES_STREAM);
        assertThat(answer.body())
                .startsWith(Samples.MESSAGE_START + "event: error\ndata: {\"type\":\"error\"")
                .contains("timeout_error");
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().labels()).containsEntry("status", "timeout");
        assertThat(entry.attribution().numbers()).containsEntry("tokens_input", 10L);
        assertThat(house.held()).isZero();
    }

    @Test
    void stream_stalledLongBeforeAnyOtherBound_isCutAtTheIdleOne() throws Exception {
        house.gateway.reconfigure(
                House.BOOK,
                house.settings(
                        Duration.ofSeconds(25), Duration.ofSeconds(1), Duration.ofSeconds(30)));
        house.provider.script(answer -> answer.stream().write(Samples.CHAT_DELTA_1));
        HttpResponse<String> answer =
                house.http
                        .sendAsync(
                                house.request("/v1/chat/completions", Samples.CHAT_STREAM).build(),
                                HttpResponse.BodyHandlers.ofString())
                        .get(20, TimeUnit.SECONDS);
        assertThat(answer.body())
                .startsWith(Samples.CHAT_DELTA_1 + "event: error\ndata: {\"error\":")
                .contains("provider_timeout");
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().labels()).containsEntry("status", "timeout");
        assertThat(entry.attribution().numbers().get("tokens_output")).isBetween(1L, 3L);
        assertThat(house.held()).isZero();
    }

    @Test
    void call_longerThanAllowed_isCut() throws Exception {
        house.gateway.reconfigure(
                House.BOOK,
                house.settings(
                        Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(3)));
        house.provider.script(answer -> {
            answer.stream();
            drip(answer);
        });
        HttpResponse<String> answer = house.post("/v1/chat/completions", Samples.CHAT_STREAM);
        assertThat(answer.body()).contains("provider_timeout");
        house.committed();
        assertThat(house.held()).isZero();
    }

    private static void drip(FakeProvider.Answer answer) {
        if (!answer.response().closed()) {
            answer.write(Samples.CHAT_DELTA_1);
            answer.after(50, () -> drip(answer));
        }
    }

    @Test
    void answer_cutHalfWay_isABadGatewayAndCharged() throws Exception {
        house.provider.script(answer -> {
            answer.response()
                    .putHeader("content-type", "application/json")
                    .putHeader("content-length", "1000")
                    .write("{\"choices\":[{\"message\":{\"content\":\"twenty-odd bytes");
            answer.after(100, answer::reset);
        });
        HttpResponse<String> answer = house.post("/v1/chat/completions", Samples.CHAT);
        assertThat(answer.statusCode()).isEqualTo(502);
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().labels()).containsEntry("provenance", "estimated");
        assertThat(house.held()).isZero();
    }

    @Test
    void usage_missing_isEstimatedAndFlagged() throws Exception {
        house.provider.script(answer ->
                answer.json(
                        200, "{\"choices\":[{\"message\":{\"content\":\"one two three four\"}}]}"));
        HttpResponse<String> answer = house.post("/v1/chat/completions", Samples.CHAT);
        assertThat(answer.headers().firstValue("X-Bursar-Cost")).isPresent();
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().labels()).containsEntry("provenance", "estimated");
        assertThat(entry.attribution().numbers().get("tokens_output")).isBetween(4L, 8L);
        assertThat(house.estimated).hasValue(1);
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/chat/completions, '{\"error\":{\"message\":\"overloaded\"}}'",
        "/v1/messages, '{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}'",
    })
    void errorInPlaceOfAStream_passesAndIsNotCharged(String path, String error) throws Exception {
        String stream = "data: " + error + "\n\n";
        house.provider.script(answer -> answer.stream().write(stream).end());
        boolean chat = path.endsWith("completions");
        HttpResponse<String> answer =
                house.post(path, chat ? Samples.CHAT_STREAM : Samples.MESSAGES_STREAM);
        assertThat(answer.body()).isEqualTo(stream);
        released("stream_error");
    }

    @Test
    void errorInsideAStream_passesAndIsSettled() throws Exception {
        String stream =
                Samples.MESSAGE_START
                        + "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n";
        house.provider.script(answer -> answer.stream().write(stream).end());
        HttpResponse<String> answer = house.post("/v1/messages", Samples.MESSAGES_STREAM);
        assertThat(answer.body()).isEqualTo(stream);
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().labels()).containsEntry("provenance", "estimated");
        assertThat(entry.attribution().numbers()).containsEntry("tokens_input", 10L);
    }
}
