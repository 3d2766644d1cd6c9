package dev.bursar.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BundledBookTest {

    private static final PriceBook BOOK = PriceBook.bundled();
    private static final Instant NOW = Instant.parse("2026-11-22T00:00:00Z");

    @ParameterizedTest
    @CsvSource({
        // By hand from the providers' lists: 1,000 input, 1,000 cache read, 1,000 output,
        // microcents.
        "openai, gpt-4o, 2500, 1250, 10000",
        "openai, gpt-4o-2024-08-06, 2500, 1250, 10000",
        "openai, gpt-4o-2024-05-13, 5000, 5000, 15000",
        "openai, gpt-4o-mini, 150, 75, 600",
        "openai, gpt-4o-mini-2024-07-18, 150, 75, 600",
        "openai, gpt-4.1-nano-2025-04-14, 100, 25, 400",
        "openai, gpt-5, 1250, 125, 10000",
        "openai, gpt-5-mini-2025-08-07, 250, 25, 2000",
        "openai, gpt-5-nano, 50, 5, 400",
        "openai, o3, 2000, 500, 8000",
        "openai, o4-mini, 1100, 275, 4400",
        "openai, ft:gpt-4o-mini-2024-07-18:org::abc, 300, 300, 1200",
        "anthropic, claude-opus-4, 15000, 1500, 75000",
        "anthropic, claude-opus-4-20250514, 15000, 1500, 75000",
        "anthropic, claude-haiku-4, 1000, 100, 5000",
        "anthropic, claude-haiku-4-5-20251001, 1000, 100, 5000",
        "anthropic, claude-sonnet-4-5-20250929, 3000, 300, 15000",
        "anthropic, claude-sonnet-4-0, 3000, 300, 15000",
        "anthropic, claude-3-5-haiku-latest, 800, 80, 4000",
        "google, gemini-2.5-pro, 1250, 125, 10000",
        "google, models/gemini-2.5-flash, 300, 30, 2500",
        "google, gemini-2.5-flash-lite, 100, 10, 400",
        "google, gemini-2.0-flash-001, 100, 25, 400",
        "vertex, claude-sonnet-4-5@20250929, 3000, 300, 15000",
        "mistral, mistral-small-latest, 100, 100, 300",
        "mistral, codestral-latest, 300, 300, 900",
        "deepseek, deepseek-chat, 270, 70, 1100",
        "deepseek, deepseek-reasoner, 550, 140, 2190",
        "xai, grok-4, 3000, 750, 15000",
        "x-ai, grok-4.5-latest, 2000, 500, 6000",
        "groq, llama-3.3-70b-versatile, 590, 590, 790",
        "groq, openai/gpt-oss-120b, 150, 75, 600",
        "cohere, command-r-plus-08-2024, 2500, 2500, 10000",
        "cohere, command-a-03-2025, 2500, 2500, 10000",
        "bedrock, anthropic.claude-3-5-sonnet-20241022-v2:0, 3000, 300, 15000",
        "bedrock, us.anthropic.claude-opus-4-1-20250805-v1:0, 15000, 1500, 75000",
        "bedrock, eu.anthropic.claude-sonnet-4-5-20250929-v1:0, 3300, 330, 16500",
        "bedrock, global.anthropic.claude-sonnet-4-5-20250929-v1:0, 3000, 300, 15000",
        "bedrock, arn:aws:bedrock:eu-west-1:42:inference-profile/eu.amazon.nova-lite-v1:0, 60, 15, 240",
        "aws, meta.llama3-3-70b-instruct-v1:0, 720, 720, 720",
        "azure, gpt-4o-mini, 150, 75, 600",
        "azure, gpt-35-turbo, 500, 500, 1500",
        "azure, o4-mini-2025-04-16, 1100, 280, 4400",
    })
    void find_wellKnownModels_areThereAtTheirPrice(
            String provider, String model, long input, long read, long output) {
        Price price = BOOK.find(provider, model, NOW).orElseThrow();
        Cost cost = price.cost(TokenUsage.of(1_000, 1_000).with(TokenClass.CACHE_READ, 1_000));

        // The table is in 10^-6 USD, the cost in 10^-8.
        assertThat(cost.of(TokenClass.INPUT)).isEqualTo(input * 100);
        assertThat(cost.of(TokenClass.CACHE_READ)).isEqualTo(read * 100);
        assertThat(cost.of(TokenClass.OUTPUT)).isEqualTo(output * 100);
    }

    @ParameterizedTest
    @CsvSource({
        "openai, gpt-4o-imagined",
        "openai, gpt-55",
        "anthropic, claude-opus-4-99",
        "anthropic, claude-opus-5-1",
        "google, gemini-2.5-pro-preview-tts",
        "bedrock, us.anthropic.claude-unheard-of-20300101-v1:0",
        "openai, gemini-2.5-pro",
        "anthropic, gpt-4o",
        "local, llama3",
    })
    void find_whatNobodyListed_isUnpriced(String provider, String model) {
        assertThat(BOOK.find(provider, model, NOW)).isEmpty();
    }

    @Test
    void find_anthropicCacheWrites_costAQuarterAndTwiceOverInput() {
        Price price = BOOK.find("anthropic", "claude-sonnet-4-5", NOW).orElseThrow();
        TokenUsage usage =
                TokenUsage.NONE
                        .with(TokenClass.CACHE_WRITE_5M, 1_000)
                        .with(TokenClass.CACHE_WRITE_1H, 1_000);

        assertThat(price.cost(usage).of(TokenClass.CACHE_WRITE_5M)).isEqualTo(375_000);
        assertThat(price.cost(usage).of(TokenClass.CACHE_WRITE_1H)).isEqualTo(600_000);
    }

    @ParameterizedTest
    @CsvSource({
        "anthropic, claude-sonnet-4-5, 200000, 60000000",
        "anthropic, claude-sonnet-4-5, 200001, 120000600",
        "google, gemini-2.5-pro, 200000, 25000000",
        "google, gemini-2.5-pro, 200001, 50000250",
        "openai, gpt-5.4, 272001, 136000500",
    })
    void cost_longContext_isThatOfTheTier(String provider, String model, long input, long cost) {
        Price price = BOOK.find(provider, model, NOW).orElseThrow();

        assertThat(price.cost(TokenUsage.of(input, 0)).microcents()).isEqualTo(cost);
    }

    @ParameterizedTest
    @CsvSource({
        "openai, o3, 2025-06-09T23:59:59Z, 10",
        "openai, o3, 2025-06-10T00:00:00Z, 2",
        "anthropic, claude-sonnet-5, 2026-08-31T23:59:59Z, 2",
        "anthropic, claude-sonnet-5, 2026-09-01T00:00:00Z, 3",
    })
    void find_onTheDayOfAChange_takesTheNewPrice(
            String provider, String model, Instant at, String usd) {
        Price price = BOOK.find(provider, model, at).orElseThrow();

        assertThat(price.rates().of(TokenClass.INPUT)).isEqualTo(Rates.parseUsd(usd));
    }

    @Test
    void bundled_hasTheProvidersAndModelsPromised() {
        assertThat(BOOK.providers())
                .contains(
                        "openai",
                        "anthropic",
                        "google",
                        "mistral",
                        "deepseek",
                        "xai",
                        "groq",
                        "cohere",
                        "bedrock",
                        "azure");
        assertThat(BOOK.size()).isGreaterThanOrEqualTo(350);
    }

    @Test
    void bundled_everyRow_isFoundByItsOwnNameAndHasItsOwnId() {
        Set<String> ids = new HashSet<>();
        for (Price price : BOOK.prices()) {
            assertThat(ids.add(price.id())).as(price.id()).isTrue();
            assertThat(BOOK.find(price.provider(), price.model(), price.from())).contains(price);
            assertThat(price.free() || price.rates().of(TokenClass.INPUT) > 0)
                    .as(price.id())
                    .isTrue();
            assertThat(price.rates().dearest(true))
                    .as(price.id())
                    .isGreaterThanOrEqualTo(price.rates().of(TokenClass.INPUT));
        }
    }

    @Test
    void findAnywhere_deploymentOfAnUnnamedProvider_isPriced() {
        assertThat(BOOK.findAnywhere("gpt-4o", NOW).orElseThrow().id()).isEqualTo("openai/gpt-4o");
        assertThat(BOOK.findAnywhere("text-moderation-latest", NOW)).isEmpty();
    }
}
