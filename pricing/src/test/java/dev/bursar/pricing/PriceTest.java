package dev.bursar.pricing;

import static dev.bursar.pricing.TokenClass.AUDIO_INPUT;
import static dev.bursar.pricing.TokenClass.AUDIO_OUTPUT;
import static dev.bursar.pricing.TokenClass.CACHE_READ;
import static dev.bursar.pricing.TokenClass.CACHE_WRITE_1H;
import static dev.bursar.pricing.TokenClass.CACHE_WRITE_5M;
import static dev.bursar.pricing.TokenClass.IMAGE_INPUT;
import static dev.bursar.pricing.TokenClass.IMAGE_OUTPUT;
import static dev.bursar.pricing.TokenClass.INPUT;
import static dev.bursar.pricing.TokenClass.OUTPUT;
import static dev.bursar.pricing.TokenClass.REASONING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PriceTest {

    private static final Set<TokenClass> ALL = EnumSet.allOf(TokenClass.class);

    private static final long USD = 100_000_000L;
    private static final Instant SINCE_EVER = Instant.EPOCH;

    private static Rates rates(Object... pairs) {
        Map<TokenClass, Long> rates = new EnumMap<>(TokenClass.class);
        for (int i = 0; i < pairs.length; i += 2) {
            rates.put((TokenClass) pairs[i], Rates.parseUsd((String) pairs[i + 1]));
        }
        return Rates.of(rates);
    }

    private static Price price(Object... pairs) {
        return Price.of("test", "model", SINCE_EVER, rates(pairs));
    }

    @Test
    void cost_everyClassStated_chargesEachAtItsRate() {
        Price price =
                price(
                        INPUT,
                        "3",
                        CACHE_READ,
                        "0.3",
                        CACHE_WRITE_5M,
                        "3.75",
                        CACHE_WRITE_1H,
                        "6",
                        OUTPUT,
                        "15",
                        REASONING,
                        "20",
                        AUDIO_INPUT,
                        "40",
                        AUDIO_OUTPUT,
                        "80",
                        IMAGE_INPUT,
                        "5",
                        IMAGE_OUTPUT,
                        "32");
        Map<TokenClass, Long> used = new EnumMap<>(TokenClass.class);
        for (TokenClass type : TokenClass.values()) {
            used.put(type, 1_000L);
        }

        Cost cost = price.cost(TokenUsage.of(used));

        assertThat(cost.of(INPUT)).isEqualTo(300_000);
        assertThat(cost.of(CACHE_READ)).isEqualTo(30_000);
        assertThat(cost.of(CACHE_WRITE_5M)).isEqualTo(375_000);
        assertThat(cost.of(CACHE_WRITE_1H)).isEqualTo(600_000);
        assertThat(cost.of(OUTPUT)).isEqualTo(1_500_000);
        assertThat(cost.of(REASONING)).isEqualTo(2_000_000);
        assertThat(cost.of(AUDIO_INPUT)).isEqualTo(4_000_000);
        assertThat(cost.of(AUDIO_OUTPUT)).isEqualTo(8_000_000);
        assertThat(cost.of(IMAGE_INPUT)).isEqualTo(500_000);
        assertThat(cost.of(IMAGE_OUTPUT)).isEqualTo(3_200_000);
        assertThat(cost.microcents()).isEqualTo(20_505_000);
        assertThat(cost.lines()).hasSize(10);
    }

    @ParameterizedTest
    @CsvSource({
        "cache_read, 2000000",
        "cache_write_5m, 2000000",
        "cache_write_1h, 2000000",
        "audio_input, 2000000",
        "image_input, 2000000",
        "reasoning, 8000000",
        "audio_output, 8000000",
        "image_output, 8000000",
    })
    void cost_classWithoutRate_isChargedLikeItsPlainClass(String wire, long microcents) {
        TokenClass type = TokenClass.ofWire(wire).orElseThrow();

        Cost cost = price(INPUT, "2", OUTPUT, "8").cost(TokenUsage.NONE.with(type, 10_000));

        assertThat(cost.microcents()).isEqualTo(microcents);
    }

    @Test
    void cost_hourWriteWithoutRate_takesTheDearerOfShortWriteAndInput() {
        TokenUsage usage = TokenUsage.NONE.with(CACHE_WRITE_1H, 1_000_000);

        assertThat(price(INPUT, "4", CACHE_WRITE_5M, "5").cost(usage).microcents())
                .isEqualTo(5 * USD);
        assertThat(price(INPUT, "4", CACHE_WRITE_5M, "1").cost(usage).microcents())
                .isEqualTo(4 * USD);
    }

    @Test
    void cost_outputOfModelThatOnlyReads_isChargedAtTheDearestRate() {
        Price embedding = price(INPUT, "0.02", AUDIO_INPUT, "7");

        assertThat(embedding.cost(TokenUsage.of(0, 1_000_000)).microcents()).isEqualTo(7 * USD);
    }

    @ParameterizedTest
    @CsvSource({
        // tokens, USD per 1M tokens, microcents: exact, and rounded up from any fraction
        "0, 2.5, 0",
        "1, 2.5, 250",
        "1, 0.075, 8",
        "2, 0.075, 15",
        "3, 0.0028, 1",
        "1, 0.00000001, 1",
        "1000000, 0.00000001, 1",
        "1000001, 0.00000001, 2",
        "1000000, 10000, 1000000000000",
        "1000000000000, 9000, 900000000000000000",
    })
    void cost_anyCount_isExactAndRoundedUpOnce(long tokens, String usd, long microcents) {
        assertThat(price(INPUT, usd).cost(TokenUsage.of(tokens, 0)).microcents())
                .isEqualTo(microcents);
    }

    @Test
    void cost_randomCountsAndRates_equalsArbitraryPrecision() {
        SplittableRandom random = new SplittableRandom(20260101);
        for (int i = 0; i < 20_000; i++) {
            long tokens = random.nextLong(1L << random.nextInt(1, 40));
            long rate = random.nextLong(1, Rates.MAX_RATE + 1);
            BigInteger million = BigInteger.valueOf(1_000_000);
            BigInteger exact =
                    BigInteger.valueOf(tokens)
                            .multiply(BigInteger.valueOf(rate))
                            .add(million.subtract(BigInteger.ONE))
                            .divide(million);
            assertThat(Rates.charge(tokens, rate))
                    .as("%d tokens at %d", tokens, rate)
                    .isEqualTo(exact.longValueExact());
        }
    }

    @Test
    void cost_beyondLong_isAnErrorAndNeverWraps() {
        Price price = price(INPUT, "10000", OUTPUT, "10000");
        long most = TokenUsage.MAX_COUNT;
        TokenUsage usage = TokenUsage.of(most, most);
        for (TokenClass type : TokenClass.values()) {
            usage = usage.with(type, most);
        }
        TokenUsage all = usage;

        assertThatThrownBy(() -> price.cost(all)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void cost_inputOverTier_movesTheWholeCallToTheTier() {
        Rates base = rates(INPUT, "3", CACHE_READ, "0.3", OUTPUT, "15");
        Rates longer = rates(INPUT, "6", CACHE_READ, "0.6", OUTPUT, "22.5");
        Price price =
                Price.of("test", "model", SINCE_EVER, base)
                        .withTier(new Price.Tier(200_000, longer));

        // 200,000 input tokens are not over 200,000; cached tokens count as input too.
        TokenUsage at = TokenUsage.of(100_000, 1_000).with(CACHE_READ, 100_000);
        TokenUsage over = at.with(CACHE_READ, 100_001);

        assertThat(price.cost(at).microcents()).isEqualTo(30_000_000 + 3_000_000 + 1_500_000);
        assertThat(price.cost(over).of(INPUT)).isEqualTo(60_000_000);
        assertThat(price.cost(over).of(CACHE_READ)).isEqualTo(6_000_060);
        assertThat(price.cost(over).of(OUTPUT)).isEqualTo(2_250_000);
    }

    @Test
    void upperBound_wholeMicrocents_isTheDearestClassOfEachSide() {
        Price price = price(INPUT, "3", CACHE_WRITE_1H, "6", OUTPUT, "15", AUDIO_OUTPUT, "60");

        assertThat(price.upperBound(ALL, 1_000, 100)).isEqualTo(600_000 + 600_000);
        assertThat(price.upperBound(ALL, 0, 0)).isZero();
    }

    @Test
    void upperBound_cheaperTierAbove_keepsTheDearerPriceBelowIt() {
        Price price =
                price(INPUT, "4", OUTPUT, "8")
                        .withTier(new Price.Tier(1_000, rates(INPUT, "1", OUTPUT, "2")));

        assertThat(price.upperBound(ALL, 1_000, 10)).isEqualTo(400_000 + 8_000);
        assertThat(price.upperBound(ALL, 1_001, 10)).isEqualTo(400_400 + 8_000);
    }

    @Test
    void upperBound_anySplitOfTheTokens_isNeverBelowTheCost() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 50_000; i++) {
            Price price = randomPrice(random);
            TokenUsage usage = TokenUsage.NONE;
            for (TokenClass type : TokenClass.values()) {
                usage = usage.with(type, random.nextInt(4) * random.nextLong(1, 300));
            }
            long input = usage.input() + random.nextInt(3);
            long output = usage.output() + random.nextInt(3);

            assertThat(price.upperBound(ALL, input, output))
                    .as("%s of %s", usage, price)
                    .isGreaterThanOrEqualTo(price.cost(usage).microcents());
        }
    }

    private static Price randomPrice(SplittableRandom random) {
        Price price = Price.of("test", "model", SINCE_EVER, randomRates(random));
        return price.withTier(new Price.Tier(500, randomRates(random)));
    }

    private static Rates randomRates(SplittableRandom random) {
        long step = random.nextBoolean() ? 1_000_000 : 1;
        Map<TokenClass, Long> rates = new EnumMap<>(TokenClass.class);
        for (TokenClass type : TokenClass.values()) {
            rates.put(type, random.nextLong(1, 900_000) * step);
        }
        return Rates.of(rates);
    }

    @ParameterizedTest
    @CsvSource({
        // tokens of each input class, bound for all six together at 0.5 or 7.5 microcents a token
        "1, 0.005, 6",
        "3, 0.005, 14",
        "1, 0.075, 48",
        "3, 0.075, 140",
    })
    void upperBound_fractionsOfAMicrocent_coversTheRoundingOfEveryClass(
            long each, String usd, long bound) {
        Price price = price(INPUT, usd, OUTPUT, "1");
        TokenUsage usage = TokenUsage.NONE;
        for (TokenClass type : TokenClass.values()) {
            usage = type.isInput() ? usage.with(type, each) : usage;
        }

        assertThat(price.upperBound(ALL, 6 * each, 0)).isEqualTo(bound);
        assertThat(price.cost(usage).microcents()).isLessThanOrEqualTo(bound);
    }

    @Test
    void upperBound_countsOutOfRange_areRefused() {
        Price price = price(INPUT, "1");

        assertThatThrownBy(() -> price.upperBound(ALL, -1, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> price.upperBound(ALL, 0, TokenUsage.MAX_COUNT + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void free_costsNothingAndSaysSo() {
        Price free = Price.free("local", "llama");

        assertThat(free.free()).isTrue();
        assertThat(free.cost(TokenUsage.of(1_000_000, 1_000_000)).microcents()).isZero();
        assertThat(free.upperBound(ALL, 1_000_000, 1_000_000)).isZero();
    }

    @Test
    void price_allRatesZeroWithoutTheWordFree_isRefused() {
        assertThatThrownBy(() -> price(INPUT, "0", OUTPUT, "0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be called free");
    }

    @Test
    void price_tiersOutOfOrderOrIncomplete_areRefused() {
        Price price =
                price(INPUT, "1", OUTPUT, "2")
                        .withTier(new Price.Tier(100, rates(INPUT, "2", OUTPUT, "4")));

        assertThatThrownBy(
                        () -> price.withTier(new Price.Tier(100, rates(INPUT, "3", OUTPUT, "6"))))
                .hasMessageContaining("ascend");
        assertThatThrownBy(() -> price.withTier(new Price.Tier(200, rates(INPUT, "3"))))
                .hasMessageContaining("must state the classes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "+1", "1e3", "1.", ".5", "1,5", "0.000000001", "NaN", "１"})
    void parseUsd_anythingButAPlainDecimal_isRefused(String text) {
        assertThatThrownBy(() -> Rates.parseUsd(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not a price");
    }

    @Test
    void parseUsd_aboveTheLargestRate_isRefused() {
        assertThat(Rates.parseUsd("10000")).isEqualTo(Rates.MAX_RATE);
        assertThatThrownBy(() -> Rates.parseUsd("10000.00000001"))
                .hasMessageContaining("above 10000 USD");
    }

    @Test
    void rates_withoutInputOrOutOfRange_areRefused() {
        assertThatThrownBy(() -> Rates.of(Map.of(OUTPUT, 1L))).hasMessageContaining("input rate");
        assertThatThrownBy(() -> Rates.of(Map.of(INPUT, -1L))).hasMessageContaining("must be 0 to");
        assertThatThrownBy(() -> Rates.of(Map.of(INPUT, Rates.MAX_RATE + 1)))
                .hasMessageContaining("must be 0 to");
    }

    @Test
    void id_namesProviderModelAndDay() {
        Instant day = Instant.parse("2026-03-13T00:00:00Z");

        assertThat(Price.id("openai", "o3", SINCE_EVER)).isEqualTo("openai/o3");
        assertThat(Price.id("openai", "o3", day)).isEqualTo("openai/o3@2026-03-13");
        assertThat(Price.id("openai", "o3", day.plusSeconds(1)))
                .isEqualTo("openai/o3@2026-03-13T00:00:01Z");
        assertThat(price(INPUT, "1").id()).isEqualTo("own:test/model");
    }

    @Test
    void cost_linesThatDoNotAddUp_areRefused() {
        assertThatThrownBy(() -> new Cost(2, List.of(new Cost.Line(INPUT, 1, 1_000_000, 1))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
