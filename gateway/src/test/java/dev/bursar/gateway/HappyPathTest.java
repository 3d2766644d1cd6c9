package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HappyPathTest {

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

    @Test
    void chat_answered_passesThroughAndSettlesTheProvidersUsage() throws Exception {
        BudgetId usd = house.budget("all", Unit.USD_MICROCENTS, 1_000_000_000);
        BudgetId tokens = house.budget("tokens", Unit.TOKENS, 1_000_000);
        BudgetId calls = house.budget("calls", Unit.CALLS, 10);
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
        HttpResponse<String> answer =
                house.send(
                        house.request("/v1/chat/completions", Samples.CHAT)
                                .header("X-Bursar-Run", "r1")
                                .header("X-Bursar-Tags", "a=1, b=2"));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(Samples.CHAT_ANSWER);
        assertThat(answer.headers().firstValue("X-Bursar-Decision")).hasValue("allow");
        // 10 input at 100, 30 cached at 10, 20 output at 200 microcents.
        assertThat(answer.headers().firstValue("X-Bursar-Cost")).hasValue("0.000053");
        assertThat(answer.headers().firstValue("X-Bursar-Remaining")).hasValue("9 calls");
        Entry.Committed entry = house.committed();
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isEqualTo(5_300);
        assertThat(entry.subject().get("run")).isEqualTo("r1");
        assertThat(entry.subject().get("team")).isEqualTo("core");
        assertThat(entry.subject().get("tag.b")).isEqualTo("2");
        assertThat(entry.attribution().labels())
                .containsEntry("status", "200")
                .containsEntry("provenance", "priced")
                .containsEntry("response_model", "house-model-2026")
                .containsEntry("stop_reason", "stop")
                .containsEntry("call", answer.headers().firstValue("X-Bursar-Call").orElseThrow());
        assertThat(entry.attribution().numbers())
                .containsEntry("tokens_input", 10L)
                .containsEntry("tokens_cache_read", 30L)
                .containsEntry("tokens_output", 15L)
                .containsEntry("tokens_reasoning", 5L)
                .containsEntry("cost_cache_read_microcents", 300L)
                .containsKey("latency_millis");
        assertThat(house.held()).isZero();
        assertThat(house.spent(usd)).isEqualTo(5_300);
        assertThat(house.spent(tokens)).isEqualTo(60);
        assertThat(house.spent(calls)).isEqualTo(1);
        FakeProvider.Received received = house.provider.received.getFirst();
        assertThat(received.uri()).isEqualTo("/v1/chat/completions");
        assertThat(received.body()).isEqualTo(Samples.CHAT);
        assertThat(received.headers().get("authorization")).isEqualTo("Bearer sk-provider");
        assertThat(received.headers().names()).noneMatch(name -> name.startsWith("x-bursar"));
    }

    @ParameterizedTest
    @CsvSource({"200,0.000894 USD", "500,0.000947 USD"})
    void remaining_ofAWholeAnswer_isWhatTheSettlementLeft(int status, String left)
            throws Exception {
        house.budget("slots", Unit.SLOTS, 1);
        BudgetId all = house.budget("all", Unit.USD_MICROCENTS, 100_000);
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
        house.post("/v1/chat/completions", Samples.CHAT);
        house.provider.script(answer -> answer.json(status, Samples.CHAT_ANSWER));
        HttpResponse<String> answer = house.post("/v1/chat/completions", Samples.CHAT);
        assertThat(answer.headers().firstValue("X-Bursar-Remaining")).hasValue(left);
        assertThat(Quantity.text(Unit.USD_MICROCENTS, 100_000 - house.spent(all))).isEqualTo(left);
    }

    @Test
    void remaining_ofACallThatIsItsOwnRun_isThatOfItsRun() throws Exception {
        house.budget(
                "run",
                List.of("run"),
                Unit.USD_MICROCENTS,
                100_000,
                new Window.Life(),
                Budget.Mode.HARD);
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
        HttpResponse<String> answer = house.post("/v1/chat/completions", Samples.CHAT);
        assertThat(answer.headers().firstValue("X-Bursar-Remaining")).hasValue("0.000947 USD");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"service_tier\":\"priority\",|service_tier=priority",
                "\"service_tier\":\"default\",|",
            })
    void tierWithoutAPrice_isToldInTheRecord(String tier, @Nullable String parts) throws Exception {
        house.provider.script(answer ->
                answer.json(200, Samples.CHAT_ANSWER.replace("\"usage\"", tier + "\"usage\"")));
        house.post("/v1/chat/completions", Samples.CHAT);
        Map<String, String> labels = house.committed().attribution().labels();
        assertThat(labels.get("unpriced_parts")).isEqualTo(parts);
        assertThat(labels).containsEntry("provenance", parts == null ? "priced" : "estimated");
        assertThat(house.estimated).hasValue(0);
    }

    @Test
    void remaining_ofAStream_isWhatTheReserveLeft() throws Exception {
        house.budget("all", Unit.USD_MICROCENTS, 100_000);
        house.provider.script(answer -> answer.stream().write(Samples.CHAT_USAGE).end());
        HttpResponse<String> answer = house.post("/v1/chat/completions", Samples.CHAT_STREAM);
        long left = 100_000L - 100L * Samples.CHAT_STREAM.length() - 200 * 100;
        assertThat(answer.headers().firstValue("X-Bursar-Remaining"))
                .hasValue(Quantity.text(Unit.USD_MICROCENTS, left));
    }

    @Test
    void chatStream_notAskingForUsage_getsNoUsageChunkAndIsSettledByIt() throws Exception {
        house.budget("all", Unit.USD_MICROCENTS, 1_000_000_000);
        house.provider.script(answer ->
                answer.stream()
                        .write(Samples.CHAT_DELTA_1)
                        .write(Samples.CHAT_DELTA_2)
                        .write(Samples.CHAT_USAGE)
                        .write(Samples.DONE)
                        .end());
        HttpResponse<String> answer =
                house.post("/openai/v1/chat/completions", Samples.CHAT_STREAM);
        assertThat(answer.body())
                .isEqualTo(Samples.CHAT_DELTA_1 + Samples.CHAT_DELTA_2 + Samples.DONE);
        assertThat(house.provider.received.getFirst().body())
                .isEqualTo(
                        "{\"stream_options\":{\"include_usage\":true},"
                                + Samples.CHAT_STREAM.substring(1));
        Entry.Committed entry = house.committed();
        assertThat(entry.actual().get(Unit.USD_MICROCENTS)).isEqualTo(8_000);
        assertThat(entry.attribution().labels()).containsEntry("provenance", "priced");
        assertThat(house.held()).isZero();
    }

    @Test
    void chatStream_askingForUsage_passesByteForByte() throws Exception {
        String stream =
                Samples.CHAT_DELTA_1 + Samples.CHAT_DELTA_2 + Samples.CHAT_USAGE + Samples.DONE;
        house.provider.script(answer -> answer.stream().write(stream).end());
        HttpResponse<String> answer =
                house.post("/v1/chat/completions", Samples.CHAT_STREAM_WITH_USAGE);
        assertThat(answer.body()).isEqualTo(stream);
        assertThat(house.provider.received.getFirst().body())
                .isEqualTo(Samples.CHAT_STREAM_WITH_USAGE);
        assertThat(house.committed().actual().get(Unit.TOKENS)).isEqualTo(60);
    }

    @Test
    void messages_answered_passesThroughAndSettlesTheProvidersUsage() throws Exception {
        house.provider.script(answer -> answer.json(200, Samples.MESSAGES_ANSWER));
        HttpResponse<String> answer =
                house.send(
                        house.request("/v1/messages?beta=true", Samples.MESSAGES)
                                .header("anthropic-version", "2023-06-01"));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(Samples.MESSAGES_ANSWER);
        FakeProvider.Received received = house.provider.received.getFirst();
        assertThat(received.uri()).isEqualTo("/v1/messages?beta=true");
        assertThat(received.headers().get("x-api-key")).isEqualTo("sk-ant");
        assertThat(received.headers().get("authorization")).isNull();
        assertThat(received.headers().get("anthropic-version")).isEqualTo("2023-06-01");
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().numbers())
                .containsEntry("tokens_input", 10L)
                .containsEntry("tokens_cache_read", 30L)
                .containsEntry("tokens_output", 20L);
    }

    @Test
    void messagesStream_passesByteForByteAndSettlesItsLastUsage() throws Exception {
        String stream = Samples.MESSAGE_START + Samples.MESSAGE_TEXT + Samples.MESSAGE_END;
        house.provider.script(answer -> answer.stream().write(stream).end());
        HttpResponse<String> answer = house.post("/anthropic/v1/messages", Samples.MESSAGES_STREAM);
        assertThat(answer.body()).isEqualTo(stream);
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().numbers())
                .containsEntry("tokens_input", 10L)
                .containsEntry("tokens_cache_read", 30L)
                .containsEntry("tokens_output", 20L);
        assertThat(entry.attribution().labels()).containsEntry("stop_reason", "end_turn");
    }

    @Test
    void usage_beyondAllBounds_chargesTheHoldAndStillEndsTheCall() throws Exception {
        BudgetId usd = house.budget("all", Unit.USD_MICROCENTS, 1_000_000_000);
        String compaction = "{\"type\":\"compaction\",\"input_tokens\":999999999999}";
        String absurd =
                Samples.MESSAGE_END.replace(
                        "{\"output_tokens\":20}",
                        "{\"iterations\":[" + compaction + "," + compaction + "]}");
        house.provider.script(
                answer -> answer.stream().write(Samples.MESSAGE_START + absurd).end());
        assertThat(catchThrowable(() -> house.post("/v1/messages", Samples.MESSAGES_STREAM)))
                .isInstanceOf(IOException.class);
        Entry.Committed entry = house.committed();
        assertThat(entry.attribution().labels()).containsEntry("status", "failed");
        assertThat(entry.actual().get(Unit.TOKENS)).isEqualTo(entry.held().get(Unit.TOKENS));
        assertThat(house.held()).isZero();
        assertThat(house.spent(usd)).isEqualTo(entry.actual().get(Unit.USD_MICROCENTS));
    }
}
