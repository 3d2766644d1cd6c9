package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.pricing.Price;
import dev.bursar.pricing.PriceBook;
import dev.bursar.pricing.Rates;
import dev.bursar.pricing.TokenClass;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A run of an agent as it was recorded: no texts, but the tokens and the USD of each call. What a call
/// costs is reckoned here in decimals, by nothing of the gateway.
record RecordedRun(String id, List<Call> calls) {

    /// Microcents per token of a price of one USD per 1M tokens.
    private static final BigDecimal MICROCENTS = new BigDecimal(100);

    /// A letter of four bytes for which no vocabulary has a token: as many tokens as bytes.
    private static final String FOUR_TOKENS = "\uD808\uDC00";

    /// USD per 1M tokens, as they were when the runs were made.
    private static final Map<String, Model> MODELS =
            Map.ofEntries(
                    model("gpt-4o", "2.50", "1.25", "10.00"),
                    model("azure/gpt-4o-2024-11-20", "2.75", "1.25", "11.00"),
                    model("gpt-4.1", "2.00", "0.50", "8.00"),
                    model("gpt-4.1-2025-04-14", "2.00", "0.50", "8.00"),
                    model("gpt-4.1-mini", "0.40", "0.10", "1.60"),
                    model("gpt-5.4", "2.50", "0.25", "15.00"),
                    model("o3", "2.00", "0.50", "8.00"),
                    model("claude-opus-4-6", "5.00", "0.50", "25.00"),
                    model("claude-sonnet-4-5", "3.00", "0.30", "15.00"),
                    model("claude-sonnet-4-6", "3.00", "0.30", "15.00"),
                    model("xai/grok-3", "3.00", "0.75", "15.00"),
                    model("deepseek/deepseek-chat", "0.28", "0.028", "0.42"));

    /// What the recording has no cost for was free to whoever recorded it.
    private static final Model FREE = new Model("openai", "free-model", "0", "0", "0");

    RecordedRun {
        calls = List.copyOf(calls);
    }

    /// @param input USD per 1M tokens, like `cached` and `output`
    record Model(String provider, String name, String input, String cached, String output) {

        boolean isFree() {
            return equals(FREE);
        }

        private BigDecimal fullMicrocents(long inputTokens, long outputTokens) {
            return microcents(inputTokens, input).add(microcents(outputTokens, output));
        }

        /// The cached tokens that make a recorded cost: what is missing from the full price.
        private long cached(long inputTokens, long outputTokens, BigDecimal usd) {
            if (isFree()) {
                return 0;
            }
            BigDecimal off =
                    fullMicrocents(inputTokens, outputTokens).subtract(usd.movePointRight(8));
            BigDecimal each =
                    new BigDecimal(input).subtract(new BigDecimal(cached)).multiply(MICROCENTS);
            long tokens = off.divide(each, 2, RoundingMode.HALF_EVEN).longValueExact();
            assertThat(tokens).as("cached of %d", inputTokens).isBetween(0L, inputTokens);
            return tokens;
        }

        /// Each kind of token is rounded up to a microcent.
        private BigDecimal microcents(long tokens, String usdPerMillion) {
            return new BigDecimal(usdPerMillion)
                    .multiply(MICROCENTS)
                    .multiply(BigDecimal.valueOf(tokens))
                    .setScale(0, RoundingMode.CEILING);
        }
    }

