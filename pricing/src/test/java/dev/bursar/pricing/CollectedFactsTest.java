package dev.bursar.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Compares the bundled book with facts that others collected. Where the book differs on purpose, the
/// difference is named here with its reason: a new one fails the test.
class CollectedFactsTest {

    private static final PriceBook BOOK = PriceBook.bundled();

    private static final Set<String> PROVIDERS =
            Set.of(
                    "openai",
                    "anthropic",
                    "google",
                    "mistral",
                    "deepseek",
                    "x-ai",
                    "groq",
                    "cohere",
                    "aws",
                    "azure");

    private static final Map<String, TokenClass> CLASSES =
            Map.of(
                    "input_mtok", TokenClass.INPUT,
                    "cache_read_mtok", TokenClass.CACHE_READ,
                    "cache_write_mtok", TokenClass.CACHE_WRITE_5M,
                    "output_mtok", TokenClass.OUTPUT,
                    "input_audio_mtok", TokenClass.AUDIO_INPUT,
                    "output_audio_mtok", TokenClass.AUDIO_OUTPUT);

    /// Not in the book, so unpriced: names that the provider itself does not sell (seen at a
    /// reseller), and image models whose price for images is not known.
    private static final Set<String> LEFT_OUT =
            Set.of(
                    "openai/gpt-oss-120b",
                    "openai/gpt-oss-20b",
                    "openai/gpt-oss-safeguard-20b",
                    "openai/gpt-4o:extended",
                    "openai/gpt-5-image",
                    "openai/gpt-5-image-mini",
                    "openai/gpt-5.4-image-2",
                    "openai/gpt-image-1-mini",
                    "openai/gpt-image-2",
                    "google/gemini-1.0-pro-vision-001",
                    "google/gemma-2-27b-it",
                    "google/gemma-4-26b-a4b-it",
                    "google/gemma-4-31b-it",
                    "azure/mai-ds-r1:free",
                    "azure/phi-4-reasoning-plus:free",
                    "azure/phi-4-reasoning:free",
                    "mistral/devstral-small:free",
                    "mistral/mistral-nemo:free",
                    "mistral/mistral-small-24b-instruct-2501:free");

    /// Priced from the provider's own list, which has more than the collection: audio at its own
    /// price, a long context tier, images apart from text.
    private static final Set<String> FROM_THE_LIST =
            Set.of(
                    "openai/gpt-4o-audio-preview",
                    "openai/gpt-4o-mini-audio-preview",
                    "anthropic/claude-sonnet-4-0",
                    "google/claude-4-sonnet",
                    "google/gemini-2.5-flash-image");

    @Test
    void bundled_everyCollectedPrice_isInTheBook() {
        Optional<Path> file = SharedData.file("prices/genai-prices.json");
        assumeTrue(file.isPresent(), "no collected prices beside the repository");
        Set<String> missing = new TreeSet<>();
        Map<String, String> different = new TreeMap<>();
        int compared = 0;
        for (JsonNode provider : SharedData.json(file.orElseThrow())) {
            String name = provider.get("id").asString();
            if (!PROVIDERS.contains(name)) {
                continue;
            }
            for (JsonNode model : provider.get("models")) {
                String id = model.get("id").asString().replaceFirst("^regional\\.", "");
                String key = name + "/" + id;
                compared++;
                if (BOOK.find(name, id, Instant.MAX).isEmpty()) {
                    missing.add(key);
                } else {
                    differences(name, id, model.get("prices"))
                            .forEach(difference -> different.put(key, difference));
                }
            }
        }

        assertThat(compared).isGreaterThan(300);
        assertThat(missing).isEqualTo(new TreeSet<>(LEFT_OUT));
        assertThat(different.keySet()).as("%s", different).isEqualTo(new TreeSet<>(FROM_THE_LIST));
    }

    private static List<String> differences(String provider, String model, JsonNode prices) {
        List<String> differences = new ArrayList<>();
        if (!prices.isArray()) {
            differences.addAll(compare(provider, model, Instant.MAX, prices));
            return differences;
        }
        boolean byTimeOfDay = prices.get(1).get("constraint").has("start_time");
        for (int i = byTimeOfDay ? 1 : 0; i < prices.size(); i++) {
            JsonNode start = prices.get(i).path("constraint").path("start_date");
            Instant at =
                    start.isMissingNode()
                            ? Instant.EPOCH
                            : Instant.parse(start.asString() + "T00:00:00Z");
            differences.addAll(
                    compare(
                            provider,
                            model,
                            byTimeOfDay ? Instant.MAX : at,
                            prices.get(i).get("prices")));
        }
        return differences;
    }

