package dev.bursar.gateway;

import dev.bursar.gateway.ladder.LadderSettings;
import dev.bursar.ledger.Budget.Mode;
import dev.bursar.ledger.Budget.Step;
import dev.bursar.ledger.Budget.Step.Action;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import dev.bursar.pricing.Price;
import dev.bursar.pricing.PriceBook;
import dev.bursar.pricing.Rates;
import dev.bursar.pricing.TokenClass;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A house whose budgets have ladders, and the ways to call it: in two dialects, streamed and not.
abstract class WithLadders {

    static final JsonMapper JSON = JsonMapper.shared();
    static final long FLOOR = 256;

    /// A tenth of the price of `house-model`: 10 and 20 microcents a token. It produces 2,000 tokens.
    static final PriceBook BOOK = House.BOOK.with(List.of(small("openai"), small("anthropic")));

    @TempDir private Path data;
    House house;

    static Price small(String provider) {
        Map<TokenClass, Long> rates =
                Map.of(TokenClass.INPUT, 10_000_000L, TokenClass.OUTPUT, 20_000_000L);
        return new Price(
                provider + "/small",
                provider,
                "small",
                Instant.EPOCH,
                Rates.of(rates),
                List.of(),
                false,
                0,
                2_000);
    }

    /// A way to call, with 4,000 tokens of output asked for.
    enum Way {
        CHAT("/v1/chat/completions", false),
        CHAT_STREAM("/v1/chat/completions", true),
        MESSAGES("/v1/messages", false),
        MESSAGES_STREAM("/v1/messages", true);

        final String path;
        final boolean stream;

        Way(String path, boolean stream) {
            this.path = path;
            this.stream = stream;
        }

        boolean isChat() {
            return path.contains("chat");
        }

        String body(String more) {
            return "{\"model\":\"house-model\", \"max_tokens\": 4000 ,\"stream\":"
                    + stream
                    + (isChat() && stream ? ",\"stream_options\":{\"include_usage\":true}" : "")
                    + more
                    + ",\"messages\":[{\"role\":\"user\",\"content\":\"Say hello \\u00e9 é\"}]}";
        }

        void answer(FakeProvider.Answer answer) {
            if (!stream) {
                answer.json(200, isChat() ? Samples.CHAT_ANSWER : Samples.MESSAGES_ANSWER);
            } else if (isChat()) {
                answer.stream()
                        .write(Samples.CHAT_DELTA_1 + Samples.CHAT_DELTA_2 + Samples.CHAT_USAGE)
                        .write(Samples.DONE)
                        .end();
            } else {
                answer.stream()
                        .write(Samples.MESSAGE_START + Samples.MESSAGE_TEXT + Samples.MESSAGE_END)
                        .end();
            }
        }
    }

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        house.provider.script(Way.CHAT::answer);
        with(Map.of());
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    void with(Map<String, String> downgrade) {
        with(ladder(downgrade));
    }

    static LadderSettings ladder(Map<String, String> downgrade) {
        return new LadderSettings(new TreeMap<>(downgrade), FLOOR, Duration.ofSeconds(20), 100);
    }

    void with(LadderSettings ladder) {
        Map<String, ProviderSettings> providers = new TreeMap<>(house.settings().providers());
        providers.put(
                "local",
                ProviderSettings.of("local", Dialect.OPENAI, house.provider.uri("/v1"), null)
                        .asFree());
        house.gateway.reconfigure(
                BOOK, GatewaySettings.of(providers).withLadders(Map.of("acme", ladder)));
    }

    static Step at(int percent, Action action, String... tools) {
        return new Step(percent, action, List.of(tools));
    }

    BudgetId budget(String name, Unit unit, long limit, Mode mode, Step... steps) {
        return budget(name, List.of(), unit, limit, new Window.Life(), mode, steps);
    }

    BudgetId budget(
            String name,
            List<String> per,
            Unit unit,
            long limit,
            Window window,
            Mode mode,
            Step... steps) {
        BudgetId id = new BudgetId("acme/" + name);
        return house.budget(id, name, per, unit, limit, window, mode, steps);
    }

    HttpResponse<String> call(Way way) throws Exception {
        return call(way, "");
    }

    HttpResponse<String> call(Way way, String more) throws Exception {
        house.provider.script(way::answer);
        return house.post(way.path, way.body(more));
    }

    HttpRequest.Builder batch() {
        return house.request(Way.CHAT.path, Way.CHAT.body("")).header("X-Bursar-Priority", "batch");
    }

    static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    static JsonNode error(HttpResponse<String> answer) {
        return JSON.readTree(answer.body()).path("error");
    }

    JsonNode sent() {
        return JSON.readTree(house.provider.received.getLast().body());
    }
}