    /// @param run and `number` are its place in the recording
    /// @param usd as recorded, with what the provider had in its cache
    /// @param cached tokens of the input
    record Call(
            int run,
            int number,
            Model model,
            long input,
            long output,
            BigDecimal usd,
            long cached) {

        /// In microcents.
        long recordedCost() {
            return usd.movePointRight(8).setScale(0, RoundingMode.CEILING).longValueExact();
        }

        /// In microcents, with nothing cached.
        long fullCost() {
            return cost(input);
        }

        /// In microcents, if every byte of the request is a token.
        long bound() {
            return cost(body().getBytes(StandardCharsets.UTF_8).length);
        }

        private long cost(long inputTokens) {
            return model.fullMicrocents(inputTokens, output).longValueExact();
        }

        boolean messages() {
            return model.provider.equals("anthropic");
        }

        /// Every other chat is streamed.
        boolean streamed() {
            return !messages() && number % 2 == 1;
        }

        String path() {
            return messages() ? "/v1/messages" : "/v1/chat/completions";
        }

        /// As many bytes as the recorded call had tokens of input, which is what the gateway takes for the
        /// most that they can be; only a few calls of free models have less than what a request takes.
        /// Its text has no fewer tokens than bytes, so that counting them gains nothing.
        String body() {
            String head =
                    "{\"model\":\"%s\",%s\"max_tokens\":%d,\"messages\":[{\"role\":\"user\",\"content\":\"%d/%d;"
                            .formatted(
                                    model.name,
                                    streamed() ? "\"stream\":true," : "",
                                    output,
                                    run,
                                    number);
            String tail = "\"}]}";
            int left = (int) Math.max(0, input - head.length() - tail.length());
            return head + FOUR_TOKENS.repeat(left / 4) + ".".repeat(left % 4) + tail;
        }
    }

    static List<RecordedRun> read(Path file) throws IOException {
        List<RecordedRun> runs = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            JsonNode run = JsonMapper.shared().readTree(line);
            List<Call> calls = new ArrayList<>();
            for (JsonNode call : run.path("calls")) {
                String role = call.path("role").asString().equals("agent") ? "agent" : "user";
                String model = run.path(role + "_model").asString("");
                calls.add(call(runs.size(), calls.size(), model, call));
            }
            runs.add(new RecordedRun(run.path("run_id").asString(), calls));
        }
        return runs;
    }

    private static Call call(int run, int number, String modelName, JsonNode call) {
        long input = call.path("in").asLong();
        long output = call.path("out").asLong();
        // Doubles that were added up have noise in the last places.
        BigDecimal usd =
                new BigDecimal(call.path("cost").asString()).setScale(12, RoundingMode.HALF_EVEN);
        Model model = usd.signum() == 0 ? FREE : priced(modelName, input, output, usd);
        return new Call(run, number, model, input, output, usd, model.cached(input, output, usd));
    }

    /// A few runs do not name their models: by what they cost, these are DeepSeek's, and Claude Opus in
    /// one.
    private static Model priced(String name, long input, long output, BigDecimal usd) {
        if (!name.isEmpty()) {
            return Objects.requireNonNull(MODELS.get(name), name);
        }
        return Stream.of("deepseek/deepseek-chat", "claude-opus-4-6")
                .map(MODELS::get)
                .filter(model ->
                        model.fullMicrocents(input, output).compareTo(usd.movePointRight(8)) >= 0)
                .findFirst()
                .orElseThrow();
    }

    static PriceBook book() {
        List<Price> prices = new ArrayList<>();
        prices.add(Price.free(FREE.provider, FREE.name));
        for (Model model : MODELS.values()) {
            Rates rates =
                    Rates.of(
                            Map.of(
                                    TokenClass.INPUT, Rates.parseUsd(model.input),
                                    TokenClass.CACHE_READ, Rates.parseUsd(model.cached),
                                    TokenClass.OUTPUT, Rates.parseUsd(model.output)));
            prices.add(Price.of(model.provider, model.name, Instant.EPOCH, rates));
        }
        return PriceBook.empty().with(prices);
    }

    private static Map.Entry<String, Model> model(
            String recorded, String input, String cached, String output) {
        String provider = recorded.startsWith("claude") ? "anthropic" : "openai";
        String name = recorded.substring(recorded.indexOf('/') + 1);
        boolean renamed = !name.equals(recorded);
        return Map.entry(
                recorded,
                new Model(provider, renamed ? "other-" + name : name, input, cached, output));
    }
}