    private static List<String> compare(
            String provider, String model, Instant at, JsonNode collected) {
        Price price = BOOK.find(provider, model, at).orElseThrow();
        List<String> differences = new ArrayList<>();
        if (collected.isEmpty() && !price.free()) {
            differences.add("should be free");
        }
        CLASSES.forEach((name, type) -> {
            JsonNode value = collected.path(name);
            if (!value.isMissingNode()) {
                BigDecimal base = (value.isObject() ? value.get("base") : value).asDecimal();
                check(differences, type, base, price.rates());
                for (JsonNode tier : value.path("tiers")) {
                    check(
                            differences,
                            type,
                            tier.get("price").asDecimal(),
                            price.ratesFor(tier.get("start").asLong() + 1));
                }
            } else if (price.rates().stated(type).isPresent() && !price.free()) {
                differences.add(type.wire() + " is only in the book");
            }
        });
        if (price.tiers().isEmpty() != !collected.toString().contains("tiers")) {
            differences.add("tiers are only on one side");
        }
        return differences;
    }

    private static void check(
            List<String> differences, TokenClass type, BigDecimal usd, Rates rates) {
        long rate = usd.movePointRight(8).longValueExact();
        if (rates.of(type) != rate) {
            differences.add(type.wire() + " " + rates.of(type) + " instead of " + rate);
        }
    }

    /// Calls whose collected cost is not ours, with the reason.
    private static final Map<String, String> EXPLAINED =
            Map.of(
                    "openai/gpt-oss-120b", "not sold by this provider, so unpriced",
                    "openai/gpt-4o-audio-preview-2024-12-17", "audio at the price of the list",
                    "google/gemini-2.5-flash with cached audio", "no class: as uncached audio",
                    "google/claude-sonnet-4-5-20250929", "over 200,000 tokens: a tier of the list");

    @Test
    void cost_recordedUsage_isTheCollectedCostRoundedUpPerLine() {
        Optional<Path> file = SharedData.file("fixtures/usages/provider-usages.json");
        assumeTrue(file.isPresent(), "no recorded usages beside the repository");
        Map<String, String> misses = new TreeMap<>();
        int compared = 0;
        for (JsonNode entry : SharedData.json(file.orElseThrow())) {
            for (JsonNode extracted : entry.get("extracted")) {
                for (JsonNode expected : extracted.get("extractors")) {
                    String provider = expected.get("provider_id").asString();
                    if (Set.of("openai", "anthropic", "google").contains(provider)
                            && expected.has("input_price")) {
                        compared++;
                        String model = entry.get("model").asString();
                        compareCost(provider, model, extracted.get("usage"), expected, misses);
                    }
                }
            }
        }

        assertThat(compared).isGreaterThan(700);
        assertThat(misses.keySet()).as("%s", misses).isEqualTo(new TreeSet<>(EXPLAINED.keySet()));
    }

    private static void compareCost(
            String provider,
            String model,
            JsonNode recorded,
            JsonNode expected,
            Map<String, String> misses) {
        String key =
                provider
                        + "/"
                        + model
                        + (recorded.has("cache_audio_read_tokens") ? " with cached audio" : "");
        // The collection was priced before 2026-09-01, when a price of it changed.
        Optional<Price> price = BOOK.find(provider, model, Instant.parse("2026-08-01T00:00:00Z"));
        if (price.isEmpty()) {
            misses.put(key, "unpriced");
            return;
        }
        TokenUsage usage = disjoint(recorded);
        Cost cost = price.get().cost(usage);
        BigDecimal exact =
                expected.get("input_price")
                        .asDecimal()
                        .add(expected.get("output_price").asDecimal())
                        .movePointRight(8);
        long least = exact.setScale(0, RoundingMode.CEILING).longValueExact();
        long most = least + cost.lines().size();
        if (cost.microcents() < least || cost.microcents() > most) {
            misses.put(key, usage + ": " + cost.microcents() + " instead of " + exact);
        }
        assertThat(
                        price.get()
                                .upperBound(
                                        EnumSet.allOf(TokenClass.class),
                                        usage.input(),
                                        usage.output()))
                .as(key)
                .isGreaterThanOrEqualTo(cost.microcents());
    }

    /// The recorded counts overlap: input holds what was cached, audio and images; output holds
    /// reasoning and images; audio holds the audio that was cached.
    private static TokenUsage disjoint(JsonNode recorded) {
        long cachedAudio = recorded.path("cache_audio_read_tokens").asLong(0);
        long cachedImage = recorded.path("cache_image_read_tokens").asLong(0);
        long read = recorded.path("cache_read_tokens").asLong(0) - cachedAudio;
        long write = recorded.path("cache_write_tokens").asLong(0);
        long audio = recorded.path("input_audio_tokens").asLong(0);
        long image = recorded.path("input_image_tokens").asLong(0) - cachedImage;
        long reasoning = recorded.path("output_reasoning_tokens").asLong(0);
        long drawn = recorded.path("output_image_tokens").asLong(0);
        long input = recorded.path("input_tokens").asLong(0) - read - write - audio - image;
        long output = recorded.path("output_tokens").asLong(0) - reasoning - drawn;
        return TokenUsage.of(
                Map.of(
                        TokenClass.INPUT, input,
                        TokenClass.CACHE_READ, read,
                        TokenClass.CACHE_WRITE_5M, write,
                        TokenClass.AUDIO_INPUT, audio,
                        TokenClass.IMAGE_INPUT, image,
                        TokenClass.OUTPUT, output,
                        TokenClass.REASONING, reasoning,
                        TokenClass.IMAGE_OUTPUT, drawn));
    }
}
